import type {Kysely} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

/** Entries and their lines, what is held, and running balances. */
export async function createLedgerTables(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const {text, whole} = types;
  const make = (name: string) => types.finish(db.schema.createTable(name));
  await make('ledger_entry')
    .addColumn('id', text, column => column.primaryKey().notNull())
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('key', text, column => column.notNull())
    .addColumn('kind', text, column => column.notNull())
    .addColumn('of_key', text)
    .addColumn('order_id', text)
    .addColumn('reason', text)
    .addColumn('fingerprint', text, column => column.notNull())
    .addColumn('at_wall', whole, column => column.notNull())
    .addColumn('no', whole)
    .addColumn('h', text)
    .addUniqueConstraint('ledger_entry_once', ['tenant', 'key'])
    .execute();
  await make('ledger_line')
    .addColumn('entry_id', text, column => column.notNull().references('ledger_entry.id'))
    .addColumn('n', whole, column => column.notNull())
    .addColumn('tenant', text, column => column.notNull())
    .addColumn('account', text, column => column.notNull())
    .addColumn('amount_fen', whole, column => column.notNull())
    .addPrimaryKeyConstraint('ledger_line_key', ['entry_id', 'n'])
    .execute();
  await make('ledger_hold')
    .addColumn('tenant', text, column => column.notNull())
    .addColumn('key', text, column => column.notNull())
    .addColumn('account', text, column => column.notNull())
    .addColumn('amount_fen', whole, column => column.notNull())
    .addColumn('state', text, column => column.notNull())
    .addColumn('expires_wall', whole)
    .addPrimaryKeyConstraint('ledger_hold_key', ['tenant', 'key'])
    .execute();
  await make('ledger_balance')
    .addColumn('tenant', text, column => column.notNull())
    .addColumn('account', text, column => column.notNull())
    .addColumn('posted_fen', whole, column => column.notNull())
    .addColumn('held_fen', whole, column => column.notNull())
    .addPrimaryKeyConstraint('ledger_balance_key', ['tenant', 'account'])
    .execute();
  const index = (name: string, table: string) => db.schema.createIndex(name).on(table);
  await index('ledger_line_account', 'ledger_line').columns(['tenant', 'account']).execute();
  await index('ledger_entry_of', 'ledger_entry').columns(['tenant', 'of_key']).execute();
  await index('ledger_entry_new', 'ledger_entry').columns(['no', 'tenant']).execute();
  await index('ledger_hold_open', 'ledger_hold').columns(['state', 'expires_wall']).execute();
}
