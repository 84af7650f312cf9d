import {sql} from 'kysely';
import {InternalError} from '../../../protocols/base/errors.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import {addLinesQuery, ledgerQueries} from './ledger-queries.js';

export type EntryKind = 'hold' | 'capture' | 'release' | 'expire' | 'transfer' | 'reverse';

export interface EntryRow {
  readonly id: string;
  readonly tenant: string;
  readonly key: string;
  readonly kind: EntryKind;
  readonly ofKey: string | null;
  readonly orderId: string | null;
  readonly reason: string | null;
  readonly fingerprint: string;
  readonly atWall: number;
}

export interface Line {
  readonly account: string;
  readonly amountFen: number;
}

export interface HoldRow {
  readonly key: string;
  readonly account: string;
  readonly amountFen: number;
  readonly state: 'open' | 'captured' | 'released' | 'expired';
  readonly expiresWall: number | null;
}

export interface BalanceRow {
  readonly postedFen: number;
  readonly heldFen: number;
}

/** Literal: only so the index of what was reversed is found. */
const REVERSE = sql.lit<EntryKind>('reverse');
/** How keys of entries begin that put another one right. */
export const CORRECTION = 'correct/';

/** Rows of the ledger. Who locks takes the balance of an account first, then holds and entries. */
export class LedgerTable {
  readonly #ask = ledgerQueries();
  /** By how many lines they write: an entry has two, or a few more. */
  readonly #addLines = new Map<number, ReturnType<typeof addLinesQuery>>();

  /** False when the key is taken. */
  async addEntry(tx: CloudTransaction, entry: EntryRow, lines: readonly Line[]): Promise<boolean> {
    const {numAffectedRows} = await this.#ask.addEntry.run(tx, {...entry});
    if ((numAffectedRows ?? 0n) === 0n) return false;
    await this.#addLinesOf(tx, entry, lines);
    return true;
  }

  /** Under a key that was made in this transaction. Nobody waits for it; were it taken, all would be undone. */
  async addNewEntry(tx: CloudTransaction, entry: EntryRow, lines: readonly Line[]): Promise<void> {
    await this.#ask.addNewEntry.send(tx, {...entry});
    await this.#addLinesOf(tx, entry, lines);
  }

  async #addLinesOf(tx: CloudTransaction, entry: EntryRow, lines: readonly Line[]): Promise<void> {
    if (lines.length === 0) return;
    const query = this.#addLines.get(lines.length) ?? addLinesQuery(lines.length);
    this.#addLines.set(lines.length, query);
    const row: Record<string, string | number> = {};
    for (const [n, {account, amountFen}] of lines.entries()) {
      row[`account${n}`] = account;
      row[`fen${n}`] = amountFen;
    }
    await query.send(tx, {...row, tenant: entry.tenant, entry: entry.id});
  }

  async entry(db: CloudReader, tenant: string, key: string): Promise<EntryRow | undefined> {
    return (await this.#ask.entry.first(db, {tenant, key})) as EntryRow | undefined;
  }

  /** The entry, which no other transaction locks before the end of this one. */
  async lockEntry(
    tx: CloudTransaction,
    tenant: string,
    key: string,
  ): Promise<EntryRow | undefined> {
    return (await this.#ask.lockEntry.first(tx, {tenant, key})) as EntryRow | undefined;
  }

  async lines(db: CloudReader, entry: string): Promise<readonly Line[]> {
    return (await this.#ask.lines.run(db, {entry})).rows;
  }

  /** What was taken back of the entry `key` so far: lines of all its reversals. */
  async reversedLines(db: CloudReader, tenant: string, key: string): Promise<readonly Line[]> {
    return (await this.#ask.reversedLines.run(db, {tenant, key})).rows;
  }

  /** True when something of the entry, or of its order, was taken back before. */
  async isRefunded(
    db: CloudReader,
    tenant: string,
    {of, orderId}: {readonly of: string; readonly orderId: string | null},
  ): Promise<boolean> {
    const reversal = await db
      .selectFrom('ledger_entry')
      .select('id')
      .where('tenant', '=', tenant)
      .where('kind', '=', REVERSE)
      .where(({eb, or}) => or([eb('of_key', '=', of), eb('order_id', '=', orderId)]))
      .limit(1)
      .executeTakeFirst();
    return reversal !== undefined;
  }

  /** What was given back of each of these orders, by whoever asked; a correction is not counted. */
  async refundedOf(
    db: CloudReader,
    tenant: string,
    orders: readonly string[],
  ): Promise<ReadonlyMap<string, number>> {
    if (orders.length === 0) return new Map();
    const rows = await db
      .selectFrom('ledger_entry as e')
      .innerJoin('ledger_line as l', 'l.entry_id', 'e.id')
      .select('e.order_id as order')
      .select(({fn}) => fn.sum('l.amount_fen').as('sum'))
      .where('e.tenant', '=', tenant)
      .where('e.order_id', 'in', orders)
      .where('e.kind', '=', REVERSE)
      .where('e.key', 'not like', `${CORRECTION}%`)
      .where('l.amount_fen', '>', 0)
      .groupBy('e.order_id')
      .execute();
    return new Map(rows.map(({order, sum}) => [order ?? '', Number(sum)]));
  }

  async addHold(tx: CloudTransaction, tenant: string, hold: HoldRow): Promise<void> {
    await this.#ask.addHold.send(tx, {...hold, tenant});
  }

  async hold(db: CloudReader, tenant: string, key: string): Promise<HoldRow | undefined> {
    return (await this.#ask.hold.first(db, {tenant, key})) as HoldRow | undefined;
  }

  async endHold(
    tx: CloudTransaction,
    tenant: string,
    key: string,
    state: Exclude<HoldRow['state'], 'open'>,
  ): Promise<void> {
    await this.#ask.endHold.send(tx, {tenant, key, state});
  }

  /** Open holds whose time is over, in the order of their ends, a few at a time. */
  async expiredHolds(
    db: CloudReader,
    wallMs: number,
    after?: {readonly expiresWall: number; readonly key: string},
  ): Promise<readonly {readonly tenant: string; readonly key: string; expiresWall: number}[]> {
    const {rows} = after
      ? await this.#ask.moreExpired.run(db, {wallMs, ...after})
      : await this.#ask.firstExpired.run(db, {wallMs});
    return rows.map(row => ({...row, expiresWall: row.expiresWall ?? 0}));
  }

  /** The balance, locked and there: nobody spends from it before the end of this transaction. */
  async lockBalance(tx: CloudTransaction, tenant: string, account: string): Promise<BalanceRow> {
    const row = await this.#ask.lockBalance.first(tx, {tenant, account});
    if (row) return row;
    throw new InternalError('internal/unreachable', `no balance of ${account} came back`, {
      account,
    });
  }

  balance(db: CloudReader, tenant: string, account: string): Promise<BalanceRow | undefined> {
    return this.#ask.balance.first(db, {tenant, account});
  }

  async addToBalance(
    tx: CloudTransaction,
    {tenant, account}: {readonly tenant: string; readonly account: string},
    {postedFen, heldFen}: BalanceRow,
  ): Promise<void> {
    await this.#ask.addToBalance.send(tx, {tenant, account, postedFen, heldFen});
  }

  /** The sum of all lines of an account. */
  async posted(db: CloudReader, tenant: string, account: string): Promise<number> {
    const {sum} = await db
      .selectFrom('ledger_line')
      .select(({fn}) => fn.sum('amount_fen').as('sum'))
      .where('tenant', '=', tenant)
      .where('account', '=', account)
      .executeTakeFirstOrThrow();
    return Number(sum ?? 0);
  }
}
