import type {Kysely} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

/** What is agreed on about leases; codes for a shower, and what is owed for one. */
export async function createLeaseTables(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const {text, whole} = types;
  const make = (name: string) => types.finish(db.schema.createTable(name));
  await make('agreement_text')
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('ver', whole, column => column.notNull())
    .addColumn('language', text, column => column.notNull())
    .addColumn('text', text, column => column.notNull())
    .addColumn('deposit_fen', whole, column => column.notNull())
    .addColumn('lender_percent', whole, column => column.notNull())
    .addColumn('overtime_percent', whole, column => column.notNull())
    .addColumn('created_wall', whole, column => column.notNull())
    .addPrimaryKeyConstraint('agreement_text_key', ['tenant', 'ver'])
    .execute();
  await make('agreement')
    .addColumn('id', text, column => column.primaryKey().notNull())
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('site', text, column => column.notNull())
    .addColumn('order_id', text, column => column.notNull().references('order_row.id'))
    .addColumn('holder', text, column => column.notNull())
    .addColumn('lender', text)
    .addColumn('text_ver', whole, column => column.notNull())
    .addColumn('body', text, column => column.notNull())
    .addColumn('sha256', text, column => column.notNull())
    .addColumn('state', text, column => column.notNull())
    .addColumn('consents', text, column => column.notNull())
    .addColumn('proposed_wall', whole, column => column.notNull())
    .execute();
  await make('bath_code')
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('site', text, column => column.notNull())
    .addColumn('holder', text, column => column.notNull())
    .addColumn('order_id', text, column => column.notNull())
    .addPrimaryKeyConstraint('bath_code_key', ['tenant', 'holder', 'site'])
    .execute();
  await make('bath_debt')
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('holder', text, column => column.notNull())
    .addColumn('debt_fen', whole, column => column.notNull())
    .addPrimaryKeyConstraint('bath_debt_key', ['tenant', 'holder'])
    .execute();
  const index = (name: string) => db.schema.createIndex(name).on('agreement');
  await index('agreement_order').columns(['order_id', 'id']).execute();
  await index('agreement_holder').columns(['tenant', 'holder', 'id']).execute();
  await index('agreement_lender').columns(['tenant', 'lender', 'id']).execute();
}
