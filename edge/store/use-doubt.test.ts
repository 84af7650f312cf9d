import {copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import test from 'ava';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {DAY_MS, HOUR_MS} from '../../protocols/base/units.js';
import {type GrantStateRow, hashWith} from '../../protocols/cloud/grant-state.js';
import type {CodeCredential, Grant} from '../../protocols/site/grant.js';
import {asId} from '../../protocols/site/ids.js';
import type {ClockState} from '../domain/time/time-machine.js';
import type {SiteStore} from './site-store.js';
import {Bench, commit} from './store-rig.js';

function grant(id: string, times: Partial<Grant>): GrantStateRow {
  return {
    table: 'grant',
    row: {
      ...{id: asId(id), number: '1', kind: 'park', holder: asId('h'), holderMask: '陈**'},
      ...{credentials: [asId('code')], points: [asId('A-1')], weekly: [], entries: 'one'},
      ...{validFrom: 0 as UnixMillis, validUntil: 9e12 as UnixMillis, rev: 1, state: 'active'},
      ...{leaseUntil: 9e12 as UnixMillis},
      ...times,
    },
  };
}

const CODE: GrantStateRow = {
  table: 'credential',
  row: {
    ...{kind: 'code', id: asId('code'), holder: asId('h'), digest: 'ab'.repeat(32), epoch: 1},
    ...{uses: 'one', state: 'active', rev: 1},
  } as CodeCredential,
};

function put(store: SiteStore, row: GrantStateRow): void {
  const {ver: from, hash: before} = store.grants.current();
  const hash = hashWith(before, row);
  store.grants.applyDelta({from, to: from + 1, ops: [{op: 'put', ...row}], hash});
}

/** A store with one grant of an hour, that was put back to an older copy. */
function restored(bench: Bench, state: () => ClockState = () => 'ok'): SiteStore {
  const store = bench.open({clockState: state});
  const from = bench.clock.wallMs();
  const [validFrom, validUntil] = [from - 1, from + HOUR_MS] as UnixMillis[];
  put(store, grant('old', {validFrom, validUntil} as Partial<Grant>));
  store.close();
  copyFileSync(bench.path, `${bench.path}.copy`);
  const later = bench.open();
  const use = {table: 'grantUse', grant: asId<never>('old'), session: asId<never>('s')} as const;
  later.lot.commit({facts: [], records: [use], stamp: later.stampNow()});
  later.close();
  for (const end of ['-wal', '-shm', '.epoch']) rmSync(`${bench.path}${end}`, {force: true});
  copyFileSync(`${bench.path}.copy`, bench.path);
  return bench.open({clockState: state});
}

test('~E12 an older copy of the database makes uses unsure, and no delta from the cloud makes them sure', async t => {
  const bench = new Bench(t);
  await bench.clock.advance(HOUR_MS);
  const store = restored(bench);
  t.false(store.book.isUsed(asId('old')), 'what it was used for is gone with the file');
  t.like(store.condition(), {grants: 'uses_unsure', usesSureFromMs: bench.clock.wallMs()});
  put(store, grant('new', {validFrom: bench.clock.wallMs()}));
  t.is(store.condition().grants, 'uses_unsure');
  store.close();
  const again = bench.open();
  t.is(again.condition().grants, 'uses_unsure', 'kept over a restart');
});

test('~E12 the doubt about uses is over when all that began before it has ended, also without the cloud', async t => {
  const bench = new Bench(t);
  const store = restored(bench);
  const {usesSureFromMs} = store.condition();
  put(store, grant('new', {validFrom: bench.clock.wallMs()}));
  await bench.clock.advance(HOUR_MS - 1);
  t.is(store.condition().grants, 'uses_unsure');
  await bench.clock.advance(2);
  t.is(store.condition().grants, 'sure');
  t.is(
    store.condition().usesSureFromMs,
    usesSureFromMs,
    'what comes late of that time stays refused',
  );
});

test('a code that is good once is in doubt by its oldest grant, and tokens of unknown grants for 30 days', async t => {
  const bench = new Bench(t);
  const store = restored(bench);
  await bench.clock.advance(HOUR_MS + 1);
  put(store, CODE);
  t.is(store.condition().grants, 'sure', 'its grants have ended');
  const from = 5 as UnixMillis;
  put(store, grant('lease', {validFrom: from, entries: 'multi', id: asId('lease')}));
  t.is(store.condition().grants, 'uses_unsure');
  store.grants.applyRevocations(1, ['lease']);
  await bench.clock.advance(60_000);
  t.is(store.condition().grants, 'sure', 'withdrawn');
  put(store, {table: 'issuer', row: {id: 'k', kid: 1, publicKeyHex: 'ab'.repeat(32), rev: 1}});
  t.is(store.condition().grants, 'uses_unsure');
  await bench.clock.advance(30 * DAY_MS);
  t.is(store.condition().grants, 'sure');
});

test('a damaged file takes its doubt along when it is salvaged, and one without doubt gets none', async t => {
  const bench = new Bench(t);
  await bench.clock.advance(HOUR_MS);
  const texts = Array.from({length: 300}, (_, index) => `${index}`.padStart(100, 'x'));
  const salvaged = (store: SiteStore) => {
    commit(store, ...texts);
    store.close();
    const bytes = readFileSync(bench.path);
    const page = Math.floor(bytes.indexOf(texts.at(-1) ?? '') / 4096);
    writeFileSync(bench.path, bytes.fill(0xa5, page * 4096, (page + 1) * 4096));
    const after = bench.open();
    t.like(after.outbox.read(1, 1000).at(-1), {kind: 'storage'}, 'rebuilt');
    return after;
  };
  const first = bench.open();
  put(first, grant('one', {}));
  const sound = salvaged(first);
  t.is(sound.condition().grants, 'sure');
  sound.grants.doubtUses();
  const {usesSureFromMs} = sound.condition();
  await bench.clock.advance(HOUR_MS);
  t.like(salvaged(sound).condition(), {grants: 'uses_unsure', usesSureFromMs});
});

test('while nobody knows the time every right is in doubt, and from then on those that begin later are sure', async t => {
  const bench = new Bench(t);
  let state: ClockState = 'floor';
  const store = restored(bench, () => state);
  t.true(Number(store.condition().usesSureFromMs) > 8e15);
  store.tend();
  t.true(Number(store.condition().usesSureFromMs) > 8e15);
  await bench.clock.advance(1000);
  state = 'ok';
  store.tend();
  t.is(store.condition().usesSureFromMs, bench.clock.wallMs());
});

test('a first start, a cut while the epoch changes and an enrolment make no use unsure; the cloud that is ahead does', t => {
  const bench = new Bench(t);
  const first = bench.open();
  commit(first, 'a');
  t.is(Number(first.condition().usesSureFromMs), 0);
  first.close();
  const second = bench.open();
  const draft = `${bench.path}.epoch.tmp`;
  mkdirSync(draft);
  second.outbox.startNewEpoch('enrolled');
  const epoch = second.outbox.epoch();
  t.is(Number(second.condition().usesSureFromMs), 0);
  second.close();
  rmSync(draft, {recursive: true});
  const third = bench.open();
  t.not(third.outbox.epoch(), epoch, 'the two copies differ');
  t.is(Number(third.condition().usesSureFromMs), 0);
  third.outbox.startNewEpoch('rollback');
  t.true(Number(third.condition().usesSureFromMs) > 0);
});
