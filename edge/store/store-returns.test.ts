import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import test from 'ava';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {type GrantStateRow, hashOfState} from '../../protocols/cloud/grant-state.js';
import {asId} from '../../protocols/site/ids.js';
import type {SiteStore} from './site-store.js';
import {Bench, commit, whys} from './store-rig.js';

function grant(id: string): GrantStateRow {
  return {
    table: 'grant',
    row: {
      ...{id: asId(id), number: '1', kind: 'park', holder: asId('h'), holderMask: '陈**'},
      ...{credentials: [], points: [asId('A-1')], weekly: [], entries: 'one', state: 'active'},
      ...{validFrom: 0 as UnixMillis, validUntil: 9e12 as UnixMillis, rev: 1},
      leaseUntil: 9e12 as UnixMillis,
    },
  };
}

const G_1 = {grant: asId<never>('g-1'), session: asId<never>('s-1')} as const;

function grantAll(store: SiteStore, ...ids: readonly string[]): void {
  const rows = ids.map(grant);
  store.grants.takePart({i: 0, isLast: true, ver: 7, hash: hashOfState(rows), rows});
}

test('a start in memory knows no use that only the file has: it learns of it when the disk is back, and doubts none then', async t => {
  const bench = new Bench(t);
  const store = bench.open();
  grantAll(store, 'g-1', 'g-2');
  store.close();
  // The signed grants are written: of what is used now only the file knows.
  const later = bench.open();
  const use = {table: 'grantUse', ...G_1} as const;
  later.lot.commit({facts: [], records: [use], stamp: later.stampNow()});
  later.close();
  bench.disk.isGone = true;
  const blind = bench.open();
  t.false(blind.book.isUsed(G_1.grant));
  t.is(blind.grants.standing, 'uses_unsure');
  bench.disk.isGone = false;
  await bench.clock.advance(20_000);
  blind.tend();
  t.true(blind.condition().isDurable);
  t.true(blind.book.isUsed(G_1.grant));
  t.is(blind.grants.standing, 'sure');
  blind.close();
  const after = bench.open();
  t.true(after.book.isUsed(G_1.grant));
  t.is(after.grants.standing, 'sure');
});

test('a disk that forgets the same commits twice gets each of them back once', t => {
  const bench = new Bench(t);
  const store = bench.open();
  commit(store, 'a');
  const files = [bench.path, `${bench.path}-wal`].filter(path => existsSync(path));
  const former = files.map(path => ({path, content: readFileSync(path)}));
  let forgets = false;
  const connect = bench.disk.connect.bind(bench.disk);
  bench.disk.connect = (path, options) => {
    if (forgets) for (const each of former) writeFileSync(each.path, each.content);
    forgets = false;
    return connect(path, options);
  };
  commit(store, 'b');
  commit(store, 'c');
  for (const next of ['d', 'e']) {
    forgets = true;
    bench.disk.fault = {code: 'SQLITE_IOERR_FSYNC', times: 1};
    commit(store, next);
    t.false(forgets, 'the file was opened anew');
  }
  t.deepEqual(whys(store), ['a', 'b', 'c', 'd', 'e']);
});
