import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import type {Ledger} from '../ledger/ledger.js';
import type {AccountName, MoneyRefusal} from '../ledger/money-move.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {ChangeFeed} from '../tenancy/change-feed.js';
import {holdKeyOf} from './intent-posting.js';
import type {IntentRow} from './intent-rules.js';
import type {NewIntent, PaymentTable} from './payment-table.js';
import type {PaymentProvider, ProviderAct} from './provider-port.js';

export interface PaymentDeskOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly table: PaymentTable;
  readonly ledger: Ledger;
  readonly changes: ChangeFeed;
  readonly providers: ReadonlyMap<string, PaymentProvider>;
}

/** Who wants it and what for. */
export interface Wanted {
  readonly tenant: string;
  readonly by: string;
  readonly orderId?: string | null;
  readonly reason: string;
  /** When to ask the provider; left out: as soon as it is written down. */
  readonly notBeforeWall?: number;
}

export type PaymentRefusal =
  | MoneyRefusal
  | 'NO_PROVIDER'
  | 'UNSUPPORTED'
  | 'UNKNOWN_PAYMENT'
  | 'NOT_PAID'
  | 'OVER_REFUND';

export type Intended =
  | {readonly kind: 'intended'; readonly id: string}
  | {readonly kind: 'refused'; readonly why: PaymentRefusal};

/**
 * Writes down what is wanted of a provider, within the transaction of whoever wants it. The runner asks
 * after the commit; money moves when a fetch has shown that it did. Who is refused undoes his transaction.
 */
export class PaymentDesk {
  readonly #options: PaymentDeskOptions;

  constructor(options: PaymentDeskOptions) {
    this.#options = options;
  }

  /** By which providers a tenant is paid. */
  providersOf(tenant: string): readonly string[] {
    const all = [...this.#options.providers];
    return all.flatMap(([name, one]) => (one.merchantOf(tenant) === undefined ? [] : [name]));
  }

  /** Money from a payer to `account`: a recharge (`member:ID`) or a deposit (`deposit:ID`). */
  charge(
    tx: CloudTransaction,
    wanted: Wanted,
    {provider, account, amountFen}: Charge,
  ): Promise<Intended> {
    return this.#intend(tx, wanted, {provider, act: 'charge', account, amountFen, of: null});
  }

  /** Have money set aside at the provider; it is captured into `account`, in part or whole, or let go. */
  authorize(
    tx: CloudTransaction,
    wanted: Wanted,
    {provider, account, amountFen}: Charge,
  ): Promise<Intended> {
    return this.#intend(tx, wanted, {provider, act: 'authorize', account, amountFen, of: null});
  }

  /** A deposit is set aside where the provider can do that, else taken. */
  takeDeposit(tx: CloudTransaction, wanted: Wanted, charge: Charge): Promise<Intended> {
    const {unsupported = []} = this.#options.providers.get(charge.provider) ?? {};
    const isTaken = ['authorize', 'capture', 'release'].some(act =>
      unsupported.includes(act as ProviderAct),
    );
    return isTaken ? this.charge(tx, wanted, charge) : this.authorize(tx, wanted, charge);
  }

  /**
   * End a deposit: `keepFen` (0: nothing) goes to `account`, the rest back. Once per deposit: a second
   * time is `OVER_REFUND`, for nothing is left of it.
   */
  async endDeposit(
    tx: CloudTransaction,
    wanted: Wanted,
    {of, keepFen, account}: {of: string; keepFen: number; account: AccountName},
  ): Promise<Intended> {
    const paid = await this.#paid(tx, wanted.tenant, of, ['charge', 'authorize']);
    if (!('id' in paid)) return paid;
    const {provider, act, amountFen} = paid;
    if (keepFen > amountFen) return refused('OVER_HOLD');
    const later = await this.#options.table.ofIntent(tx, of);
    if (later.some(({state}) => state !== 'failed')) return refused('OVER_REFUND');
    // A second try, after a refund that failed, keeps what the first has kept.
    const keptFen = await this.#keptFen(tx, paid);
    if (keptFen !== 0 && keptFen !== keepFen) return refused('OVER_REFUND');
    if (act === 'authorize') {
      const end = keepFen === 0 ? 'release' : 'capture';
      return this.#intend(tx, wanted, {provider, act: end, account, amountFen: keepFen, of});
    }
    if (keepFen > 0) {
      const why = await this.#options.ledger.move(
        tx,
        wanted.tenant,
        {
          ...{move: 'transfer', key: keptKeyOf(of), from: paid.account as AccountName},
          ...{to: [{account, amountFen: keepFen}], reason: wanted.reason},
        },
        {orderId: wanted.orderId ?? null},
      );
      if (why !== undefined) return refused(why);
      if (keepFen === amountFen) return {kind: 'intended', id: of};
    }
    return this.refund(tx, wanted, {of, amountFen: amountFen - keepFen});
  }

  /** Give a payer his money back, from the account that it went to; all refunds, and what was kept of a
   *  deposit, never more than was paid. */
  async refund(
    tx: CloudTransaction,
    wanted: Wanted,
    {of, amountFen}: {readonly of: string; readonly amountFen: number},
  ): Promise<Intended> {
    const paid = await this.#paid(tx, wanted.tenant, of, ['charge', 'capture']);
    if (!('id' in paid)) return paid;
    const refunds = await this.#options.table.ofIntent(tx, of);
    const backFen = refunds
      .filter(({act, state}) => act === 'refund' && state !== 'failed')
      .reduce((sum, refund) => sum + refund.amountFen, 0);
    const keptFen = await this.#keptFen(tx, paid);
    if (keptFen + backFen + amountFen > paid.amountFen) return refused('OVER_REFUND');
    const {provider, account} = paid;
    return this.#intendOut(tx, wanted, {provider, act: 'refund', account, amountFen, of});
  }

  /** What a lender has, to his bank account. */
  payOut(
    tx: CloudTransaction,
    wanted: Wanted,
    {provider, account, amountFen}: Charge,
  ): Promise<Intended> {
    return this.#intendOut(tx, wanted, {provider, act: 'pay_out', account, amountFen, of: null});
  }

  /** What was kept of a deposit that had been charged. */
  #keptFen(db: CloudReader, {id, tenant}: IntentRow): Promise<number> {
    return this.#options.ledger.movedFen(db, tenant, keptKeyOf(id));
  }

  /** Locked, so that two refunds of one payment come one after the other. */
  async #paid(
    tx: CloudTransaction,
    tenant: string,
    of: string,
    acts: readonly ProviderAct[],
  ): Promise<IntentRow | {readonly kind: 'refused'; readonly why: PaymentRefusal}> {
    const paid = await this.#options.table.lock(tx, of);
    if (!paid || paid.tenant !== tenant || !acts.includes(paid.act)) {
      return refused('UNKNOWN_PAYMENT');
    }
    const {expiresWall, state} = paid;
    const isOver = expiresWall !== null && expiresWall <= this.#options.clock.wallMs();
    return state === 'succeeded' && !isOver ? paid : refused('NOT_PAID');
  }

  /** Money that goes out is held first, so that nobody spends it while the provider thinks. */
  async #intendOut(tx: CloudTransaction, wanted: Wanted, made: Made): Promise<Intended> {
    const missing = this.#missing(wanted.tenant, made);
    if (missing) return missing;
    const id = this.#options.entropy.ulid();
    const hold = {
      ...{move: 'hold' as const, key: holdKeyOf(id), account: made.account as AccountName},
      ...{amountFen: made.amountFen, expiresAt: undefined},
    };
    const about = {orderId: wanted.orderId ?? null};
    const why = await this.#options.ledger.move(tx, wanted.tenant, hold, about);
    return why === undefined ? this.#intend(tx, wanted, made, id) : refused(why);
  }

  async #intend(
    tx: CloudTransaction,
    wanted: Wanted,
    made: Made,
    id = this.#options.entropy.ulid(),
  ): Promise<Intended> {
    const {table, clock, changes} = this.#options;
    const {tenant, by, reason, orderId = null} = wanted;
    const missing = this.#missing(tenant, made);
    if (missing) return missing;
    const wanting = {...made, id, tenant, by, reason, orderId};
    await table.add(tx, wanting, clock.wallMs(), wanted.notBeforeWall);
    const about = {site: null, type: 'payment.created', subject: 'payment', subjectId: id};
    await changes.note(tx, {tenant, ...about, data: {act: made.act, state: 'created'}});
    return {kind: 'intended', id};
  }

  #missing(tenant: string, {provider: name, act}: Made) {
    const provider = this.#options.providers.get(name);
    if (provider?.merchantOf(tenant) === undefined) return refused('NO_PROVIDER');
    return provider.unsupported.includes(act) ? refused('UNSUPPORTED') : undefined;
  }
}

export interface Charge {
  readonly provider: string;
  readonly account: AccountName;
  readonly amountFen: number;
}

type Made = Pick<NewIntent, 'provider' | 'act' | 'account' | 'amountFen' | 'of'>;

function keptKeyOf(intentId: string): string {
  return `pay/${intentId}/kept`;
}

function refused(why: PaymentRefusal): {readonly kind: 'refused'; readonly why: PaymentRefusal} {
  return {kind: 'refused', why};
}
