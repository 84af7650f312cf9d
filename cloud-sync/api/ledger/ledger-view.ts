import type {CloudReader} from '../store/cloud-schema.js';
import type {EntryKind, HoldRow, Line} from './ledger-table.js';

export interface SeenEntry {
  /** Place in the chain; the cursor. */
  readonly no: number;
  readonly key: string;
  readonly kind: EntryKind;
  readonly ofKey: string | null;
  readonly orderId: string | null;
  readonly reason: string | null;
  readonly atWall: number;
  readonly hash: string;
  readonly lines: readonly Line[];
}

export interface SeenHold extends HoldRow {
  readonly orderId: string | null;
  readonly atWall: number;
}

export interface StatementLine {
  readonly no: number;
  readonly key: string;
  readonly kind: EntryKind;
  readonly ofKey: string | null;
  readonly orderId: string | null;
  readonly reason: string | null;
  readonly atWall: number;
  readonly amountFen: number;
}

export interface EntryQuery {
  /** The last number that was seen. */
  readonly after: number;
  readonly limit: number;
  readonly account?: string | undefined;
  readonly orderId?: string | undefined;
}

const ENTRY = [
  ...['e.id', 'e.no', 'e.key', 'e.kind', 'e.of_key as ofKey', 'e.order_id as orderId'],
  ...['e.reason', 'e.at_wall as atWall', 'e.h as hash'],
] as const;

/**
 * Reading the ledger. Lists follow the numbers of the chain: an entry shows within seconds, and none
 * ever comes in before one that was seen.
 */
export class LedgerView {
  async entries(
    db: CloudReader,
    tenant: string,
    {after, limit, account, orderId}: EntryQuery,
  ): Promise<readonly SeenEntry[]> {
    let query = db
      .selectFrom('ledger_entry as e')
      .select(ENTRY)
      .where('e.tenant', '=', tenant)
      .where('e.no', '>', after);
    if (orderId !== undefined) query = query.where('e.order_id', '=', orderId);
    if (account !== undefined) {
      query = query.where(({exists, selectFrom}) =>
        exists(
          selectFrom('ledger_line as l')
            .select('l.n')
            .whereRef('l.entry_id', '=', 'e.id')
            .where('l.account', '=', account),
        ),
      );
    }
    const rows = await query.orderBy('e.no').limit(limit).execute();
    return this.#withLines(db, rows);
  }

  async entry(db: CloudReader, tenant: string, key: string): Promise<SeenEntry | undefined> {
    const rows = await db
      .selectFrom('ledger_entry as e')
      .select(ENTRY)
      .where('e.tenant', '=', tenant)
      .where('e.key', '=', key)
      .execute();
    return (await this.#withLines(db, rows))[0];
  }

  /** What an account got (above 0) and gave (below 0). */
  async statement(
    db: CloudReader,
    tenant: string,
    account: string,
    {after, limit}: Pick<EntryQuery, 'after' | 'limit'>,
  ): Promise<readonly StatementLine[]> {
    const rows = await db
      .selectFrom('ledger_line as l')
      .innerJoin('ledger_entry as e', 'e.id', 'l.entry_id')
      .select(['e.no', 'e.key', 'e.kind', 'e.of_key as ofKey', 'e.order_id as orderId'])
      .select(['e.reason', 'e.at_wall as atWall'])
      .select(({fn}) => fn.sum('l.amount_fen').as('amountFen'))
      .where('l.tenant', '=', tenant)
      .where('l.account', '=', account)
      .where('e.no', '>', after)
      .groupBy(['e.no', 'e.key', 'e.kind', 'e.of_key', 'e.order_id', 'e.reason', 'e.at_wall'])
      .orderBy('e.no')
      .limit(limit)
      .execute();
    return rows.map(row => ({
      ...row,
      no: row.no ?? 0,
      kind: row.kind as EntryKind,
      amountFen: Number(row.amountFen),
    }));
  }

  async holds(
    db: CloudReader,
    tenant: string,
    asked: {
      readonly account?: string | undefined;
      readonly state?: string | undefined;
      readonly after: string;
      readonly limit: number;
    },
  ): Promise<readonly SeenHold[]> {
    const {account, state, after, limit} = asked;
    let query = db
      .selectFrom('ledger_hold as h')
      .innerJoin('ledger_entry as e', join =>
        join.onRef('e.tenant', '=', 'h.tenant').onRef('e.key', '=', 'h.key'),
      )
      .select(['h.key', 'h.account', 'h.amount_fen as amountFen', 'h.state'])
      .select(['h.expires_wall as expiresWall', 'e.order_id as orderId', 'e.at_wall as atWall'])
      .where('h.tenant', '=', tenant)
      .where('h.key', '>', after);
    if (account !== undefined) query = query.where('h.account', '=', account);
    if (state !== undefined) query = query.where('h.state', '=', state);
    const rows = await query.orderBy('h.key').limit(limit).execute();
    return rows as unknown as readonly SeenHold[];
  }

  async #withLines(
    db: CloudReader,
    rows: readonly (Omit<SeenEntry, 'no' | 'kind' | 'hash' | 'lines'> & {
      id: string;
      no: number | null;
      kind: string;
      hash: string | null;
    })[],
  ): Promise<readonly SeenEntry[]> {
    if (rows.length === 0) return [];
    const lines = await db
      .selectFrom('ledger_line')
      .select(['entry_id', 'account', 'amount_fen as amountFen'])
      .where(
        'entry_id',
        'in',
        rows.map(({id}) => id),
      )
      .orderBy('entry_id')
      .orderBy('n')
      .execute();
    return rows.map(({id, ...row}) => ({
      ...row,
      ...{no: row.no ?? 0, kind: row.kind as EntryKind, hash: row.hash ?? ''},
      lines: lines
        .filter(line => line.entry_id === id)
        .map(({account, amountFen}) => ({account, amountFen})),
    }));
  }
}
