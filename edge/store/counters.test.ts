import {copyFileSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {yieldTurn} from '../platform/event-loop.js';
import {FrameCounters} from './counters.js';
import {StoreDatabase} from './database.js';
import {SiteStore} from './site-store.js';

const EPOCH = new Uint8Array(16).fill(7);
const ABOVE_DOUBLES = 2n ** 53n + 1n;

test('a counter is kept exactly over a restart, never goes back, and names do not mix', t => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const open = () =>
    new StoreDatabase({path: join(folder, 'lot.db'), site: 'lot-1', newEpoch: () => EPOCH});

  const first = open();
  const counters = new FrameCounters(first);
  t.is(counters.of('C2.out').load(), 0n);
  counters.of('C2.out').reserve(1000n);
  counters.of('C2.in').reserve(ABOVE_DOUBLES);
  counters.of('C2.in').reserve(5n);
  first.close();

  const second = open();
  t.teardown(() => second.close());
  t.is(new FrameCounters(second).of('C2.out').load(), 1000n);
  t.is(new FrameCounters(second).of('C2.in').load(), ABOVE_DOUBLES);
});

function siteStores(t: ExecutionContext) {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const path = join(folder, 'lot.db');
  const open = (seed = 1) => {
    const store = new SiteStore({
      ...{path, site: 'lot-1', secretKey: new Uint8Array(32)},
      clock: new VirtualClock({yieldTurn}),
      ...{entropy: new SeededEntropy(seed), clockState: () => 'ok' as const},
    });
    t.teardown(() => store.close());
    return store;
  };
  return {path, open};
}

/** Both directions of a link with a collector that counts by one. */
function spend({counters}: SiteStore): void {
  counters.of('C2.out').reserve(1000n);
  counters.of('C2.in').reserve(1000n);
}

test('an older copy found out in use skips what was sealed here, and leaves what collectors sealed', t => {
  const store = siteStores(t).open();
  const [sent, taken] = [store.counters.of('C2.out'), store.counters.of('C2.in')];
  spend(store);
  const before = sent.leaps();
  store.outbox.startNewEpoch('rollback');
  t.is(sent.load(), 1000n + 2n ** 32n);
  t.true(sent.leaps() > before, 'who holds some is told');
  t.is(taken.load(), 1000n);
});

test('an older copy found at the start skips what was sealed here, and the collector counts on from where it is', t => {
  const {path, open} = siteStores(t);
  const former = open();
  spend(former);
  former.close();
  // As a copy put back beside a newer second copy of the epoch.
  writeFileSync(`${path}.epoch`, `latchkey epoch ${'ab'.repeat(16)}\n`);
  const {counters} = open(2);
  t.is(counters.of('C2.out').load(), 1000n + 2n ** 32n);
  t.is(counters.of('C2.in').load(), 1000n, 'its next frame is no replay');
});

test('a store that was not closed skips what may have been sealed in memory alone, and no more', t => {
  const {path, open} = siteStores(t);
  const former = open();
  spend(former);
  // Another handle, as after a power cut: the first never says that it ended.
  const left = join(path, '..', 'left.db');
  for (const end of ['', '-wal', '.epoch']) copyFileSync(`${path}${end}`, `${left}${end}`);
  former.close();
  for (const end of ['', '-wal', '.epoch']) {
    rmSync(`${path}${end}`, {force: true});
    copyFileSync(`${left}${end}`, `${path}${end}`);
  }
  const {counters, startCause} = open(2);
  t.is(startCause, 'unclean');
  t.is(counters.of('C2.out').load(), 1000n + 2n ** 24n);
  t.is(counters.of('C2.in').load(), 1000n);
});

test('counters taken from an older copy leap for what is sealed here alone', t => {
  const {counters} = siteStores(t).open();
  counters.adopt([
    ['C2.out', '5'],
    ['C2.in', '7'],
  ]);
  t.is(counters.of('C2.out').load(), 5n + 2n ** 32n);
  t.is(counters.of('C2.in').load(), 7n);
});
