import type {Kysely} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

/** What is wanted of payment providers, what they said, their days beside ours, and payouts. */
export async function createPaymentTables(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await createIntents(db, types);
  await createReconciliations(db, types);
  await createPayouts(db, types);
  const index = (name: string, table: string) => db.schema.createIndex(name).on(table);
  const sealed = index('ledger_entry_no', 'ledger_entry').unique();
  await sealed.columns(['tenant', 'no']).execute();
  await index('ledger_entry_order', 'ledger_entry').columns(['tenant', 'order_id']).execute();
  await index('payment_intent_due', 'payment_intent').column('next_wall').execute();
  const ofDay = index('payment_intent_day', 'payment_intent');
  await ofDay.columns(['tenant', 'provider', 'book_day']).execute();
  await index('payment_intent_of', 'payment_intent').column('of_intent').execute();
  await index('payment_event_age', 'payment_event').column('received_wall').execute();
}

async function createIntents(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const {text, whole} = types;
  const make = (name: string) => types.finish(db.schema.createTable(name));
  await make('payment_intent')
    .addColumn('id', text, column => column.primaryKey().notNull())
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('provider', text, column => column.notNull())
    .addColumn('act', text, column => column.notNull())
    .addColumn('account', text, column => column.notNull())
    .addColumn('amount_fen', whole, column => column.notNull())
    .addColumn('of_intent', text)
    .addColumn('state', text, column => column.notNull())
    .addColumn('ref', text)
    .addColumn('book_day', text)
    .addColumn('settled_day', text)
    .addColumn('posted_fen', whole, column => column.notNull())
    .addColumn('pay_link', text)
    .addColumn('expires_wall', whole)
    .addColumn('why', text)
    .addColumn('order_id', text)
    .addColumn('reason', text)
    .addColumn('by_whom', text, column => column.notNull())
    .addColumn('tries', whole, column => column.notNull())
    .addColumn('next_wall', whole)
    .addColumn('created_wall', whole, column => column.notNull())
    .addColumn('changed_wall', whole, column => column.notNull())
    .execute();
  await make('payment_event')
    .addColumn('provider', text, column => column.notNull())
    .addColumn('event_id', text, column => column.notNull())
    .addColumn('intent', text)
    .addColumn('received_wall', whole, column => column.notNull())
    .addPrimaryKeyConstraint('payment_event_key', ['provider', 'event_id'])
    .execute();
}

async function createReconciliations(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const {text, whole} = types;
  const make = (name: string) => types.finish(db.schema.createTable(name));
  await make('reconciliation')
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('provider', text, column => column.notNull())
    .addColumn('day', text, column => column.notNull())
    .addColumn('state', text, column => column.notNull())
    .addColumn('ours_fen', whole, column => column.notNull())
    .addColumn('theirs_fen', whole, column => column.notNull())
    .addColumn('matched', whole, column => column.notNull())
    .addColumn('ver', whole, column => column.notNull())
    .addColumn('by_whom', text, column => column.notNull())
    .addColumn('at_wall', whole, column => column.notNull())
    .addPrimaryKeyConstraint('reconciliation_key', ['tenant', 'provider', 'day'])
    .execute();
  await make('reconciliation_item')
    .addColumn('tenant', text, column => column.notNull())
    .addColumn('provider', text, column => column.notNull())
    .addColumn('day', text, column => column.notNull())
    .addColumn('subject', text, column => column.notNull())
    .addColumn('kind', text, column => column.notNull())
    .addColumn('ours_fen', whole, column => column.notNull())
    .addColumn('theirs_fen', whole, column => column.notNull())
    .addColumn('suspense_fen', whole, column => column.notNull())
    .addColumn('state', text, column => column.notNull())
    .addColumn('reason', text)
    .addColumn('ver', whole, column => column.notNull())
    .addPrimaryKeyConstraint('reconciliation_item_key', ['tenant', 'provider', 'day', 'subject'])
    .execute();
}

async function createPayouts(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const {text, whole} = types;
  const make = (name: string) => types.finish(db.schema.createTable(name));
  await make('payout_run')
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('day', text, column => column.notNull())
    .addColumn('state', text, column => column.notNull())
    .addColumn('findings', text, column => column.notNull())
    .addColumn('by_whom', text, column => column.notNull())
    .addColumn('at_wall', whole, column => column.notNull())
    .addPrimaryKeyConstraint('payout_run_key', ['tenant', 'day'])
    .execute();
  await make('money_fault')
    .addColumn('tenant', text, column => column.notNull())
    .addColumn('kind', text, column => column.notNull())
    .addColumn('subject', text, column => column.notNull())
    .addColumn('detail', text, column => column.notNull())
    .addColumn('since_wall', whole, column => column.notNull())
    .addColumn('cleared_wall', whole)
    .addColumn('told', text, column => column.notNull())
    .addPrimaryKeyConstraint('money_fault_key', ['tenant', 'kind', 'subject'])
    .execute();
}
