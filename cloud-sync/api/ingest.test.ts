import test, {type ExecutionContext} from 'ava';
import {StoreError} from '../../protocols/base/errors.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import type {SyncLog} from '../log.js';
import {NotFree} from './event-intake.js';
import type {FenceOrder} from './identity/hello-guard.js';
import {Ingest} from './ingest.js';
import type {IngestItem} from './ingest-item.js';
import type {TickOutcome} from './ingest-tick.js';

const yieldTurn = () => new Promise<void>(resolve => setImmediate(resolve));

/** An ingest whose database does as it is told; what it "commits" is the list of gateways. */
class Bench {
  readonly clock = new VirtualClock({yieldTurn});
  readonly committed: string[][] = [];
  readonly log: string[] = [];
  readonly ingest: Ingest;
  /** What becomes of a transaction. */
  fate: (gateways: readonly string[], careful: boolean) => void = () => {};
  tries = 0;

  constructor(t: ExecutionContext) {
    const note = (event: string) => void this.log.push(event);
    const log: SyncLog = {debug: () => {}, info: note, warn: note, error: note};
    const outcome: TickOutcome = {acks: [], reports: [], fences: []};
    this.ingest = new Ingest({
      clock: this.clock,
      log,
      store: {transaction: work => work(undefined as never)},
      tick: {
        run: (_tx, items, careful) => {
          this.tries += 1;
          const gateways = items.map(item => item.gateway);
          this.fate(gateways, careful);
          const fences = gateways.map(gateway => ({gateway}) as FenceOrder);
          return Promise.resolve({...outcome, fences});
        },
      },
      onCommitted: ({fences}) => void this.committed.push(fences.map(({gateway}) => gateway)),
    });
    t.teardown(async () => {
      await this.ingest.close();
      this.clock.assertIdle();
    });
  }

  take(...gateways: readonly string[]): void {
    for (const gateway of gateways) this.ingest.take(item(gateway));
  }
}

const item = (gateway: string) => ({name: 'hb', gateway, message: {}}) as unknown as IngestItem;
const batch = (gateway: string, events: number) =>
  ({name: 'ev', gateway, message: {ev: Array(events)}}) as unknown as IngestItem;

test('what comes within a tick is committed at once, and only then told', async t => {
  const bench = new Bench(t);
  bench.take('a', 'b', 'a');
  await bench.clock.advance(4);
  t.deepEqual(bench.committed, []);
  await bench.clock.advance(1);
  t.deepEqual(bench.committed, [['a', 'b', 'a']]);
});

test('a backlog is written as soon as it is there, in parts, and what comes meanwhile is next', async t => {
  const bench = new Bench(t);
  bench.ingest.take(batch('a', 100));
  for (let count = 0; count < 5; count += 1) bench.ingest.take(batch('b', 500));
  await bench.clock.advance(1);
  t.deepEqual(bench.committed, [
    ['a', 'b', 'b', 'b'],
    ['b', 'b'],
  ]);
  bench.ingest.take(batch('a', 100));
  await bench.clock.advance(4);
  t.is(bench.committed.length, 2);
  await bench.clock.advance(1);
  t.deepEqual(bench.committed[2], ['a']);
});

test('a turn that is over before it is waited for holds up nothing', async t => {
  const bench = new Bench(t);
  const {waitUntil} = bench.clock;
  t.teardown(() => Object.assign(bench.clock, {waitUntil}));
  bench.clock.waitUntil = (_, callback) => {
    callback();
    return {cancel: () => {}};
  };
  bench.ingest.take(batch('a', 500));
  bench.ingest.take(batch('b', 100));
  await bench.clock.advance(0);
  await bench.clock.advance(10);
  bench.ingest.take(batch('c', 100));
  await bench.clock.advance(10);
  t.deepEqual(bench.committed, [['a'], ['b'], ['c']]);
});

test('while the database is away nothing is told, and all is committed in order when it is back', async t => {
  const bench = new Bench(t);
  for (const code of ['store/full', 'store/locked', 'store/unreachable', 'store/io']) {
    bench.committed.length = 0;
    bench.tries = 0;
    bench.log.length = 0;
    bench.fate = () => {
      throw new StoreError(code, 'away');
    };
    bench.take('a');
    await bench.clock.advance(10);
    bench.take('b');
    t.false(bench.ingest.isFlowing);
    await bench.clock.advance(60_000);
    t.deepEqual(bench.committed, []);
    // At growing intervals, and told once.
    t.true(bench.tries > 10 && bench.tries < 25, `${bench.tries}`);
    t.deepEqual(bench.log, ['store.away']);
    bench.fate = () => {};
    await bench.clock.advance(5000);
    t.deepEqual(bench.committed, [['a', 'b']]);
    t.true(bench.ingest.isFlowing);
  }
});

test('what can never be stored costs its own gateway, and no other', async t => {
  const bench = new Bench(t);
  bench.fate = gateways => {
    if (gateways.includes('bad')) throw new StoreError('store/failed', 'no such value');
  };
  bench.take('a', 'bad', 'b', 'a');
  await bench.clock.advance(10);
  t.deepEqual(bench.committed, [['a', 'a'], ['b']]);
  t.deepEqual(bench.log, ['events.not_committed']);
  t.true(bench.ingest.isFlowing);
});

test('rows that were not as free as they looked are looked at before they are written', async t => {
  const bench = new Bench(t);
  const careful: boolean[] = [];
  bench.fate = (_, isCareful) => {
    careful.push(isCareful);
    if (!isCareful) throw new NotFree();
  };
  bench.take('a');
  await bench.clock.advance(10);
  t.deepEqual(careful, [false, true]);
  t.deepEqual(bench.committed, [['a']]);
});

test('a flood is bounded: beyond it messages are dropped, since gateways send them again', async t => {
  const bench = new Bench(t);
  bench.fate = () => {
    throw new StoreError('store/full', 'away');
  };
  for (let round = 0; round < 500; round += 1) bench.ingest.take(batch('a', 500));
  await bench.clock.advance(1000);
  bench.fate = () => {};
  await bench.clock.advance(10_000);
  t.is(bench.committed.flat().length, 200);
  t.true(bench.committed.every(gateways => gateways.length <= 40));
});
