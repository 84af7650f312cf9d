import test from 'ava';
import {UsageError} from '../../protocols/base/errors.js';
import {HOUR_MS} from '../../protocols/base/units.js';
import {VirtualClock} from './virtual-clock.js';

const yieldTurn = () => new Promise<void>(resolve => setImmediate(resolve));
const newClock = () => new VirtualClock({yieldTurn, startMs: 100, wallMs: 5000});

test('time stands still until it is moved, both clocks together', async t => {
  const clock = newClock();
  await yieldTurn();
  t.is(clock.nowMs(), 100);
  await clock.advance(250);
  t.is(clock.nowMs(), 350);
  t.is(Number(clock.wallMs()), 5250);
});

test('timers run in due order, equal ones in the order of creation, each at its own instant', async t => {
  const clock = newClock();
  const ran: string[] = [];
  const note = (name: string) => () => ran.push(`${name}@${clock.nowMs()}`);
  clock.timer('late', 30, note('late'));
  clock.timer('first', 10, note('first'));
  clock.timer('second', 10, note('second'));
  clock.timer('beyond', 41, note('beyond'));
  await clock.advance(40);
  t.deepEqual(ran, ['first@110', 'second@110', 'late@130']);
  t.deepEqual(clock.pending, ['beyond']);
  await clock.advance(1);
  t.is(ran.at(-1), 'beyond@141');
});

test('a timer set by a timer runs in the same advance when due', async t => {
  const clock = newClock();
  const ran: number[] = [];
  clock.timer('outer', 10, () => {
    clock.timer('inner', 10, () => ran.push(clock.nowMs()));
    clock.timer('at once', -5, () => ran.push(clock.nowMs()));
  });
  await clock.advance(20);
  t.deepEqual(ran, [110, 120]);
});

test('a cancelled timer never runs, and cancelling again is harmless', async t => {
  const clock = newClock();
  const timer = clock.timer('gone', 10, () => t.fail());
  timer.cancel();
  timer.cancel();
  await clock.advance(20);
  t.deepEqual(clock.pending, []);
});

test('promises settle at the instant that caused them', async t => {
  const clock = newClock();
  const seen: number[] = [];
  const walk = async () => {
    await clock.sleep(10);
    seen.push(clock.nowMs());
    await clock.sleep(10);
    seen.push(clock.nowMs());
  };
  const walked = walk();
  await clock.advance(100);
  await walked;
  t.deepEqual(seen, [110, 120]);
});

test('an aborted sleep rejects with the reason and leaves no timer', async t => {
  const clock = newClock();
  const stop = new AbortController();
  const sleeping = clock.sleep(1000, stop.signal);
  stop.abort('closing');
  t.is(await sleeping.catch((reason: unknown) => reason), 'closing');
  t.is(await clock.sleep(1, stop.signal).catch((reason: unknown) => reason), 'closing');
  t.notThrows(() => clock.assertIdle());
});

test('a sleep that ended hears no abort', async t => {
  const clock = newClock();
  const stop = new AbortController();
  const sleeping = clock.sleep(5, stop.signal);
  await clock.advance(5);
  stop.abort('late');
  await t.notThrowsAsync(sleeping);
});

test('waitUntil runs at its instant, and at once when that has passed', async t => {
  const clock = newClock();
  const ran: number[] = [];
  clock.waitUntil(103.65, () => ran.push(clock.nowMs()));
  clock.waitUntil(100, () => ran.push(clock.nowMs())).cancel();
  t.deepEqual(ran, [100]);
  await clock.advance(4);
  t.deepEqual(ran, [100, 103.65]);
});

test('a wall clock that steps leaves monotonic time and timers alone', async t => {
  const clock = newClock();
  let ranMs = 0;
  clock.timer('steady', 10, () => {
    ranMs = clock.nowMs();
  });
  clock.stepWall(-4000);
  t.is(Number(clock.wallMs()), 1000);
  t.is(clock.nowMs(), 100);
  await clock.advance(10);
  t.is(ranMs, 110);
  t.is(Number(clock.wallMs()), 1010);
});

test('until stops at the instant its condition holds', async t => {
  const clock = newClock();
  let ticks = 0;
  const tick = () => {
    ticks += 1;
    clock.timer('tick', 10, tick);
  };
  clock.timer('tick', 10, tick);
  await clock.until(() => ticks === 3);
  t.is(clock.nowMs(), 130);
  await clock.until(() => true);
  t.is(clock.nowMs(), 130);
});

test('until gives up after its limit', async t => {
  const clock = newClock();
  clock.timer('too late', 1001, () => {});
  const error = await t.throwsAsync(
    clock.until(() => false, 1000),
    {instanceOf: UsageError},
  );
  t.is(error?.code, 'sim/stuck');
  t.deepEqual(clock.pending, ['too late']);
});

test('settle gives the value or the failure, and by default waits one virtual hour at most', async t => {
  const clock = newClock();
  const value = async () => {
    await clock.sleep(HOUR_MS - 1);
    return 'done';
  };
  t.is(await clock.settle(value()), 'done');
  t.is(clock.nowMs(), 100 + HOUR_MS - 1);
  const failure = async () => {
    await clock.sleep(1);
    throw new UsageError('x/y', 'no');
  };
  await t.throwsAsync(clock.settle(failure()), {instanceOf: UsageError, message: 'no [x/y]'});
  const never = clock.settle(new Promise<void>(() => {}));
  t.is((await t.throwsAsync(never, {instanceOf: UsageError}))?.code, 'sim/stuck');
});

test('a timer that re-arms without time moving is a busy loop, by name', async t => {
  const clock = new VirtualClock({yieldTurn: () => Promise.resolve()});
  const spin = () => void clock.timer('spinner', 0, spin);
  clock.timer('spinner', 0, spin);
  const error = await t.throwsAsync(clock.advance(1), {instanceOf: UsageError});
  t.is(error?.code, 'sim/busy-loop');
  t.regex(error?.message ?? '', /spinner/);
});

test('timers left behind are named', t => {
  const clock = newClock();
  clock.assertIdle();
  clock.timer('poll line-1', 10, () => {});
  const error = t.throws(() => clock.assertIdle(), {instanceOf: UsageError});
  t.is(error.code, 'sim/timers-left');
  t.regex(error.message, /poll line-1/);
});
