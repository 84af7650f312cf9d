import type {Kysely} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

/** Site files that the cloud wants its gateways to hold, and what each said of them. */
export async function createSiteConfigTables(
  db: Kysely<unknown>,
  types: ColumnTypes,
): Promise<void> {
  const {text, whole} = types;
  await types
    .finish(db.schema.createTable('site_config'))
    .addColumn('gw', text, column => column.notNull().references('gateway.gw'))
    .addColumn('ver', whole, column => column.notNull())
    .addColumn('sha', text, column => column.notNull())
    .addColumn('text', text, column => column.notNull())
    .addColumn('base', text, column => column.notNull())
    .addColumn('removing', whole, column => column.notNull())
    .addColumn('by', text, column => column.notNull())
    .addColumn('created_wall', whole, column => column.notNull())
    .addPrimaryKeyConstraint('site_config_key', ['gw', 'ver'])
    .execute();
  await types
    .finish(db.schema.createTable('site_held'))
    .addColumn('gw', text, column => column.primaryKey().notNull().references('gateway.gw'))
    .addColumn('ver', whole, column => column.notNull())
    .addColumn('sha', text, column => column.notNull())
    .addColumn('state', text, column => column.notNull())
    .addColumn('held', text, column => column.notNull())
    .addColumn('why', text)
    .addColumn('problems', text, column => column.notNull())
    .addColumn('reported_wall', whole, column => column.notNull())
    .execute();
}
