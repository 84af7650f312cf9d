import type {Kysely} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

/**
 * Acts with all that was heard of them. Those of before are over, and who asked for one was answered: the
 * table begins anew. The keys under which they were asked for stand with all others now.
 */
export async function createCommandTable(
  db: Kysely<unknown>,
  {text, whole, finish}: ColumnTypes,
): Promise<void> {
  await db.schema.dropTable('command').execute();
  await db.schema.dropTable('idempotency').execute();
  await finish(db.schema.createTable('command'))
    .addColumn('id', text, column => column.primaryKey().notNull())
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('site', text, column => column.notNull().references('site.id'))
    .addColumn('point', text, column => column.notNull())
    .addColumn('gw', text, column => column.notNull().references('gateway.gw'))
    .addColumn('bay', text, column => column.notNull())
    .addColumn('kind', text, column => column.notNull())
    .addColumn('by', text, column => column.notNull())
    .addColumn('reason', text, column => column.notNull())
    .addColumn('ttl_ms', whole, column => column.notNull())
    .addColumn('trace', text, column => column.notNull())
    .addColumn('state', text, column => column.notNull())
    .addColumn('why', text)
    .addColumn('due_wall', whole)
    .addColumn('session', text)
    .addColumn('created_wall', whole, column => column.notNull())
    .addColumn('sent_wall', whole)
    .addColumn('delivered_wall', whole)
    .addColumn('closed_wall', whole)
    .addColumn('journal_epoch', text)
    .addColumn('journal_head', whole)
    .execute();
  const index = (name: string) => db.schema.createIndex(name).on('command');
  await index('command_open').columns(['state', 'created_wall']).execute();
  await index('command_list').columns(['tenant', 'id']).execute();
  await index('command_point').columns(['site', 'point', 'id']).execute();
}
