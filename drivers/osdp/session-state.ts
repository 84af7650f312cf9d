import type {Millis} from '../../protocols/base/clock.js';
import {DAY_MS} from '../../protocols/base/units.js';
import type {OsdpCommand} from '../../protocols/osdp/commands.js';
import type {Capability, Identity, OsdpReply} from '../../protocols/osdp/replies.js';
import {
  type ChannelState,
  DEFAULT_SCBK,
  type SessionKeys,
} from '../../protocols/osdp/secure-channel.js';
import type {DeviceHealth} from '../bus/contract.js';
import type {OfflineReason} from './contract.js';

/** Without a valid exchange for so long a reader is lost, and the access control unit for the reader. */
export const LOST_AFTER_MS: Millis = 8000;
const FIRST_BACKOFF_MS: Millis = 1000;
const LONGEST_BACKOFF_MS: Millis = 30_000;
const REFRESH_MS: Millis = DAY_MS;
/** So many requests in a row without an answer: what a reader then says first may be old. */
export const STALE_MISSES = 3;

/** What is asked next, or has been asked and not been answered yet. */
export type Phase = 'offline' | 'id' | 'cap' | 'size' | 'chlng' | 'scrypt' | 'keyset' | 'online';

export interface SessionPolicy {
  readonly address: number;
  /** Without a Secure Channel the reader stays off-line. */
  readonly requireSecure: boolean;
  /** The default key is good for bringing in a real key at once. */
  readonly install: boolean;
  /** What we can receive, told with ACURXSIZE; undefined: not told. */
  readonly receiveBytes: number | undefined;
  /** Fresh random bytes, for challenges and a new key. */
  random(length: number): Uint8Array;
}

/** The frame on the wire, or to be repeated bit by bit. */
export interface Outstanding {
  readonly command: OsdpCommand;
  readonly bytes: Uint8Array;
  readonly sequence: number;
  /** Somebody waits for what becomes of it. */
  readonly isAsked: boolean;
  /** When it went out first. */
  readonly sentAtMs: Millis;
}

/** Between CHLNG and the end of the handshake. */
export interface Handshake {
  readonly randomA: Uint8Array;
  readonly keys: SessionKeys | undefined;
  readonly hostProof: Uint8Array | undefined;
}

export interface SessionState {
  readonly phase: Phase;
  /** Sequence number of the last new frame; undefined: the next one begins the session. */
  readonly sequence: number | undefined;
  readonly outstanding: Outstanding | undefined;
  readonly handshake: Handshake | undefined;
  readonly channel: ChannelState | undefined;
  /** Keys that the reader may have, the likeliest first. */
  readonly keys: readonly Uint8Array[];
  /** Which of them is tried; beyond the last one it is the default key. */
  readonly keyNo: number;
  /** A key was handed to the reader and not yet proven by a handshake. */
  readonly isKeyOffered: boolean;
  readonly identity: Identity | undefined;
  readonly capabilities: readonly Capability[];
  /** Attempts in a row that came to nothing. */
  readonly failures: number;
  readonly tryFromMs: Millis;
  readonly misses: number;
  /** What the reader kept while nobody listened is still being fetched: cards and keys do not count. */
  readonly isDraining: boolean;
  /** Reports with cards or keys that were too old to count, not told yet. */
  readonly staleReports: number;
  readonly lastValidMs: Millis;
  readonly lastOnlineMs: Millis;
  readonly refreshAtMs: Millis;
  readonly hasBeenOnline: boolean;
  readonly trouble: OfflineReason;
  /** Why the reader counts as off-line; undefined while it does not. */
  readonly offlineWhy: OfflineReason | undefined;
}

export type SessionEffect =
  | {readonly kind: 'send'; readonly bytes: Uint8Array; readonly sequence: number}
  /** The command handed in with this turn is the one that goes out. */
  | {readonly kind: 'taken'}
  | {readonly kind: 'online'; readonly isSecure: boolean}
  | {readonly kind: 'offline'; readonly why: OfflineReason}
  /** Keys were thrown away; the session begins again. */
  | {readonly kind: 'fault'; readonly why: OfflineReason}
  | {readonly kind: 'event'; readonly reply: OsdpReply}
  /** The reader has nothing old left; so many reports with cards or keys were dropped. */
  | {readonly kind: 'stale'; readonly reports: number}
  | {
      readonly kind: 'settled';
      readonly result: 'done' | 'refused' | 'unknown';
      readonly reply: OsdpReply | undefined;
    }
  /** About to go to the reader: it must be stored before the frame leaves. */
  | {readonly kind: 'keyOffered'; readonly key: Uint8Array}
  /** The reader has proven to have it: all others may be forgotten. */
  | {readonly kind: 'keyTaken'; readonly key: Uint8Array};

export interface SessionStep {
  readonly state: SessionState;
  readonly effects: readonly SessionEffect[];
}

export function newSession(keys: readonly Uint8Array[], nowMs: Millis): SessionState {
  return {
    phase: 'offline',
    sequence: undefined,
    outstanding: undefined,
    handshake: undefined,
    channel: undefined,
    keys,
    keyNo: 0,
    isKeyOffered: false,
    identity: undefined,
    capabilities: [],
    failures: 0,
    tryFromMs: nowMs,
    misses: 0,
    isDraining: true,
    staleReports: 0,
    lastValidMs: Number.NEGATIVE_INFINITY,
    lastOnlineMs: nowMs,
    refreshAtMs: nowMs + REFRESH_MS,
    hasBeenOnline: false,
    trouble: 'silent',
    offlineWhy: undefined,
  };
}

/** The key that is tried now; undefined when there is none left. */
export function triedKey(state: SessionState, policy: SessionPolicy): Uint8Array | undefined {
  const isDefaultDue = policy.install && state.keyNo === state.keys.length;
  return state.keys[state.keyNo] ?? (isDefaultDue ? DEFAULT_SCBK : undefined);
}

export function healthOf(state: SessionState): DeviceHealth {
  if (state.offlineWhy !== undefined) return 'offline';
  if (!state.hasBeenOnline) return 'unknown';
  return state.phase === 'online' && state.misses === 0 ? 'ok' : 'suspect';
}

/** How long the next attempt waits: the first one after a fault does not. */
function backoffMs(failures: number): Millis {
  if (failures < 2) return 0;
  return Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 2), LONGEST_BACKOFF_MS);
}

/** Throw everything away that belongs to the session; the next frame begins a new one. */
export function restarted(state: SessionState): SessionState {
  return {
    ...state,
    phase: 'offline',
    sequence: undefined,
    outstanding: undefined,
    handshake: undefined,
    channel: undefined,
  };
}

/** The attempt came to nothing: begin again, sooner or later. What was asked is unknown then. */
export function failed(state: SessionState, nowMs: Millis, why: OfflineReason): SessionStep {
  const failures = state.failures + 1;
  const effects: SessionEffect[] = [];
  if (state.outstanding?.isAsked) {
    effects.push({kind: 'settled', result: 'unknown', reply: undefined});
  }
  effects.push({kind: 'fault', why});
  const tryFromMs = nowMs + backoffMs(failures);
  return {state: {...restarted(state), failures, tryFromMs, trouble: why}, effects};
}

/** The reader and we do not share the key that was tried. The next one is, or the reader is off-line. */
export function keyRefused(
  state: SessionState,
  policy: SessionPolicy,
  nowMs: Millis,
  why: OfflineReason,
): SessionStep {
  const next = {...state, keyNo: state.keyNo + 1};
  if (triedKey(next, policy)) return {state: restarted(next), effects: []};
  const step = failed({...state, keyNo: 0, failures: Math.max(state.failures, 1)}, nowMs, why);
  const told = declareOffline(step.state, why);
  return {state: told.state, effects: [...step.effects, ...told.effects]};
}

export function declareOffline(state: SessionState, why: OfflineReason): SessionStep {
  if (state.offlineWhy !== undefined) return {state, effects: []};
  return {state: {...state, offlineWhy: why}, effects: [{kind: 'offline', why}]};
}

export function cameOnline(state: SessionState, nowMs: Millis): SessionStep {
  const effects: SessionEffect[] = [];
  const key = state.keys[state.keyNo];
  if (state.channel && state.isKeyOffered && key) effects.push({kind: 'keyTaken', key});
  effects.push({kind: 'online', isSecure: state.channel !== undefined});
  return {
    state: {
      ...state,
      phase: 'online',
      isDraining: true,
      handshake: undefined,
      outstanding: undefined,
      keys: state.channel && key ? [key] : state.keys,
      keyNo: 0,
      isKeyOffered: state.channel ? false : state.isKeyOffered,
      lastOnlineMs: nowMs,
      refreshAtMs: nowMs + REFRESH_MS,
      hasBeenOnline: true,
      offlineWhy: undefined,
    },
    effects,
  };
}

/**
 * A key that goes to the reader, encrypted too: under the default key anybody can open it. And a poll in
 * the clear, which may bring the digits of somebody's code.
 */
export function isSecretTurn({outstanding, channel}: SessionState): boolean {
  const kind = outstanding?.command.kind;
  return kind === 'keyset' || (kind === 'poll' && channel === undefined);
}
