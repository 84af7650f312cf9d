import type {ProviderAct, ProviderPicture} from './provider-port.js';

/**
 * Where something that we want of a provider stands:
 * - `created`: written down, not asked yet. `unknown`: asked, or about to be; only a fetch tells.
 * - `pending`: the provider has it, and waits for somebody. `succeeded`, `failed`: as it was fetched.
 * - `disputed`: the provider says something that cannot be; a person looks at it, no money moves by itself.
 */
export type IntentState = 'created' | 'unknown' | 'pending' | 'succeeded' | 'failed' | 'disputed';

export interface IntentRow {
  /** ULID; our key at the provider. */
  readonly id: string;
  readonly tenant: string;
  readonly provider: string;
  readonly act: ProviderAct;
  /** Whose money it is: where a charge goes, whence a refund or pay-out comes. */
  readonly account: string;
  readonly amountFen: number;
  /** The intent that it is about: the hold of a capture, the charge of a refund. */
  readonly of: string | null;
  readonly state: IntentState;
  readonly ref: string | null;
  /** Day of the provider's settlement, as it says. */
  readonly bookDay: string | null;
  /** Day in whose settlement it was found. */
  readonly settledDay: string | null;
  /** What our books say that the provider got (above 0) or paid (below 0) by it. */
  readonly postedFen: number;
  readonly payLink: string | null;
  /** When an authorization ends by itself. */
  readonly expiresWall: number | null;
  readonly why: string | null;
  /** How a person ended a dispute: the money is with us (`won`) or not; what the provider says counts no more. */
  readonly outcome: 'won' | 'lost' | null;
  readonly orderId: string | null;
  readonly reason: string | null;
  /** Who wanted it. */
  readonly by: string;
  readonly tries: number;
  /** When to look next; null: nobody needs to. */
  readonly nextWall: number | null;
  readonly createdWall: number;
  readonly changedWall: number;
}

/** What follows from a picture: money is moved by exactly one of these, once per intent. */
export type IntentStep =
  | {readonly kind: 'same'}
  | {readonly kind: 'pending'}
  | {readonly kind: 'succeeded'}
  | {readonly kind: 'failed'; readonly why: string}
  | {readonly kind: 'disputed'; readonly why: string};

/**
 * What the fetched picture of an intent makes of it. A charge that failed may be paid after all, for a
 * payer is not stopped by our opinion; anything else that changes its end is looked at by a person.
 */
export function stepIntent(intent: IntentRow, merchant: string, seen: ProviderPicture): IntentStep {
  const {state, act} = intent;
  if (state === 'disputed' || intent.outcome !== null) return {kind: 'same'};
  const misfit = misfitOf(intent, merchant, seen);
  if (misfit !== undefined) return {kind: 'disputed', why: misfit};
  switch (seen.state) {
    case 'pending':
      if (state === 'created' || state === 'unknown') return {kind: 'pending'};
      return state === 'succeeded' ? {kind: 'disputed', why: 'TAKEN_BACK'} : {kind: 'same'};
    case 'succeeded':
      if (state === 'succeeded') return {kind: 'same'};
      if (state === 'failed' && act !== 'charge') return {kind: 'disputed', why: 'LATE_SUCCESS'};
      return {kind: 'succeeded'};
    case 'failed':
      if (state === 'succeeded') return {kind: 'disputed', why: 'TAKEN_BACK'};
      return state === 'failed'
        ? {kind: 'same'}
        : {kind: 'failed', why: (seen.why ?? 'REFUSED').slice(0, 128)};
  }
}

function misfitOf(intent: IntentRow, merchant: string, seen: ProviderPicture): string | undefined {
  if (seen.key !== intent.id || seen.act !== intent.act) return 'OTHER_ORDER';
  if (seen.merchant !== merchant) return 'OTHER_MERCHANT';
  if (seen.currency !== 'CNY') return 'OTHER_CURRENCY';
  return seen.amountFen === intent.amountFen ? undefined : 'OTHER_AMOUNT';
}

const FIRST_LOOK_MS = 5000;
const LAST_LOOK_MS = 600_000;

/** How long until an intent that is not at its end is fetched again: 5 s, doubling up to 10 min. */
export function lookAgainMs(tries: number): number {
  return Math.min(LAST_LOOK_MS, FIRST_LOOK_MS * 2 ** Math.min(tries, 10));
}
