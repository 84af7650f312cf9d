import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import {DAY_MS} from '../../../protocols/base/units.js';
import {Refusal} from '../http/refusals.js';
import type {AccountName} from '../ledger/money-move.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import {bookDayOf} from './book-day.js';
import type {BooksCheck} from './books-check.js';
import type {Finding, MoneyFaults} from './money-faults.js';
import type {PaymentDesk} from './payment-desk.js';

export interface PayoutDeskOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly store: CloudStore;
  readonly payments: PaymentDesk;
  readonly books: BooksCheck;
  readonly faults: MoneyFaults;
}

export interface PayoutAsked {
  readonly tenant: string;
  readonly provider: string;
  /** `YYYY-MM-DD`; each is paid once, and none before all closed days add up. */
  readonly day: string;
  readonly by: string;
}

export interface Payout {
  readonly payment: string;
  readonly lender: string;
  readonly amountFen: number;
}

export type PayoutRun =
  | {readonly kind: 'paid'; readonly payouts: readonly Payout[]}
  /** The books do not add up: nobody is paid before they do. */
  | {readonly kind: 'blocked'; readonly findings: readonly Finding[]}
  /** That day was paid before. */
  | {readonly kind: 'before'};

export interface PayoutRunRow {
  readonly day: string;
  readonly state: 'done' | 'blocked';
  readonly findings: readonly Finding[];
  readonly by: string;
  readonly atWall: number;
}

/** Pays lenders what they have, once a day, when the books are in order. @see requirements P28 */
export class PayoutDesk {
  readonly #options: PayoutDeskOptions;

  constructor(options: PayoutDeskOptions) {
    this.#options = options;
  }

  async run(asked: PayoutAsked): Promise<PayoutRun> {
    const {store, books, clock} = this.#options;
    // What is paid is all that lenders have, whichever day is named: no closed day may be left out.
    const lastDay = bookDayOf(clock.wallMs() - DAY_MS);
    const [, untilDay = lastDay] = [asked.day, lastDay].toSorted();
    const findings = await books.findings(asked.tenant, untilDay);
    return findings.length > 0
      ? store.transaction(tx => this.#block(tx, asked, findings))
      : store.transaction(tx => this.#pay(tx, asked));
  }

  /** The latest first; `before` is the last day that was seen. */
  async runs(
    db: CloudReader,
    tenant: string,
    {before, limit}: {readonly before: string; readonly limit: number},
  ): Promise<readonly PayoutRunRow[]> {
    const rows = await db
      .selectFrom('payout_run')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('day', '<', before)
      .orderBy('day', 'desc')
      .limit(limit)
      .execute();
    return rows.map(({day, state, findings, by_whom, at_wall}) => ({
      ...{day, state: state as PayoutRunRow['state'], by: by_whom, atWall: at_wall},
      findings: JSON.parse(findings) as readonly Finding[],
    }));
  }

  async #block(
    tx: CloudTransaction,
    asked: PayoutAsked,
    findings: readonly Finding[],
  ): Promise<PayoutRun> {
    const {faults} = this.#options;
    if (!(await this.#claim(tx, asked, 'blocked', findings))) return {kind: 'before'};
    await faults.tell(tx, asked.tenant, asked.by, 'payout_refused');
    await this.#writeDown(tx, asked, 'payout.blocked');
    return {kind: 'blocked', findings};
  }

  async #pay(tx: CloudTransaction, asked: PayoutAsked): Promise<PayoutRun> {
    const {payments} = this.#options;
    if (!(await this.#claim(tx, asked, 'done', []))) return {kind: 'before'};
    const {tenant, provider, day, by} = asked;
    const owed = await tx
      .selectFrom('ledger_balance')
      .select(['account', 'posted_fen as postedFen', 'held_fen as heldFen'])
      .where('tenant', '=', tenant)
      .where('account', 'like', 'lender:%')
      .whereRef('posted_fen', '>', 'held_fen')
      .orderBy('account')
      .execute();
    const payouts: Payout[] = [];
    for (const {account, postedFen, heldFen} of owed) {
      const amountFen = postedFen - heldFen;
      const charge = {provider, account: account as AccountName, amountFen};
      const made = await payments.payOut(tx, {tenant, by, reason: `payout ${day}`}, charge);
      if (made.kind === 'refused') {
        // Somebody took it in between: it is his on another day.
        if (made.why === 'LOW_BALANCE') continue;
        throw new Refusal('conflict', {detail: `${made.why}: ${provider}`});
      }
      payouts.push({payment: made.id, lender: account.slice('lender:'.length), amountFen});
    }
    await this.#writeDown(tx, asked, 'payout.run');
    return {kind: 'paid', payouts};
  }

  /** False when the day was paid; a blocked one may be tried again. Locks the day. */
  async #claim(
    tx: CloudTransaction,
    {tenant, day, by}: PayoutAsked,
    state: PayoutRunRow['state'],
    findings: readonly Finding[],
  ): Promise<boolean> {
    const row = {
      ...{state, findings: JSON.stringify(findings)},
      ...{by_whom: by, at_wall: this.#options.clock.wallMs()},
    };
    const {numInsertedOrUpdatedRows} = await tx
      .insertInto('payout_run')
      .values({tenant, day, ...row})
      .onConflict(clash =>
        clash.columns(['tenant', 'day']).doUpdateSet(row).where('payout_run.state', '=', 'blocked'),
      )
      .executeTakeFirstOrThrow();
    return (numInsertedOrUpdatedRows ?? 0n) > 0n;
  }

  async #writeDown(tx: CloudTransaction, asked: PayoutAsked, action: string): Promise<void> {
    const {entropy, clock} = this.#options;
    await tx
      .insertInto('audit')
      .values({
        ...{id: entropy.ulid(), tenant: asked.tenant, actor: asked.by, action},
        ...{subject: 'payout', subject_id: asked.day, reason: null, at_wall: clock.wallMs()},
      })
      .execute();
  }
}
