import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {sql} from 'kysely';
import {StoreError} from '../../../protocols/base/errors.js';
import {CloudStore} from './cloud-store.js';
import {CLOUD_TABLES} from './cloud-tables.js';
import {fillCloud} from './full-cloud.js';
import {moveCloud} from './move-cloud.js';

function openFile(t: ExecutionContext) {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-move-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  return async (name: string) => {
    const store = await CloudStore.open(join(folder, name));
    t.teardown(() => store.close());
    return store;
  };
}

test('the list of tables that are moved is the schema', async t => {
  const store = await openFile(t)('cloud.db');
  const {rows} = await store.read(db =>
    sql<{name: string}>`SELECT name FROM sqlite_schema WHERE type = 'table'
      AND name NOT LIKE 'kysely%' AND name NOT LIKE 'sqlite%'`.execute(db),
  );
  t.deepEqual(CLOUD_TABLES.map(table => table.name).sort(), rows.map(row => row.name).sort());
});

test('all of a cloud is moved, and the copy is the same row by row', async t => {
  const open = openFile(t);
  const [from, to] = [await open('from.db'), await open('to.db')];
  const rows = await fillCloud(from);
  const told: string[] = [];
  const moved = await moveCloud(from, to, ({table}) => void told.push(table));
  t.deepEqual(
    moved.map(({table, rows: count}) => [table, count]),
    CLOUD_TABLES.map(({name}) => [name, rows[name] ?? 0]),
  );
  t.is(told.length, CLOUD_TABLES.length);
  const all = (store: CloudStore) =>
    store.read(async db => {
      const tables: unknown[] = [];
      for (const {name, key} of CLOUD_TABLES) {
        const columns = sql.join(key.map(column => sql.ref(column)));
        const query = sql`SELECT * FROM ${sql.table(name)} ORDER BY ${columns}`;
        tables.push((await query.execute(db)).rows);
      }
      return tables;
    });
  t.deepEqual(await all(to), await all(from));
});

test('a cloud that has rows is not filled, and stays as it is', async t => {
  const open = openFile(t);
  const [from, to] = [await open('from.db'), await open('to.db')];
  await fillCloud(from);
  await to.read(db =>
    db.insertInto('api_key').values({hash: 'h', name: 'n', created_wall: 1}).execute(),
  );
  const refused = {instanceOf: StoreError, code: 'store/not-empty'};
  await t.throwsAsync(
    moveCloud(from, to, () => {}),
    refused,
  );
  t.is((await to.read(db => db.selectFrom('gateway').selectAll().execute())).length, 0);
});

test('a body that was changed behind the back of the chain stops the move, and nothing is left of it', async t => {
  const open = openFile(t);
  const [from, to] = [await open('from.db'), await open('to.db')];
  await fillCloud(from);
  await from.read(db =>
    db.updateTable('ev').set({body: '{"forged":1}'}).where('seq', '=', 700).execute(),
  );
  const refused = {instanceOf: StoreError, code: 'store/not-same'};
  await t.throwsAsync(
    moveCloud(from, to, () => {}),
    refused,
  );
  t.is((await to.read(db => db.selectFrom('ev').select('seq').execute())).length, 0);
});
