import test from 'ava';
import {fromHex, toHex} from '../../protocols/base/bytes.js';
import {encodeHidPos} from '../../protocols/hid/hid-pos.js';
import {asId, type CardUid} from '../../protocols/site/ids.js';
import {CodeReader} from '../devices/code-reader.js';
import {Keypad} from '../devices/keypad.js';
import {OsdpReader} from '../devices/osdp-reader.js';
import {ParkingLock} from '../devices/parking-lock.js';
import {DeviceRig} from './device-rig.js';

const READER_KEY = '000102030405060708090a0b0c0d0e0f';
const CARD = '4D00A1B2';

const POST = `
buses:
  - id: line-1
    link: {kind: serial, path: line}
    devices:
      - {id: L-1, kind: parking-lock, address: 5}
      - {id: R-1, kind: osdp-reader, address: 5, key: {file: r1.key}}
collectors:
  - id: C1
    zone: A
    kind: plain
    reader: {device: R-1}
    display: R-1
    button: {device: R-1, input: 2}
    minCardSecurity: uid
    bays: [{id: A-001, lock: L-1}]
`;

async function post(t: Parameters<typeof rigOf>[0], key: Uint8Array | undefined) {
  const rig = rigOf(t, POST, {'r1.key': READER_KEY});
  const {clock, entropy} = rig;
  const lock = new ParkingLock({clock, unit: 5});
  const reader = new OsdpReader({clock, entropy, address: 5, key});
  rig.line('line').attach(lock, reader);
  rig.start();
  await clock.until(() => rig.edge.site.state().bays[0]?.health === 'ok', 30_000);
  await clock.advance(3000);
  return {rig, clock, lock, reader};
}

function rigOf(
  t: {teardown(end: () => Promise<void>): void},
  site: string,
  secrets: Readonly<Record<string, string>> = {},
) {
  return new DeviceRig(t, {site, secrets});
}

test('~X4 an OSDP reader beside a Modbus lock of the same address: a tap opens, its text greets, its button calls', async t => {
  const {rig, clock, lock, reader} = await post(t, fromHex(READER_KEY));
  t.is(rig.health('R-1'), 'ok');
  const card = await rig.office.card({uid: asId<CardUid>(CARD)});
  await rig.office.give(card, ['A-001']);
  t.regex(reader.body.row(1) ?? '', /\S/);
  const idle = reader.body.row(1);
  reader.presentCard(32, fromHex(CARD));
  await clock.until(() => lock.position === 0, 10_000);
  t.not(reader.body.row(1), idle);
  t.deepEqual(rig.told('R-1', 'card'), [], 'the card is the collector’s, and not told twice');
  reader.setInput(2, true);
  await clock.until(() => rig.edge.site.state().alarms.length > 0, 5000);
  t.deepEqual(
    rig.edge.site.state().alarms.map(alarm => alarm.kind),
    ['EMERGENCY_BUTTON'],
  );
  await clock.until(() => reader.body.buzzes.some(buzz => buzz.tone === 2), 5000);
  t.false(rig.isWritten(READER_KEY));
});

test('a reader with another key is UNCOMMISSIONED, and its cards count for nothing', async t => {
  const {rig, clock, reader} = await post(t, fromHex('ff'.repeat(16)));
  await clock.advance(10_000);
  t.true(rig.alarmsOf('R-1').includes('UNCOMMISSIONED'));
  reader.presentCard(32, fromHex(CARD));
  await clock.advance(2000);
  t.false(rig.isWritten(CARD));
});

const INSTALL = `
buses:
  - id: line-1
    link: {kind: serial, path: line}
    devices: [{id: R-2, kind: osdp-reader, address: 1, install: true}]
`;

test('a reader from the factory gets a key of its own, kept beside the database over a restart', async t => {
  const rig = rigOf(t, INSTALL);
  const {clock, entropy} = rig;
  const reader = new OsdpReader({clock, entropy, address: 1});
  rig.line('line').attach(reader);
  rig.start();
  await clock.until(() => rig.health('R-2') === 'ok', 30_000);
  const [offered, proven] = rig.told('R-2', 'keySet');
  t.false(offered?.isProven);
  t.true(proven?.isProven);
  const kept = rig.file('lot.db.osdp-R-2').trim();
  t.regex(kept, /^[0-9a-f]{32}$/);
  t.false(rig.logged.some(line => line.includes(kept)));
  // What a reader tells at once after it was found may be from before: that is dropped.
  await clock.advance(2000);
  reader.presentCard(26, fromHex('A1B2C3C0'));
  await clock.advance(1000);
  t.deepEqual(rig.told('R-2', 'card'), [{uid: 'A1B2C3C0', bits: 26, reader: 0}]);
  await rig.stop();
  await clock.advance(10_000);
  rig.start();
  await clock.until(() => rig.health('R-2') === 'ok', 60_000);
  t.is(rig.told('R-2', 'keySet').length, 2, 'no further key is needed');
});

const SCANNER = `
devices: [{id: S-1, kind: code-scanner, family: gm65, link: {kind: serial, path: scanner}}]
`;

test('a scanner alone: a code is journalled by its digest and stands nowhere in clear', async t => {
  const rig = rigOf(t, SCANNER);
  const {clock} = rig;
  const scanner = new CodeReader({clock, farEnd: rig.end('scanner')});
  rig.start();
  await clock.until(() => rig.health('S-1') === 'ok', 30_000);
  const code = 'LK1.one-time-right.7f3a';
  scanner.show(code);
  await clock.advance(3000);
  scanner.show('LK1.another');
  await clock.advance(3000);
  scanner.show(code);
  await clock.advance(3000);
  const [first, other, again, ...more] = rig.told('S-1', 'code');
  t.deepEqual(more, []);
  t.is(first?.length, code.length);
  t.regex(String(first?.digest), /^[0-9a-f]{16}$/);
  t.deepEqual(again, first);
  t.not(other?.digest, first?.digest);
  t.false(rig.isWritten(code));
  t.false(rig.isWritten(toHex(new TextEncoder().encode(code))));
  t.true(rig.isWritten(String(first?.digest)));
  t.false(JSON.stringify(rig.edge.site.state()).includes(code));
  scanner.close();
});

const KEYPAD = `
buses:
  - id: line-1
    link: {kind: serial, path: line}
    devices: [{id: K-1, kind: keypad, address: 7}]
`;

test('~B6 a typed code is journalled by its digest; a stuck key raises KEYPAD_FAULT, and coming free clears it', async t => {
  const rig = rigOf(t, KEYPAD);
  const {clock} = rig;
  const keypad = new Keypad({clock, unit: 7});
  rig.line('line').attach(keypad);
  rig.start();
  await clock.until(() => rig.health('K-1') === 'ok', 30_000);
  keypad.type('190573#');
  await clock.advance(5000);
  const [entry, ...more] = rig.told('K-1', 'entry');
  t.is(entry?.length, 6);
  t.deepEqual(more, []);
  t.false(rig.isWritten('190573'));
  keypad.stick('5');
  await clock.until(() => rig.alarmsOf('K-1').includes('KEYPAD_FAULT'), 60_000);
  keypad.release();
  await clock.until(() => rig.alarmsOf('K-1').length === 0, 60_000);
  keypad.close();
});

const HID = `
devices: [{id: H-1, kind: hid-scanner, hid: {vendorId: 0x0c2e, productId: 0x0b61}}]
`;

test('a USB scanner that is pulled out is DEVICE_OFFLINE, and reads again when it is back', async t => {
  const rig = rigOf(t, HID);
  const {clock} = rig;
  const show = async (code: string) => {
    const data = new TextEncoder().encode(code);
    rig.hid('H-1').send(encodeHidPos({aim: ']Q1', data, more: false}));
    await clock.advance(1500);
  };
  rig.start();
  await clock.until(() => rig.health('H-1') === 'ok', 30_000);
  await show('before');
  rig.hid('H-1').unplug();
  await clock.until(() => rig.alarmsOf('H-1').includes('DEVICE_OFFLINE'), 30_000);
  await show('lost');
  rig.hid('H-1').replug();
  await clock.until(() => rig.alarmsOf('H-1').length === 0, 60_000);
  await show('after');
  t.deepEqual(
    rig.told('H-1', 'code').map(({length}) => length),
    [6, 5],
  );
});
