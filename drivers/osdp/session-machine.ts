import type {Millis} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import type {OsdpCommand} from '../../protocols/osdp/commands.js';
import {type OsdpFrame, SECURITY_TYPE} from '../../protocols/osdp/frame.js';
import {decodeReply, NAK, type OsdpReply, REPLY_CODES} from '../../protocols/osdp/replies.js';
import {
  clientCryptogram,
  DEFAULT_SCBK,
  deriveSessionKeys,
  equalSecrets,
  hostCryptogram,
  initialReplyMac,
  openChannel,
  openOsdp,
} from '../../protocols/osdp/secure-channel.js';
import {
  cameOnline,
  declareOffline,
  failed,
  keyRefused,
  LOST_AFTER_MS,
  type Outstanding,
  type Phase,
  type SessionEffect,
  type SessionPolicy,
  type SessionState,
  type SessionStep,
  STALE_MISSES,
  triedKey,
} from './session-state.js';
import {stepTurn} from './session-turn.js';

export type SessionInput =
  /** The line is ours: what goes out? */
  | {readonly kind: 'turn'; readonly atMs: Millis; readonly pending: OsdpCommand | undefined}
  | {readonly kind: 'reply'; readonly atMs: Millis; readonly frame: OsdpFrame}
  /** No valid reply to the frame that went out. */
  | {readonly kind: 'timeout'; readonly atMs: Millis}
  /** The line is gone: what was to go out must not go out when it is back. */
  | {readonly kind: 'down'; readonly atMs: Millis}
  /** Time has passed. */
  | {readonly kind: 'tick'; readonly atMs: Millis};

/** Replies that are a reader's own news, whatever was asked. */
const NEWS: ReadonlySet<OsdpReply['kind']> = new Set([
  'raw',
  'keypad',
  'lstatr',
  'istatr',
  'ostatr',
  'rstatr',
]);

/** News that act by themselves: they must be as fresh as the hand that made them. */
const ACTING: ReadonlySet<OsdpReply['kind']> = new Set(['raw', 'keypad']);

/**
 * Next state of the session with one reader: OFFLINE, ID, CAP, ACURXSIZE, CHLNG, SCRYPT, KEYSET if it
 * still has the default key, ONLINE. Pure but for the random bytes that the policy gives.
 * Source: SIA OSDP 2.2; device notes 2.2, 2.4, 2.5, 2.6.
 */
export function stepSession(
  state: SessionState,
  policy: SessionPolicy,
  input: SessionInput,
): SessionStep {
  const step = stepInput(state, policy, input);
  const {lastOnlineMs} = step.state;
  if (input.atMs - lastOnlineMs < LOST_AFTER_MS) return step;
  const isSilent = input.atMs - step.state.lastValidMs >= LOST_AFTER_MS;
  const told = declareOffline(
    step.state,
    isSilent && step.state.misses > 0 ? 'silent' : step.state.trouble,
  );
  // A clock that ticks while an attempt is on the wire must not end it: its own timeout does.
  const isUnderWay = input.kind === 'tick' && step.state.phase !== 'online';
  if (!isSilent || step.state.phase === 'offline' || input.kind === 'turn' || isUnderWay) {
    return {state: told.state, effects: [...step.effects, ...told.effects]};
  }
  const lost = failed(told.state, input.atMs, 'silent');
  return {state: lost.state, effects: [...step.effects, ...told.effects, ...lost.effects]};
}

function stepInput(state: SessionState, policy: SessionPolicy, input: SessionInput): SessionStep {
  switch (input.kind) {
    case 'turn':
      return stepTurn(state, policy, input.atMs, input.pending);
    case 'reply':
      return stepReply(state, policy, input.frame, input.atMs);
    case 'timeout': {
      const misses = state.misses + 1;
      return {state: {...state, misses}, effects: []};
    }
    case 'down':
      return failed(state, input.atMs, 'silent');
    case 'tick':
      return {state, effects: []};
    default:
      return unreachable(input, 'session input');
  }
}

function stepReply(
  state: SessionState,
  policy: SessionPolicy,
  frame: OsdpFrame,
  atMs: Millis,
): SessionStep {
  const {outstanding} = state;
  if (!outstanding) return {state, effects: []};
  // The same bytes go out once more at the next turn. It proves nothing, whoever said it.
  if (isPlain(frame) && frame.code === REPLY_CODES.busy) return {state, effects: []};
  if (frame.sequence !== outstanding.sequence) return failed(state, atMs, 'sequence');
  const {channel} = state;
  if (!channel) return understood(valid(state, atMs), policy, outstanding, frame, frame.data, atMs);
  if (isPlain(frame)) return plainInChannel(state, policy, outstanding, frame, atMs);
  const opened = openOsdp(channel, frame);
  if (opened.kind === 'fault') {
    return failed(state, atMs, opened.why === 'notSecured' ? 'plainReply' : opened.why);
  }
  const next = valid({...state, channel: opened.channel}, atMs);
  return understood(next, policy, outstanding, frame, opened.data, atMs);
}

function isPlain({security}: OsdpFrame): boolean {
  return security === undefined;
}

function valid(state: SessionState, atMs: Millis): SessionState {
  const isOnline = state.phase === 'online';
  return {
    ...state,
    misses: 0,
    isDraining: state.isDraining || state.misses >= STALE_MISSES,
    lastValidMs: atMs,
    lastOnlineMs: isOnline ? atMs : state.lastOnlineMs,
    failures: isOnline ? 0 : state.failures,
  };
}

/** NAK, and ACK to KEYSET, may come in the clear; anything else in the clear is a forgery. */
function plainInChannel(
  state: SessionState,
  policy: SessionPolicy,
  outstanding: Outstanding,
  frame: OsdpFrame,
  atMs: Millis,
): SessionStep {
  const reply = decodeReply(frame.code, frame.data);
  const isKeyAck = reply?.kind === 'ack' && outstanding.command.kind === 'keyset';
  if (reply && isKeyAck) return answered(state, policy, outstanding, reply, frame, atMs);
  if (reply?.kind !== 'nak') return failed(state, atMs, 'plainReply');
  return refused(state, policy, outstanding, reply, atMs);
}

function understood(
  state: SessionState,
  policy: SessionPolicy,
  outstanding: Outstanding,
  frame: OsdpFrame,
  data: Uint8Array,
  atMs: Millis,
): SessionStep {
  const reply = decodeReply(frame.code, data);
  if (!reply) return failed(state, atMs, 'protocol');
  if (reply.kind === 'nak') return refused(state, policy, outstanding, reply, atMs);
  return answered(state, policy, outstanding, reply, frame, atMs);
}

function refused(
  state: SessionState,
  policy: SessionPolicy,
  outstanding: Outstanding,
  reply: Extract<OsdpReply, {kind: 'nak'}>,
  atMs: Millis,
): SessionStep {
  const {reason} = reply;
  if (reason === NAK.sequence) return failed(state, atMs, 'sequence');
  // It heard noise and not us: the same bytes go out once more.
  if (reason === NAK.check) return {state, effects: []};
  switch (state.phase) {
    case 'cap':
    case 'size':
      return {state: advanced(state, policy), effects: []};
    case 'chlng':
    case 'scrypt':
      return channelRefused(state, policy, reason, atMs);
    case 'online':
      break;
    case 'offline':
    case 'id':
    case 'keyset':
      return failed(state, atMs, 'protocol');
  }
  if (reason === NAK.securityNeeded || reason === NAK.securityRefused) {
    return failed(state, atMs, state.channel ? 'sessionLost' : 'notSecure');
  }
  const {isAsked, command} = outstanding;
  const effects: SessionEffect[] = isAsked ? [{kind: 'settled', result: 'refused', reply}] : [];
  const isKey = command.kind === 'keyset';
  const keys = isKey ? state.keys.filter(key => key !== command.key) : state.keys;
  return {state: {...state, keys, outstanding: undefined}, effects};
}

function channelRefused(
  state: SessionState,
  policy: SessionPolicy,
  reason: number,
  atMs: Millis,
): SessionStep {
  const hasAnotherKey = triedKey({...state, keyNo: state.keyNo + 1}, policy) !== undefined;
  const isUnable = reason === NAK.unknown || reason === NAK.securityRefused;
  if (!policy.requireSecure && state.phase === 'chlng' && isUnable && !hasAnotherKey) {
    return cameOnline({...state, handshake: undefined}, atMs);
  }
  return keyRefused(state, policy, atMs, state.phase === 'chlng' ? 'notSecure' : 'wrongKey');
}

function answered(
  state: SessionState,
  policy: SessionPolicy,
  outstanding: Outstanding,
  reply: OsdpReply,
  frame: OsdpFrame,
  atMs: Millis,
): SessionStep {
  switch (state.phase) {
    case 'offline':
    case 'id':
      if (reply.kind !== 'pdid' || !isPlain(frame)) return failed(state, atMs, 'protocol');
      return {state: advanced({...state, identity: reply.identity}, policy), effects: []};
    case 'cap':
      if (reply.kind !== 'pdcap' || !isPlain(frame)) return failed(state, atMs, 'protocol');
      return {state: advanced({...state, capabilities: reply.capabilities}, policy), effects: []};
    case 'size':
      return {state: advanced(state, policy), effects: []};
    case 'chlng':
      return verifyClient(state, policy, reply, frame, atMs);
    case 'scrypt':
      return verifyReplyMac(state, policy, reply, frame, atMs);
    case 'keyset':
      return keyHanded(state);
    case 'online':
      return news(state, outstanding, reply, frame, atMs);
    default:
      return unreachable(state.phase, 'session phase');
  }
}

function advanced(state: SessionState, policy: SessionPolicy): SessionState {
  const afterCap: Phase = policy.receiveBytes === undefined ? 'chlng' : 'size';
  const order: Partial<Record<Phase, Phase>> = {id: 'cap', cap: afterCap, size: 'chlng'};
  return {...state, outstanding: undefined, phase: order[state.phase] ?? 'id'};
}

function verifyClient(
  state: SessionState,
  policy: SessionPolicy,
  reply: OsdpReply,
  frame: OsdpFrame,
  atMs: Millis,
): SessionStep {
  const key = triedKey(state, policy);
  const {handshake} = state;
  const isInPlace = frame.security?.type === SECURITY_TYPE.clientCryptogram;
  if (reply.kind !== 'ccrypt' || !isInPlace || !handshake || !key) {
    return failed(state, atMs, 'protocol');
  }
  const {randomA} = handshake;
  const keys = deriveSessionKeys(key, randomA);
  if (!equalSecrets(clientCryptogram(keys, randomA, reply.random), reply.cryptogram)) {
    return keyRefused(state, policy, atMs, 'wrongKey');
  }
  const hostProof = hostCryptogram(keys, randomA, reply.random);
  const next = {...state, outstanding: undefined, handshake: {randomA, keys, hostProof}};
  return {state: {...next, phase: 'scrypt'}, effects: []};
}

function verifyReplyMac(
  state: SessionState,
  policy: SessionPolicy,
  reply: OsdpReply,
  frame: OsdpFrame,
  atMs: Millis,
): SessionStep {
  const {keys, hostProof} = state.handshake ?? {};
  const {security} = frame;
  const isAccepted = security?.type === SECURITY_TYPE.initialMac && security.data[0] === 1;
  if (reply.kind !== 'rmacI' || !isAccepted || !keys || !hostProof) {
    return keyRefused(state, policy, atMs, 'wrongKey');
  }
  if (!equalSecrets(initialReplyMac(keys, hostProof), reply.mac)) {
    return keyRefused(state, policy, atMs, 'wrongKey');
  }
  const next = {...state, outstanding: undefined, channel: openChannel(keys, reply.mac)};
  if (triedKey(state, policy) === DEFAULT_SCBK) {
    return {state: {...next, phase: 'keyset'}, effects: []};
  }
  return cameOnline(next, atMs);
}

/** The reader has the new key: nothing is said under the old one any more. */
function keyHanded(state: SessionState): SessionStep {
  const next = {...state, outstanding: undefined, channel: undefined, keyNo: 0};
  return {state: {...next, phase: 'chlng'}, effects: []};
}

function news(
  state: SessionState,
  outstanding: Outstanding,
  reply: OsdpReply,
  frame: OsdpFrame,
  atMs: Millis,
): SessionStep {
  // Without a channel a security block has no business here.
  if (!state.channel && !isPlain(frame)) return failed(state, atMs, 'protocol');
  const isStale = state.isDraining && ACTING.has(reply.kind);
  const effects: SessionEffect[] = [];
  if (NEWS.has(reply.kind) && !isStale) effects.push({kind: 'event', reply});
  if (outstanding.isAsked) effects.push({kind: 'settled', result: 'done', reply});
  if (outstanding.command.kind === 'keyset') {
    return {state: keyHanded(state).state, effects};
  }
  const next = {...state, outstanding: undefined};
  if (isStale) return {state: {...next, staleReports: state.staleReports + 1}, effects};
  // Only an empty answer to POLL proves it: a status may stand before an old card.
  if (outstanding.command.kind !== 'poll' || reply.kind !== 'ack') return {state: next, effects};
  const reports = state.staleReports;
  if (reports > 0) effects.push({kind: 'stale', reports});
  return {state: {...next, isDraining: false, staleReports: 0}, effects};
}
