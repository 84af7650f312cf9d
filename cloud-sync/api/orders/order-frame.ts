import {sql} from 'kysely';
import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import {errorText, InternalError, UsageError} from '../../../protocols/base/errors.js';
import {HOUR_MS, MINUTE_MS} from '../../../protocols/base/units.js';
import type {SyncLog} from '../../log.js';
import type {MoneyMove, MoneyRefusal} from '../ledger/money-move.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {ChangeFeed} from '../tenancy/change-feed.js';
import type {OrderRow, OrderTable, TriedDue} from './order-table.js';
import type {
  FrameInput,
  GrantWish,
  OrderEffect,
  OrderStep,
  OrderType,
  OrderView,
} from './order-type.js';

/** Moves money for orders; `undefined` when it is done. Nothing is written when it refuses. */
export interface MoneyMover {
  move(
    tx: CloudTransaction,
    tenant: string,
    move: MoneyMove,
    about: {
      readonly orderId: string | null;
      /** The key was made in this transaction: nothing can stand under it. */
      readonly isNew?: boolean;
    },
  ): Promise<MoneyRefusal | undefined>;
}

/** Issues rights for orders; both tell the gateways that should hear of it after the commit. */
export interface RightsGiver {
  grant(
    tx: CloudTransaction,
    order: OrderOwner,
    wish: GrantWish,
    known?: KnownOfGrant,
  ): Promise<readonly string[]>;
  revoke(tx: CloudTransaction, order: OrderOwner, name: string): Promise<readonly string[]>;
}

/** What whoever wants a right has found out already in the same transaction. */
export interface KnownOfGrant {
  /** The order was made in it, and had no right of that name yet. */
  readonly isNew?: boolean;
  /** The holder is locked and may use what he has. */
  readonly isHolderActive?: boolean;
}

export type OrderOwner = Pick<OrderRow, 'id' | 'tenant' | 'site' | 'holder'>;

/** Does the `work` effects of one type in the transaction of their step. */
export type OrderWork = (
  tx: CloudTransaction,
  order: OrderOwner,
  name: string,
  data: Readonly<Record<string, unknown>>,
) => Promise<void>;

export interface OrderFrameOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: SyncLog;
  readonly store: CloudStore;
  readonly orders: OrderTable;
  readonly changes: ChangeFeed;
  readonly money: MoneyMover;
  readonly rights: RightsGiver;
  /** After the commit of what was due. */
  readonly onGateways: (gateways: readonly string[]) => void;
  /** A deadline is being set; its transaction may still be undone. */
  readonly onDeadline?: (dueWall: number) => void;
}

export type FeedResult =
  | {readonly kind: 'moved'; readonly state: string; readonly gateways: readonly string[]}
  /** An input of this id came before; where the order stands now. */
  | {readonly kind: 'before'; readonly state: string}
  | {readonly kind: 'refused'; readonly state: string; readonly why: string}
  | {readonly kind: 'unknown'};

/** What a new order is, and what is to be done with it at once. */
export interface NewOrder extends Pick<OrderRow, 'tenant' | 'site' | 'holder' | 'type' | 'state'> {
  readonly id?: string | undefined;
  readonly data: unknown;
  readonly effects?: readonly OrderEffect[];
  /** The holder was locked in this transaction, and may use what he has. */
  readonly isHolderActive?: boolean;
}

export type BeginResult =
  | {
      readonly kind: 'begun';
      readonly id: string;
      readonly row: OrderRow;
      readonly gateways: readonly string[];
    }
  /** The caller undoes his transaction. */
  | {readonly kind: 'money_refused'; readonly why: MoneyRefusal};

type AnyInput = {readonly kind: string};
type AnyType = OrderType<string, unknown, AnyInput>;

/** What fails at its deadline is tried again after this, then after twice as long, and so on. */
const FIRST_REST_MS = MINUTE_MS;
const LAST_REST_MS = HOUR_MS;

/**
 * Stores orders of every type and steps them: one step, what it wants of money, rights, deadlines and
 * feeds, and the input that caused it are one transaction. An input of one id is fed once.
 *
 * Locks are taken in this order: the order itself, places, accounts, gateways. A new order locks nothing
 * of itself, so its place may be taken first.
 */
export class OrderFrame {
  readonly #options: OrderFrameOptions;
  readonly #types = new Map<string, AnyType>();
  readonly #works = new Map<string, OrderWork>();

  constructor(options: OrderFrameOptions) {
    this.#options = options;
  }

  /** `work`: does the `work` effects of this type. */
  register<State extends string, Data, Input extends AnyInput>(
    type: OrderType<State, Data, Input>,
    work?: OrderWork,
  ): void {
    this.#types.set(type.name, type as unknown as AnyType);
    if (work) this.#works.set(type.name, work);
  }

  /** A new order in `state`; gives its id. What it is to do follows by `feed`. */
  async create(tx: CloudTransaction, made: Omit<NewOrder, 'effects'>): Promise<string> {
    return (await this.#add(tx, made)).id;
  }

  /** A new order together with what it wants at once. */
  async begin(tx: CloudTransaction, made: NewOrder): Promise<BeginResult> {
    const row = await this.#add(tx, made);
    const known = {isNew: true, isHolderActive: made.isHolderActive ?? false};
    const done = await this.#doAll(tx, row, made.effects ?? [], known);
    if (done.kind !== 'applied') return done;
    return {kind: 'begun', id: row.id, row, gateways: done.gateways};
  }

  async feed(
    tx: CloudTransaction,
    id: string,
    input: AnyInput,
    inputId: string,
  ): Promise<FeedResult> {
    const {clock, orders} = this.#options;
    const row = await orders.lock(tx, id);
    if (!row) return {kind: 'unknown'};
    const isFirst = await orders.addInput(
      tx,
      {order: id, id: inputId, kind: input.kind},
      clock.wallMs(),
    );
    if (!isFirst) return {kind: 'before', state: row.state};
    const type = this.#typeOf(row.type);
    const first = type.step(viewOf(type, row), input, clock.wallMs());
    if (first.kind === 'refused') {
      // It may fit later: nothing of it stays.
      await orders.dropInput(tx, id, inputId);
      return {...first, state: row.state};
    }
    // A ledger that refuses has written nothing, and money comes first: only a second move may find
    // something to undo.
    const isSaved = first.effects.filter(({effect}) => effect === 'money').length > 1;
    if (isSaved) await sql`savepoint order_step`.execute(tx);
    const done = await this.#apply(tx, row, first);
    if (done.kind === 'applied') {
      if (isSaved) await sql`release savepoint order_step`.execute(tx);
      return {kind: 'moved', state: first.state, gateways: done.gateways};
    }
    if (isSaved) {
      await sql`rollback to savepoint order_step`.execute(tx);
      await sql`release savepoint order_step`.execute(tx);
    }
    const result = await this.#withoutMoney(tx, type, row, {...done, input});
    if (result.kind === 'refused') await orders.dropInput(tx, id, inputId);
    return result;
  }

  /** Do what is due, in due order, each once; gives how many. What fails rests and holds up no other. */
  async runDue(): Promise<number> {
    const {store, orders, clock, onGateways} = this.#options;
    for (let count = 0; ; ) {
      const due = await store.read(db => orders.firstDue(db, clock.wallMs()));
      if (!due) return count;
      const result = await this.#fire(due);
      if (result) count += 1;
      if (result?.kind === 'moved') onGateways(result.gateways);
    }
  }

  /** When there is something to do next; undefined: nothing waits. */
  nextDue(): Promise<number | undefined> {
    const {store, orders} = this.#options;
    return store.read(db => orders.nextDue(db));
  }

  /** Undefined: another worker has done it, or it failed. @throws StoreError when the database is away */
  async #fire(due: TriedDue): Promise<FeedResult | undefined> {
    const {store, orders, clock, log} = this.#options;
    try {
      return await store.transaction(async tx => {
        // The second of two workers waits here, and then finds it gone.
        await orders.lock(tx, due.order);
        if (!(await orders.takeDeadline(tx, due))) return undefined;
        const input: FrameInput = {kind: 'deadline', name: due.name};
        return this.feed(tx, due.order, input, `deadline:${due.setId}`);
      });
    } catch (error) {
      const {order, name, tries} = due;
      log.error('order.deadline_failed', {order, name, why: errorText(error)});
      const restMs = Math.min(LAST_REST_MS, FIRST_REST_MS * 2 ** Math.min(tries, 10));
      await store.read(db => orders.restDeadline(db, due, clock.wallMs() + restMs));
      return undefined;
    }
  }

  async #add(tx: CloudTransaction, made: Omit<NewOrder, 'effects'>): Promise<OrderRow> {
    const {entropy, clock, orders} = this.#options;
    const {id = entropy.ulid(), tenant, site, holder, type, state, data} = made;
    this.#typeOf(type);
    const row = {id, tenant, site, holder, type, state, data: JSON.stringify(data)};
    const createdWall = clock.wallMs();
    await orders.add(tx, {...row, createdWall});
    await this.#tellState(tx, row);
    return {...row, ver: 1, createdWall, changedWall: createdWall};
  }

  async #withoutMoney(
    tx: CloudTransaction,
    type: AnyType,
    row: OrderRow,
    {move, why, input: cause}: Omit<Extract<FrameInput, {kind: 'money_refused'}>, 'kind'>,
  ): Promise<FeedResult> {
    const input: FrameInput = {kind: 'money_refused', move, why, input: cause};
    const step = type.step(viewOf(type, row), input, this.#options.clock.wallMs());
    if (step.kind === 'refused') return {...step, state: row.state};
    const done = await this.#apply(tx, row, step);
    if (done.kind === 'applied') return {kind: 'moved', state: step.state, gateways: done.gateways};
    const text = `order ${row.id}: ${type.name} wants money again after ${why}`;
    throw new InternalError('internal/order', text, {order: row.id, why: done.why});
  }

  async #apply(
    tx: CloudTransaction,
    row: OrderRow,
    step: Extract<OrderStep<string, unknown>, {kind: 'moved'}>,
  ): Promise<Applied> {
    const {orders, clock} = this.#options;
    const done = await this.#doAll(tx, row, step.effects);
    if (done.kind !== 'applied') return done;
    const saved = {state: step.state, data: JSON.stringify(step.data), wallMs: clock.wallMs()};
    await orders.save(tx, row.id, saved);
    if (step.state !== row.state) await this.#tellState(tx, {...row, state: step.state});
    return done;
  }

  /** Money first: nothing else is written when it refuses. */
  async #doAll(
    tx: CloudTransaction,
    row: OrderRow,
    effects: readonly OrderEffect[],
    known: KnownOfGrant = {},
  ): Promise<Applied> {
    const gateways = new Set<string>();
    const granted = new Set<string>();
    const isMoney = ({effect}: OrderEffect) => effect === 'money';
    const rest = effects.filter(effect => !isMoney(effect));
    for (const effect of [...effects.filter(isMoney), ...rest]) {
      const isGrant = effect.effect === 'grant';
      const isAgain = isGrant && granted.has(effect.wish.name);
      const done = await this.#do(tx, row, effect, isAgain ? {...known, isNew: false} : known);
      if (isGrant) granted.add(effect.wish.name);
      if (done.kind === 'money_refused') return done;
      for (const gateway of done.gateways) gateways.add(gateway);
    }
    return {kind: 'applied', gateways: [...gateways]};
  }

  async #do(
    tx: CloudTransaction,
    row: OrderRow,
    effect: OrderEffect,
    known: KnownOfGrant,
  ): Promise<Applied> {
    const {orders, entropy, money, rights} = this.#options;
    switch (effect.effect) {
      case 'set_deadline': {
        const {name, dueAt: dueWall} = effect;
        await orders.setDeadline(tx, {order: row.id, name, dueWall, setId: entropy.ulid()});
        this.#options.onDeadline?.(dueWall);
        return NOBODY;
      }
      case 'cancel_deadline':
        await orders.cancelDeadline(tx, row.id, effect.name);
        return NOBODY;
      case 'money': {
        const isNew = known.isNew === true && effect.move.key.startsWith(row.id);
        const why = await money.move(tx, row.tenant, effect.move, {orderId: row.id, isNew});
        return why === undefined ? NOBODY : {kind: 'money_refused', move: effect.move, why};
      }
      case 'grant':
        return {kind: 'applied', gateways: await rights.grant(tx, row, effect.wish, known)};
      case 'revoke_grant':
        return {kind: 'applied', gateways: await rights.revoke(tx, row, effect.name)};
      case 'work': {
        const work = this.#works.get(row.type);
        if (!work) throw new UsageError('order/work', `${row.type} cannot do ${effect.name}`);
        await work(tx, row, effect.name, effect.data);
        return NOBODY;
      }
      case 'tell':
        await this.#tell(tx, row, effect.type, effect.data);
        return NOBODY;
    }
  }

  #tellState(tx: CloudTransaction, row: OrderOwner & {type: string; state: string}): Promise<void> {
    return this.#tell(tx, row, `${row.type}.${row.state.toLowerCase()}`, {state: row.state});
  }

  #tell(tx: CloudTransaction, order: OrderOwner, type: string, data: object): Promise<void> {
    const {id, tenant, site} = order;
    const subject = {subject: 'order', subjectId: id};
    return this.#options.changes.note(tx, {tenant, site, type, ...subject, data});
  }

  #typeOf(name: string): AnyType {
    const type = this.#types.get(name);
    if (!type) throw new UsageError('order/type', `no order type ${name} is registered`);
    return type;
  }
}

type Applied =
  | {readonly kind: 'applied'; readonly gateways: readonly string[]}
  | {readonly kind: 'money_refused'; readonly move: MoneyMove; readonly why: MoneyRefusal};

const NOBODY: Applied = {kind: 'applied', gateways: []};

function viewOf(type: AnyType, row: OrderRow): OrderView<string, unknown> {
  const {id, tenant, site, holder, state} = row;
  return {id, tenant, site, holder, state, data: type.read(JSON.parse(row.data))};
}
