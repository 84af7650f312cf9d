import type {Kysely} from 'kysely';

/** Stays that go on are looked for among many that are over, and so are alarms of a few kinds. */
export async function indexStays(db: Kysely<unknown>): Promise<void> {
  const index = (name: string, table: string) => db.schema.createIndex(name).on(table);
  await index('order_use_phase', 'order_use').column('phase').execute();
  await index('order_use_point', 'order_use').columns(['gw', 'point', 'epoch_no']).execute();
  await index('alarm_kind', 'alarm').columns(['kind', 'state']).execute();
}
