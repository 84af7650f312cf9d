import {createPrivateKey} from 'node:crypto';
import test, {type ExecutionContext} from 'ava';
import {toHex} from '../../protocols/base/bytes.js';
import {codeSalt, digestCode} from '../../protocols/credential/keypad-code.js';
import {encodeToken} from '../../protocols/credential/qr-token.js';
import type {TokenBody} from '../../protocols/credential/token-body.js';
import {RFC8032_TEST_1} from '../../protocols/credential/vectors.js';
import {asId} from '../../protocols/site/ids.js';
import {CodeReader} from '../devices/code-reader.js';
import {Display} from '../devices/display.js';
import {EmergencyButton} from '../devices/emergency-button.js';
import {Keypad} from '../devices/keypad.js';
import {ParkingLock} from '../devices/parking-lock.js';
import {DeviceRig} from './device-rig.js';

const SITE = `
tokenKeys: [{kid: 1, publicKey: '${RFC8032_TEST_1.publicKey}'}]
devices: [{id: S-1, kind: code-scanner, family: gm65, link: {kind: serial, path: scanner}}]
buses:
  - id: line-1
    link: {kind: serial, path: line}
    devices:
      - {id: L-1, kind: parking-lock, address: 5}
      - {id: L-2, kind: parking-lock, address: 6}
      - {id: D-1, kind: display, address: 7}
      - {id: E-1, kind: emergency-button, address: 8}
      - {id: K-1, kind: keypad, address: 9}
collectors:
  - id: C1
    zone: A
    number: 1
    kind: plain
    codes: [S-1, K-1]
    reader: {kind: rdm6300, link: {kind: serial, path: reader}}
    display: D-1
    button: E-1
    minCardSecurity: uid
    bays: [{id: A-001, lock: L-1, number: 1}, {id: A-002, lock: L-2, number: 2}]
`;
const ISSUER = createPrivateKey({
  key: Buffer.from(`302e020100300506032b657004220420${RFC8032_TEST_1.seed}`, 'hex'),
  format: 'der',
  type: 'pkcs8',
});
const PLACE = {site: 'lot-1', gateway: 'lot-1'};
const CODE = '19057344';

async function post(t: ExecutionContext, language: 'en' | 'zh-CN' = 'en') {
  const rig = new DeviceRig(t, {site: SITE, language});
  const {clock} = rig;
  const locks = [5, 6].map(unit => new ParkingLock({clock, unit}));
  const display = new Display({clock, unit: 7});
  const keypad = new Keypad({clock, unit: 9});
  rig.line('line').attach(...locks, display, new EmergencyButton({clock, unit: 8}), keypad);
  const scanner = new CodeReader({clock, farEnd: rig.end('scanner')});
  rig.start();
  const {site} = rig.edge;
  await clock.until(() => rig.health('S-1') === 'ok', 30_000);
  await clock.until(() => site.state().bays.every(bay => bay.health === 'ok'), 30_000);
  await clock.advance(3000);
  t.teardown(() => {
    scanner.close();
    keypad.close();
  });
  const nowSeconds = () => Math.floor(clock.wallMs() / 1000);
  const token = (more: Partial<TokenBody> = {}, place = PLACE) =>
    encodeToken(
      {
        ...{keyNumber: 1, isOneUse: false, isRotating: false, grant: '900'},
        ...{doors: {kind: 'point', number: 2} as const, ...more},
        fromSeconds: more.fromSeconds ?? nowSeconds() - 60,
        untilSeconds: more.untilSeconds ?? nowSeconds() + 3600,
      },
      place,
      ISSUER,
    );
  return {
    ...{rig, clock, locks, token},
    screen: () => display.screen?.lines.join(' / ') ?? '',
    scan: async (text: string) => {
      scanner.show(text);
      await clock.advance(1500);
    },
    type: async (digits: string) => {
      keypad.type(`${digits}#`);
      await clock.advance(4000);
      await rig.edge.site.codes.settled();
      await clock.advance(1500);
    },
  };
}

test('~Q6 a signed QR lowers only its bay, with nobody to ask; one altered character lowers none, and the screen says so', async t => {
  const {clock, locks, rig, scan, screen, token} = await post(t);
  const sound = token();
  const altered = `${sound.slice(0, 40)}${sound[40] === 'A' ? 'B' : 'A'}${sound.slice(41)}`;
  await scan(altered);
  t.is(screen(), 'Not valid here / Ask the guard');
  await scan(token({}, {...PLACE, site: 'lot-2'}));
  t.is(screen(), 'For another site / Ask the guard');
  t.deepEqual(
    locks.map(lock => lock.commands.length),
    [0, 0],
  );
  await scan(sound);
  await clock.until(() => locks[1]?.position === 0, 10_000);
  t.is(locks[0]?.commands.length, 0);
  t.false(rig.isWritten(sound));
  t.deepEqual(
    rig.told('S-1', 'code'),
    [],
    'the collector judged it, so nothing else is told of it',
  );
});

test('~Q4 a code of 8 digits opens by one real scrypt; it stands nowhere in clear', async t => {
  const {clock, locks, rig, type, screen} = await post(t);
  const holder = asId<never>('holder-1');
  const digest = toHex(digestCode(CODE, codeSalt('lot-1', 1)));
  await rig.channel.putCredential({
    ...{kind: 'code', id: asId('code-1'), holder, digest, epoch: 1},
    ...{uses: 'multi', state: 'active', rev: 1},
  });
  const card = await rig.office.card();
  await rig.office.give(card, ['A-001'], {credentials: [asId('code-1')]});
  await type('11111111');
  t.is(screen(), 'Not valid here / Ask the guard');
  await type(CODE);
  await clock.until(() => locks[0]?.position === 0, 10_000);
  for (const text of [CODE, '11111111', digest]) t.false(rig.isWritten(text), text);
});

test('five wrong codes: the screen counts, in Chinese too, also after a restart', async t => {
  const {clock, rig, type, screen} = await post(t, 'zh-CN');
  for (let times = 1; times <= 4; times += 1) await type(`${times}0000000`);
  t.is(screen(), '此处无效 / 请联系值班员');
  await type('50000000');
  t.is(screen(), '尝试次数过多 / 请等 90 秒');
  await rig.stop();
  rig.start();
  await clock.until(() => rig.health('K-1') === 'ok', 60_000);
  await clock.advance(2000);
  await type('60000000');
  t.regex(screen(), /^尝试次数过多 \/ 请等 \d\d 秒$/);
  const alarms = rig.edge.site.state().alarms.map(alarm => alarm.kind);
  t.true(alarms.includes('CODE_GUESSING'));
});
