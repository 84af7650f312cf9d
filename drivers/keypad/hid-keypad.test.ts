import test from 'ava';
import {fromHex} from '../../protocols/base/bytes.js';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {createMemoryHid} from '../port/memory-hid.js';
import {HidKeypad} from './hid-keypad.js';

async function setup() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const {source, end} = createMemoryHid(clock);
  const heard: string[] = [];
  const troubles: string[] = [];
  const keypad = new HidKeypad({
    id: asId<DeviceId>('K-1'),
    source,
    clock,
    listener: {
      onKey: (key, atMs) => heard.push(`${key} @${atMs}`),
      onHeld: key => heard.push(key === undefined ? 'up' : `down ${key}`),
      onKeysLost: () => heard.push('lost'),
      onHealth: health => heard.push(health),
    },
    onTrouble: code => troubles.push(code),
  });
  await clock.advance(100);
  const report = (hex: string) => end.send(fromHex(hex));
  return {clock, end, keypad, heard, troubles, report};
}

test("keypad 1, clear and Enter by their usages, with what is down; other keys are nobody's", async t => {
  const {clock, keypad, heard, report} = await setup();
  report('0000590000000000');
  report('0000590000000000');
  report('0000000000000000');
  report('0000550000000000');
  report('0000580000000000');
  report('0000040000000000');
  t.deepEqual(heard, [
    'ok',
    '1 @100',
    'down 1',
    'up',
    '* @100',
    'down *',
    '# @100',
    'down #',
    'up',
  ]);
  await keypad.close();
  clock.assertIdle();
});

test('an unplug takes the keys with it; nothing is told after close', async t => {
  const {clock, end, keypad, heard, troubles, report} = await setup();
  report('00001e0000000000');
  end.unplug();
  await clock.advance(5000);
  t.deepEqual(heard, ['ok', '1 @100', 'down 1', 'up', 'lost', 'offline']);
  t.deepEqual(troubles, ['port/lost']);
  end.replug();
  await clock.until(() => keypad.health === 'ok', 10_000);
  await keypad.close();
  report('00001e0000000000');
  end.unplug();
  await clock.advance(5000);
  t.is(heard.length, 7);
  clock.assertIdle();
});
