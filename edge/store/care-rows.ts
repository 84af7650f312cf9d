import type {DeviceId} from '../../protocols/site/ids.js';
import type {CareRecord, CareRow} from '../domain/calls/care-state.js';
import type {StoreDatabase} from './database.js';
import type {Stamp} from './stamp.js';

/** Within the running transaction. */
export function keepCare(database: StoreDatabase, {id, row}: CareRecord, {wallMs}: Stamp): void {
  if (row === null) {
    database.statement('DELETE FROM call_care WHERE id = ?').run(id);
    return;
  }
  database
    .statement(
      `INSERT INTO call_care (id, wall, body) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET wall = excluded.wall, body = excluded.body`,
    )
    .run(id, wallMs, JSON.stringify(row));
}

export function readCare(database: StoreDatabase): readonly CareRow[] {
  const rows = database.statement('SELECT body FROM call_care ORDER BY id').all();
  return (rows as {readonly body: string}[]).map(({body}) => JSON.parse(body) as CareRow);
}

export function readPressCounts(database: StoreDatabase): ReadonlyMap<DeviceId, number> {
  return new Map(
    readCare(database).flatMap(row =>
      row.kind === 'presses' ? [[row.device, row.count] as const] : [],
    ),
  );
}
