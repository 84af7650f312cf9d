import type {UnixMillis} from '../../../protocols/base/clock.js';
import type {GrantBudget, GrantKind} from '../../../protocols/site/grant.js';
import type {MoneyMove, MoneyRefusal} from '../ledger/money-move.js';

/** An order as its type sees it. */
export interface OrderView<State extends string, Data> {
  readonly id: string;
  readonly tenant: string;
  readonly site: string;
  readonly holder: string;
  readonly state: State;
  readonly data: Data;
}

/** A right that an order wants its holder to have at the gateways of `points`. */
export interface GrantWish {
  /** Names it within its order: a later wish under the same name changes it. */
  readonly name: string;
  readonly kind: GrantKind;
  readonly points: readonly string[];
  readonly validFrom: UnixMillis;
  readonly validUntil: UnixMillis;
  readonly entries: 'one' | 'multi';
  /** What may be used up at most. */
  readonly budget?: GrantBudget | undefined;
  /** Of cars that may stand there under it: a camera tells others by theirs. */
  readonly plates?: readonly string[] | undefined;
  /** Kinds of credentials to issue for it. */
  readonly credentials: readonly ('card' | 'qr' | 'code' | 'key' | 'plate')[];
}

/** What a step wants done; all of it is stored in the transaction of the step. */
export type OrderEffect =
  | {readonly effect: 'set_deadline'; readonly name: string; readonly dueAt: UnixMillis}
  | {readonly effect: 'cancel_deadline'; readonly name: string}
  | {readonly effect: 'money'; readonly move: MoneyMove}
  | {readonly effect: 'grant'; readonly wish: GrantWish}
  | {readonly effect: 'revoke_grant'; readonly name: string}
  /** What only its type knows how to do, such as letting go of a place. @see OrderWork */
  | {
      readonly effect: 'work';
      readonly name: string;
      readonly data: Readonly<Record<string, unknown>>;
    }
  /** Told to feeds and webhooks; `data` is thin. */
  | {
      readonly effect: 'tell';
      readonly type: string;
      readonly data: Readonly<Record<string, unknown>>;
    };

/** What the frame itself feeds into every order. */
export type FrameInput =
  | {readonly kind: 'deadline'; readonly name: string}
  /** The ledger would not do what the step wanted; nothing of that step happened. */
  | {
      readonly kind: 'money_refused';
      readonly move: MoneyMove;
      readonly why: MoneyRefusal;
      /** What the step answered to. */
      readonly input: {readonly kind: string};
    };

export type OrderStep<State extends string, Data> =
  | {
      readonly kind: 'moved';
      readonly state: State;
      readonly data: Data;
      readonly effects: readonly OrderEffect[];
    }
  /** Does not fit where the order stands; nothing changes. */
  | {readonly kind: 'refused'; readonly why: string};

/**
 * What makes a kind of order: everything else (storage, deadlines, money, rights, history) is the
 * frame's. `step` is pure.
 */
export interface OrderType<State extends string, Data, Input extends {readonly kind: string}> {
  readonly name: string;
  /** Reads back what was stored. @throws when it is not of this type */
  readonly read: (data: unknown) => Data;
  step(
    order: OrderView<State, Data>,
    input: Input | FrameInput,
    now: UnixMillis,
  ): OrderStep<State, Data>;
}
