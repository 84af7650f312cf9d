import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {Ledger} from './ledger.js';
import {CORRECTION, type LedgerTable} from './ledger-table.js';
import type {AccountName, MoneyMove, MoneyRefusal, Share} from './money-move.js';
import {sumFen} from './posting-rules.js';

/** Writes down who did what; `AuditLog` fits. */
export interface AuditWriter {
  note(
    tx: CloudTransaction,
    entry: {
      readonly tenant: string;
      readonly actor: string;
      readonly action: string;
      readonly subject: string;
      readonly subjectId: string;
      readonly reason?: string | undefined;
    },
  ): Promise<void>;
}

export interface RefundDeskOptions {
  readonly ledger: Ledger;
  readonly table: LedgerTable;
  readonly audit: AuditWriter;
}

export interface RefundAsked {
  readonly tenant: string;
  /** Key of the entry that took the money. */
  readonly of: string;
  /** Left out: all that is left of it. */
  readonly amountFen?: number | undefined;
  /** Kept with the entry, for good. */
  readonly reason: string;
  readonly by: string;
}

export type Refunded =
  | {readonly kind: 'reversed'; readonly key: string; readonly amountFen: number}
  | {readonly kind: 'refused'; readonly why: MoneyRefusal | 'ALREADY_REFUNDED'};

/**
 * Gives back what a session took: a reversing entry, never an edit. One refund per session, whoever asks
 * and however often; so that a partial one is meant so. @see requirements P27, E68
 */
export class RefundDesk {
  readonly #options: RefundDeskOptions;

  constructor(options: RefundDeskOptions) {
    this.#options = options;
  }

  async refund(tx: CloudTransaction, asked: RefundAsked): Promise<Refunded> {
    const {ledger, table} = this.#options;
    const {tenant, of, reason} = asked;
    const entry = await table.lockEntry(tx, tenant, of);
    if (!entry) return refused('UNKNOWN_ENTRY');
    const {orderId} = entry;
    if (await table.isRefunded(tx, tenant, {of, orderId})) return refused('ALREADY_REFUNDED');
    const amountFen = asked.amountFen ?? (await this.#whole(tx, entry.id));
    if (amountFen <= 0) return refused('OVER_REFUND');
    // One key for all entries of a session: of two refunds at one instant one is refused.
    const key = orderId === null ? `refund/entry/${of}` : `refund/order/${orderId}`;
    const move: MoneyMove = {move: 'reverse', key, of, amountFen, reason};
    const why = await ledger.move(tx, tenant, move, {orderId});
    if (why === 'KEY_REUSED') return refused('ALREADY_REFUNDED');
    if (why !== undefined) return refused(why);
    await this.#writeDown(tx, asked, 'ledger.reverse');
    return {kind: 'reversed', key, amountFen};
  }

  /** Take an entry back whole, and write how it should have been. Once per entry. */
  async correct(
    tx: CloudTransaction,
    asked: Omit<RefundAsked, 'amountFen'>,
    right: {readonly from: AccountName; readonly to: readonly Share[]},
  ): Promise<Refunded> {
    const {ledger, table} = this.#options;
    const {tenant, of, reason} = asked;
    const entry = await table.lockEntry(tx, tenant, of);
    if (!entry) return refused('UNKNOWN_ENTRY');
    const {orderId} = entry;
    if (await table.isRefunded(tx, tenant, {of, orderId: null})) return refused('ALREADY_REFUNDED');
    const amountFen = await this.#whole(tx, entry.id);
    if (amountFen <= 0) return refused('UNKNOWN_ENTRY');
    const key = `${CORRECTION}${of}`;
    const moves: readonly MoneyMove[] = [
      {move: 'reverse', key, of, amountFen, reason},
      {move: 'transfer', key: `${key}/entry`, ...right, reason},
    ];
    for (const move of moves) {
      const why = await ledger.move(tx, tenant, move, {orderId});
      if (why !== undefined) return refused(why);
    }
    await this.#writeDown(tx, asked, 'ledger.correct');
    return {kind: 'reversed', key, amountFen};
  }

  /** What an entry gave to its receivers. */
  async #whole(db: CloudReader, entryId: string): Promise<number> {
    const [, ...receivers] = await this.#options.table.lines(db, entryId);
    return sumFen(receivers);
  }

  #writeDown(
    tx: CloudTransaction,
    {tenant, by, of, reason}: Pick<RefundAsked, 'tenant' | 'by' | 'of' | 'reason'>,
    action: string,
  ): Promise<void> {
    const what = {actor: by, action, subject: 'ledger_entry', subjectId: of};
    return this.#options.audit.note(tx, {tenant, ...what, reason});
  }
}

function refused(why: MoneyRefusal | 'ALREADY_REFUNDED'): Refunded {
  return {kind: 'refused', why};
}
