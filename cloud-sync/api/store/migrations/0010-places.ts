import type {Kysely} from 'kysely';
import type {ColumnTypes} from '../column-types.js';

/** What is offered of a site's points, and who has them when. */
export async function createPlacesTables(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const {text, whole} = types;
  const make = (name: string) => types.finish(db.schema.createTable(name));
  await make('listing')
    .addColumn('id', text, column => column.primaryKey().notNull())
    .addColumn('tenant', text, column => column.notNull().references('tenant.id'))
    .addColumn('site', text, column => column.notNull().references('site.id'))
    .addColumn('point', text, column => column.notNull())
    .addColumn('offer', text, column => column.notNull())
    .addColumn('lender', text)
    .addColumn('ownership_ref', text, column => column.notNull())
    .addColumn('openings', text, column => column.notNull())
    .addColumn('price_fen', whole, column => column.notNull())
    .addColumn('min_ms', whole)
    .addColumn('max_ms', whole)
    .addColumn('term_days', whole)
    .addColumn('public', whole, column => column.notNull())
    .addColumn('state', text, column => column.notNull())
    .addColumn('ver', whole, column => column.notNull().defaultTo(1))
    .addColumn('created_wall', whole, column => column.notNull())
    .addColumn('changed_wall', whole, column => column.notNull())
    .execute();
  await make('bay_slot')
    .addColumn('order_id', text, column => column.primaryKey().notNull())
    .addColumn('site', text, column => column.notNull().references('site.id'))
    .addColumn('point', text, column => column.notNull())
    .addColumn('from_wall', whole, column => column.notNull())
    .addColumn('until_wall', whole, column => column.notNull())
    .execute();
  const index = (name: string, table: string) => db.schema.createIndex(name).on(table);
  await index('listing_point', 'listing').columns(['site', 'point', 'state']).execute();
  await index('listing_tenant', 'listing').columns(['tenant', 'id']).execute();
  await index('bay_slot_point', 'bay_slot').columns(['site', 'point', 'until_wall']).execute();
  await index('listing_public', 'listing').columns(['site', 'public', 'state']).execute();
  await index('site_lat', 'site').column('lat_e7').execute();
  await index('point_owner', 'point').columns(['tenant', 'owner']).execute();
}
