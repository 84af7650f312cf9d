import test from 'ava';
import {fromHex} from '../../protocols/base/bytes.js';
import type {Clock} from '../../protocols/base/clock.js';
import {encodeHidPos} from '../../protocols/hid/hid-pos.js';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {createMemoryHid} from '../port/memory-hid.js';
import {type HidCodeFormat, HidCodeReader} from './hid-code-reader.js';

const ascii = (text: string) => new TextEncoder().encode(text);

async function setup(format: HidCodeFormat) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const {source, end} = createMemoryHid(clock);
  const heard: string[] = [];
  const troubles: string[] = [];
  const reader = new HidCodeReader({
    id: asId<DeviceId>('S-1'),
    source,
    clock,
    format,
    listener: {
      onCode: ({text, atMs}) => heard.push(`${text} @${atMs}`),
      onReadError: (error, atMs) => heard.push(`${error} @${atMs}`),
      onHealth: health => heard.push(health),
    },
    onTrouble: code => troubles.push(code),
  });
  await clock.advance(100);
  /** Key by key with the report between that says "up"; usages from the tables, not from our encoder. */
  const type = async (usages: string, modifiers = '00', gapMs = 4) => {
    for (const usage of usages.split(' ')) {
      end.send(fromHex(`${modifiers}00${usage}0000000000`));
      await clock.advance(gapMs);
      end.send(fromHex('0000000000000000'));
      await clock.advance(gapMs);
    }
  };
  return {clock, end, reader, heard, troubles, type};
}

test('a wedge types L K 1 . a a and Enter: one code, once', async t => {
  const {clock, heard, reader, type} = await setup('keyboard');
  await type('0f 0e', '02');
  await type('1e 37 04 04 28');
  t.deepEqual(heard, ['ok', 'LK1.aa @148']);
  await type('0f 0e', '20');
  await type('1e 37 04 04 58');
  await clock.advance(1000);
  t.is(heard.length, 2);
  t.is(reader.health, 'ok');
  t.false(reader.look());
  await reader.close();
  clock.assertIdle();
});

test('50 ms without a key end a code that has no Enter', async t => {
  const {clock, heard, type} = await setup('keyboard');
  await type('1e 1f');
  await clock.advance(45);
  t.deepEqual(heard, ['ok']);
  await clock.advance(5);
  t.deepEqual(heard, ['ok', '12 @162']);
  await type('28');
  await clock.advance(1000);
  t.is(heard.length, 2);
});

test('a wedge that types more than 512 characters is told, and what follows is read', async t => {
  const {clock, heard, type} = await setup('keyboard');
  await type(Array.from({length: 600}, () => '04').join(' '), '00', 1);
  await type('28');
  await clock.advance(2000);
  await type('05 28');
  t.regex(heard[1] ?? '', /^overlong/);
  t.regex(heard[2] ?? '', /^b @/);
});

test('a code in two HID-POS reports is one; a piece that never comes is a code that broke off', async t => {
  const {clock, end, heard} = await setup('pos');
  const first = ascii('LK1.'.padEnd(56, 'x'));
  end.send(encodeHidPos({aim: ']Q1', data: first, more: true}));
  await clock.advance(10);
  end.send(encodeHidPos({aim: ']Q1', data: ascii('end\r'), more: false}));
  t.deepEqual(heard, ['ok', `${'LK1.'.padEnd(56, 'x')}end @110`]);
  await clock.advance(5000);
  end.send(encodeHidPos({aim: ']Q1', data: first, more: true}));
  await clock.advance(2000);
  t.deepEqual(heard.slice(2), ['partial @5310']);
  end.send(Uint8Array.of(1, 2, 3));
  end.send(encodeHidPos({aim: '', data: Uint8Array.of(0x41, 0xff), more: false}));
  t.deepEqual(heard.slice(3), ['dirty @7110']);
});

test('an unplug makes half a code void; after the replug a key that was down counts anew', async t => {
  const {clock, end, heard, reader, troubles} = await setup('keyboard');
  end.send(fromHex('0000040000000000'));
  end.unplug();
  await clock.advance(4000);
  t.deepEqual(heard, ['ok', 'offline']);
  t.deepEqual(troubles, ['port/lost']);
  end.replug();
  await clock.until(() => reader.health === 'ok', 10_000);
  end.send(fromHex('0000040000000000'));
  await clock.advance(100);
  t.deepEqual(heard.slice(2, 3), ['ok']);
  t.regex(heard[3] ?? '', /^a @/);
  end.send(fromHex('0000050000000000'));
  await reader.close();
  end.send(fromHex('0000280000000000'));
  end.unplug();
  await clock.advance(10_000);
  t.is(heard.length, 4);
  clock.assertIdle();
});

test('a host that stood still while a wedge typed cuts no code', async t => {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  let stallMs = 0;
  const stalled: Clock = {
    nowMs: () => clock.nowMs(),
    wallMs: () => clock.wallMs(),
    timer: (name, afterMs, run) => clock.timer(name, afterMs + stallMs, run),
    sleep: afterMs => clock.sleep(afterMs),
    waitUntil: (atMs, run) => clock.waitUntil(atMs, run),
  };
  const {source, end} = createMemoryHid(clock);
  const codes: string[] = [];
  const reader = new HidCodeReader({
    id: asId<DeviceId>('S-1'),
    source,
    clock: stalled,
    format: 'keyboard',
    listener: {
      onCode: ({text}) => codes.push(text),
      onReadError: error => codes.push(error),
      onHealth: () => {},
    },
  });
  await clock.advance(100);
  stallMs = 60;
  end.send(fromHex('00001e0000000000'));
  await clock.advance(1);
  stallMs = 0;
  // The timer of 50 ms rings after 110; the reports of the stall come right behind it.
  await clock.advance(109);
  for (const report of ['00001f0000000000', '0000000000000000', '0000280000000000']) {
    end.send(fromHex(report));
  }
  await clock.advance(500);
  t.deepEqual(codes, ['12']);
  await reader.close();
  clock.assertIdle();
});
