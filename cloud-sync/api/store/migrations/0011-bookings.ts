import type {Kysely} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

/** Prices, coupons and quotes, what orders gave out and what became of it, and deadlines that rest. */
export async function createBookingTables(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await addRest(db, types);
  await createPrices(db, types);
  await createCoupons(db, types);
  await createUses(db, types);
}

async function addRest(db: Kysely<unknown>, {whole}: ColumnTypes): Promise<void> {
  await db.schema
    .alterTable('order_deadline')
    .addColumn('tries', whole, column => column.notNull().defaultTo(0))
    .execute();
  await db.schema.alterTable('order_deadline').addColumn('rest_wall', whole).execute();
  await db.schema.createIndex('order_rest').on('order_deadline').column('rest_wall').execute();
}

async function createPrices(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const {text, whole} = types;
  const make = (name: string) => types.finish(db.schema.createTable(name));
  await make('tariff')
    .addColumn('site', text, column => column.primaryKey().notNull())
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('terms', text, column => column.notNull())
    .addColumn('ver', whole, column => column.notNull().defaultTo(1))
    .addColumn('changed_wall', whole, column => column.notNull())
    .execute();
  await make('price_rule')
    .addColumn('id', text, column => column.primaryKey().notNull())
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('site', text)
    .addColumn('name', text, column => column.notNull())
    .addColumn('body', text, column => column.notNull())
    .addColumn('state', text, column => column.notNull())
    .addColumn('ver', whole, column => column.notNull().defaultTo(1))
    .addColumn('changed_wall', whole, column => column.notNull())
    .execute();
  await make('quote')
    .addColumn('id', text, column => column.primaryKey().notNull())
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('site', text, column => column.notNull())
    .addColumn('point', text, column => column.notNull())
    .addColumn('holder', text)
    .addColumn('from_wall', whole, column => column.notNull())
    .addColumn('until_wall', whole, column => column.notNull())
    .addColumn('price', text, column => column.notNull())
    .addColumn('amount_fen', whole, column => column.notNull())
    .addColumn('lender', text)
    .addColumn('valid_until_wall', whole, column => column.notNull())
    .addColumn('order_id', text)
    .execute();
  const rules = db.schema.createIndex('price_rule_of').on('price_rule');
  await rules.columns(['tenant', 'id']).execute();
  await db.schema.createIndex('quote_end').on('quote').column('valid_until_wall').execute();
}

async function createCoupons(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const {text, whole} = types;
  const make = (name: string) => types.finish(db.schema.createTable(name));
  await make('coupon')
    .addColumn('id', text, column => column.primaryKey().notNull())
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('code', text, column => column.notNull())
    .addColumn('site', text)
    .addColumn('terms', text, column => column.notNull())
    .addColumn('from_wall', whole, column => column.notNull())
    .addColumn('until_wall', whole, column => column.notNull())
    .addColumn('max_uses', whole, column => column.notNull())
    .addColumn('uses', whole, column => column.notNull().defaultTo(0))
    .addColumn('state', text, column => column.notNull())
    .addColumn('created_wall', whole, column => column.notNull())
    .addUniqueConstraint('coupon_code', ['tenant', 'code'])
    .execute();
  await make('coupon_use')
    .addColumn('order_id', text, column => column.primaryKey().notNull())
    .addColumn('coupon', text, column => column.notNull().references('coupon.id'))
    .addColumn('holder', text, column => column.notNull())
    .addColumn('at_wall', whole, column => column.notNull())
    .execute();
  const taken = db.schema.createIndex('coupon_taken').on('coupon_use');
  await taken.columns(['coupon', 'holder']).execute();
}

async function createUses(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const {text, whole} = types;
  const make = (name: string) => types.finish(db.schema.createTable(name));
  await make('order_grant')
    .addColumn('gw', text, column => column.notNull())
    .addColumn('grant_id', text, column => column.notNull())
    .addColumn('order_id', text, column => column.notNull().references('order_row.id'))
    .addColumn('name', text, column => column.notNull())
    .addPrimaryKeyConstraint('order_grant_key', ['gw', 'grant_id'])
    .execute();
  await make('order_use')
    .addColumn('gw', text, column => column.notNull())
    .addColumn('session', text, column => column.notNull())
    .addColumn('order_id', text, column => column.notNull().references('order_row.id'))
    .addColumn('point', text, column => column.notNull())
    .addColumn('phase', text, column => column.notNull())
    .addColumn('close_cause', text)
    .addColumn('duration_ms', types.real, column => column.notNull())
    .addColumn('at_wall', whole)
    .addColumn('epoch_no', whole, column => column.notNull())
    .addColumn('seq', whole, column => column.notNull())
    .addColumn('pending', whole, column => column.notNull())
    .addPrimaryKeyConstraint('order_use_key', ['gw', 'session'])
    .execute();
  const index = (name: string, table: string) => db.schema.createIndex(name).on(table);
  await index('order_grant_order', 'order_grant').columns(['order_id', 'name']).execute();
  await index('order_use_order', 'order_use').column('order_id').execute();
  await index('order_use_new', 'order_use').columns(['pending', 'epoch_no', 'seq']).execute();
}
