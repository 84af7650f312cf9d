import type {CloudReader} from '../store/cloud-schema.js';
import {FixedQuery} from '../store/fixed-query.js';

const EXPIRED_AT_ONCE = 200;

interface Keyed extends Readonly<Record<string, string | number | null>> {
  readonly tenant: string;
  readonly key: string;
}
interface Account extends Readonly<Record<string, string | number | null>> {
  readonly tenant: string;
  readonly account: string;
}

interface NewEntry extends Keyed {
  readonly id: string;
  readonly kind: string;
  readonly ofKey: string | null;
  readonly orderId: string | null;
  readonly reason: string | null;
  readonly fingerprint: string;
  readonly atWall: number;
}

const ENTRY = [
  ...['id', 'tenant', 'key', 'kind', 'of_key as ofKey', 'order_id as orderId', 'reason'],
  ...['fingerprint', 'at_wall as atWall'],
] as const;
const HOLD = [
  ...['key', 'account', 'amount_fen as amountFen', 'state', 'expires_wall as expiresWall'],
] as const;

/** What every movement of money asks, put together once. @see LedgerTable */
export const ledgerQueries = () => ({
  ...entryQueries(),
  ...holdQueries(),
  ...balanceQueries(),
});

const entryQueries = () => ({
  entry: new FixedQuery((db, {tenant, key}: Keyed) =>
    db.selectFrom('ledger_entry').select(ENTRY).where('tenant', '=', tenant).where('key', '=', key),
  ),
  lockEntry: new FixedQuery((db, {tenant, key}: Keyed) =>
    db
      .updateTable('ledger_entry')
      .set(({ref}) => ({kind: ref('kind')}))
      .where('tenant', '=', tenant)
      .where('key', '=', key)
      .returning(ENTRY),
  ),
  addEntry: new FixedQuery((db, entry: NewEntry) =>
    insertEntry(db, entry).onConflict(clash => clash.doNothing()),
  ),
  addNewEntry: new FixedQuery(insertEntry),
  lines: new FixedQuery((db, {entry}: {readonly entry: string}) =>
    db
      .selectFrom('ledger_line')
      .select(['account', 'amount_fen as amountFen'])
      .where('entry_id', '=', entry)
      .orderBy('n'),
  ),
  reversedLines: new FixedQuery((db, {tenant, key}: Keyed) =>
    db
      .selectFrom('ledger_entry as e')
      .innerJoin('ledger_line as l', 'l.entry_id', 'e.id')
      .select(['l.account', 'l.amount_fen as amountFen'])
      .where('e.tenant', '=', tenant)
      .where('e.kind', '=', 'reverse')
      .where('e.of_key', '=', key)
      .orderBy('e.id')
      .orderBy('l.n'),
  ),
});

function insertEntry(db: CloudReader, entry: NewEntry) {
  const {id, tenant, key, kind, ofKey: of_key, orderId: order_id, reason, fingerprint} = entry;
  return db.insertInto('ledger_entry').values({
    ...{id, tenant, key, kind, of_key, order_id, reason, fingerprint},
    ...{at_wall: entry.atWall, no: null, h: null},
  });
}

/** Open holds whose time is over, in the order of their ends. */
const expiredHolds = (db: CloudReader, wallMs: number) =>
  db
    .selectFrom('ledger_hold')
    .select(['tenant', 'key', 'expires_wall as expiresWall'])
    .where('state', '=', 'open')
    .where('expires_wall', '<=', wallMs)
    .orderBy('expires_wall')
    .orderBy('key')
    .limit(EXPIRED_AT_ONCE);

const holdQueries = () => ({
  // Asked every few seconds, mostly for nothing.
  firstExpired: new FixedQuery((db, {wallMs}: {readonly wallMs: number}) =>
    expiredHolds(db, wallMs),
  ),
  moreExpired: new FixedQuery(
    (db, last: {readonly wallMs: number; readonly expiresWall: number; readonly key: string}) =>
      expiredHolds(db, last.wallMs).where(({eb, and, or}) =>
        or([
          eb('expires_wall', '>', last.expiresWall),
          and([eb('expires_wall', '=', last.expiresWall), eb('key', '>', last.key)]),
        ]),
      ),
  ),
  addHold: new FixedQuery(
    (
      db,
      row: Keyed & {
        readonly account: string;
        readonly amountFen: number;
        readonly state: string;
        readonly expiresWall: number | null;
      },
    ) => {
      const {tenant, key, account, state, amountFen, expiresWall} = row;
      const rest = {amount_fen: amountFen, expires_wall: expiresWall};
      return db.insertInto('ledger_hold').values({tenant, key, account, state, ...rest});
    },
  ),
  hold: new FixedQuery((db, {tenant, key}: Keyed) =>
    db.selectFrom('ledger_hold').select(HOLD).where('tenant', '=', tenant).where('key', '=', key),
  ),
  endHold: new FixedQuery((db, {tenant, key, state}: Keyed & {readonly state: string}) =>
    db.updateTable('ledger_hold').set({state}).where('tenant', '=', tenant).where('key', '=', key),
  ),
});

const balanceQueries = () => ({
  lockBalance: new FixedQuery((db, {tenant, account}: Account) =>
    db
      .insertInto('ledger_balance')
      .values({tenant, account, posted_fen: 0, held_fen: 0})
      .onConflict(clash =>
        clash
          .columns(['tenant', 'account'])
          .doUpdateSet(({ref}) => ({held_fen: ref('ledger_balance.held_fen')})),
      )
      .returning(['posted_fen as postedFen', 'held_fen as heldFen']),
  ),
  balance: new FixedQuery((db, {tenant, account}: Account) =>
    db
      .selectFrom('ledger_balance')
      .select(['posted_fen as postedFen', 'held_fen as heldFen'])
      .where('tenant', '=', tenant)
      .where('account', '=', account),
  ),
  addToBalance: new FixedQuery(
    (db, by: Account & {readonly postedFen: number; readonly heldFen: number}) =>
      db
        .updateTable('ledger_balance')
        .set(({eb}) => ({
          posted_fen: eb('posted_fen', '+', by.postedFen),
          held_fen: eb('held_fen', '+', by.heldFen),
        }))
        .where('tenant', '=', by.tenant)
        .where('account', '=', by.account),
  ),
});

interface LineRow extends Readonly<Record<string, string | number | null>> {
  readonly tenant: string;
  readonly entry: string;
}

/** Writes an entry's lines at once: `account0`, `fen0` and so on. */
export function addLinesQuery(count: number): FixedQuery<LineRow> {
  return new FixedQuery((db, row: LineRow) => {
    const rows = Array.from({length: count}, (_, n) => ({
      ...{entry_id: row.entry, n, tenant: row.tenant},
      ...{account: row[`account${n}`] as string, amount_fen: row[`fen${n}`] as number},
    }));
    return db.insertInto('ledger_line').values(rows);
  });
}
