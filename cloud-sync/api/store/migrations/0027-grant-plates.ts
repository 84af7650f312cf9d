import type {Kysely} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

/** Whose car may stand there under a right. */
export async function addGrantPlates(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema.alterTable('access_grant').addColumn('plates', types.text).execute();
}
