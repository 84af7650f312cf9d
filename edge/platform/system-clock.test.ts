import test from 'ava';
import {SystemClock} from './system-clock.js';

test('timers never run early, run in due order, and equal times in order of creation', async t => {
  const clock = new SystemClock();
  const startMs = clock.nowMs();
  const order: string[] = [];
  await new Promise<void>(resolve => {
    const note = (name: string, afterMs: number) =>
      clock.timer(name, afterMs, () => {
        t.true(clock.nowMs() - startMs >= afterMs);
        order.push(name);
        if (order.length === 4) resolve();
      });
    note('late', 90.5);
    note('middle', 30.2);
    note('first', 3.5);
    note('now', 0);
  });
  t.deepEqual(order, ['now', 'first', 'middle', 'late']);
});

test('a cancelled timer stays silent and leaves the others alone', async t => {
  const clock = new SystemClock();
  const ran: string[] = [];
  const first = clock.timer('first', 5, () => ran.push('first'));
  clock.timer('second', 10, () => ran.push('second'));
  first.cancel();
  first.cancel();
  await clock.sleep(20);
  t.deepEqual(ran, ['second']);
});

test('a delay longer than 2^31 ms does not fire at once', async t => {
  const clock = new SystemClock();
  const timer = clock.timer('months', 2 ** 31 + 1000, () => t.fail());
  await clock.sleep(15);
  timer.cancel();
  t.pass();
});

test('sleep ends with the reason of its signal, before or during the sleep', async t => {
  const clock = new SystemClock();
  await t.throwsAsync(clock.sleep(1000, AbortSignal.abort(new RangeError('stop'))), {
    instanceOf: RangeError,
  });
  const control = new AbortController();
  const sleep = clock.sleep(60_000, control.signal);
  control.abort(new RangeError('stop'));
  await t.throwsAsync(sleep, {instanceOf: RangeError});
});

test('waitUntil is never early, on short and on long stretches', async t => {
  const clock = new SystemClock();
  for (const afterMs of [0.3, 1.75, 2.4, 3.65, 8]) {
    const atMs = clock.nowMs() + afterMs;
    await new Promise<void>(resolve => clock.waitUntil(atMs, resolve));
    const lateMs = clock.nowMs() - atMs;
    t.true(lateMs >= 0, `${afterMs} ms ended ${-lateMs} ms early`);
  }
});

test('waitUntil of a past instant runs before it returns, a cancelled one never', async t => {
  const clock = new SystemClock();
  let ran = false;
  clock.waitUntil(clock.nowMs() - 1, () => {
    ran = true;
  });
  t.true(ran);
  for (const afterMs of [1, 5]) clock.waitUntil(clock.nowMs() + afterMs, () => t.fail()).cancel();
  await clock.sleep(12);
});

test('the wall clock is the machine date', t => {
  t.true(Math.abs(new SystemClock().wallMs() - Date.now()) < 1000);
});
