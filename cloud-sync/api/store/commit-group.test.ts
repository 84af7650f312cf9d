import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import Database from 'better-sqlite3';
import {sql} from 'kysely';
import {StoreError} from '../../../protocols/base/errors.js';
import type {CloudTransaction} from './cloud-schema.js';
import {CloudStore} from './cloud-store.js';

async function open(t: ExecutionContext) {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-group-'));
  const file = join(folder, 'cloud.db');
  const store = await CloudStore.open(file);
  const other = new Database(file, {readonly: true});
  t.teardown(async () => {
    other.close();
    await store.close();
    rmSync(folder, {recursive: true});
  });
  const count = other.prepare('SELECT count(*) FROM tenant').pluck();
  return {store, file, committed: () => Number(count.get())};
}

const add = (tx: CloudTransaction, id: string) =>
  tx.insertInto('tenant').values({id, name: id, state: 'active', created_wall: 0}).execute();

test('transactions that wait together are committed together, and none is told before', async t => {
  const {store, committed} = await open(t);
  const told: number[] = [];
  const one = async (n: number) => {
    const result = await store.transaction(async tx => {
      await add(tx, `t-${n}`);
      return n;
    });
    told.push(committed());
    return result;
  };
  t.deepEqual(await Promise.all([0, 1, 2, 3, 4].map(one)), [0, 1, 2, 3, 4]);
  t.deepEqual(told, [5, 5, 5, 5, 5], 'the first that was told could read the last');
});

test('one that fails is undone alone, wherever it stands', async t => {
  for (const bad of [0, 2, 4]) {
    const {store, committed} = await open(t);
    const one = (n: number) =>
      store.transaction(async tx => {
        await add(tx, `t-${n}`);
        if (n === bad) throw new Error(`no ${n}`);
        // The rows of those before it are seen, that of the failed one is not.
        const {rows} = await sql<{n: number}>`SELECT count(*) AS n FROM tenant`.execute(tx);
        return rows[0]?.n;
      });
    const outcomes = await Promise.allSettled([0, 1, 2, 3, 4].map(one));
    const failed = outcomes.flatMap((outcome, n) => (outcome.status === 'rejected' ? [n] : []));
    t.deepEqual(failed, [bad]);
    t.is(committed(), 4);
    const seen = outcomes.flatMap(outcome => (outcome.status === 'fulfilled' ? outcome.value : []));
    t.deepEqual(seen, [1, 2, 3, 4]);
  }
});

test('a statement that fails leaves the others of its group alone', async t => {
  const {store, committed} = await open(t);
  const one = (id: string) => store.transaction(tx => add(tx, id));
  const outcomes = await Promise.allSettled(['a', 'b', 'a', 'c'].map(one));
  t.deepEqual(
    outcomes.map(({status}) => status),
    ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
  );
  t.is(committed(), 3);
});

test('a transaction that the database itself ended fails all that were in it', async t => {
  const {store, committed} = await open(t);
  const one = (n: number) =>
    store.transaction(async tx => {
      await add(tx, `t-${n}`);
      // What a full disk does.
      if (n === 1) await sql`ROLLBACK`.execute(tx);
      if (n === 1) throw new StoreError('store/full', 'the disk is full');
    });
  const outcomes = await Promise.allSettled([0, 1, 2].map(one));
  const codes = outcomes.map(outcome =>
    outcome.status === 'rejected' ? outcome.reason.code : 'done',
  );
  t.deepEqual(codes, ['store/full', 'store/full', 'done']);
  t.is(committed(), 1, 'what came later had a transaction of its own');
});

test('a transaction that cannot begin is told so, and the next one tries again', async t => {
  const {store, file} = await open(t);
  const holder = new Database(file);
  holder.exec('BEGIN IMMEDIATE');
  const one = (id: string) => store.transaction(tx => add(tx, id));
  await t.throwsAsync(one('a'), {code: 'store/locked'});
  holder.exec('COMMIT');
  holder.close();
  await t.notThrowsAsync(one('b'));
});
