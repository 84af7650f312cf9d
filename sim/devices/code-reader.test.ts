import test from 'ava';
import {createMemoryPair} from '../../drivers/port/memory-link.js';
import {concatBytes, fromHex, toHex} from '../../protocols/base/bytes.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {CodeReader} from './code-reader.js';

async function setup() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const {link, far} = createMemoryPair({clock, name: 'scanner'});
  const heard: Uint8Array[] = [];
  link.open({onBytes: bytes => heard.push(bytes), onUp: () => {}, onDown: () => {}});
  const scanner = new CodeReader({clock, farEnd: far});
  await clock.advance(1);
  const ask = async (hex: string) => {
    heard.length = 0;
    link.write(fromHex(hex));
    await clock.advance(50);
    return toHex(concatBytes(...heard));
  };
  return {clock, scanner, heard, ask};
}

test('a module answers the frames of its manual', async t => {
  const {scanner, ask} = await setup();
  t.is(await ask('7E 00 08 02 00 2A 39 01 A7 EA'), '02000001003331');
  t.deepEqual([scanner.zone(0x2a), scanner.zone(0x2b)], [0x39, 0x01]);
  // CRC-16/XMODEM of 00 02 39 01, reckoned with Python's binascii.crc_hqx.
  t.is(await ask('7E 00 07 01 00 2A 02 D8 0F'), '020000023901c14c');
  t.is(scanner.saves, 0);
  t.is(await ask('7E 00 09 01 00 00 00 DE C8'), '02000001003331');
  t.is(scanner.saves, 1);
  t.is(await ask('7E 00 09 01 00 00 00 DE C9'), '');
  t.is((await ask('7E 00 07 01 FF 2A 02 AB CD')).slice(0, 6), '020001');
});

test('what was not saved is gone after a power cut', async t => {
  const {scanner, ask} = await setup();
  await ask('7E 00 08 01 00 60 01 AB CD');
  t.is(scanner.zone(0x60), 1);
  scanner.powerCycle();
  t.is(scanner.zone(0x60), 0);
});

test('an unset module reads nothing by itself; a set one ends its codes with CR', async t => {
  const {clock, scanner, heard} = await setup();
  scanner.show('A1');
  await clock.advance(100);
  t.deepEqual(heard, []);
  scanner.preset();
  scanner.show('A1', 2, 50);
  await clock.advance(100);
  t.deepEqual(heard.map(toHex), ['41310d', '41310d']);
  scanner.close();
  clock.assertIdle();
});
