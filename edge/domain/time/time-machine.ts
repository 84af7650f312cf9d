import type {Millis, UnixMillis} from '../../../protocols/base/clock.js';
import {DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import {LONE_REACH_MS} from '../../../protocols/site/time-trust.js';

/** How well the time is known: synced lately, drifting since, or only a lower bound. */
export type ClockState = 'ok' | 'holdover' | 'floor';

/** Who told the time: the system's clock while it follows a time server, or a signed word of the cloud. */
export type TimeSource = 'ntp' | 'cloud';

/** What is known of the time of day at one instant. */
export interface TimeReading {
  readonly clk: ClockState;
  /** The best guess, never behind the floor. In `floor` nothing is decided by it alone. */
  readonly utcMs: UnixMillis;
  /** The truth is not further away; Infinity in `floor`. */
  readonly errorMs: Millis;
  /** Surely not in the future. Never goes back. */
  readonly floorMs: UnixMillis;
  /** In `floor`: one source vouches for `utcMs`, and it leapt too far to be believed alone. */
  readonly isVouched: boolean;
}

/** A source's word, carried on by the monotonic clock. */
interface Word {
  readonly utcMs: number;
  readonly monoMs: Millis;
  readonly errorMs: Millis;
  /** Since when the source has said the same. */
  readonly sinceMs: Millis;
}

export interface TimeState {
  readonly floorMs: number;
  readonly floorMonoMs: Millis;
  /** The time was known on this gateway before: without it, the first word is as good as any. */
  readonly isLearnt: boolean;
  /** What is believed. */
  readonly anchor: Word | undefined;
  /** What both sources agreed on last, or the floor of the start: leaps are measured from here, so that
   *  many small ones never add up. */
  readonly base: Word;
  readonly ntp: Word | undefined;
  readonly cloud: Word | undefined;
}

export type TimeInput =
  | {
      readonly kind: 'word';
      readonly source: TimeSource;
      readonly utcMs: number;
      readonly errorMs: Millis;
    }
  /** Known of an earlier run: what was stored of `floorMs`. */
  | {readonly kind: 'recall'; readonly floorMs: number}
  /** The system's clock follows no time server any more. */
  | {readonly kind: 'ntpLost'};

/** assumed: 100 ppm bounds the drift of an uncompensated crystal. @see sync.md 5.4 */
const DRIFT = 100e-6;
const FRESH_FOR_MS: Millis = DAY_MS;
const HOLDOVER_ERROR_MS: Millis = SECOND_MS;
/** A leap over it needs both sources. @see sync.md 5.4 */
const LONE_LEAP_MS: Millis = HOUR_MS;
/** assumed: two sources this close mean the same time. */
const AGREE_WITHIN_MS: Millis = MINUTE_MS;
/** assumed: a lone source that has not contradicted itself for so long is believed, or a site without a second one never would be. */
const LONE_TRUST_MS: Millis = DAY_MS;
/** assumed: no version is installed so long after it was built. A first word beyond it is no time. */
const FIRST_REACH_MS: Millis = 3650 * DAY_MS;

/** `floorMs`: when this program was built; 0 = nobody knows. */
export function startTime(floorMs: number, nowMs: Millis): TimeState {
  return {
    floorMs,
    floorMonoMs: nowMs,
    isLearnt: false,
    anchor: undefined,
    base: {utcMs: floorMs, monoMs: nowMs, errorMs: 0, sinceMs: nowMs},
    ntp: undefined,
    cloud: undefined,
  };
}

/** What this gateway may know of the time of day, from words of its sources and the monotonic clock. */
export function stepTime(state: TimeState, input: TimeInput, nowMs: Millis): TimeState {
  switch (input.kind) {
    case 'recall': {
      const lifted = liftFloor(state, input.floorMs, nowMs);
      const base = {utcMs: lifted.floorMs, monoMs: nowMs, errorMs: 0, sinceMs: nowMs};
      return {...lifted, base, isLearnt: true};
    }
    case 'ntpLost':
      return {...state, ntp: undefined};
    case 'word':
      return hear(state, input, nowMs);
  }
}

/** `rtcMs`: the system's wall clock, a guess where there is no better one. */
export function readTime(state: TimeState, nowMs: Millis, rtcMs: number): TimeReading {
  const floorMs = floorAt(state, nowMs);
  const {anchor} = state;
  if (anchor) {
    const utcMs = carried(anchor, nowMs);
    if (utcMs >= floorMs - AGREE_WITHIN_MS) {
      return {
        clk: nowMs - anchor.monoMs < FRESH_FOR_MS ? 'ok' : 'holdover',
        utcMs: whole(Math.max(utcMs, floorMs)),
        errorMs: errorAt(anchor, nowMs),
        floorMs: whole(floorMs),
        isVouched: false,
      };
    }
  }
  const lone = state.cloud ?? state.ntp;
  const loneMs = lone ? carried(lone, nowMs) : Number.NEGATIVE_INFINITY;
  const isVouched = loneMs >= floorMs;
  return {
    clk: 'floor',
    utcMs: whole(Math.max(isVouched ? loneMs : rtcMs, floorMs)),
    errorMs: Number.POSITIVE_INFINITY,
    floorMs: whole(floorMs),
    isVouched,
  };
}

function hear(
  state: TimeState,
  input: Extract<TimeInput, {kind: 'word'}>,
  nowMs: Millis,
): TimeState {
  const {source, utcMs, errorMs} = input;
  const before = state[source];
  const repeats = before && Math.abs(carried(before, nowMs) - utcMs) <= AGREE_WITHIN_MS;
  const word: Word = {utcMs, monoMs: nowMs, errorMs, sinceMs: repeats ? before.sinceMs : nowMs};
  const heard = {...state, [source]: word};
  const isSure = isConfirmed(heard, source, word, nowMs);
  if (!isSure && !isPlausible(heard, word, nowMs)) return heard;
  const {anchor} = state;
  if (anchor && errorAt(anchor, nowMs) < errorMs && agree(anchor, word, nowMs)) return heard;
  const anchored = {...heard, anchor: word, base: isSure ? word : state.base, isLearnt: true};
  return liftFloor(anchored, utcMs - errorMs, nowMs);
}

/**
 * Both sources say so, one has for a day, or none ever said anything. Alone none reaches far: the floor
 * goes with what is believed and never comes back, so a cloud set to 2040 would end every right for good.
 */
function isConfirmed(state: TimeState, source: TimeSource, word: Word, nowMs: Millis): boolean {
  const other = source === 'ntp' ? state.cloud : state.ntp;
  if (other && agree(other, word, nowMs)) return true;
  const aheadMs = word.utcMs - carried(state.base, nowMs);
  if (!state.isLearnt) return state.base.utcMs === 0 || aheadMs <= FIRST_REACH_MS;
  return nowMs - word.sinceMs >= LONE_TRUST_MS && aheadMs <= LONE_REACH_MS;
}

/** Near enough to what was sure for one source alone. */
function isPlausible({base}: TimeState, word: Word, nowMs: Millis): boolean {
  const aheadMs = word.utcMs - carried(base, nowMs);
  const doubtMs = errorAt(base, nowMs) + word.errorMs;
  return aheadMs >= -doubtMs - AGREE_WITHIN_MS && aheadMs <= LONE_LEAP_MS + doubtMs;
}

function agree(one: Word, other: Word, nowMs: Millis): boolean {
  return Math.abs(carried(one, nowMs) - carried(other, nowMs)) <= AGREE_WITHIN_MS;
}

function carried({utcMs, monoMs}: Word, nowMs: Millis): number {
  return utcMs + (nowMs - monoMs);
}

function errorAt({errorMs, monoMs}: Word, nowMs: Millis): Millis {
  const elapsedMs = nowMs - monoMs;
  return errorMs + elapsedMs * DRIFT + (elapsedMs < FRESH_FOR_MS ? 0 : HOLDOVER_ERROR_MS);
}

/** Time passes for a floor too, at the least that a crystal counts. */
function floorAt({floorMs, floorMonoMs, anchor}: TimeState, nowMs: Millis): number {
  const passedMs = floorMs + (nowMs - floorMonoMs) * (1 - DRIFT);
  if (!anchor) return passedMs;
  return Math.max(passedMs, carried(anchor, nowMs) - errorAt(anchor, nowMs));
}

function liftFloor(state: TimeState, floorMs: number, nowMs: Millis): TimeState {
  return {...state, floorMs: Math.max(floorAt(state, nowMs), floorMs), floorMonoMs: nowMs};
}

function whole(ms: number): UnixMillis {
  return Math.floor(ms) as UnixMillis;
}
