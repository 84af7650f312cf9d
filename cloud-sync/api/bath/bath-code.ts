import type {UnixMillis} from '../../../protocols/base/clock.js';
import {UsageError} from '../../../protocols/base/errors.js';
import {BATH_CODE_LIFE_MS} from '../../../protocols/site/bath-rules.js';
import type {OrderView} from '../orders/order-type.js';

export type BathState =
  /** The code is out and nobody keyed it in. */
  | 'live'
  /** Water runs on it. */
  | 'running'
  | 'settled'
  | 'expired'
  /** By a newer code, or given up. */
  | 'replaced'
  | 'cancelled';

/** What is stored of a code. */
export interface BathData {
  readonly heldFen: number;
  /** How many holds it had, one after the other. */
  readonly holds: number;
  /** The money is still set aside: also of a code that is over, until its gateway has told of all its uses. */
  readonly isHeld: boolean;
  readonly madeMs: UnixMillis;
  readonly expiresMs: UnixMillis;
  /** How often it was given another life. */
  readonly renewals: number;
  /** How often its gateway was looked for since it is over. */
  readonly asks: number;
  /** The shower that it was keyed in for. */
  readonly session: string | null;
  readonly point: string | null;
  /** When that began, by the clock of its gateway. */
  readonly openedMs: number | null;
  /** Undefined until it is told. */
  readonly usedFen: number | null;
  /** Used beyond what the member had. */
  readonly owedFen: number;
  readonly usedMl: number | null;
  /** `estimated`: some of it was not measured. @see requirements E63 */
  readonly quality: 'good' | 'estimated';
}

/** What a gateway tells of a shower under the code. */
export interface ShowerInput {
  readonly kind: 'shower';
  readonly session: string;
  readonly point: string;
  readonly phase: string;
  readonly usedFen: number;
  /** The rinse. */
  readonly owedFen: number;
  readonly usedMl: number;
  readonly quality: 'good' | 'estimated';
  /** No water came: the code is good again. */
  readonly isGivenBack: boolean;
  readonly atMs: number | null;
}

export type BathInput =
  | ShowerInput
  /** Somebody says that a stall has taken the code. */
  | {readonly kind: 'opened'; readonly session: string; readonly point: string}
  /** What that shower cost, the rinse included. */
  | {readonly kind: 'used'; readonly session: string; readonly amountFen: number}
  | {readonly kind: 'replace'}
  /** `isReached`: its gateway hears of it at once, so nobody keys it in any more. */
  | {readonly kind: 'cancel'; readonly isReached: boolean}
  /** Another life, once; `points` as before. @see requirements E57 */
  | {readonly kind: 'renew'; readonly points: readonly string[]};

export type BathOrder = OrderView<BathState, BathData>;

export function liveBath(heldFen: number, now: UnixMillis): BathData {
  const expiresMs = (now + BATH_CODE_LIFE_MS) as UnixMillis;
  return {
    ...{heldFen, holds: 1, isHeld: true, madeMs: now, expiresMs, renewals: 0, asks: 0},
    ...{session: null, point: null, openedMs: null},
    ...{usedFen: null, owedFen: 0, usedMl: null, quality: 'good'},
  };
}

/** @throws UsageError `order/data` when it is not what a code stores */
export function readBath(data: unknown): BathData {
  const held = data as Partial<BathData> | null;
  if (typeof held?.heldFen === 'number' && held.usedFen !== undefined) return held as BathData;
  throw new UsageError('order/data', 'not the data of a bath code');
}
