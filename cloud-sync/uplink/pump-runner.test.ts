import test from 'ava';
import type {Millis} from '../../protocols/base/clock.js';
import {SkewedClock} from '../../sim/clock/skewed-clock.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import type {Outbox} from './outbox.js';
import {PumpRunner} from './pump-runner.js';

const BACKLOG = 2000;
const BATCH = 500;

/** A machine on which each look at the clock takes its time. */
class BusyClock extends SkewedClock {
  readonly #lookMs: () => Millis;
  #lostMs: Millis = 0;

  constructor(truth: VirtualClock, lookMs: () => Millis) {
    super(truth);
    this.#lookMs = lookMs;
  }

  override nowMs(): Millis {
    this.#lostMs += this.#lookMs();
    return super.nowMs() + this.#lostMs;
  }

  override waitUntil(atMs: Millis, callback: () => void) {
    const restMs = atMs - this.nowMs();
    return super.waitUntil(super.nowMs() + restMs, callback);
  }
}

/** `lookMs`: by the batches sent so far. */
function backlog(lookMs: (sent: number) => Millis) {
  const truth = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const outbox = {
    epoch: () => 'ab'.repeat(16),
    head: () => BACKLOG,
    low: () => 1,
    page: (_from: number, limit: number) =>
      Array.from({length: limit}, () => ['bay', 'boot', 0, 0, 'ok', '{}']),
    hashAt: () => new Uint8Array(32),
    origins: () => [],
    onAppend: () => () => {},
    markAcked: () => {},
  } as unknown as Outbox;
  let batches = 0;
  const runner = new PumpRunner({
    pace: {batchEvents: 500},
    ...{clock: new BusyClock(truth, () => lookMs(batches)), outbox},
    publish: () => {
      batches += 1;
    },
    onGiveUp: why => {
      throw new RangeError(why);
    },
  });
  return {truth, runner, batches: () => batches};
}

test('a batch is followed by a turn of the event loop, also where a look at the clock takes microseconds', async t => {
  const {truth, runner, batches} = backlog(() => 0.005);
  runner.start(0);
  t.is(batches(), 1);
  await truth.advance(1);
  t.is(batches(), BACKLOG / BATCH);
  runner.close();
  truth.assertIdle();
});

test('a rest that is over before it is waited for hides none that has begun: closing ends it', t => {
  // The machine stood still at the first rest only.
  const {truth, runner, batches} = backlog(sent => (sent < 2 ? 5 : 0));
  runner.start(0);
  t.is(batches(), 2);
  runner.close();
  truth.assertIdle();
  t.is(batches(), 2);
});
