import type {Kysely} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

/** Payments of an order, and how a person ended a dispute. */
export async function addOrderPayments(db: Kysely<unknown>, {text}: ColumnTypes): Promise<void> {
  await db.schema.alterTable('payment_intent').addColumn('outcome', text).execute();
  const index = db.schema.createIndex('payment_intent_order').on('payment_intent');
  await index.columns(['tenant', 'order_id']).execute();
}
