import type {Millis} from '../../protocols/base/clock.js';
import {encodeCommand, type OsdpCommand} from '../../protocols/osdp/commands.js';
import {
  encodeOsdpFrame,
  SECURITY_TYPE,
  type SecurityBlock,
  withMark,
} from '../../protocols/osdp/frame.js';
import {DEFAULT_SCBK, sealOsdp} from '../../protocols/osdp/secure-channel.js';
import {
  cameOnline,
  failed,
  keyRefused,
  restarted,
  type SessionEffect,
  type SessionPolicy,
  type SessionState,
  type SessionStep,
  triedKey,
} from './session-state.js';

const NEW_KEY_BYTES = 16;
const CHALLENGE_BYTES = 8;
/** An output opens something: nobody stands there any more when its order is older than this. */
const LONGEST_OUT_MS: Millis = 2000;

/**
 * The frame that goes out now, if any. What has no answer yet is repeated bit by bit with the same
 * number: encrypting it again would move the chain of MACs twice. `pending`: the command that waits.
 * Source: device notes 2.2, 2.6.
 */
export function stepTurn(
  state: SessionState,
  policy: SessionPolicy,
  nowMs: Millis,
  pending: OsdpCommand | undefined,
): SessionStep {
  const {outstanding} = state;
  if (outstanding) {
    const {bytes, sequence, command, sentAtMs} = outstanding;
    if (command.kind === 'out' && nowMs - sentAtMs > LONGEST_OUT_MS) {
      return failed(state, nowMs, 'silent');
    }
    return {state, effects: [{kind: 'send', bytes, sequence}]};
  }
  if (nowMs < state.tryFromMs) return {state, effects: []};
  switch (state.phase) {
    case 'offline':
    case 'id':
      return send({...restarted(state), phase: 'id'}, policy, nowMs, {kind: 'id'});
    case 'cap':
      return send(state, policy, nowMs, {kind: 'cap'});
    case 'size':
      return send(state, policy, nowMs, {kind: 'acurxsize', size: policy.receiveBytes ?? 0});
    case 'chlng':
      return challenge(state, policy, nowMs);
    case 'scrypt': {
      const cryptogram = state.handshake?.hostProof;
      if (!cryptogram) return failed(state, nowMs, 'protocol');
      return send(state, policy, nowMs, {kind: 'scrypt', cryptogram});
    }
    case 'keyset':
      return offerKey(state, policy, nowMs, {
        key: state.keys[0] ?? policy.random(NEW_KEY_BYTES),
        isAsked: false,
      });
    case 'online':
      return onlineTurn(state, policy, nowMs, pending);
  }
}

function onlineTurn(
  state: SessionState,
  policy: SessionPolicy,
  nowMs: Millis,
  pending: OsdpCommand | undefined,
): SessionStep {
  if (state.channel && nowMs >= state.refreshAtMs) {
    return stepTurn(restarted(state), policy, nowMs, undefined);
  }
  if (!pending) return send(state, policy, nowMs, {kind: 'poll'});
  const step =
    pending.kind === 'keyset'
      ? offerKey(state, policy, nowMs, {key: pending.key, isAsked: true})
      : send(state, policy, nowMs, pending, true);
  return {state: step.state, effects: [{kind: 'taken'}, ...step.effects]};
}

/** A new key is kept beside the old one until a handshake proves which of them the reader has. */
function offerKey(
  state: SessionState,
  policy: SessionPolicy,
  nowMs: Millis,
  {key, isAsked}: {readonly key: Uint8Array; readonly isAsked: boolean},
): SessionStep {
  const others = state.keys.filter(other => other !== key);
  const keys = [key, ...others];
  const offering = {...state, keys, isKeyOffered: true};
  const step = send(offering, policy, nowMs, {kind: 'keyset', key}, isAsked);
  return {state: step.state, effects: [{kind: 'keyOffered', key}, ...step.effects]};
}

function challenge(state: SessionState, policy: SessionPolicy, nowMs: Millis): SessionStep {
  if (!triedKey(state, policy)) {
    if (policy.requireSecure) return keyRefused(state, policy, nowMs, 'noKey');
    const step = cameOnline(state, nowMs);
    const turn = onlineTurn(step.state, policy, nowMs, undefined);
    return {state: turn.state, effects: [...step.effects, ...turn.effects]};
  }
  const randomA = policy.random(CHALLENGE_BYTES);
  const handshake = {randomA, keys: undefined, hostProof: undefined};
  const fresh = {...state, channel: undefined, handshake};
  return send(fresh, policy, nowMs, {kind: 'chlng', random: randomA});
}

function send(
  state: SessionState,
  policy: SessionPolicy,
  nowMs: Millis,
  command: OsdpCommand,
  isAsked = false,
): SessionStep {
  const sequence = state.sequence === undefined ? 0 : (state.sequence % 3) + 1;
  const {address} = policy;
  const plain = {address, direction: 'command', sequence, check: 'crc'} as const;
  const parts = {...plain, ...encodeCommand(command)};
  const sealed = state.channel && sealOsdp(state.channel, parts);
  const security = handshakeBlock(state, policy, command);
  const bytes = withMark(sealed?.bytes ?? encodeOsdpFrame({...parts, security}));
  const outstanding = {command, bytes, sequence, isAsked, sentAtMs: nowMs};
  const effects: readonly SessionEffect[] = [{kind: 'send', bytes, sequence}];
  return {state: {...state, sequence, outstanding, channel: sealed?.channel}, effects};
}

function handshakeBlock(
  state: SessionState,
  policy: SessionPolicy,
  command: OsdpCommand,
): SecurityBlock | undefined {
  if (command.kind !== 'chlng' && command.kind !== 'scrypt') return undefined;
  const isDefault = triedKey(state, policy) === DEFAULT_SCBK;
  const {challenge: chlng, serverCryptogram} = SECURITY_TYPE;
  return {
    type: command.kind === 'chlng' ? chlng : serverCryptogram,
    data: Uint8Array.of(isDefault ? 0 : 1),
  };
}
