import {type Kysely, sql} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

/** Which of his codes it is: his own, or that of a child. And for which shower a stop is meant. */
export async function addBathChildren(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const {text, whole} = types;
  await types
    .finish(db.schema.createTable('bath_code_of'))
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('site', text, column => column.notNull())
    .addColumn('holder', text, column => column.notNull())
    .addColumn('child', whole, column => column.notNull())
    .addColumn('order_id', text, column => column.notNull())
    .addPrimaryKeyConstraint('bath_code_of_key', ['tenant', 'holder', 'site', 'child'])
    .execute();
  await sql`insert into bath_code_of (tenant, site, holder, child, order_id)
    select tenant, site, holder, 0, order_id from bath_code`.execute(db);
  await db.schema.dropTable('bath_code').execute();
  await db.schema.alterTable('bath_code_of').renameTo('bath_code').execute();
  await db.schema.alterTable('command').addColumn('use_id', text).execute();
}
