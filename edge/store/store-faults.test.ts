import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {toHex} from '../../protocols/base/bytes.js';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {StoreError} from '../../protocols/base/errors.js';
import {type GrantStateRow, hashOfState} from '../../protocols/cloud/grant-state.js';
import {asId} from '../../protocols/site/ids.js';
import {LotRing} from './lot-ring.js';
import type {SiteStore} from './site-store.js';
import {Bench, commit, fact, whys} from './store-rig.js';

const MB = 1024 * 1024;

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

test('a commit whose sync failed and that is in the log all the same is not made twice, and a use in it is known', t => {
  const bench = new Bench(t);
  const store = bench.open();
  grantAll(store, 'g-1');
  commit(store, 'before');
  bench.disk.landsAllTheSame = true;
  const use = {table: 'grantUse', grant: asId<never>('g-1'), session: asId<never>('s-1')} as const;
  const {lastSeq} = store.lot.commit({
    ...{facts: [fact('once')], records: [use], stamp: store.stampNow()},
  });
  t.is(store.outbox.head(), lastSeq);
  t.deepEqual(whys(store), ['before', 'once']);
  t.true(store.book.isUsed(asId('g-1')));
  commit(store, 'after');
  t.deepEqual(whys(store), ['before', 'once', 'after']);
});

test('what only the system remembers of a commit is not taken for stored while no sync succeeds', async t => {
  const bench = new Bench(t);
  const store = bench.open();
  commit(store, 'before');
  bench.disk.syncsFail = true;
  commit(store, 'unsure');
  t.false(store.condition().isDurable);
  await bench.clock.advance(15_000);
  store.tend();
  t.false(store.condition().isDurable, 'a file that can be opened proves nothing');
  bench.disk.syncsFail = false;
  await bench.clock.advance(15_000);
  store.tend();
  t.true(store.condition().isDurable);
  t.deepEqual(whys(store), ['before', 'unsure']);
});

test('a use given back in a commit whose sync failed is free at once, not after the next start only', t => {
  const bench = new Bench(t);
  const store = bench.open();
  grantAll(store, 'g-1');
  const use = {table: 'grantUse', ...G_1} as const;
  store.lot.commit({facts: [fact('used')], records: [use], stamp: store.stampNow()});
  bench.disk.landsAllTheSame = true;
  const unuse = {table: 'grantUnused', ...G_1} as const;
  store.lot.commit({facts: [fact('back')], records: [unuse], stamp: store.stampNow()});
  t.deepEqual(whys(store), ['used', 'back']);
  t.false(store.book.isUsed(G_1.grant));
});

test('a commit that landed and took the disk with it is not made again when the disk is back', async t => {
  const bench = new Bench(t);
  const store = bench.open();
  grantAll(store, 'g-1');
  commit(store, 'before');
  const use = {table: 'grantUse', ...G_1} as const;
  bench.disk.landsAllTheSame = true;
  bench.disk.isGone = true;
  t.throws(
    () => store.lot.commit({facts: [fact('used')], records: [use], stamp: store.stampNow()}),
    {code: 'store/adrift'},
  );
  commit(store, 'after');
  bench.disk.isGone = false;
  await bench.clock.advance(20_000);
  store.tend();
  t.true(store.condition().isDurable);
  t.deepEqual(whys(store), ['before', 'used', 'after'], 'what is there is told, once');
  t.true(store.book.isUsed(G_1.grant), 'and the card stays used');
  bench.disk.landsAllTheSame = true;
  bench.disk.isGone = true;
  commit(store, 'twice?');
  bench.disk.isGone = false;
  await bench.clock.advance(20_000);
  store.tend();
  t.deepEqual(whys(store), ['before', 'used', 'after', 'twice?']);
  store.close();
  t.deepEqual(whys(bench.open()), ['before', 'used', 'after', 'twice?']);
});

test('a use that only memory or the signed grants still know is given back by its stay, also after a restart', t => {
  const bench = new Bench(t);
  const store = bench.open();
  grantAll(store, 'g-1');
  const use = {table: 'grantUse', ...G_1} as const;
  store.lot.commit({facts: [fact('used')], records: [use], stamp: store.stampNow()});
  // Another version of the grants: the signed copy is written anew, and knows of the use.
  store.grants.applyRevocations(3, ['g-9']);
  store.close();
  bench.damage(0, 1);
  const rebuilt = bench.open();
  t.true(rebuilt.book.isUsed(G_1.grant));
  rebuilt.close();
  const after = bench.open();
  t.true(after.book.isUsed(G_1.grant));
  const stranger = {table: 'grantUnused', ...G_1, session: asId<never>('s-2')} as const;
  const unuse = {table: 'grantUnused', ...G_1} as const;
  after.lot.commit({facts: [], records: [stranger], stamp: after.stampNow()});
  t.true(after.book.isUsed(G_1.grant));
  after.lot.commit({facts: [], records: [unuse], stamp: after.stampNow()});
  t.false(after.book.isUsed(G_1.grant));
  after.close();
  t.false(bench.open().book.isUsed(G_1.grant));
});

test('a sync that fails costs the handle, not the event: the file is opened anew and the commit repeated', t => {
  const bench = new Bench(t);
  const store = bench.open();
  commit(store, 'before');
  bench.disk.fault = {code: 'SQLITE_IOERR_FSYNC', times: 1};
  commit(store, 'told');
  t.is(bench.disk.connects, 2);
  t.deepEqual(whys(store), ['before', 'told']);
  t.true(store.condition().isDurable);
  store.close();
  t.deepEqual(whys(bench.open()), ['before', 'told']);
});

test('after three failures the lot goes on from memory, uses nothing up, and its events follow in order', async t => {
  const bench = new Bench(t);
  const store = bench.open();
  grantAll(store, 'g-1');
  commit(store, 'a');
  bench.disk.fault = {code: 'SQLITE_IOERR_WRITE', times: Number.POSITIVE_INFINITY};
  commit(store, 'b');
  commit(store, 'c', 'd');
  t.false(store.condition().isDurable);
  t.truthy(store.book.grantById(asId('g-1')), 'decisions go on');
  const use = {table: 'grantUse', grant: asId('g-1'), session: asId('s')} as const;
  const refused = t.throws(
    () => store.lot.commit({facts: [], records: [use as never], stamp: store.stampNow()}),
    {instanceOf: StoreError},
  );
  t.is(refused?.code, 'store/adrift');
  bench.disk.fault = undefined;
  await bench.clock.advance(10_000);
  store.tend();
  t.true(store.condition().isDurable);
  t.deepEqual(whys(store), ['a', 'b', 'c', 'd']);
});

test('memory keeps the newest 2,000 events and counts the others', async t => {
  const bench = new Bench(t);
  const store = bench.open();
  bench.disk.isGone = true;
  bench.disk.fault = {code: 'SQLITE_IOERR_WRITE', times: 1};
  for (let event = 1; event <= 2300; event += 1) commit(store, `event ${event}`);
  bench.disk.isGone = false;
  await bench.clock.advance(10_000);
  store.tend();
  t.is(whys(store).length, 2000);
  t.is(whys(store)[0], 'event 301');
  t.like(JSON.parse(store.outbox.read(2001, 1)[0]?.body ?? ''), {what: 'lost', count: 300});
});

test('~E12 a file found damaged in use is set aside: grants and unconfirmed events go on under a new epoch', t => {
  const bench = new Bench(t);
  const store = bench.open();
  grantAll(store, 'g-1', 'g-2');
  commit(store, 'a', 'b', 'c');
  store.outbox.markAcked(2);
  const epoch = store.outbox.epoch();
  bench.disk.fault = {code: 'SQLITE_CORRUPT', times: 1};
  commit(store, 'd');
  t.true(existsSync(`${bench.path}.damaged-1`));
  t.not(store.outbox.epoch(), epoch);
  t.deepEqual(whys(store), ['b', 'c', 'database_damaged', 'd']);
  t.is(store.grants.standing, 'sure');
  store.close();
  const later = bench.open();
  t.is(later.grants.current().ver, 7);
  t.truthy(later.book.grantById(asId('g-2')));
  t.deepEqual(whys(later), ['b', 'c', 'database_damaged', 'd']);
});

test('events put back from memory say where they stood first, so that a cloud that holds them shows them once', t => {
  const bench = new Bench(t);
  const store = bench.open();
  commit(store, 'a', 'b');
  commit(store, 'c');
  const epoch = store.outbox.epoch();
  const held = [1, 2, 3].map(seq => [
    epoch,
    seq,
    toHex(store.outbox.hashAt(seq) ?? new Uint8Array()),
  ]);
  rmSync(`${bench.path}-wal`);
  writeFileSync(bench.path, readFileSync(bench.path).fill(0xa5));
  bench.disk.fault = {code: 'SQLITE_CORRUPT', times: 1};
  commit(store, 'd');
  t.not(store.outbox.epoch(), epoch);
  t.deepEqual(whys(store), ['a', 'b', 'c', 'database_damaged', 'd']);
  t.deepEqual(store.outbox.origins(1, 10), held);
});

test('~E12 a database whose header is gone comes back from the signed grants, and says what is unsure', t => {
  const bench = new Bench(t);
  const store = bench.open();
  grantAll(store, 'g-1', 'g-2');
  store.grants.applyRevocations(3, ['g-2']);
  store.close();
  bench.damage(0, 1);
  const after = bench.open();
  t.deepEqual(
    [after.grants.current().ver, after.grants.revocations(), after.grants.standing],
    [7, 3, 'uses_unsure'],
  );
  t.true(after.book.isRevoked(asId('g-2')));
  t.like(after.outbox.read(1, 9).at(-1), {kind: 'storage'});
});

test('~E12 an older good copy makes no use sure, and the newer signed grants go before it', t => {
  const bench = new Bench(t);
  const store = bench.open();
  grantAll(store, 'g-1', 'g-2');
  store.close();
  writeFileSync(`${bench.path}.good`, readFileSync(bench.path));
  const later = bench.open();
  later.grants.applyRevocations(3, ['g-2']);
  later.close();
  bench.damage(0, 1);
  const after = bench.open();
  t.is(after.grants.standing, 'uses_unsure');
  t.true(after.book.isRevoked(asId('g-2')));
});

test('events whose page is lost are counted as far as the latest time mark tells of them', t => {
  const bench = new Bench(t);
  const store = bench.open();
  const texts = Array.from({length: 300}, (_, index) => `${index}`.padStart(100, 'x'));
  commit(store, ...texts);
  store.time.keep(store.stampNow(), undefined);
  store.close();
  const bytes = readFileSync(bench.path);
  const page = Math.floor(bytes.indexOf(texts.at(-1) ?? '') / 4096);
  writeFileSync(bench.path, bytes.fill(0xa5, page * 4096, (page + 1) * 4096));
  const after = bench.open();
  const saved = whys(after).filter(why => texts.includes(why));
  t.true(saved.length > 200 && saved.length < 300);
  const told = after.outbox.read(1, 400).find(({kind}) => kind === 'storage');
  t.like(JSON.parse(told?.body ?? ''), {what: 'rebuilt', count: 300 - saved.length});
});

test('~E12 with neither database nor signed grants there is nothing to decide by, until the cloud sends them', t => {
  const bench = new Bench(t);
  const store = bench.open();
  grantAll(store, 'g-1');
  store.close();
  bench.damage(0, 1);
  const signed = `${bench.path}.grants`;
  writeFileSync(signed, readFileSync(signed, 'utf8').replace('g-1', 'g-9'));
  const after = bench.open();
  t.is(after.grants.standing, 'lost');
  t.is(after.grants.current().ver, 0);
  grantAll(after, 'g-1');
  t.is(after.grants.standing, 'uses_unsure', 'they are all here, their uses are not');
});

test('a disk that takes nothing at the start is read, decided from, and come back to', async t => {
  const bench = new Bench(t);
  const store = bench.open();
  grantAll(store, 'g-1');
  commit(store, 'a');
  const epoch = store.outbox.epoch();
  store.close();
  bench.disk.isGone = true;
  const blind = bench.open();
  t.false(blind.condition().isDurable);
  t.truthy(blind.book.grantById(asId('g-1')));
  commit(blind, 'b');
  bench.disk.isGone = false;
  await bench.clock.advance(20_000);
  blind.tend();
  t.true(blind.condition().isDurable);
  t.is(blind.outbox.epoch(), epoch);
  t.deepEqual(whys(blind), ['a', 'b']);
});

test('~G7 a full quota takes no event before it is confirmed, keeps its log, and recovers alone', t => {
  const bench = new Bench(t);
  const store = bench.open({maxBytes: 2 * MB});
  const levels = new Set<string>();
  const stored = () => whys(store).length;
  for (;;) {
    store.prune();
    levels.add(store.condition().level);
    try {
      commit(store, 'x'.repeat(900));
    } catch (thrown) {
      t.is((thrown as StoreError).code, 'store/full');
      break;
    }
  }
  t.deepEqual([...levels], ['roomy', 'shortened', 'crowded', 'alarm', 'full']);
  const count = stored();
  t.true(count > 1000);
  t.is(store.prune(), 0, 'nothing unconfirmed goes');
  t.true(readdirSync(bench.folder).includes('lot.db-wal'));
  store.outbox.markAcked(store.outbox.head() - 10);
  while (store.prune() > 0);
  t.true(store.fillLevel() < 0.86);
  t.notThrows(() => commit(store, 'room again'));
  t.true(stored() < count);
});

test('~G7 with open_counted a full disk is decided on, counted in place, and told after a power cut', t => {
  const bench = new Bench(t);
  const store = bench.open({whenFull: 'open_counted'});
  commit(store, 'a');
  bench.disk.fault = {code: 'SQLITE_FULL', times: 1};
  commit(store, 'b', 'c');
  t.false(store.condition().isDurable);
  t.is(store.lot.unstored?.count, 2);
  const copy = join(bench.folder, 'cut.db');
  for (const suffix of ['', '-wal', '.epoch']) {
    writeFileSync(`${copy}${suffix}`, readFileSync(`${bench.path}${suffix}`));
  }
  const after = bench.open({path: copy});
  const [told] = after.outbox.read(after.outbox.head(), 1);
  t.like(JSON.parse(told?.body ?? ''), {what: 'lost', count: 2});
});

test('~G7 a disk that others fill costs the ballast first, then the lot goes on from memory, and both come back with the room', async t => {
  const bench = new Bench(t);
  const roomy = {sizeBytes: 64 * MB, freeBytes: 40 * MB};
  bench.disk.partition = roomy;
  const store = bench.open();
  grantAll(store, 'g-1');
  const ballast = () => statSync(`${bench.path}.ballast`, {throwIfNoEntry: false})?.size ?? 0;
  const tend = async () => {
    await bench.clock.advance(10_000);
    store.tend();
  };
  for (let second = 0; second < 20; second += 1) store.tend();
  t.is(ballast(), 4 * MB);
  bench.disk.partition = {...roomy, freeBytes: 0};
  bench.disk.fault = {code: 'SQLITE_FULL', times: 1};
  commit(store, 'a', 'b');
  t.is(ballast(), 0);
  t.true(store.condition().isDurable);
  t.deepEqual(whys(store), ['a', 'b'], 'once, and on the disk');
  bench.disk.fault = {code: 'SQLITE_FULL', times: Number.POSITIVE_INFINITY};
  commit(store, 'c');
  await tend();
  t.like(store.condition(), {isDurable: false, level: 'full'});
  t.truthy(store.book.grantById(asId('g-1')), 'decisions go on');
  t.is(ballast(), 0, 'no ballast from others');
  bench.disk.fault = undefined;
  bench.disk.partition = roomy;
  await tend();
  await tend();
  t.like(store.condition(), {isDurable: true, level: 'roomy'});
  t.deepEqual(whys(store), ['a', 'b', 'c']);
  t.true(ballast() > 0);
});

test('~G7 a disk that has room and takes nothing for want of it fails: the lot goes on from memory until it takes something', t => {
  const bench = new Bench(t);
  const store = bench.open();
  commit(store, 'before');
  bench.disk.fault = {code: 'SQLITE_FULL', times: 4};
  commit(store, 'adrift');
  t.like(store.condition(), {level: 'roomy', isDurable: false, grants: 'sure'});
  store.tend();
  t.false(store.condition().isDurable);
  bench.disk.fault = undefined;
  store.tend();
  t.true(store.condition().isDurable);
  t.deepEqual(whys(store), ['before', 'adrift']);
});

test('~G7 a start on a disk that others have filled has the ballast to begin with', t => {
  const bench = new Bench(t);
  const roomy = {sizeBytes: 64 * MB, freeBytes: 40 * MB};
  bench.disk.partition = roomy;
  const store = bench.open();
  commit(store, 'a');
  store.tend();
  store.close();
  bench.disk.partition = {...roomy, freeBytes: 0};
  bench.disk.fullOpens = 1;
  const after = bench.open();
  t.true(after.condition().isDurable);
  t.false(existsSync(`${bench.path}.ballast`));
  t.deepEqual(whys(after), ['a']);
});

test('a disk without room for the second copy of the epoch keeps no site from its start; what is owed is told and made up for', async t => {
  const bench = new Bench(t);
  const store = bench.open();
  commit(store, 'a');
  const epoch = store.outbox.epoch();
  store.close();
  const draft = `${bench.path}.epoch.tmp`;
  mkdirSync(draft);
  const after = bench.open();
  t.deepEqual([after.outbox.epoch(), after.trouble], [epoch, undefined]);
  after.outbox.startNewEpoch('asked');
  t.not(after.outbox.epoch(), epoch);
  t.truthy(after.trouble);
  rmdirSync(draft);
  for (let second = 0; second < 4; second += 1) {
    await bench.clock.advance(1000);
    after.tend();
  }
  t.is(after.trouble, undefined);
  const copy = readFileSync(`${bench.path}.epoch`, 'latin1');
  t.true(copy.includes(after.outbox.epoch()));
});

test('a handle that is replaced waits for no check of the whole file: it follows in slices', async t => {
  const bench = new Bench(t);
  const store = bench.open();
  const tend = async () => {
    for (let second = 0; second < 60; second += 1) {
      await bench.clock.advance(1000);
      store.tend();
    }
  };
  commit(store, 'a');
  await tend();
  const checks = () => bench.disk.pragmas.splice(0).filter(text => text.startsWith('integrity'));
  t.true(checks().length > 0);
  const before = bench.disk.connects;
  bench.disk.fault = {code: 'SQLITE_IOERR_FSYNC', times: 1};
  commit(store, 'b');
  t.is(bench.disk.connects, before + 1);
  t.deepEqual(checks(), []);
  await tend();
  const sliced = checks();
  t.true(sliced.includes('integrity_check("meta")'));
  t.false(sliced.includes('integrity_check(1)'));
});

test('memory that folds its steps keeps the newest row of each thing the last one', t => {
  const stamp = {nowMs: 0, wallMs: 0 as UnixMillis, clk: 'ok'} as const;
  const row = (door: string, fails: number) => {
    const times = {lockLeftMs: 0, dayTries: 0, dayLeftMs: 0};
    return {table: 'lockout', row: {door: asId<never>(door), fails, ...times}} as const;
  };
  const ring = new LotRing();
  ring.push({facts: [], records: [row('C1', 1), row('C2', 1)], stamp});
  ring.push({facts: [fact('a')], records: [row('C1', 2), row('C2', 2)], stamp});
  ring.push({facts: [], records: [row('C1', 3)], stamp});
  for (let step = 0; step < 4000; step += 1) ring.push({facts: [], records: [], stamp});
  const last = new Map<string, number>();
  let steps = 0;
  for (let next = ring.first; next; next = ring.first) {
    steps += 1;
    for (const record of next.records) {
      if (record.table === 'lockout') last.set(record.row.door, record.row.fails);
    }
    ring.shift();
  }
  t.true(steps < 100, 'folded');
  t.deepEqual(Object.fromEntries(last), {C1: 3, C2: 2});
});
