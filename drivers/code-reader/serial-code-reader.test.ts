import test from 'ava';
import fc from 'fast-check';
import {concatBytes} from '../../protocols/base/bytes.js';
import {SCANNER_FAMILIES, type ScannerFamily} from '../../protocols/code-reader/scanner-family.js';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {CodeReader} from '../../sim/devices/code-reader.js';
import {createMemoryPair} from '../port/memory-link.js';
import {SerialCodeReader} from './serial-code-reader.js';

const CODE = 'LK1.MTIzNDU2Nzg5MA';
const ascii = (text: string) => new TextEncoder().encode(text);

async function setup(family: ScannerFamily = SCANNER_FAMILIES.generic) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const {link, far} = createMemoryPair({clock, name: 'scanner'});
  const heard: string[] = [];
  const troubles: string[] = [];
  const written: number[][] = [];
  const twin = new CodeReader({clock, farEnd: far}).preset();
  if (family.trigger) far.onBytes(bytes => written.push([...bytes]));
  const reader = new SerialCodeReader({
    id: asId<DeviceId>('S-1'),
    link,
    clock,
    family,
    listener: {
      onCode: ({text, atMs}) => heard.push(`${text} @${Math.round(atMs)}`),
      onReadError: (error, atMs) => heard.push(`${error} @${Math.round(atMs)}`),
      onHealth: health => heard.push(health),
    },
    onTrouble: (code, text) => troubles.push(`${code} ${text}`),
  });
  await clock.advance(100);
  return {clock, far, twin, reader, heard, troubles, written};
}

test('Q5 a scanner that emits one QR twice in 1 s makes one attempt within 1 s, also when it is shown again within 3 s; what is partial or dirty is told as "again"', async t => {
  const {clock, twin, reader, heard} = await setup();
  twin.show(CODE, 2, 900);
  await clock.advance(1000);
  // 19 bytes at 9600 baud: known 20 ms after the last bit, far within 1 s.
  t.deepEqual(heard, ['ok', `${CODE} @120`]);
  await clock.advance(1900);
  twin.show(CODE);
  await clock.advance(100);
  t.is(heard.length, 2);
  await clock.advance(2900);
  twin.show(CODE);
  await clock.advance(100);
  t.deepEqual(heard.slice(2), [`${CODE} @6020`]);

  twin.showCut(CODE, 7);
  await clock.advance(1000);
  t.deepEqual(heard.slice(3), ['partial @6307']);
  await clock.advance(3000);
  twin.showDirty(CODE);
  await clock.advance(1000);
  t.deepEqual(heard.slice(4), ['dirty @10120']);
  await clock.advance(3000);
  twin.show(CODE);
  await clock.advance(1000);
  t.deepEqual(heard.slice(5), [`${CODE} @14120`]);
  twin.close();
  await reader.close();
  clock.assertIdle();
});

test('a code left before the glass for 30 s is one attempt', async t => {
  const {clock, twin, heard} = await setup();
  twin.hold(CODE);
  await clock.advance(30_000);
  twin.takeAway();
  await clock.advance(2000);
  t.deepEqual(heard, ['ok', `${CODE} @120`]);
  twin.show(CODE);
  await clock.advance(100);
  t.is(heard.length, 3);
});

test('the rest of a code that broke off is never taken for a code', async t => {
  const {clock, twin, heard} = await setup();
  twin.showCut(CODE, 7, 600);
  await clock.advance(2000);
  t.deepEqual(heard, ['ok', 'partial @307']);
  twin.show('NEXT');
  await clock.advance(100);
  t.deepEqual(heard.slice(2), ['NEXT @2105']);
});

test('LF behind CR is no code that broke off', async t => {
  const {clock, far, heard} = await setup();
  far.send(ascii(`${CODE}\r\n`));
  await clock.advance(1000);
  far.send(ascii('second\r\n'));
  await clock.advance(1000);
  t.deepEqual(heard, ['ok', `${CODE} @100`, 'second @1100']);
});

test('codes are read however the wire cuts them', async t => {
  const {clock, far, heard} = await setup();
  for (const byte of ascii(`${CODE}\r`)) {
    far.send(Uint8Array.of(byte));
    await clock.advance(100);
  }
  far.send(ascii('one\rtwo\rthr'));
  await clock.advance(50);
  far.send(ascii('ee\r'));
  await clock.advance(50);
  t.deepEqual(heard, ['ok', `${CODE} @1900`, 'one @2000', 'two @2000', 'three @2050']);
});

test('1 MB without an end is told once a second as overlong, costs no memory, and the next code is read', async t => {
  const {clock, far, heard, troubles} = await setup();
  const garbage = new Uint8Array(1_048_576).fill(0x41);
  for (let at = 0; at < garbage.length; at += 4096) far.send(garbage.subarray(at, at + 4096));
  await clock.advance(10);
  far.send(Uint8Array.of(0x0d));
  far.send(ascii(`${CODE}\r`));
  await clock.advance(3000);
  t.deepEqual(heard, ['ok', 'overlong @100', `${CODE} @110`]);
  t.is(troubles.length, 1);
  t.regex(troubles[0] ?? '', /^reader\/noise S-1: \d+ bytes dropped since start$/);
});

test('no trouble that is told holds a code or a piece of one', async t => {
  const {clock, far, twin, troubles} = await setup();
  twin.showCut(CODE, 7, 500);
  await clock.advance(2000);
  twin.showDirty(CODE);
  await clock.advance(2000);
  far.send(ascii(`${CODE.repeat(40)}\r`));
  await clock.advance(2000);
  far.send(ascii(CODE));
  await clock.advance(10);
  far.unplug();
  await clock.advance(10);
  t.true(troubles.length >= 2);
  t.false(troubles.some(text => text.includes('MTI') || text.includes('LK1')));
});

test('half a code is void when the port goes, and nobody is asked for it again', async t => {
  const {clock, far, twin, reader, heard} = await setup();
  twin.showCut(CODE, 9);
  await clock.advance(50);
  far.unplug();
  await clock.advance(10);
  t.is(reader.health, 'offline');
  far.replug();
  await clock.until(() => reader.health === 'ok');
  far.send(ascii('whole\r'));
  await clock.advance(1000);
  t.deepEqual(heard.slice(0, 3), ['ok', 'offline', 'ok']);
  t.regex(heard[3] ?? '', /^whole @/);
  t.is(heard.length, 4);
});

test('a scanner with a trigger is told when to look, any other looks all the time', async t => {
  const {clock, reader, written, far} = await setup(SCANNER_FAMILIES.honeywell);
  t.true(reader.look(true));
  t.true(reader.look(false));
  await clock.advance(10);
  t.deepEqual(written, [
    [0x16, 0x54, 0x0d],
    [0x16, 0x55, 0x0d],
  ]);
  far.unplug();
  await clock.advance(10);
  t.false(reader.look(true));
  const generic = await setup();
  t.false(generic.reader.look(true));
});

test('whatever noise comes, a code behind it is read in the end', async t => {
  const property = fc.asyncProperty(fc.uint8Array({maxLength: 700}), async noise => {
    const {clock, far, heard, reader} = await setup();
    far.send(noise);
    await clock.advance(2500);
    far.send(concatBytes(ascii(CODE), Uint8Array.of(0x0d)));
    await clock.advance(10);
    await reader.close();
    clock.assertIdle();
    return heard.at(-1)?.startsWith(CODE) === true;
  });
  await t.notThrowsAsync(() => fc.assert(property, {numRuns: 50}));
});

test('nothing is told after close', async t => {
  const {clock, far, reader, heard} = await setup();
  far.send(ascii('half'));
  await clock.advance(10);
  await reader.close();
  far.send(ascii('rest\r'));
  far.unplug();
  await clock.advance(1000);
  t.deepEqual(heard, ['ok']);
  t.false(reader.look(true));
  clock.assertIdle();
});
