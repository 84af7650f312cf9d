import test from 'ava';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {CodeEntry} from './code-entry.js';
import type {KeypadKey} from './contract.js';

function setup() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const heard: string[] = [];
  const entry = new CodeEntry({
    name: 'stall 1',
    clock,
    maxDigits: 8,
    listener: {
      onEntry: digits => heard.push(`entry ${digits}`),
      onProgress: count => heard.push(`${count}`),
      onCleared: why => heard.push(`cleared ${why}`),
      onCommand: () => {},
      onFault: (isStanding, detail) => heard.push(`KEYPAD_FAULT ${isStanding} ${detail}`),
    },
  });
  /** Press keys `gapMs` apart, each with bounce copies that follow it by these times. */
  const type = async (keys: string, gapMs: number, copiesMs: readonly number[] = []) => {
    for (const key of keys) {
      const downMs = clock.nowMs();
      for (const afterMs of [0, ...copiesMs]) {
        await clock.advance(downMs + afterMs - clock.nowMs());
        entry.press(key as KeypadKey, clock.nowMs());
      }
      await clock.advance(downMs + gapMs - clock.nowMs());
    }
  };
  return {clock, entry, heard, type};
}

test('B6 digits with bounce copies within 40 ms give exactly those keyed, equal digits 300 ms apart both count; * clears, so do 20 s of rest; a stuck key is KEYPAD_FAULT', async t => {
  const {clock, entry, heard, type} = setup();
  await type('12345678', 300, [8, 20, 40]);
  await type('#', 300, [15]);
  t.deepEqual(heard.splice(0), ['1', '2', '3', '4', '5', '6', '7', '8', 'entry 12345678']);

  await type('1122', 300, [5, 38]);
  await type('#', 300);
  t.deepEqual(heard.splice(0), ['1', '2', '3', '4', 'entry 1122']);

  await type('98', 300);
  await type('*', 300);
  await type('76#', 300);
  t.deepEqual(heard.splice(0), ['1', '2', 'cleared key', '1', '2', 'entry 76']);

  await type('4', 19_999);
  await type('5', 19_999);
  t.deepEqual(heard.splice(0), ['1', '2']);
  await clock.advance(1);
  t.deepEqual(heard.splice(0), ['cleared idle']);
  t.is(entry.count, 0);

  await type('3'.repeat(11), 1000);
  t.deepEqual(heard.slice(-2), ['1', '2']);
  await type('3', 1000);
  t.deepEqual(heard.splice(0).slice(-2), [
    'cleared stuck',
    'KEYPAD_FAULT true stall 1: a key is stuck',
  ]);
  await type('12#', 200);
  t.true(entry.isFaulty);
  t.deepEqual(heard, []);
  await clock.advance(2000);
  t.deepEqual(heard.splice(0), ['KEYPAD_FAULT false stall 1: no key is stuck any more']);
  await type('12#', 300);
  t.deepEqual(heard, ['1', '2', 'entry 12']);
  entry.close();
  clock.assertIdle();
});

test('a key that stays down for 10 s is stuck until it has been up for 2 s', async t => {
  const {clock, entry, heard} = setup();
  entry.press('7', clock.nowMs());
  entry.hold('7', clock.nowMs());
  await clock.advance(9999);
  t.false(entry.isFaulty);
  await clock.advance(60_000);
  t.deepEqual(heard.splice(0), ['1', 'cleared stuck', 'KEYPAD_FAULT true stall 1: a key is stuck']);
  entry.hold(undefined, clock.nowMs());
  await clock.advance(1999);
  t.true(entry.isFaulty);
  await clock.advance(1);
  t.false(entry.isFaulty);
});

test('a contact that chatters every 30 ms is one press, then a stuck key', async t => {
  const {heard, type} = setup();
  await type('5'.repeat(340), 30);
  t.deepEqual(heard, ['1', 'cleared stuck', 'KEYPAD_FAULT true stall 1: a key is stuck']);
});

test('a keypad that goes takes what was typed with it, and nothing is told after close', async t => {
  const {clock, entry, heard, type} = setup();
  const healths: string[] = [];
  const ear = entry.ear(health => healths.push(health));
  ear.onKey('1', clock.nowMs());
  ear.onHealth('suspect');
  ear.onHealth('offline');
  ear.onKey('2', clock.nowMs());
  ear.onHeld('2', clock.nowMs());
  ear.onKeysLost(clock.nowMs());
  t.deepEqual(heard, ['1', 'cleared lost', '1', 'cleared lost']);
  t.deepEqual(healths, ['suspect', 'offline']);
  await type('12', 300);
  entry.close();
  await type('#', 30_000);
  t.deepEqual(heard.slice(4), ['1', '2']);
  clock.assertIdle();
});
