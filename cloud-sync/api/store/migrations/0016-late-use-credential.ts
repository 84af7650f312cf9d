import type {Kysely} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

/** Which credential had been revoked; NULL = the grant had. */
export async function addLateUseCredential(
  db: Kysely<unknown>,
  {text}: ColumnTypes,
): Promise<void> {
  await db.schema.alterTable('late_use').addColumn('credential', text).execute();
}
