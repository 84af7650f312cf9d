import type {Millis} from '../../protocols/base/clock.js';
import {type BackoffPlan, backoffDelayMs} from '../port/backoff.js';
import type {DeviceHealth} from './contract.js';

/** What the line knows of one unit. */
export interface BreakerState {
  readonly health: DeviceHealth;
  readonly misses: number;
  /** Since when nothing valid came; undefined while it answers. */
  readonly silentSinceMs: Millis | undefined;
  /** The sweep leaves the unit alone until then. Commands do not wait for it. */
  readonly pollFromMs: Millis;
}

export type BreakerInput =
  | {readonly kind: 'reply'; readonly atMs: Millis}
  /** `fraction` is uniform in [0, 1), for the jitter of the probes. */
  | {readonly kind: 'miss'; readonly atMs: Millis; readonly fraction: number}
  | {readonly kind: 'linkLost'; readonly atMs: Millis}
  | {readonly kind: 'linkUp'; readonly atMs: Millis};

/** A late reply must not answer the unit's own next request: devices.md 1.4 rule 1. */
const REST_AFTER_MISS_MS = 1000;
/** devices.md 1.4 rule 5. */
const OFFLINE_AFTER_MISSES = 3;
const OFFLINE_AFTER_MS = 8000;
const PROBE_BACKOFF: BackoffPlan = {firstMs: 1000, limitMs: 60_000, jitter: 0.2};

export const UNKNOWN_UNIT: BreakerState = {
  health: 'unknown',
  misses: 0,
  silentSinceMs: undefined,
  pollFromMs: Number.NEGATIVE_INFINITY,
};

const ANSWERING: BreakerState = {...UNKNOWN_UNIT, health: 'ok'};

/** Judge a unit by what became of a request to it: pure, one per unit of a line. */
export function stepBreaker(state: BreakerState, input: BreakerInput): BreakerState {
  switch (input.kind) {
    case 'reply':
      return state.health === 'ok' && state.misses === 0 ? state : ANSWERING;
    case 'miss':
      return miss(state, input.atMs, input.fraction);
    case 'linkLost':
      return {
        health: 'offline',
        misses: Math.max(state.misses, OFFLINE_AFTER_MISSES),
        silentSinceMs: state.silentSinceMs ?? input.atMs,
        pollFromMs: input.atMs,
      };
    case 'linkUp':
      // A fresh port may have cured everybody: each unit is asked once before it waits again.
      if (state.health !== 'offline') return state;
      return {...state, misses: OFFLINE_AFTER_MISSES - 1, pollFromMs: input.atMs};
  }
}

/** An offline unit is probed sparingly, except for the one poll it is owed after the line came back. */
export function isProbed({health, misses}: BreakerState): boolean {
  return health === 'offline' && misses >= OFFLINE_AFTER_MISSES;
}

function miss(state: BreakerState, atMs: Millis, fraction: number): BreakerState {
  const misses = state.misses + 1;
  const silentSinceMs = state.silentSinceMs ?? atMs;
  const gone =
    state.health === 'offline' ||
    misses >= OFFLINE_AFTER_MISSES ||
    atMs - silentSinceMs >= OFFLINE_AFTER_MS;
  if (!gone) {
    return {health: 'suspect', misses, silentSinceMs, pollFromMs: atMs + REST_AFTER_MISS_MS};
  }
  const probe = Math.max(0, misses - OFFLINE_AFTER_MISSES);
  const pollFromMs = atMs + backoffDelayMs(PROBE_BACKOFF, probe, fraction);
  return {health: 'offline', misses, silentSinceMs, pollFromMs};
}
