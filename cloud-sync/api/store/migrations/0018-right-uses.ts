import type {Kysely} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

/** What gateways tell of the use of rights, and credentials that a guard is to look at. */
export async function createRightUseTables(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const {text, whole} = types;
  const make = (name: string) => types.finish(db.schema.createTable(name));
  await make('right_use')
    .addColumn('gw', text, column => column.notNull())
    .addColumn('epoch_no', whole, column => column.notNull())
    .addColumn('seq', whole, column => column.notNull())
    .addColumn('section', text, column => column.notNull())
    .addColumn('right_id', text, column => column.notNull())
    .addColumn('point', text, column => column.notNull())
    .addColumn('used_wall', whole)
    .addColumn('pending', whole, column => column.notNull())
    .addPrimaryKeyConstraint('right_use_key', ['gw', 'epoch_no', 'seq'])
    .execute();
  await make('credential_hold')
    .addColumn('id', text, column => column.primaryKey().notNull())
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('credential_id', text, column => column.notNull())
    .addColumn('was', text, column => column.notNull())
    .addColumn('first_site', text, column => column.notNull())
    .addColumn('first_gw', text, column => column.notNull())
    .addColumn('first_point', text, column => column.notNull())
    .addColumn('first_wall', whole, column => column.notNull())
    .addColumn('second_site', text, column => column.notNull())
    .addColumn('second_gw', text, column => column.notNull())
    .addColumn('second_point', text, column => column.notNull())
    .addColumn('second_wall', whole, column => column.notNull())
    .addColumn('least_ms', whole, column => column.notNull())
    .addColumn('state', text, column => column.notNull())
    .addColumn('raised_wall', whole, column => column.notNull())
    .addColumn('closed_wall', whole)
    .addColumn('closed_by', text)
    .addColumn('note', text)
    .execute();
  const index = (name: string, table: string) => db.schema.createIndex(name).on(table);
  await index('right_use_pending', 'right_use').columns(['pending', 'used_wall']).execute();
  await index('right_use_right', 'right_use').columns(['right_id', 'used_wall']).execute();
  await index('credential_hold_list', 'credential_hold').columns(['tenant', 'id']).execute();
  await index('credential_hold_credential', 'credential_hold').columns(['credential_id']).execute();
}
