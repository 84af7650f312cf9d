import type {Kysely} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

/** Tenants, sites, points, keys, answers to keep, changes to tell, and who did what. */
export async function createTenancyTables(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await createPlaces(db, types);
  await createCallers(db, types);
  await createRecords(db, types);
}

async function createPlaces(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const {text, whole} = types;
  const make = (name: string) => types.finish(db.schema.createTable(name));
  await make('tenant')
    .addColumn('id', text, column => column.primaryKey().notNull())
    .addColumn('name', text, column => column.notNull())
    .addColumn('state', text, column => column.notNull())
    .addColumn('created_wall', whole, column => column.notNull())
    .execute();
  await make('site')
    .addColumn('id', text, column => column.primaryKey().notNull())
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('name', text, column => column.notNull())
    .addColumn('kind', text, column => column.notNull())
    .addColumn('zone', text, column => column.notNull())
    .addColumn('address', text, column => column.notNull())
    .addColumn('lat_e7', whole)
    .addColumn('lng_e7', whole)
    .addColumn('state', text, column => column.notNull())
    .addColumn('ver', whole, column => column.notNull().defaultTo(1))
    .addColumn('created_wall', whole, column => column.notNull())
    .execute();
  await make('site_gateway')
    .addColumn('gw', text, column => column.primaryKey().notNull())
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('site', text, column => column.notNull().references('site.id'))
    .execute();
  await make('point')
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('site', text, column => column.notNull().references('site.id'))
    .addColumn('id', text, column => column.notNull())
    .addColumn('kind', text, column => column.notNull())
    .addColumn('parent', text)
    .addColumn('gw', text)
    .addColumn('guidance', text, column => column.notNull())
    .addColumn('capacity', whole, column => column.notNull())
    .addColumn('sale_state', text, column => column.notNull())
    .addColumn('owner', text)
    .addColumn('ver', whole, column => column.notNull().defaultTo(1))
    .addPrimaryKeyConstraint('point_key', ['site', 'id'])
    .execute();
  await db.schema.createIndex('site_tenant').on('site').column('tenant').execute();
}

async function createCallers(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const {text, whole} = types;
  const make = (name: string) => types.finish(db.schema.createTable(name));
  await make('access_key')
    .addColumn('id', text, column => column.primaryKey().notNull())
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('name', text, column => column.notNull())
    .addColumn('hash', text, column => column.notNull())
    .addColumn('scopes', text, column => column.notNull())
    .addColumn('sites', text)
    .addColumn('created_wall', whole, column => column.notNull())
    .addColumn('expires_wall', whole)
    .addColumn('used_wall', whole)
    .addColumn('revoked_wall', whole)
    .execute();
  await make('answer')
    .addColumn('tenant', text, column => column.notNull())
    .addColumn('caller', text, column => column.notNull())
    .addColumn('key', text, column => column.notNull())
    .addColumn('fingerprint', text, column => column.notNull())
    .addColumn('status', whole, column => column.notNull())
    .addColumn('body', text, column => column.notNull())
    .addColumn('created_wall', whole, column => column.notNull())
    .addPrimaryKeyConstraint('answer_key', ['tenant', 'caller', 'key'])
    .execute();
  await db.schema.createIndex('answer_age').on('answer').column('created_wall').execute();
}

async function createRecords(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const {text, whole} = types;
  const make = (name: string) => types.finish(db.schema.createTable(name));
  await make('change')
    .addColumn('id', text, column => column.primaryKey().notNull())
    .addColumn('no', whole)
    .addColumn('tenant', text, column => column.notNull())
    .addColumn('site', text)
    .addColumn('type', text, column => column.notNull())
    .addColumn('subject', text, column => column.notNull())
    .addColumn('subject_id', text, column => column.notNull())
    .addColumn('deleted', whole, column => column.notNull())
    .addColumn('data', text, column => column.notNull())
    .addColumn('at_wall', whole, column => column.notNull())
    .execute();
  await make('audit')
    .addColumn('id', text, column => column.primaryKey().notNull())
    .addColumn('tenant', text, column => column.notNull())
    .addColumn('actor', text, column => column.notNull())
    .addColumn('action', text, column => column.notNull())
    .addColumn('subject', text, column => column.notNull())
    .addColumn('subject_id', text, column => column.notNull())
    .addColumn('reason', text)
    .addColumn('at_wall', whole, column => column.notNull())
    .execute();
  const unique = db.schema.createIndex('change_no').on('change').unique();
  await unique.columns(['tenant', 'no']).execute();
  await db.schema.createIndex('change_new').on('change').columns(['no', 'tenant']).execute();
  await db.schema.createIndex('audit_of').on('audit').columns(['tenant', 'subject_id']).execute();
}
