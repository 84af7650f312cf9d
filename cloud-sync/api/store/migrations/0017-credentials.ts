import type {Kysely} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

/** Rights over several gateways, what is shown for them, and the keys of QR tokens. */
export async function createCredentialTables(
  db: Kysely<unknown>,
  types: ColumnTypes,
): Promise<void> {
  await createRights(db, types);
  await createCodes(db, types);
  await createTokenKeys(db, types);
  // Under which a signed token can name the point, as the site file of its gateway has it.
  await db.schema.alterTable('point').addColumn('number', types.whole).execute();
}

async function createRights(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const {text, whole} = types;
  const make = (name: string) => types.finish(db.schema.createTable(name));
  await make('access_grant')
    .addColumn('id', text, column => column.primaryKey().notNull())
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('site', text, column => column.notNull().references('site.id'))
    .addColumn('holder', text, column => column.notNull())
    .addColumn('holder_mask', text, column => column.notNull())
    .addColumn('kind', text, column => column.notNull())
    .addColumn('points', text, column => column.notNull())
    .addColumn('valid_from', whole, column => column.notNull())
    .addColumn('valid_until', whole, column => column.notNull())
    .addColumn('weekly', text, column => column.notNull())
    .addColumn('entries', text, column => column.notNull())
    .addColumn('state', text, column => column.notNull())
    .addColumn('frozen', whole, column => column.notNull())
    .addColumn('number', text, column => column.notNull())
    .addColumn('credentials', text, column => column.notNull())
    .addColumn('order_id', text)
    .addColumn('name', text)
    .addColumn('created_wall', whole, column => column.notNull())
    .addColumn('changed_wall', whole, column => column.notNull())
    .addUniqueConstraint('access_grant_number', ['site', 'number'])
    .execute();
  await make('access_credential')
    .addColumn('id', text, column => column.primaryKey().notNull())
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('site', text, column => column.notNull().references('site.id'))
    .addColumn('holder', text, column => column.notNull())
    .addColumn('grant_id', text, column => column.references('access_grant.id'))
    .addColumn('kind', text, column => column.notNull())
    .addColumn('state', text, column => column.notNull())
    .addColumn('hint', text, column => column.notNull())
    .addColumn('sealed', text, column => column.notNull())
    .addColumn('mark', text)
    .addColumn('replaced_by', text)
    .addColumn('created_wall', whole, column => column.notNull())
    .addColumn('changed_wall', whole, column => column.notNull())
    .execute();
  await make('right_place')
    .addColumn('gw', text, column => column.notNull().references('gateway.gw'))
    .addColumn('id', text, column => column.notNull())
    .addColumn('section', text, column => column.notNull())
    .addColumn('cfg_ver', whole, column => column.notNull())
    .addColumn('rev_ver', whole, column => column.notNull())
    .addPrimaryKeyConstraint('right_place_key', ['id', 'gw'])
    .execute();
  const index = (name: string, table: string) => db.schema.createIndex(name).on(table);
  await index('access_grant_list', 'access_grant').columns(['tenant', 'id']).execute();
  await index('access_grant_holder', 'access_grant').columns(['tenant', 'holder']).execute();
  await index('access_grant_order', 'access_grant').columns(['order_id', 'name']).execute();
  await index('access_grant_end', 'access_grant').columns(['state', 'valid_until']).execute();
  await index('access_credential_holder', 'access_credential')
    .columns(['tenant', 'holder', 'site'])
    .execute();
  await index('access_credential_grant', 'access_credential').columns(['grant_id']).execute();
}

async function createCodes(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const {text, whole} = types;
  const make = (name: string) => types.finish(db.schema.createTable(name));
  await make('code_slot')
    .addColumn('gw', text, column => column.notNull())
    .addColumn('mark', text, column => column.notNull())
    .addColumn('credential_id', text, column => column.notNull())
    .addColumn('site', text, column => column.notNull())
    .addPrimaryKeyConstraint('code_slot_key', ['gw', 'mark'])
    .execute();
  await make('code_plan')
    .addColumn('site', text, column => column.primaryKey().notNull().references('site.id'))
    .addColumn('live_codes', whole, column => column.notNull())
    .addColumn('epoch', whole, column => column.notNull())
    .execute();
  const index = (name: string) => db.schema.createIndex(name).on('code_slot');
  await index('code_slot_site').columns(['site', 'credential_id']).execute();
  await index('code_slot_credential').columns(['credential_id']).execute();
}

async function createTokenKeys(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const {text, whole} = types;
  const make = (name: string) => types.finish(db.schema.createTable(name));
  await make('token_key')
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('kid', whole, column => column.notNull())
    .addColumn('public_hex', text, column => column.notNull())
    .addColumn('sealed', text, column => column.notNull())
    .addColumn('created_wall', whole, column => column.notNull())
    .addColumn('last_until', whole, column => column.notNull())
    .addPrimaryKeyConstraint('token_key_key', ['tenant', 'kid'])
    .execute();
  await make('token_key_place')
    .addColumn('gw', text, column => column.notNull().references('gateway.gw'))
    .addColumn('kid', whole, column => column.notNull())
    .addColumn('tenant', text, column => column.notNull())
    .addColumn('cfg_ver', whole, column => column.notNull())
    .addPrimaryKeyConstraint('token_key_place_key', ['gw', 'kid'])
    .execute();
}
