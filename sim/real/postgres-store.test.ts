import {generateKeyPairSync} from 'node:crypto';
import test, {type ExecutionContext} from 'ava';
import {sql} from 'kysely';
import {CloudStore} from '../../cloud-sync/api/store/cloud-store.js';
import {fillCloud} from '../../cloud-sync/api/store/full-cloud.js';
import {moveCloud} from '../../cloud-sync/api/store/move-cloud.js';
import {SecretBox} from '../../cloud-sync/api/store/secret-box.js';
import {storeContract} from '../../cloud-sync/api/store/store-contract.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {yieldTurn} from '../../edge/platform/event-loop.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {StoreError} from '../../protocols/base/errors.js';
import {PostgresServer} from './postgres.js';

const {privateKey} = generateKeyPairSync('ed25519');
const entropy = new SystemEntropy(new SystemClock());

/** Tests that use the server at a time: each has pools of its own, and it takes 50 connections. */
const MOST_AT_A_TIME = 4;
const FRESH = 'fresh';

/** One server for all of this file, a database for each test: a copy of one that was migrated once. */
let shared: PostgresServer | undefined;
let databases = 0;
let running = 0;
const waiting: (() => void)[] = [];
test.before(async () => {
  shared = await PostgresServer.start();
  const fresh = await CloudStore.open(await shared.database(FRESH));
  await fresh.close();
});
test.after.always(() => shared?.stop());

/** Wait for a turn; it is given back when the test is over. */
async function turn(t: ExecutionContext): Promise<void> {
  if (running < MOST_AT_A_TIME) running += 1;
  else await new Promise<void>(resolve => waiting.push(resolve));
  t.teardown(() => {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  });
}

async function open(t: ExecutionContext) {
  await turn(t);
  databases += 1;
  const url = (await shared?.database(`contract_${databases}`, FRESH)) ?? '';
  const reopen = async () => {
    const store = await CloudStore.open(url, {yieldTurn});
    t.teardown(() => store.close());
    return store;
  };
  return {store: await reopen(), reopen, url};
}

const box = new SecretBox(privateKey, entropy);
storeContract({name: 'PostgreSQL', open, box, hasManyWriters: true});

test('PostgreSQL: a database of another program or a newer version is left alone', async t => {
  const server = shared as PostgresServer;
  const foreign = await server.database('foreign_one');
  await server.query('CREATE TABLE theirs (a int)', 'foreign_one');
  const refused = {instanceOf: StoreError, code: 'store/foreign'};
  await t.throwsAsync(CloudStore.open(foreign), refused);
  const {store, url} = await open(t);
  await store.close();
  const name = new URL(url).pathname.slice(1);
  await server.query(`INSERT INTO kysely_migration VALUES ('9999-later', 'now')`, name);
  await t.throwsAsync(CloudStore.open(url), refused);
});

test('PostgreSQL: settings under which a commit may be lost are refused', async t => {
  const server = shared as PostgresServer;
  const url = await server.database('careless');
  await server.query('ALTER DATABASE careless SET synchronous_commit = off');
  // What a session asks for itself comes after what the database gives it.
  const store = await CloudStore.open(url);
  const rows = await store.read(async db => {
    const {rows: found} = await sql<{value: string}>`
      SELECT current_setting('synchronous_commit') AS value`.execute(db);
    return found;
  });
  t.deepEqual(rows, [{value: 'on'}]);
  await store.close();
});

test('PostgreSQL: an address where nobody answers is told at once', async t => {
  const nobody = CloudStore.open('postgres://latchkey@127.0.0.1:1/cloud');
  await t.throwsAsync(nobody, {instanceOf: StoreError, code: 'store/open'});
});

test('PostgreSQL: an embedded cloud is moved into it whole, and back', async t => {
  const {store: target, reopen} = await open(t);
  const from = await CloudStore.open(':memory:');
  const back = await CloudStore.open(':memory:');
  const rows = await fillCloud(from);
  const moved = await moveCloud(from, target, () => {});
  t.deepEqual(
    moved.filter(table => table.rows > 0).map(({table, rows: count}) => [table, count]),
    Object.entries(rows),
  );
  await t.throwsAsync(
    moveCloud(from, target, () => {}),
    {code: 'store/not-empty'},
  );
  t.deepEqual(await moveCloud(await reopen(), back, () => {}), moved);
  await from.close();
  await back.close();
});
