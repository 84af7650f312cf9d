import type {Kysely} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

/** What the operator tells everybody at a lot. */
export async function createNoticeTable(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const {text, whole} = types;
  await types
    .finish(db.schema.createTable('notice'))
    .addColumn('id', text, column => column.notNull())
    .addColumn('site', text, column => column.notNull().references('site.id'))
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('text', text, column => column.notNull())
    .addColumn('from_wall', whole, column => column.notNull())
    .addColumn('until_wall', whole, column => column.notNull())
    .addColumn('created_wall', whole, column => column.notNull())
    .addColumn('withdrawn_wall', whole)
    .addPrimaryKeyConstraint('notice_key', ['id', 'site'])
    .execute();
  const index = (name: string) => db.schema.createIndex(name).on('notice');
  await index('notice_site').columns(['site', 'until_wall']).execute();
  await index('notice_list').columns(['tenant', 'id']).execute();
}
