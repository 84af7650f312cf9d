import test from 'ava';
import {fromHex, toHex} from '../../protocols/base/bytes.js';
import {mifareSectorKey} from '../../protocols/card/an10922.js';
import {asId, type CardUid, type DeviceId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {Pn532} from '../../sim/devices/pn532.js';
import {Rs485Line} from '../../sim/wire/rs485-line.js';
import {SharedLine} from '../bus/shared-line.js';
import {createMemoryPair} from '../port/memory-link.js';
import {Pn532Reader} from './pn532-reader.js';

/** "A-012" */
const USER_INFO_HEX = '412d3031320000000000000000000000';

test('on its line: a card with its key, a wallet, a dip of the supply, a pulled plug', async t => {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const {link, far} = createMemoryPair({clock, name: 'nfc'});
  const wire = new Rs485Line({clock, entropy: new SeededEntropy(), farEnd: far, baudRate: 115_200});
  const twin = new Pn532();
  wire.attach(twin);
  const bus = new SharedLine({link, clock, fraction: () => 0.5, baudRate: 115_200});
  bus.open();
  const siteKey = fromHex('00112233445566778899AABBCCDDEEFF');
  const heard: string[] = [];
  const reader = new Pn532Reader({
    id: asId<DeviceId>('R-2'),
    bus,
    clock,
    sector: {sector: 1, keyKind: 'A', siteKey},
    listener: {
      onCard: ({uid, proof}) => heard.push(`${uid} ${proof?.kind}`),
      onReadError: error => heard.push(error),
      onCardGone: uid => heard.push(`gone ${uid}`),
      onLink: up => heard.push(up ? 'up' : 'down'),
    },
  });
  await clock.until(() => heard.includes('up'), 5000);
  const keyA = mifareSectorKey(siteKey, fromHex('FB0EE20B'), 1);
  const card = {
    uid: asId<CardUid>('FB0EE20B'),
    sectors: new Map([[1, {keyA, blocks: [fromHex(USER_INFO_HEX)]}]]),
  };
  twin.present(card);
  await clock.advance(500);
  t.deepEqual(heard, ['up', 'FB0EE20B opened']);
  // Neither the key of the card nor what it opens goes to a log.
  const trace = bus.dumpTrace().map(({hex}) => hex);
  t.true(
    trace.some(hex => /^0000(\.\.){20,}$/.test(hex)),
    'the authentication',
  );
  t.true(
    trace.some(hex => hex.includes('fb0ee20b')),
    'the search',
  );
  t.false(trace.some(hex => hex.includes(toHex(keyA)) || hex.includes(USER_INFO_HEX)));
  twin.brownOut();
  await clock.advance(2000);
  t.true(twin.isAwake);
  twin.present({uid: asId<CardUid>('04782E21801D80')});
  await clock.advance(300);
  twin.remove();
  await clock.advance(600);
  t.deepEqual(heard.slice(2), ['two_cards', 'gone FB0EE20B']);
  const before = twin.searches;
  await clock.advance(15_000);
  t.is(twin.searches - before, 100);
  twin.isUnplugged = true;
  await clock.advance(10_000);
  t.is(heard.at(-1), 'down');
  twin.isUnplugged = false;
  twin.brownOut();
  await clock.until(() => heard.at(-1) === 'up', 120_000);
  await reader.close();
  await bus.close();
  wire.close();
  await far.close();
  clock.assertIdle();
});
