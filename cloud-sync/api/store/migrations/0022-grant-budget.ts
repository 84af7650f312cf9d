import type {Kysely} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

/** What may be used up under a right at most. */
export async function addGrantBudget(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema.alterTable('access_grant').addColumn('budget', types.text).execute();
}
