import type {Clock} from '../../../protocols/base/clock.js';
import {InternalError} from '../../../protocols/base/errors.js';
import type {Ledger} from '../ledger/ledger.js';
import type {AccountName, MoneyMove} from '../ledger/money-move.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {AuditLog} from '../tenancy/audit-log.js';
import type {ChangeFeed} from '../tenancy/change-feed.js';
import {holdKeyOf} from './intent-posting.js';
import type {IntentRow} from './intent-rules.js';
import type {IntentWaiters} from './intent-runner.js';
import type {MoneyFaults} from './money-faults.js';
import type {PaymentTable} from './payment-table.js';

export interface DisputeDeskOptions {
  readonly clock: Clock;
  readonly table: PaymentTable;
  readonly ledger: Ledger;
  readonly faults: MoneyFaults;
  readonly changes: ChangeFeed;
  readonly audit: AuditLog;
  readonly waiters: IntentWaiters;
}

/** `won`: the money is with us. `lost`: it is not. */
export type DisputeOutcome = 'won' | 'lost';

export interface Verdict {
  readonly tenant: string;
  readonly outcome: DisputeOutcome;
  readonly reason: string;
  readonly by: string;
}

export type Resolved =
  | {
      readonly kind: 'resolved';
      readonly state: 'succeeded' | 'failed';
      readonly gateways: readonly string[];
    }
  | {readonly kind: 'unknown'}
  | {readonly kind: 'not_disputed'};

/**
 * Ends what a provider and we see otherwise, by the word of a person who found out. Our books then say
 * what he said: what is missing is posted, what should not be there is taken back. Of an account that has
 * not so much the rest is owed. What the provider says of it later changes nothing.
 */
export class DisputeDesk {
  readonly #options: DisputeDeskOptions;

  constructor(options: DisputeDeskOptions) {
    this.#options = options;
  }

  async resolve(tx: CloudTransaction, id: string, verdict: Verdict): Promise<Resolved> {
    const {table, waiters, faults, audit, changes, clock} = this.#options;
    const {tenant, outcome, reason, by: actor} = verdict;
    const seen = await table.get(tx, id);
    if (seen?.tenant !== tenant) return {kind: 'unknown'};
    await waiters.lock(tx, seen);
    const intent = await table.lock(tx, id);
    if (intent?.state !== 'disputed') return {kind: 'not_disputed'};
    const isOut = intent.act === 'refund' || intent.act === 'pay_out';
    const state = (outcome === 'won') === isOut ? 'failed' : 'succeeded';
    const postedFen = await this.#post(tx, intent, state, reason);
    const changedWall = clock.wallMs();
    await table.save(tx, id, {state, postedFen, outcome, changedWall});
    await faults.clear(tx, tenant, {kind: 'payment_disputed', subject: id});
    const about = {subject: 'payment', subjectId: id};
    await audit.note(tx, {tenant, actor, action: `payment.${outcome}`, ...about, reason});
    const data = {act: intent.act, state, outcome};
    await changes.note(tx, {tenant, site: null, type: 'payment.resolved', ...about, data});
    const gateways = await waiters.ended(tx, {...intent, state, outcome, postedFen});
    return {kind: 'resolved', state, gateways};
  }

  /** Gives what our books now say that the provider got or paid by it. */
  async #post(
    tx: CloudTransaction,
    intent: IntentRow,
    state: 'succeeded' | 'failed',
    reason: string,
  ): Promise<number> {
    const {act, amountFen, postedFen} = intent;
    const isMoney = act !== 'authorize' && act !== 'release';
    const isOut = act === 'refund' || act === 'pay_out';
    const shouldFen = isMoney && state === 'succeeded' ? (isOut ? -amountFen : amountFen) : 0;
    // Money on its way out was set aside; what is done with it now is written anew.
    if (isOut && postedFen === 0) await this.#letGo(tx, intent);
    const byFen = shouldFen - postedFen;
    if (byFen > 0) await this.#give(tx, intent, byFen, reason);
    if (byFen < 0) await this.#take(tx, intent, -byFen, reason);
    return shouldFen;
  }

  async #letGo(tx: CloudTransaction, intent: IntentRow): Promise<void> {
    const hold = holdKeyOf(intent.id);
    const why = await this.#move(tx, intent, {move: 'release', key: `${hold}/release`, hold});
    if (why !== undefined && why !== 'HOLD_OVER') throw refusedBy(intent, why);
  }

  /** The account has more by it. */
  async #give(
    tx: CloudTransaction,
    intent: IntentRow,
    amountFen: number,
    reason: string,
  ): Promise<void> {
    const to = [{account: intent.account as AccountName, amountFen}];
    const key = `pay/${intent.id}/dispute`;
    await this.#mustMove(tx, intent, {move: 'transfer', key, from: 'house:clearing', to, reason});
  }

  /** The account has less by it; what it has not is owed to the house. */
  async #take(
    tx: CloudTransaction,
    intent: IntentRow,
    amountFen: number,
    reason: string,
  ): Promise<void> {
    const {ledger} = this.#options;
    const account = intent.account as AccountName;
    const {availableFen} = await ledger.balance(tx, intent.tenant, account);
    const hisFen = account.startsWith('house:')
      ? amountFen
      : Math.max(0, Math.min(amountFen, availableFen));
    const key = `pay/${intent.id}/dispute`;
    const owed = 'house:receivable';
    const parts = [
      {from: account, amountFen: hisFen, key},
      {from: owed, amountFen: amountFen - hisFen, key: `${key}/owed`},
    ] as const;
    for (const {from, amountFen: partFen, key: partKey} of parts) {
      if (partFen === 0) continue;
      const to = [{account: 'house:clearing', amountFen: partFen}] as const;
      await this.#mustMove(tx, intent, {move: 'transfer', key: partKey, from, to, reason});
    }
  }

  async #mustMove(tx: CloudTransaction, intent: IntentRow, move: MoneyMove): Promise<void> {
    const why = await this.#move(tx, intent, move);
    if (why !== undefined) throw refusedBy(intent, why);
  }

  #move(tx: CloudTransaction, {tenant, orderId}: IntentRow, move: MoneyMove) {
    return this.#options.ledger.move(tx, tenant, move, {orderId});
  }
}

function refusedBy({id}: IntentRow, why: string): InternalError {
  const text = `payment ${id}: the ledger refuses what was found out about it (${why})`;
  return new InternalError('internal/payment', text, {payment: id, why});
}
