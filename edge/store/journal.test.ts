import {copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import {toHex} from '../../protocols/base/bytes.js';
import {CHAIN_START, chainHash} from '../../protocols/cloud/chain.js';
import type {SiteFact} from '../../protocols/site/events.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import type {ClockState} from '../domain/time/time-machine.js';
import {SiteStore} from './site-store.js';

const DAY_MS = 86_400_000;
const yieldTurn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

function fact(why: string): SiteFact {
  return {kind: 'epoch.new', body: {why}};
}

class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), 'latchkey-'));
  readonly path = join(this.folder, 'lot.db');
  readonly clock = new VirtualClock({yieldTurn, startMs: 1000.4});
  readonly entropy = new SeededEntropy(5);
  clk: ClockState = 'ok';

  constructor(t: ExecutionContext) {
    t.teardown(() => rmSync(this.folder, {recursive: true}));
  }

  open(t: ExecutionContext, maxBytes?: number): SiteStore {
    const {path, clock, entropy} = this;
    const store = new SiteStore({
      ...{path, site: 'lot-1', secretKey: new Uint8Array(32), clock, entropy},
      clockState: () => this.clk,
      ...(maxBytes === undefined ? {} : {maxBytes}),
    });
    t.teardown(() => store.close());
    return store;
  }

  append(store: SiteStore, ...whys: readonly string[]): void {
    store.journal.append(whys.map(fact), store.stampNow());
  }
}

/** Recompute the chain over everything held, from what `hashAt` says stands before it. */
function chainHolds(store: SiteStore): boolean {
  const {outbox} = store;
  let hash = outbox.hashAt(outbox.low() - 1) ?? CHAIN_START;
  let seq = outbox.low() - 1;
  for (const row of outbox.read(1, 10_000)) {
    if (row.seq !== seq + 1) return false;
    seq = row.seq;
    hash = chainHash(hash, seq, row.body);
    if (toHex(hash) !== toHex(outbox.hashAt(seq) ?? CHAIN_START)) return false;
  }
  return seq === outbox.head();
}

function bodies(store: SiteStore): readonly string[] {
  return store.outbox.read(1, 10_000).map(row => (JSON.parse(row.body) as {why: string}).why);
}

test('an event keeps number, boot, both clocks and its text', t => {
  const bench = new Bench(t);
  const store = bench.open(t);
  t.is(store.outbox.head(), 0);
  t.is(store.outbox.low(), 1);
  bench.clk = 'holdover';
  t.deepEqual(store.journal.append([fact('a'), fact('示')], store.stampNow()), {
    firstSeq: 1,
    lastSeq: 2,
  });
  const wallMs = bench.clock.wallMs();
  const common = {kind: 'epoch.new', boot: store.boot, monoMs: 1000, wallMs, clk: 'holdover'};
  t.deepEqual(store.outbox.read(1, 10), [
    {seq: 1, body: '{"why":"a"}', ...common},
    {seq: 2, body: '{"why":"示"}', ...common},
  ] as never);
  t.deepEqual(store.outbox.read(2, 10).length, 1);
  t.deepEqual(store.journal.append([], store.stampNow()), {firstSeq: 3, lastSeq: 2});
});

test('the chain begins at zero and goes on over a restart', t => {
  const bench = new Bench(t);
  const first = bench.open(t);
  bench.append(first, 'a', 'b');
  t.deepEqual(first.outbox.hashAt(0), CHAIN_START);
  t.deepEqual(first.outbox.hashAt(1), chainHash(CHAIN_START, 1, '{"why":"a"}'));
  t.is(first.outbox.hashAt(3), undefined);
  const epoch = first.outbox.epoch();
  first.close();
  const second = bench.open(t);
  bench.append(second, 'c');
  t.is(second.outbox.epoch(), epoch);
  t.not(second.boot, first.boot);
  t.is(second.outbox.head(), 3);
  t.true(chainHolds(second));
});

test('a changed body is seen in the chain', t => {
  const bench = new Bench(t);
  const store = bench.open(t);
  bench.append(store, 'a', 'b', 'c');
  store.close();
  const forger = new Sqlite(bench.path);
  forger.prepare(`UPDATE ev SET body = '{"why":"x"}' WHERE seq = 2`).run();
  forger.close();
  t.false(chainHolds(bench.open(t)));
});

test('listeners hear of commits, not of rollbacks, until they leave', t => {
  const bench = new Bench(t);
  const store = bench.open(t);
  const heads: number[] = [];
  const leave = store.outbox.onAppend(() => heads.push(store.outbox.head()));
  bench.append(store, 'a', 'b');
  store.journal.append([], store.stampNow());
  t.deepEqual(heads, [2]);
  leave();
  bench.append(store, 'c');
  t.deepEqual(heads, [2]);
});

test('acknowledgements only go up, and never beyond the head', t => {
  const bench = new Bench(t);
  const store = bench.open(t);
  bench.append(store, 'a', 'b', 'c');
  const seen: number[] = [];
  for (const upto of [2, 1, 4, 3]) {
    store.outbox.markAcked(upto);
    seen.push(store.outbox.acked());
  }
  t.deepEqual(seen, [2, 2, 2, 3]);
});

test('confirmed events go after 30 days, unconfirmed never, and numbers go on', async t => {
  const bench = new Bench(t);
  const store = bench.open(t);
  bench.append(store, ...Array.from({length: 120}, (_, index) => `old ${index}`));
  await bench.clock.advance(DAY_MS);
  bench.append(store, 'newer', 'newest');
  store.outbox.markAcked(122);
  const before = store.outbox.hashAt(120);
  await bench.clock.advance(29 * DAY_MS + 1);
  t.deepEqual([store.prune(), store.prune(), store.prune(), store.prune()], [50, 50, 20, 0]);
  t.is(store.outbox.low(), 121);
  t.deepEqual(store.outbox.hashAt(120), before);
  t.is(store.outbox.hashAt(119), undefined);
  await bench.clock.advance(30 * DAY_MS);
  t.is(store.prune(), 2);
  t.is(store.outbox.low(), 123);
  t.is(store.outbox.head(), 122);
  bench.append(store, 'after all were pruned');
  t.is(store.outbox.head(), 123);
  await bench.clock.advance(90 * DAY_MS);
  t.is(store.prune(), 0);
  t.true(chainHolds(store));
  store.close();
  t.is(bench.open(t).outbox.low(), 123);
});

test('~E11 a crowded database lets confirmed events go early, unconfirmed ones never', t => {
  const bench = new Bench(t);
  const store = bench.open(t, 112 * 4096);
  while (store.fillLevel() < 0.9) bench.append(store, 'x'.repeat(2000));
  const head = store.outbox.head();
  t.is(store.prune(), 0);
  store.outbox.markAcked(head - 1);
  while (store.prune() > 0);
  t.true(store.fillLevel() < 0.86);
  t.is(store.outbox.head(), head);
  t.true(chainHolds(store));
});

test('a full database takes nothing, and goes on once there is room', t => {
  const bench = new Bench(t);
  const store = bench.open(t, 112 * 4096);
  const full = t.throws(() => {
    for (;;) bench.append(store, 'x'.repeat(2000));
  });
  t.is((full as {code?: string}).code, 'store/full');
  const head = store.outbox.head();
  t.true(chainHolds(store));
  store.outbox.markAcked(head);
  t.is(store.prune(), 50);
  bench.append(store, 'again');
  t.is(store.outbox.head(), head + 1);
  t.true(chainHolds(store));
});

test('the second copy of the epoch fills one page', t => {
  const bench = new Bench(t);
  const store = bench.open(t);
  const file = `${bench.path}.epoch`;
  t.is(statSync(file).size, 4096);
  t.true(readFileSync(file, 'utf8').startsWith(`latchkey epoch ${store.outbox.epoch()}\n`));
});

function doubtful(
  t: ExecutionContext,
  meddle: (bench: Bench) => void,
): {readonly before: string; readonly after: SiteStore} {
  const bench = new Bench(t);
  const store = bench.open(t);
  bench.append(store, 'a', 'b', 'c');
  store.outbox.markAcked(1);
  const before = store.outbox.epoch();
  store.close();
  meddle(bench);
  return {before, after: bench.open(t)};
}

test('~G14 another second copy starts a new epoch that carries over what was not confirmed', t => {
  const {before, after} = doubtful(t, bench =>
    writeFileSync(`${bench.path}.epoch`, `latchkey epoch ${'ab'.repeat(16)}\n`),
  );
  t.not(after.outbox.epoch(), before);
  t.deepEqual(bodies(after), ['b', 'c', 'epoch_mismatch']);
  t.is(after.outbox.low(), 2);
  t.is(after.outbox.acked(), 1);
  t.true(chainHolds(after));
});

test('~G14 a lost second copy starts a new epoch', t => {
  const {before, after} = doubtful(t, bench => rmSync(`${bench.path}.epoch`));
  t.not(after.outbox.epoch(), before);
  t.deepEqual(bodies(after), ['b', 'c', 'epoch_file_missing']);
});

test('~G14 fewer events than were confirmed start a new epoch', t => {
  const {after} = doubtful(t, bench => {
    const sqlite = new Sqlite(bench.path);
    sqlite.exec('UPDATE meta SET acked = 9');
    sqlite.close();
  });
  t.deepEqual(bodies(after), ['acked_ahead']);
  t.deepEqual([after.outbox.low(), after.outbox.head(), after.outbox.acked()], [4, 4, 3]);
});

test('~G14 a new database beside an old second copy says so', t => {
  const {before, after} = doubtful(t, bench => rmSync(bench.path));
  t.not(after.outbox.epoch(), before);
  t.is(bodies(after)[0], 'database_new');
  t.like(after.outbox.read(2, 1)[0], {kind: 'storage'});
});

test('~G14 a restored backup starts a new epoch, an untouched one does not', t => {
  const bench = new Bench(t);
  const store = bench.open(t);
  bench.append(store, 'a', 'b');
  store.close();
  const backup = `${bench.path}.backup`;
  copyFileSync(bench.path, backup);
  const second = bench.open(t);
  t.deepEqual(bodies(second), ['a', 'b']);
  second.outbox.startNewEpoch('rollback');
  const epoch = second.outbox.epoch();
  second.close();
  copyFileSync(backup, bench.path);
  const third = bench.open(t);
  t.not(third.outbox.epoch(), epoch);
  t.deepEqual(bodies(third), ['a', 'b', 'epoch_mismatch']);
});

test('a new epoch during the run takes over a long backlog and is kept over a restart', t => {
  const bench = new Bench(t);
  const store = bench.open(t);
  bench.append(store, ...Array.from({length: 1300}, (_, index) => `event ${index + 1}`));
  store.outbox.markAcked(100);
  store.outbox.startNewEpoch('rollback');
  t.deepEqual([store.outbox.low(), store.outbox.head()], [101, 1301]);
  t.is(bodies(store)[0], 'event 101');
  t.is(bodies(store).at(-1), 'rollback');
  t.true(chainHolds(store));
  bench.append(store, 'later');
  t.is(store.outbox.head(), 1302);
  const epoch = store.outbox.epoch();
  store.close();
  t.is(bench.open(t).outbox.epoch(), epoch);
});

test('whatever is appended, confirmed, pruned, taken over or restarted: no gap, no loss, one chain', t => {
  const step = fc.oneof(
    fc.record({kind: fc.constant('append' as const), count: fc.integer({min: 1, max: 5})}),
    fc.record({kind: fc.constant('ack' as const), count: fc.integer({min: 1, max: 5})}),
    fc.record({kind: fc.constantFrom('prune', 'epoch', 'restart'), count: fc.constant(0)}),
  );
  fc.assert(
    fc.property(fc.array(step, {maxLength: 25}), steps => {
      const bench = new Bench(t);
      let store = bench.open(t);
      let unconfirmed: string[] = [];
      let written = 0;
      for (const {kind, count} of steps) {
        if (kind === 'append') {
          const names = Array.from({length: count}, () => `event ${++written}`);
          bench.append(store, ...names);
          unconfirmed.push(...names);
        } else if (kind === 'ack') {
          const upto = Math.min(store.outbox.acked() + count, store.outbox.head());
          unconfirmed = unconfirmed.slice(upto - store.outbox.acked());
          store.outbox.markAcked(upto);
        } else if (kind === 'epoch') {
          store.outbox.startNewEpoch('asked');
          unconfirmed.push('asked');
        } else if (kind === 'restart') {
          store.close();
          store = bench.open(t);
        } else {
          store.prune();
        }
        const held = store.outbox.read(store.outbox.acked() + 1, 1000);
        const names = held.map(row => (JSON.parse(row.body) as {why: string}).why);
        if (names.join() !== unconfirmed.join() || !chainHolds(store)) return false;
      }
      store.close();
      return true;
    }),
    {numRuns: 20},
  );
  t.pass();
});
