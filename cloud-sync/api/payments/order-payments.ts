import type {Clock, Millis} from '../../../protocols/base/clock.js';
import {HOUR_MS, MINUTE_MS} from '../../../protocols/base/units.js';
import type {OrderFrame} from '../orders/order-frame.js';
import type {OrderTable} from '../orders/order-table.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {ChangeFeed} from '../tenancy/change-feed.js';
import type {IntentRow} from './intent-rules.js';
import type {IntentWaiters} from './intent-runner.js';
import type {MoneyFaults} from './money-faults.js';
import type {Intended, PaymentDesk, Wanted} from './payment-desk.js';
import type {PaymentTable} from './payment-table.js';

export interface OrderPaymentsOptions {
  readonly clock: Clock;
  readonly table: PaymentTable;
  readonly desk: PaymentDesk;
  readonly faults: MoneyFaults;
  readonly changes: ChangeFeed;
  readonly frame: Pick<OrderFrame, 'feed' | 'runDue'>;
  readonly orders: Pick<OrderTable, 'lock'>;
  readonly members: KnownMembers;
  readonly debts: DebtCollector | undefined;
  readonly onGateways: (gateways: readonly string[]) => void;
}

/** `BathDebts` fits. */
export interface DebtCollector {
  collect(
    tx: CloudTransaction,
    debtor: {readonly tenant: string; readonly holder: string},
    occasion: {readonly key: string; readonly orderId: string | null},
  ): Promise<void>;
}

/** `MemberTable` fits. */
export interface KnownMembers {
  get(db: CloudReader, tenant: string, id: string): Promise<{readonly status: string} | undefined>;
}

/** What an order wants to be paid. */
export interface OrderCharge {
  readonly id: string;
  readonly tenant: string;
  readonly holder: string;
  readonly provider: string;
  readonly amountFen: number;
  readonly by: string;
}

/** Money that goes back to whoever paid it. */
export interface Return {
  readonly order: string | null;
  readonly amountFen: number;
  readonly why: string;
}

/** A payer may close one page and open another; beyond this somebody plays. */
const MAX_TRIES_TO_PAY = 10;
/** What a provider refuses to give back is asked of it again after this, then twice as long, and so on. */
const FIRST_REST_MS: Millis = MINUTE_MS;
const LAST_REST_MS: Millis = 12 * HOUR_MS;
/** About two days; then it is the payer's own, and a person is told. */
const MAX_REFUSALS = 12;
/** Who is written down where nobody asked. */
const BY_ITSELF = 'cloud';

/**
 * Orders that a provider is paid for: tells them what became of it, and sends back what is not theirs,
 * each once, whatever is repeated. What cannot be sent back is a fault until it is. @see requirements P2, P27
 */
export class OrderPayments implements IntentWaiters {
  readonly #options: OrderPaymentsOptions;

  constructor(options: OrderPaymentsOptions) {
    this.#options = options;
  }

  /** Within the transaction that has locked the order. Its money comes over the account of its holder. */
  async charge(
    tx: CloudTransaction,
    {id: orderId, tenant, holder, provider, amountFen, by}: OrderCharge,
  ): Promise<Intended | 'TOO_MANY'> {
    const {table, desk} = this.#options;
    const before = await table.ofOrder(tx, {tenant, order: orderId});
    if (before.filter(({act}) => act === 'charge').length >= MAX_TRIES_TO_PAY) return 'TOO_MANY';
    const wanted = {tenant, by, orderId, reason: 'order'};
    return desk.charge(tx, wanted, {provider, account: `member:${holder}`, amountFen});
  }

  /** Out of reach of the payer at once, at the provider soon. */
  async payBack(
    tx: CloudTransaction,
    tenant: string,
    payment: string,
    back: Return,
  ): Promise<void> {
    const {faults, changes} = this.#options;
    const {order: orderId, amountFen, why: reason} = back;
    const why = await this.#refund(tx, payment, amountFen, {
      ...{tenant, by: BY_ITSELF, orderId, reason},
    });
    if (why === undefined) return;
    const detail = `${why}: ${amountFen} fen, ${reason}`;
    await faults.raise(tx, tenant, {kind: 'refund_failed', subject: payment, detail});
    await changes.note(tx, {
      ...{tenant, site: null, type: 'payment.return_wanted'},
      ...{subject: 'payment', subjectId: payment, data: {amountFen, why: reason}},
    });
  }

  onGateways(gateways: readonly string[]): void {
    if (gateways.length > 0) this.#options.onGateways(gateways);
  }

  async beforeEnd({act, orderId}: IntentRow): Promise<void> {
    if (act === 'charge' && orderId !== null) await this.#options.frame.runDue();
  }

  async lock(tx: CloudTransaction, {orderId}: IntentRow): Promise<void> {
    if (orderId !== null) await this.#options.orders.lock(tx, orderId);
  }

  async ended(tx: CloudTransaction, intent: IntentRow): Promise<readonly string[]> {
    if (intent.act === 'refund') await this.#refunded(tx, intent);
    if (intent.act !== 'charge') return [];
    if (intent.orderId !== null) return this.#tell(tx, intent, intent.orderId);
    if (intent.state === 'succeeded') await this.#recharged(tx, intent);
    return [];
  }

  async #tell(
    tx: CloudTransaction,
    {id, state, amountFen}: IntentRow,
    order: string,
  ): Promise<readonly string[]> {
    const {frame} = this.#options;
    const input = {kind: 'payment', id, state, amountFen};
    const result = await frame.feed(tx, order, input, `payment:${id}:${state}`);
    return result.kind === 'moved' ? result.gateways : [];
  }

  /** Who paid and is erased by the time that it comes has no account that he could look at. */
  async #recharged(tx: CloudTransaction, intent: IntentRow): Promise<void> {
    const {members} = this.#options;
    const {id, tenant, account, amountFen} = intent;
    const member = /^member:(.*)$/.exec(account)?.[1];
    if (member === undefined) return;
    const known = await members.get(tx, tenant, member);
    if (known?.status !== 'erased') {
      const occasion = {key: `pay/${id}/debt`, orderId: null};
      await this.#options.debts?.collect(tx, {tenant, holder: member}, occasion);
      return;
    }
    await this.payBack(tx, tenant, id, {order: null, amountFen, why: 'PAYMENT_LATE'});
  }

  async #refunded(tx: CloudTransaction, refund: IntentRow): Promise<void> {
    const {faults, table, clock} = this.#options;
    const {tenant, of, amountFen, orderId, by, reason} = refund;
    if (of === null) return;
    const fault = {kind: 'refund_failed', subject: of} as const;
    if (refund.state === 'succeeded') {
      await faults.clear(tx, tenant, fault);
      return;
    }
    // What a person asked for is his to ask for again.
    if (by !== BY_ITSELF) return;
    const refusals = (await table.ofIntent(tx, of)).filter(
      ({act, state, by: whose}) => act === 'refund' && state === 'failed' && whose === BY_ITSELF,
    ).length;
    const restMs = Math.min(LAST_REST_MS, FIRST_REST_MS * 2 ** (refusals - 1));
    const why =
      refusals >= MAX_REFUSALS
        ? 'GIVEN_UP'
        : await this.#refund(tx, of, amountFen, {
            ...{tenant, by, orderId, reason: reason ?? ''},
            notBeforeWall: clock.wallMs() + restMs,
          });
    if (why === undefined && (await faults.isOpen(tx, tenant, fault))) return;
    const detail = `${why ?? refund.why ?? 'REFUSED'}: ${amountFen} fen`;
    await faults.raise(tx, tenant, {...fault, detail});
  }

  async #refund(
    tx: CloudTransaction,
    of: string,
    amountFen: number,
    wanted: Wanted,
  ): Promise<string | undefined> {
    const made = await this.#options.desk.refund(tx, wanted, {of, amountFen});
    return made.kind === 'intended' ? undefined : made.why;
  }
}
