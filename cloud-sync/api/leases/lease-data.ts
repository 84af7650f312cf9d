import type {Millis, UnixMillis} from '../../../protocols/base/clock.js';
import {UsageError} from '../../../protocols/base/errors.js';
import type {LeaseRate, LeaseTerm} from '../../../protocols/site/lease-rules.js';
import type {OpenStay, StayOrderInput} from '../orders/open-stay.js';
import type {FrameInput, OrderView} from '../orders/order-type.js';

export type LeaseState =
  /** Not both have consented. */
  | 'proposed'
  /** Both have; the money was not there yet. */
  | 'agreed'
  /** Paid, and the tenant has his right. */
  | 'active'
  /** Its time is over and the car still stands there. */
  | 'overtime'
  | 'ended'
  | 'refused'
  | 'lapsed'
  | 'withdrawn';

export type Side = 'tenant' | 'lender';
export const SIDES = ['tenant', 'lender'] as const satisfies readonly Side[];

/** Who said yes for one side, and when. */
export interface Consent {
  readonly by: string;
  readonly atMs: UnixMillis;
}

export type Consents = Readonly<Record<Side, Consent | null>>;

/** What both are asked to agree on: the lease itself, or its renewal. */
export interface LeaseOffer {
  readonly agreement: string;
  /** Of the text as both are shown it. */
  readonly sha256: string;
  readonly term: LeaseTerm;
  readonly consents: Consents;
  readonly lapsesMs: UnixMillis;
}

/** A part of the time and what is held for it. */
export interface PaidTerm extends LeaseTerm {
  /** Of its hold. */
  readonly key: string;
  readonly heldFen: number;
}

/** What is stored of a lease. */
export interface LeaseData {
  readonly point: string;
  /** Member who lends the bay; null: the lot itself. */
  readonly lender: string | null;
  readonly fromMs: UnixMillis;
  /** Where it ends now. */
  readonly untilMs: UnixMillis;
  readonly depositFen: number;
  /** Of what is charged, to the lender; whole. */
  readonly lenderPercent: number;
  /** Of the usual price, for time beyond the end; whole. */
  readonly overtimePercent: number;
  readonly offer: LeaseOffer | null;
  readonly terms: readonly PaidTerm[];
  readonly open: readonly OpenStay[];
  /** Beyond the end, by stays that outlasted the grace. */
  readonly overtimeMs: Millis;
  /** Beyond the end and within the grace: at the usual price. */
  readonly graceMs: Millis;
  /** Sessions of which a part is in one of these, was charged later, or whose end was presumed. */
  readonly billed: readonly string[];
  /** The bay that was agreed on, when another one was given for it. */
  readonly movedFrom: string | null;
  readonly chargedFen: number;
  /** Charged beyond what the tenant had. */
  readonly owedFen: number;
  readonly note: string | null;
}

export type LeaseInput =
  | {
      readonly kind: 'consent';
      readonly agreement: string;
      readonly side: Side;
      readonly by: string;
      /** Of the text that he was shown. */
      readonly sha256: string;
    }
  | {
      readonly kind: 'refuse' | 'withdraw';
      readonly agreement: string;
      readonly note: string | null;
    }
  /** What both agreed on, from what the tenant has by now. */
  | {readonly kind: 'pay'}
  /** Both are asked to go on under a new term. */
  | {readonly kind: 'renew'; readonly offer: Omit<LeaseOffer, 'consents' | 'lapsesMs'>}
  /** On at the price of the last term. */
  | {readonly kind: 'extend'; readonly untilMs: UnixMillis}
  /** Now, before its time. */
  | {readonly kind: 'end'; readonly note: string | null}
  | StayOrderInput;

export type Lease = OrderView<LeaseState, LeaseData>;
export type AnyLeaseInput = LeaseInput | FrameInput;

export const LEASE = 'lease';
/** Name of the right that a lease issues. */
export const LEASE_RIGHT = 'bay';
export const NOBODY_YET: Consents = {tenant: null, lender: null};

export interface LeaseOpening {
  readonly point: string;
  readonly lender: string | null;
  readonly fromMs: UnixMillis;
  readonly untilMs: UnixMillis;
  readonly rate: LeaseRate;
  readonly depositFen: number;
  readonly lenderPercent: number;
  readonly overtimePercent: number;
  readonly agreement: string;
  readonly sha256: string;
  readonly lapsesMs: UnixMillis;
}

/** A lease that was just asked for. */
export function proposedLease(opening: LeaseOpening): LeaseData {
  const {point, lender, fromMs, untilMs, depositFen, lenderPercent, overtimePercent} = opening;
  const {agreement, sha256, lapsesMs, rate} = opening;
  const term = {fromMs, untilMs, rate};
  return {
    ...{point, lender, fromMs, untilMs, depositFen, lenderPercent, overtimePercent},
    offer: {agreement, sha256, term, consents: NOBODY_YET, lapsesMs},
    ...{terms: [], open: [], overtimeMs: 0, graceMs: 0, billed: [], movedFrom: null},
    ...{chargedFen: 0, owedFen: 0, note: null},
  };
}

/** @throws UsageError `order/data` when it is not what a lease stores */
export function readLease(data: unknown): LeaseData {
  const held = data as Partial<LeaseData> | null;
  if (typeof held?.point === 'string' && Array.isArray(held.terms)) return held as LeaseData;
  throw new UsageError('order/data', 'not the data of a lease');
}
