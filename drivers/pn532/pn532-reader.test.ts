import test from 'ava';
import {concatBytes, fromHex, toHex} from '../../protocols/base/bytes.js';
import {UsageError} from '../../protocols/base/errors.js';
import {mifareSectorKey} from '../../protocols/card/an10922.js';
import {asId, type CardUid, type DeviceId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {Pn532, type SimSector, type TypeACard} from '../../sim/devices/pn532.js';
import {ScriptedFrameBus} from '../lifecycle/scripted-frame-bus.js';
import {type CardSector, Pn532Reader} from './pn532-reader.js';

const siteKey = fromHex('00112233445566778899AABBCCDDEEFF');
const sector: CardSector = {sector: 1, keyKind: 'A', siteKey};
const wakeUp = `5555${'00'.repeat(14)}`;

function issued(uid: string, text: string, key = mifareSectorKey(siteKey, fromHex(uid), 1)) {
  const bytes = new Uint8Array(48);
  bytes.set(new TextEncoder().encode(text));
  const blocks = [0, 16, 32].map(at => bytes.slice(at, at + 16));
  const written: SimSector = {keyA: key, blocks};
  const card: TypeACard = {uid: asId<CardUid>(uid), sectors: new Map([[1, written]])};
  return card;
}

function setup(wanted?: CardSector) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const twin = new Pn532();
  const bus = new ScriptedFrameBus(clock, request => {
    const parts = twin.receive(request).map(({bytes}) => bytes);
    return parts.length > 0 ? concatBytes(...parts) : undefined;
  });
  const heard: string[] = [];
  const troubles: string[] = [];
  const reader = new Pn532Reader({
    id: asId<DeviceId>('R-2'),
    bus,
    clock,
    sector: wanted,
    listener: {
      onCard: ({uid, proof}) => {
        const info = proof?.kind === 'opened' ? ` "${proof.userInfo}"` : '';
        heard.push(`card ${uid}${proof ? ` ${proof.kind}` : ''}${info}`);
      },
      onReadError: error => heard.push(error),
      onCardGone: uid => heard.push(`gone ${uid}`),
      onLink: up => heard.push(up ? 'up' : 'down'),
    },
    onTrouble: (code, text) => troubles.push(`${code} ${text}`),
  });
  const sweep = async (times: number) => {
    for (let no = 0; no < times; no += 1) {
      bus.sweep();
      await clock.advance(150);
    }
  };
  return {clock, twin, bus, heard, troubles, reader, sweep};
}

test('it is woken, asked what it is, limited in its tries, and then searches', async t => {
  const {bus, heard, reader, sweep, clock} = setup();
  await sweep(5);
  t.deepEqual(bus.sent.map(toHex), [
    `${wakeUp}0000ff05fbd4140114010200`,
    '0000ff02fed4022a00',
    '0000ff06fad43205ff0102f300',
    '0000ff04fcd44a0200e000',
    '0000ff04fcd44a0200e000',
  ]);
  t.deepEqual(heard, ['up']);
  await reader.close();
  t.is(bus.entries.size, 0);
  clock.assertIdle();
});

test('~E42 a card held for 30 s is told once, and gone when it has left', async t => {
  const {twin, heard, reader, sweep} = setup();
  await sweep(4);
  twin.present({uid: asId<CardUid>('04782E21801D80')});
  await sweep(200);
  t.is(reader.present, asId<CardUid>('04782E21801D80'));
  twin.remove();
  await sweep(3);
  t.deepEqual(heard, ['up', 'card 04782E21801D80', 'gone 04782E21801D80']);
  t.is(reader.present, undefined);
});

test('~E43 a wallet with two cards is one error and no card, until the field was empty', async t => {
  const {twin, heard, reader, sweep} = setup();
  await sweep(4);
  const [first, second] = [{uid: asId<CardUid>('01020304')}, {uid: asId<CardUid>('05060708')}];
  twin.present(first);
  twin.present(second);
  await sweep(5);
  twin.remove(second.uid);
  await sweep(5);
  t.is(reader.present, undefined);
  t.deepEqual(heard, ['up', 'two_cards']);
  twin.remove();
  await sweep(3);
  twin.present(first);
  await sweep(1);
  t.deepEqual(heard, ['up', 'two_cards', 'card 01020304']);
});

test('~P11 a card with its own key is told with the user info that only it opens', async t => {
  const {twin, bus, heard, sweep} = setup(sector);
  await sweep(4);
  const before = bus.sent.length;
  twin.present(issued('FB0EE20B', '李 A-012'));
  await sweep(6);
  t.deepEqual(heard, ['up', 'card FB0EE20B opened "李 A-012"']);
  // Search, open, three blocks, and the next search.
  t.is(bus.sent.length - before, 6);
});

test('~E44 a copy with the same number and another key is told as refused', async t => {
  const {twin, heard, sweep} = setup(sector);
  await sweep(4);
  twin.present(issued('FB0EE20B', 'copied', fromHex('FFFFFFFFFFFF')));
  await sweep(4);
  t.deepEqual(heard, ['up', 'card FB0EE20B refused']);
  twin.remove();
  await sweep(3);
  twin.present(issued('FB0EE20B', 'genuine'));
  await sweep(5);
  t.is(heard.at(-1), 'card FB0EE20B opened "genuine"');
});

test('a card that moves is read again; one that never rests is asked to be held still', async t => {
  const {twin, heard, sweep} = setup(sector);
  await sweep(4);
  twin.shakes = 1;
  twin.present(issued('FB0EE20B', 'x'));
  await sweep(7);
  t.deepEqual(heard, ['up', 'card FB0EE20B opened "x"']);
  twin.remove();
  await sweep(3);
  twin.shakes = 3;
  twin.present(issued('FB0EE20B', 'x'));
  await sweep(6);
  t.is(heard.at(-1), 'garbled');
  await sweep(5);
  t.is(heard.at(-1), 'card FB0EE20B opened "x"');
});

test('after a dip of its supply it is woken again, and the held card is not told twice', async t => {
  const {twin, bus, heard, sweep} = setup();
  await sweep(4);
  twin.present({uid: asId<CardUid>('01020304')});
  await sweep(1);
  twin.brownOut();
  const before = bus.sent.length;
  await sweep(6);
  t.true(toHex(bus.sent[before + 1] ?? new Uint8Array(0)).startsWith(wakeUp));
  t.deepEqual(heard, ['up', 'card 01020304']);
  t.true(twin.isAwake);
});

test('a reader that the line gives up takes its card with it, and comes back', async t => {
  const {twin, bus, heard, reader, sweep} = setup();
  await sweep(4);
  bus.health('ok');
  twin.present({uid: asId<CardUid>('01020304')});
  await sweep(1);
  twin.isUnplugged = true;
  await sweep(3);
  bus.health('offline');
  t.is(reader.health, 'offline');
  t.deepEqual(heard, ['up', 'card 01020304', 'gone 01020304', 'down']);
  twin.isUnplugged = false;
  twin.brownOut();
  await sweep(5);
  t.deepEqual(heard.slice(4), ['up', 'card 01020304']);
});

test('a reader that knows no command is told once', async t => {
  const {twin, troubles, heard, sweep} = setup();
  twin.isConfused = true;
  await sweep(5);
  t.deepEqual(troubles, ['device/failed R-2: the reader does not know a command']);
  t.deepEqual(heard, []);
});

test('nothing is told after close', async t => {
  const {twin, heard, bus, reader, sweep} = setup();
  await sweep(4);
  const [entry] = bus.entries;
  await reader.close();
  twin.present({uid: asId<CardUid>('01020304')});
  t.is(entry?.compose(0), undefined);
  entry?.onHealth('offline');
  entry?.onOutcome({kind: 'timeout', garbled: false, atMs: 0});
  t.deepEqual(heard, ['up']);
});

test('a sector or site key that cannot be is refused, and the key is not told', t => {
  for (const wrong of [
    {...sector, sector: 0},
    {...sector, sector: 32},
    {...sector, siteKey: siteKey.subarray(1)},
  ]) {
    const thrown = t.throws(() => setup(wrong), {instanceOf: UsageError});
    t.is(thrown.code, 'usage/reader');
    t.notRegex(`${thrown.message} ${JSON.stringify(thrown.context)}`, /1122|17,34/);
  }
});
