import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import {bathHoldFen, LEAST_BATH_FEN} from '../../../protocols/site/bath-rules.js';
import {Refusal} from '../http/refusals.js';
import type {Ledger} from '../ledger/ledger.js';
import type {AccountName} from '../ledger/money-move.js';
import type {FeedResult, OrderFrame, OrderWork} from '../orders/order-frame.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {SiteTable} from '../tenancy/site-table.js';
import {BATH, type BathInput, codeEffects, liveBath} from './bath-order.js';
import type {BathPlace, BathTable} from './bath-table.js';

export interface BathMembers {
  /** @throws Refusal when he may do nothing now */
  assertActive(tx: CloudTransaction, tenant: string, member: string): Promise<unknown>;
}

export interface BathDeskOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly frame: OrderFrame;
  readonly ledger: Ledger;
  readonly sites: SiteTable;
  readonly codes: BathTable;
  readonly members: BathMembers;
}

export interface BathActed {
  readonly order: string;
  readonly gateways: readonly string[];
}

/** Codes for a shower: one live one of each member at each site. @see requirements B4 */
export class BathDesk {
  readonly #options: BathDeskOptions;

  constructor(options: BathDeskOptions) {
    this.#options = options;
  }

  /**
   * A new code: the one before it dies and lets its money go, debts are paid first, and the rest up to
   * 10 yuan is set aside.
   * @throws Refusal `low_balance` below 1 yuan, and then the one before it lives on; `no_stall`
   */
  async request(tx: CloudTransaction, place: BathPlace): Promise<BathActed> {
    const {clock, entropy, frame, codes, members} = this.#options;
    const {tenant, holder, site} = place;
    await members.assertActive(tx, tenant, holder);
    const points = await this.#stalls(tx, place);
    const id = entropy.ulid();
    const before = await codes.take(tx, place, id);
    const old = before && (await frame.feed(tx, before, {kind: 'replace'}, `replace:${id}`));
    await this.#collect(tx, place, id);
    const heldFen = bathHoldFen((await this.#balance(tx, place)).availableFen);
    if (heldFen === undefined) throw lowBalance();
    const data = liveBath(heldFen, clock.wallMs());
    const order = {id, tenant, site, holder, type: BATH, state: 'live', data};
    const effects = codeEffects({id, holder, data}, points, clock.wallMs());
    const begun = await frame.begin(tx, {...order, effects});
    if (begun.kind === 'money_refused') throw lowBalance();
    const gateways = new Set([...(old ? gatewaysOf(old) : []), ...begun.gateways]);
    return {order: id, gateways: [...gateways]};
  }

  /** @throws Refusal `order_state` when it does not fit where the code stands */
  async act(tx: CloudTransaction, order: string, input: BathInput): Promise<BathActed> {
    const {frame, entropy} = this.#options;
    const result = await frame.feed(tx, order, input, `${input.kind}:${entropy.ulid()}`);
    if (result.kind === 'unknown') throw new Refusal('not_found');
    if (result.kind === 'refused') throw new Refusal('order_state', {detail: result.why});
    return {order, gateways: gatewaysOf(result)};
  }

  /** Every stall that hangs at a gateway. */
  async #stalls(tx: CloudTransaction, {tenant, site}: BathPlace): Promise<readonly string[]> {
    const {sites} = this.#options;
    const held = await sites.get(tx, tenant, site);
    if (held?.state !== 'active') throw new Refusal('not_found', {detail: 'no such site'});
    const points = await sites.points(tx, site);
    const stalls = points.filter(
      ({kind, gateway, saleState}) => kind === 'stall' && gateway !== null && saleState === 'open',
    );
    if (stalls.length === 0) throw new Refusal('no_stall');
    return stalls.map(({id}) => id);
  }

  /** Of what he has, first what he owes. */
  async #collect(tx: CloudTransaction, place: BathPlace, id: string): Promise<void> {
    const {ledger, codes} = this.#options;
    const debtFen = await codes.debt(tx, place);
    if (debtFen <= 0) return;
    const amountFen = Math.min(debtFen, (await this.#balance(tx, place)).availableFen);
    if (amountFen <= 0) return;
    const {tenant, holder} = place;
    const from: AccountName = `member:${holder}`;
    const to = [{account: 'house:receivable', amountFen}] as const;
    const move = {
      move: 'transfer',
      key: `${id}/debt`,
      from,
      to,
      reason: 'owed for a shower',
    } as const;
    const why = await ledger.move(tx, tenant, move, {orderId: id});
    if (why !== undefined) throw lowBalance();
    await codes.owe(tx, place, -amountFen);
  }

  #balance(tx: CloudTransaction, {tenant, holder}: BathPlace) {
    return this.#options.ledger.balance(tx, tenant, `member:${holder}`);
  }
}

/** What the steps of codes want of others. */
export function bathWork(codes: BathTable): OrderWork {
  return async (tx, order, name, data) => {
    if (name === 'owe') await codes.owe(tx, order, Number(data.amountFen));
  };
}

function gatewaysOf(result: FeedResult): readonly string[] {
  return result.kind === 'moved' ? result.gateways : [];
}

function lowBalance(): Refusal {
  return new Refusal('low_balance', {detail: `below ${LEAST_BATH_FEN} fen`});
}
