import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
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

test('an older copy found out in use skips what was sealed here, and leaves what collectors sealed', t => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const clock = new VirtualClock({yieldTurn});
  const store = new SiteStore({
    ...{path: join(folder, 'lot.db'), site: 'lot-1', secretKey: new Uint8Array(32), clock},
    ...{entropy: new SeededEntropy(1), clockState: () => 'ok' as const},
  });
  t.teardown(() => store.close());
  const [sent, taken] = [store.counters.of('C2.out'), store.counters.of('C2.in')];
  sent.reserve(1000n);
  taken.reserve(1000n);
  const before = sent.leaps();
  store.outbox.startNewEpoch('rollback');
  t.is(sent.load(), 1000n + 2n ** 32n);
  t.true(sent.leaps() > before, 'who holds some is told');
  t.is(taken.load(), 1000n);
});
