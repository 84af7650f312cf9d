import type {Kysely} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

/** One-time codes, the certificates that were given out, and the lives that gateways lead. */
export async function createIdentityTables(
  db: Kysely<unknown>,
  {text, whole, real, finish}: ColumnTypes,
): Promise<void> {
  await finish(db.schema.createTable('enrolment'))
    .addColumn('id', text, column => column.primaryKey().notNull())
    .addColumn('gw', text, column => column.notNull())
    .addColumn('key', text, column => column.notNull())
    .addColumn('created_wall', whole, column => column.notNull())
    .addColumn('expires_wall', whole, column => column.notNull())
    .addColumn('wrong', whole, column => column.notNull().defaultTo(0))
    .addColumn('used_key', text)
    .addColumn('used_wall', whole)
    .execute();
  await finish(db.schema.createTable('certificate'))
    .addColumn('serial', text, column => column.primaryKey().notNull())
    .addColumn('gw', text, column => column.notNull())
    .addColumn('issued_wall', whole, column => column.notNull())
    .addColumn('not_after_wall', whole, column => column.notNull())
    .addColumn('seen_wall', whole)
    .addColumn('revoked_wall', whole)
    .addColumn('why', text)
    .execute();
  await db.schema.createIndex('certificate_gw').on('certificate').column('gw').execute();
  await finish(db.schema.createTable('life'))
    .addColumn('gw', text, column => column.notNull())
    .addColumn('boot', text, column => column.notNull())
    .addColumn('sid', text, column => column.notNull())
    .addColumn('mono', real, column => column.notNull())
    .addColumn('no', whole, column => column.notNull())
    .addColumn('returns', whole, column => column.notNull().defaultTo(0))
    .addColumn('heard_wall', whole, column => column.notNull())
    .addPrimaryKeyConstraint('life_key', ['gw', 'boot'])
    .execute();
}
