import type {Kysely} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

/** When what was revoked would have ended by itself; NULL = never, or not known. */
export async function addTombstoneEnd(db: Kysely<unknown>, {whole}: ColumnTypes): Promise<void> {
  await db.schema.alterTable('revocation').addColumn('ends_wall', whole).execute();
}
