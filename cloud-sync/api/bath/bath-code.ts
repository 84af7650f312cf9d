import type {UnixMillis} from '../../../protocols/base/clock.js';
import {UsageError} from '../../../protocols/base/errors.js';
import {BATH_CODE_LIFE_MS, type BathLimits} from '../../../protocols/site/bath-rules.js';
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
  /** 0: for the member himself; else for that child of his. */
  readonly child: number;
  readonly limits: BathLimits;
  /** The last order to shut its water from afar. */
  readonly stop: string | null;
  /** By which entry of the ledger what was used is paid; null: by none. */
  readonly paidBy: string | null;
  readonly refundedFen: number;
  readonly dispute: BathDispute | null;
}

/** The member says that this was not so. `declined`: staff gave nothing back. @see requirements E55 */
export interface BathDispute {
  readonly state: 'open' | 'refunded' | 'declined';
  readonly note: string;
  readonly atMs: number;
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
  /** Its water is ordered shut by the command of that id. */
  | {readonly kind: 'stop'; readonly command: string}
  /** A second look is wanted at what was used. */
  | {readonly kind: 'dispute'; readonly note: string}
  /** `amountFen` undefined: all of it; 0: nothing, which ends a dispute. */
  | {readonly kind: 'refund'; readonly amountFen: number | undefined; readonly note: string}
  /** Another life, once; `points` as before. @see requirements E57 */
  | {readonly kind: 'renew'; readonly points: readonly string[]};

export type BathOrder = OrderView<BathState, BathData>;

/** Who it is for, and what he may use. */
export interface BathFor {
  readonly child: number;
  readonly limits: BathLimits;
}

/** As codes began that were made before any of it was known. */
const PLAIN = {
  ...{child: 0, limits: {}, stop: null, paidBy: null},
  ...{refundedFen: 0, dispute: null},
} as const;

export function liveBath(
  heldFen: number,
  now: UnixMillis,
  {child, limits}: BathFor = PLAIN,
): BathData {
  const expiresMs = (now + BATH_CODE_LIFE_MS) as UnixMillis;
  return {
    ...{...PLAIN, child, limits},
    ...{heldFen, holds: 1, isHeld: true, madeMs: now, expiresMs, renewals: 0, asks: 0},
    ...{session: null, point: null, openedMs: null},
    ...{usedFen: null, owedFen: 0, usedMl: null, quality: 'good'},
  };
}

/** @throws UsageError `order/data` when it is not what a code stores */
export function readBath(data: unknown): BathData {
  const held = data as Partial<BathData> | null;
  if (typeof held?.heldFen === 'number' && held.usedFen !== undefined) {
    return {...PLAIN, ...held} as BathData;
  }
  throw new UsageError('order/data', 'not the data of a bath code');
}
