import type {Kysely} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

/** Orders of every type, what is due for them, and what was fed into them. */
export async function createOrderTables(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const {text, whole} = types;
  const make = (name: string) => types.finish(db.schema.createTable(name));
  await make('order_row')
    .addColumn('id', text, column => column.primaryKey().notNull())
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('site', text, column => column.notNull())
    .addColumn('type', text, column => column.notNull())
    .addColumn('state', text, column => column.notNull())
    .addColumn('holder', text, column => column.notNull())
    .addColumn('data', text, column => column.notNull())
    .addColumn('ver', whole, column => column.notNull().defaultTo(1))
    .addColumn('created_wall', whole, column => column.notNull())
    .addColumn('changed_wall', whole, column => column.notNull())
    .execute();
  await make('order_deadline')
    .addColumn('order_id', text, column => column.notNull().references('order_row.id'))
    .addColumn('kind', text, column => column.notNull())
    .addColumn('due_wall', whole, column => column.notNull())
    .addColumn('set_id', text, column => column.notNull())
    .addPrimaryKeyConstraint('order_deadline_key', ['order_id', 'kind'])
    .execute();
  await make('order_input')
    .addColumn('order_id', text, column => column.notNull().references('order_row.id'))
    .addColumn('input_id', text, column => column.notNull())
    .addColumn('kind', text, column => column.notNull())
    .addColumn('at_wall', whole, column => column.notNull())
    .addPrimaryKeyConstraint('order_input_key', ['order_id', 'input_id'])
    .execute();
  const due = db.schema.createIndex('order_due').on('order_deadline');
  await due.columns(['due_wall', 'set_id']).execute();
  const holder = db.schema.createIndex('order_holder').on('order_row');
  await holder.columns(['tenant', 'holder', 'id']).execute();
  const site = db.schema.createIndex('order_site').on('order_row');
  await site.columns(['tenant', 'site', 'id']).execute();
}
