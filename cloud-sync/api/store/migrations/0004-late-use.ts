import type {Kysely} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

/** Uses of grants after their revocation, by gateways that had not heard of it. */
export async function createLateUseTable(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const {text, whole} = types;
  await types
    .finish(db.schema.createTable('late_use'))
    .addColumn('gw', text, column => column.notNull().references('gateway.gw'))
    .addColumn('epoch_no', whole, column => column.notNull())
    .addColumn('seq', whole, column => column.notNull())
    .addColumn('grant_id', text, column => column.notNull())
    .addColumn('bay', text)
    .addColumn('used_wall', whole, column => column.notNull())
    .addColumn('clk', text, column => column.notNull())
    .addColumn('revoked_wall', whole, column => column.notNull())
    .addPrimaryKeyConstraint('late_use_key', ['gw', 'epoch_no', 'seq'])
    .execute();
}
