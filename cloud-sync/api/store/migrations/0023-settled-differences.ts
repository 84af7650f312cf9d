import {type Kysely, sql} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

/** What of a difference a person has put where it belongs: all of those that are settled now. */
export async function addSettledDifferences(
  db: Kysely<unknown>,
  {whole}: ColumnTypes,
): Promise<void> {
  await db.schema
    .alterTable('reconciliation_item')
    .addColumn('settled_fen', whole, column => column.notNull().defaultTo(0))
    .execute();
  await sql`UPDATE reconciliation_item SET settled_fen = suspense_fen WHERE state = 'settled'`.execute(
    db,
  );
}
