import test from 'ava';
import type {FarEnd} from '../../drivers/port/byte-link.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {UsbAdapter} from './usb-adapter.js';

function makeRig(packetBytes?: () => number) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const heard: string[] = [];
  const farEnd: FarEnd = {
    send: bytes => heard.push(`${clock.nowMs()}: ${bytes.length}`),
    onBytes: () => {},
    unplug: () => heard.push('unplug'),
    replug: () => heard.push('replug'),
    close: () => Promise.resolve(),
  };
  const adapter = new UsbAdapter({clock, farEnd, ...(packetBytes ? {packetBytes} : {})});
  return {clock, heard, adapter};
}

test('bytes wait for a full packet of 62 or for the tick of 16 ms', async t => {
  const {clock, heard, adapter} = makeRig();
  await clock.advance(3);
  adapter.send(new Uint8Array(130));
  await clock.advance(20);
  adapter.send(new Uint8Array(1));
  await clock.advance(20);
  t.deepEqual(heard, ['3: 62', '3: 62', '16: 6', '32: 1']);
  clock.assertIdle();
});

test('packets of any size keep all bytes, and an unplugged adapter forgets what it held', async t => {
  const {clock, heard, adapter} = makeRig(() => 5);
  adapter.onBytes(() => {});
  adapter.send(new Uint8Array(12));
  adapter.unplug();
  adapter.replug();
  await clock.advance(40);
  t.deepEqual(heard, ['0: 5', '0: 5', 'unplug', 'replug']);
  adapter.send(new Uint8Array(1));
  await adapter.close();
  clock.assertIdle();
});
