import test from 'ava';
import type {Millis} from '../../protocols/base/clock.js';
import {StoreError} from '../../protocols/base/errors.js';
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

function refuse(): never {
  throw new StoreError('store/io', 'told to fail');
}

/** `lookMs`: by the batches sent so far. */
function backlog(lookMs: (sent: number) => Millis, failing: Partial<Outbox> = {}) {
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
    ...failing,
  } as unknown as Outbox;
  let batches = 0;
  const givenUp: string[] = [];
  const runner = new PumpRunner({
    pace: {batchEvents: 500},
    ...{clock: new BusyClock(truth, () => lookMs(batches)), outbox},
    publish: () => {
      batches += 1;
    },
    onGiveUp: why => {
      givenUp.push(why);
      runner.close();
    },
  });
  return {truth, runner, givenUp, batches: () => batches};
}

test('a batch is followed by a turn of the event loop, also where a look at the clock takes microseconds', async t => {
  const {truth, runner, givenUp, batches} = backlog(() => 0.005);
  runner.start(0);
  t.is(batches(), 1);
  await truth.advance(1);
  t.is(batches(), BACKLOG / BATCH);
  t.deepEqual(givenUp, []);
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

/** A gateway that deflates beside its loop; `moves`: before which piece of the journal something happens. */
function readInPieces(moves: (piece: number, runner: PumpRunner) => void) {
  const truth = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const pages: (readonly [from: number, limit: number])[] = [];
  const published: Uint8Array[] = [];
  const journal = {epoch: 'ab'.repeat(16), low: 1, mark: 0};
  const outbox = {
    epoch: () => journal.epoch,
    head: () => BACKLOG,
    low: () => journal.low,
    page: (from: number, limit: number) => {
      pages.push([from, limit]);
      return Array.from({length: limit}, (_, index) => [
        'bay',
        'boot',
        0,
        0,
        'ok',
        `${from + index + journal.mark}`,
      ]);
    },
    ...{hashAt: () => new Uint8Array(32), origins: () => [], onAppend: () => () => {}},
    markAcked: () => {},
  } as unknown as Outbox;
  const clock = {
    ...{nowMs: () => truth.nowMs(), timer: truth.timer.bind(truth)},
    waitUntil: (atMs: Millis, callback: () => void) =>
      truth.waitUntil(atMs, () => {
        moves(pages.length, runner);
        callback();
      }),
  } as unknown as VirtualClock;
  const runner: PumpRunner = new PumpRunner({
    ...{clock, outbox, pace: {batchEvents: BATCH}},
    deflateLater: (_plain, done) => done(undefined),
    publish: (_name, payload) => void published.push(payload),
    onGiveUp: why => {
      throw new RangeError(why);
    },
  });
  return {truth, runner, pages, published, journal};
}

function bodiesOf(payload: Uint8Array | undefined): readonly number[] {
  return Buffer.from(payload ?? [])
    .toString()
    .split('\n')
    .slice(1)
    .map(Number);
}

test('~G5 a backlog is read a piece each turn of the event loop, and goes out in whole batches', async t => {
  const {truth, runner, pages, published} = readInPieces(() => {});
  runner.start(0);
  t.deepEqual(pages, [[1, 125]]);
  await truth.advance(10);
  t.true(pages.every(([, limit]) => limit === 125));
  t.is(published.length, BACKLOG / BATCH);
  t.deepEqual(
    bodiesOf(published[1]),
    Array.from({length: BATCH}, (_, index) => 501 + index),
  );
  runner.close();
});

test('a batch that is half read goes nowhere once the cloud asks for another place, or the journal numbers anew', async t => {
  const back = readInPieces((piece, runner) => {
    if (piece === 2) runner.onWant(1000);
  });
  back.runner.start(0);
  await back.truth.advance(10);
  t.is(bodiesOf(back.published[0])[0], 1000);
  back.runner.close();
  const anew = readInPieces(piece => {
    if (piece === 2) Object.assign(anew.journal, {epoch: 'cd'.repeat(16), mark: 10_000});
  });
  anew.runner.start(0);
  await anew.truth.advance(10);
  t.true(anew.published.length > 0);
  for (const payload of anew.published) {
    t.true(Buffer.from(payload).includes('cdcdcd'));
    t.is(bodiesOf(payload).length, BATCH);
    t.true(bodiesOf(payload).every(body => body > 10_000));
  }
  anew.runner.close();
});

test('a disk that cannot say or read what is held costs the connection, never the pump; one that cannot note a confirmation costs nothing', async t => {
  for (const failing of [{page: refuse}, {hashAt: refuse}, {head: refuse}]) {
    const {truth, runner, givenUp} = backlog(() => 0, failing);
    runner.start(0);
    t.is(givenUp.length, 1);
    truth.assertIdle();
  }
  const deaf = backlog(() => 0, {markAcked: refuse});
  deaf.runner.start(0);
  await deaf.truth.advance(1);
  deaf.runner.onAck(BATCH);
  t.deepEqual([deaf.batches(), deaf.givenUp.length], [BACKLOG / BATCH, 0]);
  deaf.runner.close();
  let low = () => 1;
  const later = backlog(() => 0, {low: () => low()});
  later.runner.start(0);
  low = refuse;
  later.runner.onWant(1);
  t.is(later.givenUp.length, 1);
  later.truth.assertIdle();
});
