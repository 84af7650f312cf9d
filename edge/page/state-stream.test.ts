import test from 'ava';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {FixtureLot} from './fixture-lot.js';
import {StateStream} from './state-stream.js';

function setUp() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const lot = new FixtureLot();
  const stream = new StateStream(clock, lot);
  const open = () => {
    const watcher = stream.watch();
    if (!watcher) throw new TypeError('no watcher');
    return watcher;
  };
  return {clock, lot, stream, open};
}

/** Has `promise` settled by now? */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  await new Promise(resolve => setImmediate(resolve));
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
}

test('a watcher begins with the present picture and its time', async t => {
  const {clock, open} = setUp();
  await clock.advance(1234);
  const picture = JSON.parse((await open().next())?.full ?? '');
  t.is(picture.nowMs, 1234);
  t.is(picture.wallMs, clock.wallMs());
  t.is(picture.alarms[0].id, 'ALARM-1');
});

test('a change goes out at once, and what follows within 100 ms as one picture', async t => {
  const {clock, lot, open} = setUp();
  const watcher = open();
  await watcher.next();
  const before = lot.picturesTaken;
  lot.change({warnings: []});
  await clock.advance(0);
  t.deepEqual(JSON.parse((await watcher.next())?.full ?? '').warnings, []);
  const next = watcher.next();
  lot.change({alarms: []});
  await clock.advance(60);
  lot.change({cloud: {link: 'offline', unsent: 7, oldestUnsentMs: null}});
  await clock.advance(39);
  t.false(await isSettled(next));
  await clock.advance(1);
  const picture = JSON.parse((await next)?.full ?? '');
  t.deepEqual([picture.alarms, picture.cloud.unsent], [[], 7]);
  t.is(lot.picturesTaken - before, 2);
});

test('one picture is made for all watchers', async t => {
  const {clock, lot, open} = setUp();
  const watchers = [open(), open(), open()];
  await Promise.all(watchers.map(watcher => watcher.next()));
  const before = lot.picturesTaken;
  lot.change({alarms: []});
  await clock.advance(100);
  const pictures = await Promise.all(watchers.map(watcher => watcher.next()));
  t.is(new Set(pictures).size, 1);
  t.is(lot.picturesTaken - before, 1);
});

test('a slow browser gets the newest picture and none between', async t => {
  const {clock, lot, open} = setUp();
  const watcher = open();
  await watcher.next();
  for (const unsent of [1, 2, 3]) {
    lot.change({cloud: {link: 'offline', unsent, oldestUnsentMs: null}});
    await clock.advance(100);
  }
  t.is(JSON.parse((await watcher.next())?.full ?? '').cloud.unsent, 3);
  t.false(await isSettled(watcher.next()));
});

test('a quiet lot still sends a picture every 5 s', async t => {
  const {clock, open} = setUp();
  const watcher = open();
  await watcher.next();
  for (const atMs of [5000, 10_000]) {
    await clock.advance(5000);
    t.is(JSON.parse((await watcher.next())?.full ?? '').nowMs, atMs);
  }
});

test('nobody watching costs nothing', async t => {
  const {clock, lot, open} = setUp();
  lot.change({alarms: []});
  t.deepEqual(clock.pending, []);
  const watcher = open();
  lot.change({alarms: []});
  watcher.close();
  const before = lot.picturesTaken;
  lot.change({alarms: []});
  await clock.advance(20_000);
  t.is(lot.picturesTaken, before);
  clock.assertIdle();
});

test('closing ends every watcher and forgets the lot', async t => {
  const {clock, lot, stream, open} = setUp();
  const watcher = open();
  await watcher.next();
  const next = watcher.next();
  stream.close();
  t.is(await next, undefined);
  t.is(await watcher.next(), undefined);
  t.is(lot.listenerCount, 0);
  t.is(stream.watch(), undefined);
  clock.assertIdle();
});

test('the 33rd page is turned away until one closes', t => {
  const {open, stream} = setUp();
  const first = open();
  for (let count = 1; count < 32; count += 1) open();
  t.is(stream.watch(), undefined);
  first.close();
  t.not(stream.watch(), undefined);
});
