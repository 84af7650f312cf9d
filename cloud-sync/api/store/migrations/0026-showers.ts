import type {Kysely} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

/** Showers that gateways tell of: what was used, by which code, at which stall. */
export async function createShowerTable(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const {text, whole} = types;
  await types
    .finish(db.schema.createTable('bath_shower'))
    .addColumn('gw', text, column => column.notNull())
    .addColumn('session', text, column => column.notNull())
    .addColumn('order_id', text, column => column.references('order_row.id'))
    .addColumn('grant_id', text, column => column.notNull())
    .addColumn('stall', text, column => column.notNull())
    .addColumn('phase', text, column => column.notNull())
    .addColumn('end_cause', text)
    .addColumn('metered_ml', whole, column => column.notNull())
    .addColumn('billed_ml', whole, column => column.notNull())
    .addColumn('rinse_ml', whole, column => column.notNull())
    .addColumn('free_ml', whole, column => column.notNull())
    .addColumn('ran_ms', whole, column => column.notNull())
    .addColumn('used_fen', whole, column => column.notNull())
    .addColumn('owed_fen', whole, column => column.notNull())
    .addColumn('quality', text, column => column.notNull())
    .addColumn('given_back', whole, column => column.notNull())
    .addColumn('opened_wall', whole)
    .addColumn('at_wall', whole)
    .addColumn('received_wall', whole, column => column.notNull())
    .addColumn('epoch_no', whole, column => column.notNull())
    .addColumn('seq', whole, column => column.notNull())
    .addColumn('pending', whole, column => column.notNull())
    .addPrimaryKeyConstraint('bath_shower_key', ['gw', 'session'])
    .execute();
  const index = (name: string) => db.schema.createIndex(name).on('bath_shower');
  await index('bath_shower_new').columns(['pending', 'epoch_no', 'seq']).execute();
  await index('bath_shower_order').column('order_id').execute();
  await index('bath_shower_day').columns(['gw', 'opened_wall']).execute();
}
