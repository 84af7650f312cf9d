import type {Clock, Millis} from '../../../protocols/base/clock.js';
import {errorText, SyncError} from '../../../protocols/base/errors.js';
import {MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import type {SyncLog} from '../../log.js';
import type {Ledger} from '../ledger/ledger.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {ChangeFeed} from '../tenancy/change-feed.js';
import {postFailure, postSuccess} from './intent-posting.js';
import {type IntentRow, lookAgainMs, stepIntent} from './intent-rules.js';
import type {MoneyFaults} from './money-faults.js';
import type {Due, PaymentTable} from './payment-table.js';
import type {PaymentProvider, ProviderPicture} from './provider-port.js';

export interface IntentRunnerOptions {
  readonly clock: Clock;
  readonly log: SyncLog;
  readonly store: CloudStore;
  readonly table: PaymentTable;
  readonly ledger: Ledger;
  readonly changes: ChangeFeed;
  readonly faults: MoneyFaults;
  readonly providers: ReadonlyMap<string, PaymentProvider>;
  /** What waits for the ends of intents. */
  readonly waiters?: IntentWaiters;
}

/** Orders and others that go on when a payment has come to its end. */
export interface IntentWaiters {
  /** Before the transaction in which an intent may end: what was due earlier happens earlier. */
  beforeEnd(intent: IntentRow): Promise<void>;
  /** At its beginning: locks that come before those of the intent and the accounts. */
  lock(tx: CloudTransaction, intent: IntentRow): Promise<void>;
  /** In it, when the intent has ended; gives the gateways that should hear of it. */
  ended(tx: CloudTransaction, intent: IntentRow): Promise<readonly string[]>;
  /** After the commit. */
  onGateways(gateways: readonly string[]): void;
}

/** A provider that has not answered by then may have done it, or not. */
const CALL_LIMIT_MS: Millis = 15 * SECOND_MS;
/** Longer than all calls of one look together: nobody else takes it meanwhile. */
const LEASE_MS: Millis = MINUTE_MS;
const AT_ONCE = 8;

/**
 * Asks providers for what is written down, and books what they show. Each look is: taken in hand in one
 * transaction, calls outside of any, the result in another. Killed anywhere between, the next look begins
 * with a fetch.
 */
export class IntentRunner {
  readonly #options: IntentRunnerOptions;

  constructor(options: IntentRunnerOptions) {
    this.#options = options;
  }

  /** Look at all that is due; gives at how many. */
  async runDue(): Promise<number> {
    const {store, table, clock} = this.#options;
    for (let count = 0; ; ) {
      const now = clock.wallMs();
      const due = await store.read(db => table.due(db, now, AT_ONCE));
      const looks = await Promise.all(due.map(one => this.#look(one)));
      const looked = looks.filter(isTaken => isTaken).length;
      count += looked;
      if (looked === 0) return count;
    }
  }

  /** Look at one now, whenever it is due. */
  async look(id: string): Promise<void> {
    const {store, table, clock} = this.#options;
    const nextWall = clock.wallMs();
    await store.read(db => table.nudge(db, id, nextWall));
    await this.#look({id, nextWall});
  }

  async #look(due: Due): Promise<boolean> {
    const {store, table, clock, log} = this.#options;
    const leaseWall = clock.wallMs() + LEASE_MS;
    const intent = await store.read(db => table.claim(db, due, leaseWall));
    if (!intent) return false;
    const again = {leaseWall, wallMs: clock.wallMs() + lookAgainMs(intent.tries)};
    try {
      const seen = await this.#ask(intent);
      if (seen) await this.#bookNow(intent, seen);
      const isOver = await this.#isOver(intent.id);
      await store.read(db =>
        table.lookNext(db, intent.id, isOver ? {leaseWall, wallMs: null} : again),
      );
    } catch (error) {
      log.warn('payment.not_known', {payment: intent.id, why: errorText(error)});
      await store.read(db => table.lookNext(db, intent.id, again));
    }
    return true;
  }

  /** Outside of any transaction. */
  async #ask(intent: IntentRow): Promise<ProviderPicture | undefined> {
    const {log} = this.#options;
    const {id, act, amountFen, account, tries, state} = intent;
    const {provider, merchant} = this.#siteOf(intent);
    const fetch = () => this.#timed(id, provider.fetch(merchant, id));
    const before = tries > 1 || state !== 'unknown' ? await fetch() : undefined;
    if (before || state !== 'unknown') return before;
    const of = intent.of ?? undefined;
    const payee = act === 'pay_out' ? account.replace(/^lender:/, '') : undefined;
    try {
      await this.#timed(id, provider.order({act, key: id, merchant, amountFen, of, payee}));
    } catch (error) {
      log.debug('payment.no_answer', () => ({payment: id, why: errorText(error)}));
    }
    return fetch();
  }

  #siteOf({id, tenant, provider: name}: IntentRow): {
    readonly provider: PaymentProvider;
    readonly merchant: string;
  } {
    const provider = this.#options.providers.get(name);
    const merchant = provider?.merchantOf(tenant);
    if (provider && merchant !== undefined) return {provider, merchant};
    const text = `payment ${id} is at provider ${name}, which this cloud does not know`;
    throw new SyncError('payment/provider', text, {payment: id, provider: name});
  }

  async #timed<Answer>(id: string, call: Promise<Answer>): Promise<Answer> {
    const {clock} = this.#options;
    let cancel = () => {};
    const late = new Promise<never>((_, reject) => {
      const timer = clock.timer('cloud.payment', CALL_LIMIT_MS, () =>
        reject(new SyncError('payment/silent', `no answer about payment ${id}`, {payment: id})),
      );
      cancel = () => timer.cancel();
    });
    try {
      return await Promise.race([call, late]);
    } finally {
      cancel();
    }
  }

  async #bookNow(intent: IntentRow, seen: ProviderPicture): Promise<void> {
    const {store, waiters} = this.#options;
    await waiters?.beforeEnd(intent);
    const gateways = await store.transaction(async tx => {
      await waiters?.lock(tx, intent);
      return this.#book(tx, intent, seen);
    });
    waiters?.onGateways(gateways);
  }

  /** Gives the gateways that should hear of it. */
  async #book(
    tx: CloudTransaction,
    {id, tries}: IntentRow,
    seen: ProviderPicture,
  ): Promise<readonly string[]> {
    const {table, ledger, clock, faults} = this.#options;
    const intent = await table.lock(tx, id);
    // Whoever took it in hand since asks anew: what was seen before may be out of date.
    if (intent?.tries !== tries) return [];
    const {merchant} = this.#siteOf(intent);
    const step = stepIntent(intent, merchant, seen);
    const changedWall = clock.wallMs();
    const told = {ref: seen.ref, payLink: seen.payLink ?? null};
    switch (step.kind) {
      case 'same':
        return [];
      case 'pending':
        await table.save(tx, id, {...told, state: 'pending', changedWall});
        break;
      case 'succeeded': {
        const postedFen = await postSuccess(tx, ledger, intent);
        const {bookDay = null, expiresWall = null} = seen;
        const ended = {state: 'succeeded' as const, postedFen, bookDay, expiresWall, why: null};
        await table.save(tx, id, {...told, ...ended, changedWall});
        if (intent.act === 'pay_out') await faults.clear(tx, intent.tenant, payoutFault(intent));
        break;
      }
      case 'failed':
        await postFailure(tx, ledger, intent);
        await table.save(tx, id, {...told, state: 'failed', why: step.why, changedWall});
        if (intent.act !== 'pay_out') break;
        await faults.raise(tx, intent.tenant, {...payoutFault(intent), detail: step.why});
        break;
      case 'disputed': {
        await table.save(tx, id, {state: 'disputed', why: step.why, changedWall});
        const detail = `${step.why}: ${seen.state}, ${seen.amountFen} ${seen.currency}`;
        await faults.raise(tx, intent.tenant, {kind: 'payment_disputed', subject: id, detail});
      }
    }
    const why = step.kind === 'failed' ? step.why : intent.why;
    return this.#tell(tx, {...intent, state: step.kind, why});
  }

  async #tell(tx: CloudTransaction, intent: IntentRow): Promise<readonly string[]> {
    const {changes, waiters} = this.#options;
    const {id, tenant, act, state} = intent;
    const about = {site: null, type: `payment.${state}`, subject: 'payment', subjectId: id};
    await changes.note(tx, {tenant, ...about, data: {act, state}});
    const isOver = state === 'succeeded' || state === 'failed';
    return isOver && waiters ? waiters.ended(tx, intent) : [];
  }

  async #isOver(id: string): Promise<boolean> {
    const {store, table} = this.#options;
    const row = await store.read(db => table.get(db, id));
    return row?.state === 'succeeded' || row?.state === 'failed' || row?.state === 'disputed';
  }
}

function payoutFault({account}: IntentRow) {
  return {kind: 'payout_failed', subject: account} as const;
}
