import type {Kysely} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

/** An incident may have stopped the sales of its site. */
export async function addStoppedSales(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .alterTable('site_call')
    .addColumn('stopped', types.whole, column => column.notNull().defaultTo(0))
    .execute();
}
