import test, {type ExecutionContext} from 'ava';
import {fromHex, toHex} from '../../protocols/base/bytes.js';
import {asId, type CardUid} from '../../protocols/site/ids.js';
import {CodeReader} from '../devices/code-reader.js';
import {Fingerprint, type SimFinger} from '../devices/fingerprint.js';
import {Pn532} from '../devices/pn532.js';
import {DeviceRig} from './device-rig.js';

function rigOf(t: ExecutionContext, device: string, secrets: Record<string, string> = {}) {
  return new DeviceRig(t, {site: `devices: [${device}]`, secrets});
}

const SENSOR =
  '{id: F-1, kind: fingerprint, link: {kind: serial, path: finger}, password: {file: f.pw}, pages: [0, 1, 2]}';
const PASSWORD = '12345678';

/** A sensor with the finger of `owner` on pages 0 to 2, watched by the daemon. */
async function sensorRig(t: ExecutionContext, owner: SimFinger) {
  const rig = rigOf(t, SENSOR, {'f.pw': PASSWORD});
  const {clock} = rig;
  const sensor = new Fingerprint({clock, password: Number(`0x${PASSWORD}`)});
  sensor.learn(owner, [0, 1, 2]);
  rig.line('finger', 57_600).attach(sensor);
  rig.start();
  await clock.until(() => rig.health('F-1') === 'ok', 30_000);
  await clock.advance(2000);
  return {rig, clock, sensor};
}

test('a finger of a page in the site file is told once for as long as it lies, and again when it comes again', async t => {
  const {rig, clock, sensor} = await sensorRig(t, {name: 'wang'});
  sensor.place({name: 'wang'});
  await clock.advance(40_000);
  t.deepEqual(rig.told('F-1', 'finger'), [{result: 'passed', page: 0, score: 120}]);
  sensor.lift();
  await clock.advance(3000);
  sensor.place({name: 'wang'});
  await clock.advance(3000);
  t.is(rig.told('F-1', 'finger').length, 2);
  t.false(rig.isWritten(PASSWORD));
});

test('a stranger’s finger fails after three tries, and a sensor that is gone is DEVICE_OFFLINE', async t => {
  const {rig, clock, sensor} = await sensorRig(t, {name: 'wang'});
  for (let tryNo = 1; tryNo <= 3; tryNo += 1) {
    t.deepEqual(rig.told('F-1', 'finger'), []);
    sensor.place({name: 'stranger'});
    await clock.advance(2000);
    sensor.lift();
    await clock.advance(2000);
  }
  t.deepEqual(rig.told('F-1', 'finger'), [{result: 'failed', why: 'mismatch'}]);
  sensor.isUnplugged = true;
  await clock.until(() => rig.alarmsOf('F-1').includes('DEVICE_OFFLINE'), 60_000);
  sensor.isUnplugged = false;
  sensor.restart();
  await clock.until(() => rig.alarmsOf('F-1').length === 0, 60_000);
  await clock.advance(3000);
  sensor.place({name: 'wang'});
  await clock.advance(3000);
  t.is(rig.told('F-1', 'finger').at(-1)?.result, 'passed', 'it looks again');
});

const PAD = '{id: K-1, kind: hid-keypad, hid: {vendorId: 0x04d9, productId: 0xa02a}, maxDigits: 6}';

test('a USB keypad: a code up to Enter is one entry, by its digest', async t => {
  const rig = rigOf(t, PAD);
  const {clock} = rig;
  rig.start();
  await clock.until(() => rig.health('K-1') === 'ok', 30_000);
  // Keypad 1 9 0 5 7 3 and Enter, each pressed and let go.
  for (const usage of ['59', '61', '62', '5d', '5f', '5b', '58']) {
    rig.hid('K-1').send(fromHex(`0000${usage}0000000000`));
    await clock.advance(60);
    rig.hid('K-1').send(fromHex('0000000000000000'));
    await clock.advance(150);
  }
  const [entry, ...more] = rig.told('K-1', 'entry');
  t.is(entry?.length, 6);
  t.regex(String(entry?.digest), /^[0-9a-f]{16}$/);
  t.deepEqual(more, []);
  t.false(rig.isWritten('190573'));
  rig.hid('K-1').unplug();
  await clock.until(() => rig.alarmsOf('K-1').includes('DEVICE_OFFLINE'), 30_000);
});

const SCANNER = '{id: S-1, kind: code-scanner, link: {kind: serial, path: scanner}, family: ';

test('a generic scanner talks by itself and is told nothing; its codes are journalled by digest', async t => {
  const rig = rigOf(t, `${SCANNER}generic}`);
  const {clock} = rig;
  const heard: string[] = [];
  const far = rig.end('scanner');
  const scanner = new CodeReader({clock, farEnd: far}).preset();
  far.onBytes(bytes => heard.push(toHex(bytes)));
  rig.start();
  await clock.until(() => rig.health('S-1') === 'ok', 30_000);
  scanner.show('LK1.generic');
  await clock.advance(3000);
  t.deepEqual(
    rig.told('S-1', 'code').map(({length}) => length),
    [11],
  );
  t.deepEqual(heard, []);
  t.false(rig.isWritten('LK1.generic'));
  scanner.close();
});

test('a Honeywell scanner is told to look at the start, after each code and every 10 s', async t => {
  const rig = rigOf(t, `${SCANNER}honeywell}`);
  const {clock} = rig;
  const heard: string[] = [];
  const far = rig.end('scanner');
  far.onBytes(bytes => heard.push(toHex(bytes)));
  rig.start();
  await clock.until(() => rig.health('S-1') === 'ok', 30_000);
  await clock.advance(1000);
  t.deepEqual(heard, ['16540d']);
  far.send(new TextEncoder().encode('LK1.honeywell\r'));
  await clock.advance(2000);
  t.deepEqual(heard, ['16540d', '16540d']);
  t.is(rig.told('S-1', 'code')[0]?.length, 13);
  await clock.advance(20_000);
  t.is(heard.length, 4);
});

test('a PN532 by itself: a card is journalled with what its sector said', async t => {
  const sector = 'sector: {sector: 1, siteKey: {file: site.key}}';
  const entry = `{id: P-1, kind: pn532, link: {kind: serial, path: nfc}, ${sector}}`;
  const rig = rigOf(t, entry, {'site.key': '00112233445566778899aabbccddeeff'});
  const {clock} = rig;
  const nfc = new Pn532();
  rig.line('nfc', 115_200).attach(nfc);
  rig.start();
  await clock.until(() => rig.health('P-1') === 'ok', 30_000);
  nfc.present({uid: asId<CardUid>('04782E21801D80')});
  await clock.advance(1000);
  t.deepEqual(rig.told('P-1', 'card'), [{uid: '04782E21801D80', sector: 'keyless'}]);
});
