import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';

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

const ENTRY = [
  ...['id', 'tenant', 'key', 'kind', 'of_key as ofKey', 'order_id as orderId', 'reason'],
  ...['fingerprint', 'at_wall as atWall'],
] as const;
const HOLD = [
  ...['key', 'account', 'amount_fen as amountFen', 'state', 'expires_wall as expiresWall'],
] as const;

/** Rows of the ledger. Who locks takes the balance of an account first, then holds and entries. */
export class LedgerTable {
  /** False when the key is taken. */
  async addEntry(tx: CloudTransaction, entry: EntryRow, lines: readonly Line[]): Promise<boolean> {
    const {id, tenant, key, kind, fingerprint, reason} = entry;
    const {numInsertedOrUpdatedRows} = await tx
      .insertInto('ledger_entry')
      .values({
        ...{id, tenant, key, kind, of_key: entry.ofKey, order_id: entry.orderId, reason},
        ...{fingerprint, at_wall: entry.atWall, no: null, h: null},
      })
      .onConflict(clash => clash.doNothing())
      .executeTakeFirstOrThrow();
    if ((numInsertedOrUpdatedRows ?? 0n) === 0n) return false;
    if (lines.length === 0) return true;
    const rows = lines.map(({account, amountFen}, n) => ({
      ...{entry_id: id, n, tenant, account, amount_fen: amountFen},
    }));
    await tx.insertInto('ledger_line').values(rows).execute();
    return true;
  }

  async entry(db: CloudReader, tenant: string, key: string): Promise<EntryRow | undefined> {
    const query = db.selectFrom('ledger_entry').select(ENTRY).where('tenant', '=', tenant);
    return (await query.where('key', '=', key).executeTakeFirst()) as EntryRow | undefined;
  }

  /** The entry, which no other transaction locks before the end of this one. */
  async lockEntry(
    tx: CloudTransaction,
    tenant: string,
    key: string,
  ): Promise<EntryRow | undefined> {
    const query = tx.updateTable('ledger_entry').set(({ref}) => ({kind: ref('kind')}));
    const locked = query.where('tenant', '=', tenant).where('key', '=', key).returning(ENTRY);
    return (await locked.executeTakeFirst()) as EntryRow | undefined;
  }

  lines(db: CloudReader, entryId: string): Promise<readonly Line[]> {
    const query = db.selectFrom('ledger_line').select(['account', 'amount_fen as amountFen']);
    return query.where('entry_id', '=', entryId).orderBy('n').execute();
  }

  /** What was taken back of the entry `key` so far: lines of all its reversals. */
  reversedLines(db: CloudReader, tenant: string, key: string): Promise<readonly Line[]> {
    return db
      .selectFrom('ledger_entry as e')
      .innerJoin('ledger_line as l', 'l.entry_id', 'e.id')
      .select(['l.account', 'l.amount_fen as amountFen'])
      .where('e.tenant', '=', tenant)
      .where('e.kind', '=', 'reverse')
      .where('e.of_key', '=', key)
      .orderBy('e.id')
      .orderBy('l.n')
      .execute();
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
      .where('kind', '=', 'reverse')
      .where(({eb, or}) => or([eb('of_key', '=', of), eb('order_id', '=', orderId)]))
      .limit(1)
      .executeTakeFirst();
    return reversal !== undefined;
  }

  async addHold(tx: CloudTransaction, tenant: string, hold: HoldRow): Promise<void> {
    const {amountFen: amount_fen, expiresWall: expires_wall, ...same} = hold;
    await tx
      .insertInto('ledger_hold')
      .values({...same, tenant, amount_fen, expires_wall})
      .execute();
  }

  async hold(db: CloudReader, tenant: string, key: string): Promise<HoldRow | undefined> {
    const query = db.selectFrom('ledger_hold').select(HOLD).where('tenant', '=', tenant);
    return (await query.where('key', '=', key).executeTakeFirst()) as HoldRow | undefined;
  }

  async endHold(
    tx: CloudTransaction,
    tenant: string,
    key: string,
    state: Exclude<HoldRow['state'], 'open'>,
  ): Promise<void> {
    const query = tx.updateTable('ledger_hold').set({state}).where('tenant', '=', tenant);
    await query.where('key', '=', key).execute();
  }

  /** Open holds whose time is over, in the order of their ends, a few at a time. */
  async expiredHolds(
    db: CloudReader,
    wallMs: number,
    after?: {readonly expiresWall: number; readonly key: string},
  ): Promise<readonly {readonly tenant: string; readonly key: string; expiresWall: number}[]> {
    let query = db
      .selectFrom('ledger_hold')
      .select(['tenant', 'key', 'expires_wall as expiresWall'])
      .where('state', '=', 'open')
      .where('expires_wall', '<=', wallMs);
    if (after) {
      const {expiresWall, key} = after;
      query = query.where(({eb, and, or}) =>
        or([
          eb('expires_wall', '>', expiresWall),
          and([eb('expires_wall', '=', expiresWall), eb('key', '>', key)]),
        ]),
      );
    }
    const rows = await query.orderBy('expires_wall').orderBy('key').limit(200).execute();
    return rows.map(row => ({...row, expiresWall: row.expiresWall ?? 0}));
  }

  /** The balance, locked and there: nobody spends from it before the end of this transaction. */
  async lockBalance(tx: CloudTransaction, tenant: string, account: string): Promise<BalanceRow> {
    return await tx
      .insertInto('ledger_balance')
      .values({tenant, account, posted_fen: 0, held_fen: 0})
      .onConflict(clash =>
        clash
          .columns(['tenant', 'account'])
          .doUpdateSet(({ref}) => ({held_fen: ref('ledger_balance.held_fen')})),
      )
      .returning(['posted_fen as postedFen', 'held_fen as heldFen'])
      .executeTakeFirstOrThrow();
  }

  balance(db: CloudReader, tenant: string, account: string): Promise<BalanceRow | undefined> {
    return db
      .selectFrom('ledger_balance')
      .select(['posted_fen as postedFen', 'held_fen as heldFen'])
      .where('tenant', '=', tenant)
      .where('account', '=', account)
      .executeTakeFirst();
  }

  async addToBalance(
    tx: CloudTransaction,
    {tenant, account}: {readonly tenant: string; readonly account: string},
    by: BalanceRow,
  ): Promise<void> {
    await tx
      .updateTable('ledger_balance')
      .set(({eb}) => ({
        posted_fen: eb('posted_fen', '+', by.postedFen),
        held_fen: eb('held_fen', '+', by.heldFen),
      }))
      .where('tenant', '=', tenant)
      .where('account', '=', account)
      .execute();
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
