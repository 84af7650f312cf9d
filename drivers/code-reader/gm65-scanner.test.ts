import test from 'ava';
import {GM65_ZONE_MAPS} from '../../protocols/code-reader/gm65-zones.js';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {CodeReader} from '../../sim/devices/code-reader.js';
import {createMemoryPair} from '../port/memory-link.js';
import {Gm65Scanner} from './gm65-scanner.js';

const CODE = 'LK1.MTIzNDU2Nzg5MA';

function setup(prepare: (twin: CodeReader) => void = () => {}) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const {link, far} = createMemoryPair({clock, name: 'scanner'});
  const twin = new CodeReader({clock, farEnd: far});
  prepare(twin);
  const heard: string[] = [];
  const troubles: string[] = [];
  const scanner = new Gm65Scanner({
    id: asId<DeviceId>('S-1'),
    link,
    clock,
    zones: GM65_ZONE_MAPS.gm65,
    mode: 'continuous',
    listener: {
      onCode: ({text}) => heard.push(text),
      onReadError: error => heard.push(error),
      onHealth: health => heard.push(health),
    },
    onTrouble: (code, text) => troubles.push(`${code} ${text}`),
  });
  return {clock, far, twin, scanner, heard, troubles};
}

test('a scanner from the shop is set, read back and saved once; then it reads', async t => {
  const {clock, twin, scanner, heard} = setup();
  twin.show(CODE);
  await clock.advance(1000);
  t.deepEqual([twin.zone(0), twin.zone(0x60), twin.saves], [2, 1, 1]);
  t.deepEqual(heard, ['ok']);
  twin.show(CODE);
  await clock.advance(1000);
  t.deepEqual(heard, ['ok', CODE]);
  await clock.advance(120_000);
  t.is(twin.saves, 1);
  twin.powerCycle();
  t.deepEqual([twin.zone(0), twin.zone(0x60)], [2, 1]);
  t.false(scanner.look());
  await scanner.close();
  twin.close();
  clock.assertIdle();
});

test('a scanner that is right already is not written', async t => {
  const {clock, twin, heard} = setup(scanner => scanner.preset());
  await clock.advance(1000);
  t.is(twin.saves, 0);
  t.deepEqual(heard, ['ok']);
});

test('bits outside the settings stay as they were', async t => {
  // Light and sound live in the upper bits of zone 0.
  const {clock, twin} = setup(scanner => {
    scanner.setZone(0, 0xd5);
    scanner.setZone(0x60, 0x1e);
  });
  await clock.advance(1000);
  t.deepEqual([twin.zone(0), twin.zone(0x60)], [0xd6, 0x1f]);
});

test('what a printed setup code did is mended within 30 s', async t => {
  const {clock, twin, heard} = setup();
  await clock.advance(1000);
  twin.resetByPrintedCode();
  twin.show(CODE);
  await clock.advance(30_500);
  t.deepEqual([twin.zone(0), twin.zone(0x60), twin.saves], [2, 1, 2]);
  twin.show(CODE);
  await clock.advance(100);
  t.deepEqual(heard, ['ok', CODE]);
});

test('codes and answers in one stream do not disturb each other', async t => {
  const {clock, twin, heard} = setup(scanner => scanner.preset());
  await clock.advance(1000);
  for (let no = 0; no < 40; no += 1) {
    twin.show(`CODE-${no}`, 1);
    await clock.advance(1517);
  }
  t.deepEqual(heard, ['ok', ...Array.from({length: 40}, (_, no) => `CODE-${no}`)]);
});

test('an answer that comes too late is no code', async t => {
  const {clock, twin, far, heard} = setup(scanner => {
    scanner.preset();
    scanner.isDeaf = true;
  });
  await clock.advance(4000);
  t.deepEqual(heard, ['suspect']);
  far.send(Uint8Array.of(0x02, 0, 0, 1, 0, 0x33, 0x31));
  twin.show(CODE);
  await clock.advance(1000);
  t.deepEqual(heard, ['suspect', CODE]);
});

test('bytes that begin like an answer and are none reach the codes after all', async t => {
  const {clock, far, heard} = setup(scanner => scanner.preset());
  await clock.advance(1000);
  far.send(Uint8Array.of(0x41, 0x02));
  await clock.advance(150);
  far.send(Uint8Array.of(0x42, 0x0d));
  await clock.advance(10);
  t.deepEqual(heard, ['ok', 'AB']);
});

test('a scanner that answers nothing is suspect, then offline, and ok again when it answers', async t => {
  const {clock, twin, scanner, heard} = setup();
  await clock.advance(1000);
  twin.isDeaf = true;
  await clock.advance(95_000);
  t.deepEqual(heard, ['ok', 'suspect', 'offline']);
  t.is(scanner.health, 'offline');
  twin.isDeaf = false;
  await clock.advance(35_000);
  t.deepEqual(heard.slice(3), ['ok']);
});

test('settings that do not read back are told once, and the scanner stays suspect', async t => {
  const {clock, heard, twin, troubles} = setup(scanner => {
    scanner.isStubborn = true;
  });
  await clock.advance(100_000);
  t.deepEqual(heard, ['suspect']);
  t.deepEqual(troubles, ['device/profile-misfit S-1 does not keep its mode (gm65)']);
  t.is(twin.saves, 0);
});

test('a port that goes ends the check, and the next opening checks anew', async t => {
  const {clock, twin, heard, troubles, scanner} = setup();
  await clock.advance(4);
  twin.unplug();
  await clock.advance(1000);
  t.deepEqual(heard, ['offline']);
  t.regex(troubles.at(-1) ?? '', /^port\/lost/);
  twin.replug();
  await clock.until(() => scanner.health === 'ok', 60_000);
  t.is(twin.saves, 1);
  await scanner.close();
  twin.unplug();
  await clock.advance(100_000);
  t.deepEqual(heard, ['offline', 'ok']);
  twin.close();
  clock.assertIdle();
});
