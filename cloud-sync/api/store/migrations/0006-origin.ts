import type {Kysely} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

/** First places of events that were carried over from one epoch to the next. */
export async function createOriginTable(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const {text, whole, bytes} = types;
  await types
    .finish(db.schema.createTable('ev_origin'))
    .addColumn('gw', text, column => column.notNull())
    .addColumn('epoch_no', whole, column => column.notNull())
    .addColumn('seq', whole, column => column.notNull())
    .addColumn('first_epoch', text, column => column.notNull())
    .addColumn('first_seq', whole, column => column.notNull())
    .addColumn('first_h', bytes, column => column.notNull())
    .addPrimaryKeyConstraint('ev_origin_key', ['gw', 'epoch_no', 'seq'])
    .execute();
  await db.schema
    .createIndex('ev_origin_first')
    .on('ev_origin')
    .columns(['gw', 'first_epoch', 'first_seq'])
    .execute();
}
