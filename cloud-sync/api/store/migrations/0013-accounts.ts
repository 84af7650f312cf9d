import type {Kysely} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

/** Members, what is kept of the persons behind them, how they log in, and what was erased. */
export async function createAccountTables(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await createMembers(db, types);
  await createErasures(db, types);
  await createLogins(db, types);
  await db.schema.alterTable('audit').addColumn('detail', types.text).execute();
  await db.schema.alterTable('grant_row').addColumn('holder', types.text).execute();
  await db.schema.alterTable('grant_row').addColumn('frozen', types.text).execute();
  await db.schema.createIndex('grant_row_holder').on('grant_row').column('holder').execute();
}

async function createMembers(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const {text, whole} = types;
  const make = (name: string) => types.finish(db.schema.createTable(name));
  await make('member')
    .addColumn('id', text, column => column.primaryKey().notNull())
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('site', text)
    .addColumn('roles', text, column => column.notNull())
    .addColumn('status', text, column => column.notNull())
    .addColumn('mask', text, column => column.notNull())
    .addColumn('ver', whole, column => column.notNull().defaultTo(1))
    .addColumn('created_wall', whole, column => column.notNull())
    .addColumn('changed_wall', whole, column => column.notNull())
    .addColumn('erase_due_wall', whole)
    .addColumn('erase_why', text)
    .addColumn('erase_by', text)
    .execute();
  await make('vault_key')
    .addColumn('id', text, column => column.primaryKey().notNull())
    .addColumn('state', text, column => column.notNull())
    .addColumn('proof', text, column => column.notNull())
    .addColumn('since_wall', whole, column => column.notNull())
    .execute();
  await make('person_key')
    .addColumn('member', text, column => column.notNull().references('member.id'))
    .addColumn('kind', text, column => column.notNull())
    .addColumn('tenant', text, column => column.notNull())
    .addColumn('key_id', text, column => column.notNull())
    .addColumn('wrapped', text, column => column.notNull())
    .addColumn('since_wall', whole, column => column.notNull())
    .addPrimaryKeyConstraint('person_key_key', ['member', 'kind'])
    .execute();
  await make('person_field')
    .addColumn('member', text, column => column.notNull().references('member.id'))
    .addColumn('field', text, column => column.notNull())
    .addColumn('kind', text, column => column.notNull())
    .addColumn('tenant', text, column => column.notNull())
    .addColumn('sealed', text, column => column.notNull())
    .addColumn('blind', text)
    .addColumn('mask', text, column => column.notNull())
    .addPrimaryKeyConstraint('person_field_key', ['member', 'field'])
    .execute();
  const index = (name: string, table: string) => db.schema.createIndex(name).on(table);
  await index('member_of', 'member').columns(['tenant', 'id']).execute();
  await index('member_due', 'member').column('erase_due_wall').execute();
  await index('person_key_age', 'person_key').columns(['tenant', 'kind', 'since_wall']).execute();
  await index('person_key_under', 'person_key').column('key_id').execute();
  await index('person_blind', 'person_field').columns(['tenant', 'field', 'blind']).execute();
  const phone = index('person_phone', 'person_field').unique().columns(['tenant', 'blind']);
  await phone.where('field' as never, '=', 'phone').execute();
}

async function createErasures(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const {text, whole} = types;
  const make = (name: string) => types.finish(db.schema.createTable(name));
  await make('retention_rule')
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('kind', text, column => column.notNull())
    .addColumn('days', whole)
    .addPrimaryKeyConstraint('retention_rule_key', ['tenant', 'kind'])
    .execute();
  await make('erasure')
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('no', whole, column => column.notNull())
    .addColumn('member', text, column => column.notNull())
    .addColumn('kind', text, column => column.notNull())
    .addColumn('fields', whole, column => column.notNull())
    .addColumn('rule', text, column => column.notNull())
    .addColumn('actor', text, column => column.notNull())
    .addColumn('reason', text)
    .addColumn('at_wall', whole, column => column.notNull())
    .addColumn('h', text, column => column.notNull())
    .addColumn('sig', text, column => column.notNull())
    .addPrimaryKeyConstraint('erasure_key', ['tenant', 'no'])
    .execute();
}

async function createLogins(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const {text, whole} = types;
  const make = (name: string) => types.finish(db.schema.createTable(name));
  await make('login')
    .addColumn('member', text, column => column.primaryKey().notNull().references('member.id'))
    .addColumn('tenant', text, column => column.notNull())
    .addColumn('roles', text, column => column.notNull())
    .addColumn('sites', text)
    .addColumn('password', text)
    .addColumn('password_wall', whole)
    .addColumn('invite_hash', text)
    .addColumn('invite_until_wall', whole)
    .execute();
  await make('login_place')
    .addColumn('member', text, column => column.notNull().references('member.id'))
    .addColumn('place', text, column => column.notNull())
    .addColumn('seen_wall', whole, column => column.notNull())
    .addPrimaryKeyConstraint('login_place_key', ['member', 'place'])
    .execute();
  await make('login_guard')
    .addColumn('key', text, column => column.primaryKey().notNull())
    .addColumn('wrong', whole, column => column.notNull())
    .addColumn('locked_until_wall', whole, column => column.notNull())
    .addColumn('changed_wall', whole, column => column.notNull())
    .execute();
  await make('person_session')
    .addColumn('id', text, column => column.primaryKey().notNull())
    .addColumn('tenant', text, column => column.notNull())
    .addColumn('member', text, column => column.notNull().references('member.id'))
    .addColumn('hash', text, column => column.notNull())
    .addColumn('created_wall', whole, column => column.notNull())
    .addColumn('used_wall', whole, column => column.notNull())
    .addColumn('idle_ms', whole, column => column.notNull())
    .addColumn('ends_wall', whole, column => column.notNull())
    .execute();
  const index = (name: string, table: string) => db.schema.createIndex(name).on(table);
  await index('person_session_of', 'person_session').column('member').execute();
  await index('person_session_end', 'person_session').column('ends_wall').execute();
  await index('login_guard_age', 'login_guard').column('changed_wall').execute();
}
