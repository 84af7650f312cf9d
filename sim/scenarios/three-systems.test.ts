import {createPrivateKey} from 'node:crypto';
import test from 'ava';
import {encodeToken} from '../../protocols/credential/qr-token.js';
import {RFC8032_TEST_1} from '../../protocols/credential/vectors.js';
import {CodeReader} from '../devices/code-reader.js';
import {BathHouse} from './bath-rig.js';
import {withWorld} from './with-world.js';

const ISSUER = createPrivateKey({
  key: Buffer.from(`302e020100300506032b657004220420${RFC8032_TEST_1.seed}`, 'hex'),
  format: 'der',
  type: 'pkcs8',
});
const CODE = '19057344';
const LOCK = {travelMs: 1000, pollMs: 500};

test('~X3 a lot with collectors, a leased row and a bathhouse in one daemon from one config: a card, a QR code and a code of digits open a lock, a lock and the water, each at its own post alone', async t => {
  let scanner: CodeReader | undefined;
  const house = new BathHouse({
    xintai: 1,
    more: {
      collectors: [
        {id: 'C1', bays: ['A-001'], ...LOCK},
        {
          ...{id: 'C2', profile: 'parkLease', bays: ['B-002'], ...LOCK},
          more: {
            ownDevices: [
              {
                id: 'S-2',
                kind: 'code-scanner',
                family: 'gm65',
                link: {kind: 'serial', path: 'S-2'},
              },
            ],
            ...{codes: ['S-2'], bayNumbers: [2]},
          },
        },
      ],
      tokenKeys: [{kid: 1, publicKey: RFC8032_TEST_1.publicKey}],
      equip: built => {
        scanner = new CodeReader({clock: built.clock, farEnd: built.end('S-2')});
      },
    },
  });
  await withWorld(t, house.options, async world => {
    await house.ready();
    await world.advance(5000);
    const card = await world.office.cardFor(['A-001']);
    const nowSeconds = Math.floor(world.clock.wallMs() / 1000);
    const qr = encodeToken(
      {
        ...{keyNumber: 1, isOneUse: false, isRotating: false, grant: '900'},
        ...{doors: {kind: 'point', number: 2} as const},
        ...{fromSeconds: nowSeconds - 60, untilSeconds: nowSeconds + 3600},
      },
      {site: 'lot-1', gateway: 'lot-1'},
      ISSUER,
    );
    await house.code(CODE);
    scanner?.show(qr);
    house.stall('X-01').keypad.type(`${CODE}#`);
    await world.tap('C1', card);
    const {pipe} = house.stall('X-01');
    await world.until(() => pipe.flowMlPerMin > 0, 20_000);
    await world.advance(10_000);
    const armOf = (bay: string) => world.site.lock(bay).arm;
    t.deepEqual([armOf('A-001'), armOf('B-002')], ['down', 'down']);

    await world.tap('C2', card);
    await world.advance(10_000);
    const [asked] = world.events('decision').slice(-1);
    t.is(asked?.body.result, 'DENY', 'a card is nothing at the leased row');
    await house.key('X-01', '*');
    await house.settled(1);
    t.deepEqual(
      ['A-001', 'B-002'].map(bay => world.site.commandTimes(bay, 'lower').length),
      [1, 1],
    );
    t.is(pipe.valve, 'closed');
    scanner?.close();
  });
});
