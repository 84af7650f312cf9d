import test from 'ava';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {createMemoryPair} from './memory-link.js';

const makeClock = () => new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});

function listen() {
  const heard: string[] = [];
  return {
    heard,
    listener: {
      onBytes: (bytes: Uint8Array) => heard.push(`bytes ${[...bytes]}`),
      onUp: () => heard.push('up'),
      onDown: (reason: {readonly code: string}) => heard.push(`down ${reason.code}`),
    },
  };
}

test('bytes arrive at their own instant and never inside the call that sent them', async t => {
  const clock = makeClock();
  const {link, far} = createMemoryPair({clock, name: 'a'});
  const {heard, listener} = listen();
  const written: number[] = [];
  far.onBytes(bytes => written.push(...bytes));
  link.open(listener);
  t.false(link.isUp);
  await clock.advance(0);
  t.true(link.write(Uint8Array.of(1, 2)));
  far.send(Uint8Array.of(9));
  t.deepEqual(written, []);
  await clock.advance(0);
  t.deepEqual(written, [1, 2]);
  t.deepEqual(heard, ['up', 'bytes 9']);
  await link.close();
  clock.assertIdle();
});

test('what was on the way when the plug was pulled arrives nowhere, also after the replug', async t => {
  const clock = makeClock();
  const {link, far} = createMemoryPair({clock, name: 'a'});
  const {heard, listener} = listen();
  const written: number[] = [];
  far.onBytes(bytes => written.push(...bytes));
  link.open(listener);
  await clock.advance(0);
  link.write(Uint8Array.of(1));
  far.send(Uint8Array.of(9));
  far.unplug();
  await clock.advance(0);
  t.false(link.write(Uint8Array.of(2)));
  far.replug();
  await clock.advance(1000);
  t.true(link.write(Uint8Array.of(3)));
  await clock.advance(0);
  t.deepEqual(heard, ['up', 'down port/lost', 'up']);
  t.deepEqual(written, [3]);
  await link.close();
  clock.assertIdle();
});

test('an absent far side is told once and tried again after 1, 2, 4, ... 30 s', async t => {
  const clock = makeClock();
  const {link, far} = createMemoryPair({clock, name: 'a'});
  const {heard, listener} = listen();
  far.unplug();
  link.open(listener);
  await clock.advance(1000 + 2000 + 4000 + 8000 + 16_000 + 30_000);
  t.deepEqual(heard, ['down port/missing']);
  far.replug();
  await clock.advance(29_999);
  t.false(link.isUp);
  await clock.advance(1);
  t.deepEqual(heard, ['down port/missing', 'up']);
  await link.close();
});

test('a link that opens and dies without a byte keeps its growing delay; a byte resets it', async t => {
  const clock = makeClock();
  const {link, far} = createMemoryPair({clock, name: 'a'});
  const {heard, listener} = listen();
  link.open(listener);
  await clock.advance(0);
  for (const delayMs of [1000, 2000, 4000]) {
    far.unplug();
    await clock.advance(0);
    far.replug();
    await clock.advance(delayMs - 1);
    t.false(link.isUp);
    await clock.advance(1);
    t.true(link.isUp);
  }
  far.send(Uint8Array.of(1));
  await clock.advance(0);
  far.unplug();
  await clock.advance(0);
  far.replug();
  await clock.advance(1000);
  t.true(link.isUp);
  t.is(heard.filter(line => line === 'up').length, 5);
  await link.close();
});

test('reopen gives the carrier up and is up again at once', async t => {
  const clock = makeClock();
  const {link, far} = createMemoryPair({clock, name: 'a'});
  const {heard, listener} = listen();
  link.open(listener);
  await clock.advance(0);
  far.send(Uint8Array.of(9));
  link.reopen('silence');
  t.false(link.isUp);
  await clock.advance(0);
  await clock.advance(0);
  t.deepEqual(heard, ['up', 'down port/lost', 'up']);
  await link.close();
});

test('nothing is heard after close, and a closed link never opens', async t => {
  const clock = makeClock();
  const {link, far} = createMemoryPair({clock, name: 'a'});
  const {heard, listener} = listen();
  link.open(listener);
  await clock.advance(0);
  far.send(Uint8Array.of(1));
  await link.close();
  await far.close();
  link.reopen('too late');
  link.open(listener);
  await clock.advance(60_000);
  t.deepEqual(heard, ['up']);
  t.false(link.write(Uint8Array.of(1)));
  clock.assertIdle();
});
