import type {Millis} from '../../protocols/base/clock.js';
import type {CardUid, DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';

/**
 * `EMPTY`, `JAM`: the machine says so, until it is filled or cleared. `DOUBLE`: more than one card
 * left the stack at one feed, until a feed gives one. `UNTAKEN`: a card lay at the mouth for 60 s,
 * until it is taken or swallowed.
 */
export type DispenserFault = 'EMPTY' | 'JAM' | 'DOUBLE' | 'UNTAKEN';

/**
 * What became of an order to give out a card. `begun`: the machine has taken it. `unanswered`: it may
 * have; what comes to the mouth tells. `refused`: it is empty, jammed, or still has a card at its
 * mouth. `not_sent`: nothing left.
 */
export type IssueOutcome = 'begun' | 'unanswered' | 'refused' | 'not_sent';

export interface CardDispenserListener {
  /** A card of this machine lies at its mouth and the reader there has read it. Once per card. */
  onCardAtMouth(uid: CardUid, atMs: Millis): void;
  /** How many cards left the stack since the last word; more than one at one feed is `DOUBLE`. */
  onFed(cards: number, atMs: Millis): void;
  onTaken(atMs: Millis): void;
  onSwallowed(atMs: Millis): void;
  /** Cards left in the stack, whenever that changes. */
  onStock(stock: number): void;
  onFault(fault: DispenserFault, isStanding: boolean, detail: string): void;
  onHealth(health: DeviceHealth): void;
}

export interface CardDispenser {
  readonly id: DeviceId;
  readonly health: DeviceHealth;
  readonly stock: number | undefined;
  /** Feed one card to the mouth; the frame goes out once. */
  issue(): Promise<IssueOutcome>;
  /** Draw back what lies at the mouth. */
  swallow(): Promise<IssueOutcome>;
  /** The reader at the mouth sees a card. */
  cardSeen(uid: CardUid, atMs: Millis): void;
  /** Its field is empty again. */
  cardGone(): void;
  close(): void;
}
