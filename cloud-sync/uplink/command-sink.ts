import type {ActKind} from '../../protocols/cloud/down-messages.js';
import type {BayId, CommandId} from '../../protocols/site/ids.js';

/** A command from afar: once, now or never. */
export interface Act {
  readonly id: CommandId;
  readonly kind: ActKind;
  /** The bay, or what else of the site is meant. */
  readonly bay: BayId;
  /** Who asked, as the cloud knows them. */
  readonly by: string;
  /** The shower that a stop is meant for. */
  readonly use?: string;
  /** W3C trace context of the request; journalled with what follows. */
  readonly trace?: string;
}

export type ActOutcome =
  | {readonly kind: 'done'}
  /** Not tried: an interlock or rule forbids it. */
  | {readonly kind: 'refused'; readonly why: string}
  /** Tried, and the arm did not follow. */
  | {readonly kind: 'failed'; readonly why: string}
  /** Tried, and nothing tells whether it was done. */
  | {readonly kind: 'unproven'; readonly why: string};

export type Claim =
  /** The id is on disk; the act begins and `answer` will be called once. */
  | {readonly kind: 'claimed'}
  /** Seen before, and not begun again; `outcome` is undefined while the first is still running or when
   *  a restart cut it short. */
  | {readonly kind: 'dup'; readonly outcome: ActOutcome | undefined};

/**
 * Where commands land at the gateway. `accept` commits the id before anything moves, also across a
 * restart, so that no copy of a message moves an arm twice.
 */
export interface CommandSink {
  /** `begun` runs when the order is on disk and its arm is about to move, then `answer`; either may run
   *  before `accept` returns. */
  accept(act: Act, answer: (outcome: ActOutcome) => void, begun: () => void): Claim;
  /** What was accepted under this id before, also by an earlier run. */
  earlier(id: CommandId): Extract<Claim, {kind: 'dup'}> | undefined;
  /** Journal that a genuine command was not carried out. */
  reject(act: Act, result: 'expired' | 'stale_session' | 'refused', why: string): void;
}
