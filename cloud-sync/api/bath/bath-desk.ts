import type {Clock, Entropy, Millis} from '../../../protocols/base/clock.js';
import {SECOND_MS} from '../../../protocols/base/units.js';
import {type BathLimits, bathHoldFen, LEAST_BATH_FEN} from '../../../protocols/site/bath-rules.js';
import type {CommandBook} from '../command-book.js';
import {Refusal} from '../http/refusals.js';
import type {Ledger} from '../ledger/ledger.js';
import type {FeedResult, OrderFrame} from '../orders/order-frame.js';
import type {OrderRow, OrderTable} from '../orders/order-table.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {SiteTable} from '../tenancy/site-table.js';
import {type BathInput, liveBath, readBath} from './bath-code.js';
import type {BathDebts} from './bath-debts.js';
import {bathRight, codeEffects} from './bath-effects.js';
import {BATH} from './bath-order.js';
import type {BathPlace, BathTable} from './bath-table.js';

export interface BathMembers {
  /** @throws Refusal when he may do nothing now */
  assertActive(tx: CloudTransaction, tenant: string, member: string): Promise<unknown>;
}

/** `StallGateways` fits. */
export interface ReachedGateways {
  areReached(db: CloudReader, order: string, name: string): Promise<boolean>;
}

export interface BathDeskOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly frame: OrderFrame;
  readonly orders: OrderTable;
  readonly ledger: Ledger;
  readonly sites: SiteTable;
  readonly codes: BathTable;
  readonly debts: BathDebts;
  readonly members: BathMembers;
  readonly gateways: ReachedGateways;
  readonly commands: Pick<CommandBook, 'add'>;
}

/** A code that is wished for. */
export interface BathWish extends BathPlace {
  readonly limits: BathLimits;
}

/** How long a stop may take to reach its stall. */
const STOP_TTL_MS: Millis = 8 * SECOND_MS;

export interface BathActed {
  readonly order: string;
  readonly gateways: readonly string[];
}

/** Codes for a shower: one live one of each member at each site, and one of each child. @see requirements B4, E65 */
export class BathDesk {
  readonly #options: BathDeskOptions;

  constructor(options: BathDeskOptions) {
    this.#options = options;
  }

  /**
   * A new code: the one before it dies and lets its money go, debts are paid first, and the rest up to
   * 10 yuan is set aside.
   * @throws Refusal `low_balance` below 1 yuan, and then the one before it lives on; `no_stall`;
   * `house_cut_off` while nobody can tell whether the one before it was keyed in
   */
  async request(tx: CloudTransaction, wish: BathWish): Promise<BathActed> {
    const {clock, entropy, frame, codes, members, debts} = this.#options;
    const {limits, ...place} = wish;
    const {tenant, holder, site, child} = place;
    await members.assertActive(tx, tenant, holder);
    const points = await this.stalls(tx, place);
    const id = entropy.ulid();
    const before = await codes.take(tx, place, id);
    const old = before && (await this.#replace(tx, before, id));
    await debts.collect(tx, place, {key: `${id}/debt`, orderId: id});
    const heldFen = bathHoldFen(await this.#availableFen(tx, place), limits.fen);
    if (heldFen === undefined) throw lowBalance();
    const data = liveBath(heldFen, clock.wallMs(), {child, limits});
    const order = {id, tenant, site, holder, type: BATH, state: 'live', data};
    const begun = await frame.begin(tx, {
      ...order,
      effects: codeEffects({id, holder, data}, points),
    });
    if (begun.kind === 'money_refused') throw lowBalance();
    const gateways = new Set([...(old ? gatewaysOf(old) : []), ...begun.gateways]);
    return {order: id, gateways: [...gateways]};
  }

  /** @throws Refusal `order_state` when it does not fit where the code stands */
  async act(tx: CloudTransaction, order: string, input: BathInput): Promise<BathActed> {
    const {frame, entropy} = this.#options;
    const result = await frame.feed(tx, order, input, `${input.kind}:${entropy.ulid()}`);
    if (result.kind === 'unknown') throw new Refusal('not_found');
    if (result.kind === 'refused') {
      if (result.why === 'LOW_BALANCE') throw lowBalance();
      throw new Refusal('order_state', {detail: result.why});
    }
    return {order, gateways: gatewaysOf(result)};
  }

  /** Give a code up. Cut off, its gateway may let somebody in meanwhile: the money waits until it has told. */
  async cancel(tx: CloudTransaction, order: string): Promise<BathActed> {
    const {gateways, orders} = this.#options;
    const row = await orders.get(tx, order);
    if (!row) throw new Refusal('not_found');
    const isReached = await gateways.areReached(tx, order, rightOf(row));
    return this.act(tx, order, {kind: 'cancel', isReached});
  }

  /**
   * Shut the water that runs on a code, whoever stands under it; what came after it at the same stall runs on.
   * Gives the command. @throws Refusal `order_state` when none runs, `no_gateway` @see requirements E55
   */
  async stop(
    tx: CloudTransaction,
    order: string,
    {by, trace}: {readonly by: string; readonly trace: string},
  ): Promise<string> {
    const {orders, sites, entropy, clock, commands} = this.#options;
    const id = entropy.ulid();
    await this.act(tx, order, {kind: 'stop', command: id});
    const row = await orders.get(tx, order);
    if (!row) throw new Refusal('not_found');
    const {tenant, site} = row;
    const {point, session} = readBath(JSON.parse(row.data));
    const stall = point === null ? undefined : await sites.point(tx, site, point);
    if (!stall || stall.gateway === null) throw new Refusal('no_gateway');
    const {gateway, id: bay} = stall;
    const createdWall = clock.wallMs();
    await commands.add(tx, {
      ...{id, tenant, site, point: bay, gateway, bay, kind: 'stop', by, use: session, trace},
      ...{reason: 'by whose code it is', ttlMs: STOP_TTL_MS, state: 'pending', why: null},
      ...{createdWall, dueWall: createdWall + STOP_TTL_MS, session: null, journal: null},
      ...{sentWall: null, deliveredWall: null, closedWall: null},
    });
    return id;
  }

  /**
   * Somebody was let in on a code in the moment in which another took its place: that one dies, so that its
   * money is there for what runs. Gives the gateways to push after the commit.
   */
  async recall(tx: CloudTransaction, order: string): Promise<readonly string[]> {
    const {orders, codes, frame} = this.#options;
    const row = await orders.get(tx, order);
    if (!row || row.state === 'live' || row.state === 'running') return [];
    const {isHeld, child, session} = readBath(JSON.parse(row.data));
    if (isHeld || session !== null) return [];
    const {tenant, holder, site} = row;
    const after = await codes.current(tx, {tenant, holder, site, child});
    if (after === undefined || after === order) return [];
    if ((await orders.get(tx, after))?.state !== 'live') return [];
    return gatewaysOf(await frame.feed(tx, after, {kind: 'replace'}, `recall:${order}`));
  }

  /** The same digits for another 30 minutes, once. @throws Refusal @see requirements E57 */
  async renew(tx: CloudTransaction, order: string): Promise<BathActed> {
    const row = await this.#options.orders.get(tx, order);
    if (!row) throw new Refusal('not_found');
    return this.act(tx, order, {kind: 'renew', points: await this.stalls(tx, row)});
  }

  /**
   * The stalls that a code is good at: the open ones of one gateway, the one with most of them. Two gateways
   * that are cut off could not tell each other that it was used. @throws Refusal `no_stall`, `not_found`
   */
  async stalls(
    tx: CloudTransaction,
    {tenant, site}: Pick<BathPlace, 'tenant' | 'site'>,
  ): Promise<readonly string[]> {
    const {sites} = this.#options;
    const held = await sites.get(tx, tenant, site);
    if (held?.state !== 'active') throw new Refusal('not_found', {detail: 'no such site'});
    const byGateway = new Map<string, string[]>();
    for (const {id, kind, gateway, saleState} of await sites.points(tx, site)) {
      if (kind !== 'stall' || gateway === null || saleState !== 'open') continue;
      byGateway.set(gateway, [...(byGateway.get(gateway) ?? []), id]);
    }
    const [most] = [...byGateway.values()].sort((one, other) => other.length - one.length);
    if (!most) throw new Refusal('no_stall');
    return most;
  }

  async #replace(tx: CloudTransaction, before: string, by: string): Promise<FeedResult> {
    const {frame, orders, gateways} = this.#options;
    const row = await orders.get(tx, before);
    const isLive = row?.state === 'live';
    if (row && isLive && !(await gateways.areReached(tx, before, rightOf(row)))) {
      throw new Refusal('house_cut_off');
    }
    return frame.feed(tx, before, {kind: 'replace'}, `replace:${by}`);
  }

  async #availableFen(
    tx: CloudTransaction,
    {tenant, holder}: Pick<BathPlace, 'tenant' | 'holder'>,
  ): Promise<number> {
    return (await this.#options.ledger.balance(tx, tenant, `member:${holder}`)).availableFen;
  }
}

function rightOf({data}: Pick<OrderRow, 'data'>): string {
  return bathRight(readBath(JSON.parse(data)));
}

function gatewaysOf(result: FeedResult): readonly string[] {
  return result.kind === 'moved' ? result.gateways : [];
}

function lowBalance(): Refusal {
  return new Refusal('low_balance', {detail: `below ${LEAST_BATH_FEN} fen`});
}
