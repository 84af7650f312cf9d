import test, {type ExecutionContext} from 'ava';
import {fromHex} from '../../protocols/base/bytes.js';
import type {Clock} from '../../protocols/base/clock.js';
import {mifareSectorKey} from '../../protocols/card/an10922.js';
import {asId, type CardUid} from '../../protocols/site/ids.js';
import {CardReader} from '../devices/card-reader.js';
import {FkDisplay} from '../devices/fk-display.js';
import {Pn532, type TypeACard} from '../devices/pn532.js';
import {Ultrasonic} from '../devices/ultrasonic.js';
import {PostRig} from './post-rig.js';

const SITE_KEY = '00112233445566778899aabbccddeeff';
const UID = 'FB0EE20B';
const DISPLAY = '{id: D-1, kind: fk-display, address: 3}';

async function nfcPost(t: ExecutionContext, sector = '') {
  const devices = `[{id: P-1, kind: pn532, link: {kind: serial, path: nfc}${sector}}]`;
  const twin = new FkDisplay({address: 3});
  const reader = '{device: P-1}';
  const secrets = {'site.key': SITE_KEY};
  const post = new PostRig(t, {reader, display: DISPLAY, twin, devices, secrets});
  const nfc = new Pn532();
  post.rig.line('nfc', 115_200).attach(nfc);
  await post.open();
  await post.admit(UID);
  return {post, nfc, rig: post.rig, clock: post.rig.clock};
}

/** A card with this text in sector 2, under the key `key`. */
function issued(key: Uint8Array): TypeACard {
  const blocks = [new TextEncoder().encode('A-001'.padEnd(16, '\0'))];
  return {uid: asId<CardUid>(UID), sectors: new Map([[2, {keyA: key, blocks}]])};
}

test('a PN532 of a collector: a tap brings the arm down, and a pulled plug is DEVICE_OFFLINE', async t => {
  const {post, nfc, rig, clock} = await nfcPost(t);
  nfc.present({uid: asId<CardUid>(UID)});
  await post.untilOpen();
  t.deepEqual(rig.told('P-1', 'card'), [], 'the card is the collector’s, and not told twice');
  nfc.remove();
  nfc.isUnplugged = true;
  await clock.until(() => rig.alarmsOf('P-1').includes('DEVICE_OFFLINE'), 30_000);
  nfc.isUnplugged = false;
  await clock.until(() => rig.alarmsOf('P-1').length === 0, 60_000);
});

const SECTOR = ', sector: {sector: 2, siteKey: {file: site.key}}';

test('a copied number does not open where the PN532 asks for a sector: refused, journalled, and the real card opens', async t => {
  const {post, nfc, rig, clock} = await nfcPost(t, SECTOR);
  nfc.present(issued(new Uint8Array(6).fill(0xff)));
  await clock.advance(3000);
  t.is(post.lock.position, 1);
  t.deepEqual(rig.told('P-1', 'cardRefused'), [{uid: UID, sector: 'refused'}]);
  nfc.remove();
  await clock.advance(1000);
  nfc.present({uid: asId<CardUid>(UID)});
  await clock.advance(3000);
  t.is(post.lock.position, 1);
  t.is(rig.told('P-1', 'cardRefused').at(-1)?.sector, 'keyless');
  nfc.remove();
  await clock.advance(1000);
  const key = mifareSectorKey(fromHex(SITE_KEY), fromHex(UID), 2);
  nfc.present(issued(key));
  await post.untilOpen();
  t.is(rig.told('P-1', 'cardRefused').length, 2);
  t.false(rig.isWritten(SITE_KEY));
});

test('an RDM6300 of a make that sends 32 bits in reverse is read by its profile', async t => {
  const profile = '{byteOrder: lsb_first, numberBits: 32}';
  const reader = `{kind: rdm6300, link: {kind: serial, path: reader}, profile: ${profile}}`;
  const twin = new FkDisplay({address: 3});
  const post = new PostRig(t, {reader, display: DISPLAY, twin});
  const rfid = new CardReader({clock: post.rig.clock, farEnd: post.rig.end('reader')});
  await post.open();
  await post.admit('11223344');
  rfid.present({uid: asId<CardUid>('0A11223344')});
  await post.rig.clock.advance(3000);
  t.is(post.lock.position, 1, 'read forwards it would be this card');
  rfid.remove();
  await post.rig.clock.advance(1000);
  rfid.present({uid: asId<CardUid>('0A44332211')});
  await post.untilOpen();
  rfid.close();
});

test('a bay under an ultrasonic sensor is occupied by what stands there, and its arm is raised when that has left', async t => {
  const sensors: Ultrasonic[] = [];
  const beside = [12, 13].map(unit => ({
    entry: `{id: U-${unit}, kind: ultrasonic, address: ${unit}, floorMm: 2400}`,
    make: (clock: Clock) => {
      const sensor = new Ultrasonic({clock, unit, floorMm: 2400});
      sensors.push(sensor);
      return sensor;
    },
  }));
  const reader = '{kind: rdm6300, link: {kind: serial, path: reader}}';
  const sensor = '{from: ultrasonic, device: U-13}';
  const twin = new FkDisplay({address: 3});
  const post = new PostRig(t, {reader, display: DISPLAY, twin, sensor, beside});
  const {rig} = post;
  const {clock} = rig;
  const rfid = new CardReader({clock, farEnd: rig.end('reader')});
  await post.open();
  const [other, above] = sensors;
  const occupancy = () => rig.edge.site.state().bays[0]?.occupancy;
  await clock.until(() => occupancy() === 'vacant', 20_000);
  await post.admit('4D00A1B2C3');
  rfid.present({uid: asId<CardUid>('4D00A1B2C3')});
  await post.untilOpen();
  rfid.remove();
  other?.setHeight(1500);
  await clock.advance(10_000);
  t.is(occupancy(), 'vacant', 'that is the car of another bay');
  // The lock's own flag sees no car: the site file says that nobody asks it.
  above?.setHeight(1500);
  await clock.until(() => occupancy() === 'occupied', 10_000);
  await clock.advance(120_000);
  t.is(post.lock.position, 0);
  above?.setHeight(0);
  await clock.until(() => occupancy() === 'vacant', 20_000);
  await clock.until(() => post.lock.arm === 'up', 60_000);
  if (above) above.isUnplugged = true;
  await clock.until(() => rig.alarmsOf('U-13').includes('DEVICE_OFFLINE'), 60_000);
  t.not(occupancy(), 'vacant');
});
