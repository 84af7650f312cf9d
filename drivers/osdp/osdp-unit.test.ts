import test, {type ExecutionContext} from 'ava';
import {toHex} from '../../protocols/base/bytes.js';
import {LED_COLOURS} from '../../protocols/osdp/commands.js';
import {DEFAULT_SCBK} from '../../protocols/osdp/secure-channel.js';
import {encodeWiegand} from '../../protocols/osdp/wiegand.js';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {OsdpReader, type OsdpReaderOptions} from '../../sim/devices/osdp-reader.js';
import {ParkingLock} from '../../sim/devices/parking-lock.js';
import {Rs485Line} from '../../sim/wire/rs485-line.js';
import {ModbusBus} from '../bus/modbus-bus.js';
import {SharedLine} from '../bus/shared-line.js';
import {LockDriver} from '../parking-lock/lock-driver.js';
import {createMemoryPair} from '../port/memory-link.js';
import type {KeySet} from './key-handling.js';
import {OsdpUnit, type OsdpUnitOptions} from './osdp-unit.js';

const KEY = Uint8Array.from({length: 16}, (_, index) => index);
const OTHER_KEY = KEY.map(byte => byte ^ 0xa5);

interface Unit {
  readonly unit: OsdpUnit;
  /** Everything told, in order. */
  readonly told: string[];
  readonly keysSet: KeySet[];
}

function makeRig(t: ExecutionContext, baudRate = 38_400) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const entropy = new SeededEntropy(5);
  const {link, far} = createMemoryPair({clock, name: 'line-1'});
  const wire = new Rs485Line({clock, entropy, farEnd: far, baudRate});
  const line = new SharedLine({link, clock, fraction: () => 0.5, baudRate});
  line.open();
  const units: OsdpUnit[] = [];
  const addTwin = (options: Partial<OsdpReaderOptions> = {}) => {
    const twin = new OsdpReader({clock, entropy, address: 5, key: KEY, ...options});
    wire.attach(twin);
    return twin;
  };
  const addUnit = (options: Partial<OsdpUnitOptions> = {}): Unit => {
    const told: string[] = [];
    const keysSet: KeySet[] = [];
    const unit = new OsdpUnit({
      id: asId<DeviceId>('R-1'),
      ...{bus: line, clock, random: (length: number) => entropy.bytes(length)},
      ...{address: 5, keys: [KEY]},
      onKeySet: set => keysSet.push(set),
      onTrouble: code => told.push(code),
      ...options,
    });
    unit.listen({
      onCard: ({uid, bits}) => told.push(`card ${uid}/${bits}`),
      onKey: key => told.push(`key ${key}`),
      onInput: (input, value) => told.push(`input ${input}=${value}`),
      onOutput: (output, isOn) => told.push(`output ${output}=${isOn}`),
      onLocalStatus: ({isTampered, isPowerBad}) => told.push(`local ${isTampered} ${isPowerBad}`),
      onHealth: health => told.push(health),
      onOffline: why => told.push(`offline ${why}`),
      onOnline: isSecure => told.push(isSecure ? 'secure' : 'plain'),
    });
    units.push(unit);
    return {unit, told, keysSet};
  };
  t.teardown(async () => {
    for (const unit of units) unit.close();
    await line.close();
    await far.close();
    wire.close();
    clock.assertIdle();
  });
  return {clock, wire, line, far, addTwin, addUnit};
}

const LED = {
  ...{reader: 0, led: 0, tempCode: 0, tempOn100ms: 0, tempOff100ms: 0, tempOnColour: 0},
  ...{tempOffColour: 0, tempTime100ms: 0, permCode: 1, permOn100ms: 5, permOff100ms: 0},
  ...{permOnColour: LED_COLOURS.green, permOffColour: 0},
};
const OUT = {output: 1, control: 5, time100ms: 50};
const PLACE = {reader: 0, mode: 1, tempSeconds: 0, row: 1, column: 1};

function cardOf(no: number): Uint8Array {
  return Uint8Array.of(4, 0xa1, no >> 8, no & 0xff);
}

function cards({told}: Unit): readonly string[] {
  return told.filter(text => text.startsWith('card'));
}

test('a reader comes online by a Secure Channel and tells its states, then its news', async t => {
  const {clock, addTwin, addUnit} = makeRig(t);
  const twin = addTwin();
  const reader = addUnit();
  const {unit, told} = reader;
  await clock.advance(1000);
  t.deepEqual(
    told,
    [
      ['secure', 'ok', 'local false false', 'input 0=0', 'input 1=0', 'input 2=0', 'input 3=0'],
      ['output 0=false', 'output 1=false'],
    ].flat(),
  );
  t.true(unit.isSecure);
  t.is(unit.identity?.serial, 0x01020304);
  told.length = 0;
  twin.presentCard(26, encodeWiegand(26, 17, 4711));
  twin.pressKeys(['4', '2', '#']);
  twin.setInput(2, true);
  twin.tamper(true);
  await clock.advance(1000);
  t.deepEqual(
    told,
    ['card 888933C0/26', 'key 4', 'key 2', 'key #', 'input 2=1'].concat('local true false'),
  );
});

test('commands arrive, the last value of each target alone, and tell what became of them', async t => {
  const {clock, addTwin, addUnit} = makeRig(t);
  const twin = addTwin();
  const {unit} = addUnit();
  t.is(await unit.setOutput(OUT), 'notSent');
  await clock.advance(1000);
  const results = Promise.all([
    unit.setLed({...LED, permOnColour: LED_COLOURS.red}),
    unit.setLed(LED),
    unit.showText(PLACE, 'A'),
    unit.showText(PLACE, 'B'),
    unit.showText({...PLACE, row: 2}, 'C'),
    unit.buzz({reader: 0, tone: 2, on100ms: 1, off100ms: 1, count: 3}),
    unit.setOutput(OUT),
    unit.setOutput({...OUT, output: 9}),
  ]);
  t.deepEqual(
    (await clock.settle(results)).join(' '),
    'done done replaced done done done done refused',
  );
  t.is(twin.body.leds.get(0)?.permOnColour, LED_COLOURS.green);
  t.deepEqual(
    twin.body.texts.map(({text}) => text),
    ['B', 'C'],
  );
  t.true(twin.body.output(1));
});

test('what opens goes before what is only seen', async t => {
  const {clock, addTwin, addUnit} = makeRig(t);
  const order: string[] = [];
  addTwin();
  const {unit} = addUnit();
  await clock.advance(1000);
  const note = (name: string) => () => order.push(name);
  const all = [
    unit.showText(PLACE, 'first').then(note('text')),
    unit.showText({...PLACE, row: 2}, 'second').then(note('text')),
    unit.setLed(LED).then(note('led')),
    unit.setOutput(OUT).then(note('out')),
  ];
  await clock.settle(Promise.all(all));
  // The line was free for the first text; of the others the output went first.
  t.deepEqual(order, ['text', 'out', 'led', 'text']);
});

test('four readers and a Modbus lock share a line without a collision, and no news is lost', async t => {
  const {clock, wire, line, addTwin, addUnit} = makeRig(t);
  const lockTwin = new ParkingLock({clock, unit: 1, travelMs: 1000});
  wire.attach(lockTwin);
  let readings = 0;
  const lock = new LockDriver({
    ...{id: asId<DeviceId>('L-1'), bus: new ModbusBus(line), clock, unit: 1},
    listener: {
      onReading: () => {
        readings += 1;
      },
      onHealth: () => {},
    },
  });
  const twins = [1, 2, 3, 4].map(address => addTwin({address}));
  const readers = [1, 2, 3, 4].map(address => addUnit({address}));
  await clock.advance(3000);
  for (let round = 0; round < 20; round += 1) {
    for (const [index, twin] of twins.entries()) twin.presentCard(32, cardOf(round * 4 + index));
    await clock.advance(500);
  }
  for (const [index, reader] of readers.entries()) {
    const expected = Array.from({length: 20}, (_, round) => toHex(cardOf(round * 4 + index)));
    t.deepEqual(
      cards(reader),
      expected.map(uid => `card ${uid.toUpperCase()}/32`),
    );
    t.true(reader.unit.isSecure);
    t.false(reader.told.includes('suspect'));
  }
  t.true(readings > 20);
  t.is(wire.collisions, 0);
  t.is(wire.gapViolations, 0);
  lock.close();
});

test('with 5 % of the replies lost every card comes once, and nobody goes off-line', async t => {
  const {clock, wire, addTwin, addUnit} = makeRig(t);
  const twin = addTwin();
  const reader = addUnit();
  await clock.advance(1000);
  wire.faults.set({replyLoss: 0.05});
  for (let no = 0; no < 60; no += 1) {
    twin.presentCard(32, cardOf(no));
    await clock.advance(500);
  }
  await clock.advance(5000);
  t.is(cards(reader).length, 60);
  t.is(new Set(cards(reader)).size, 60);
  t.true(reader.told.includes('suspect'));
  t.false(reader.told.includes('offline'));
  t.true(reader.unit.isSecure);
});

test('a card waits 700 ms at most when one reply is lost', async t => {
  const {clock, addTwin, addUnit} = makeRig(t);
  const twin = addTwin();
  const reader = addUnit();
  await clock.advance(1000);
  twin.presentCard(32, cardOf(1));
  twin.ail({dropReplies: 1});
  const fromMs = clock.nowMs();
  await clock.until(() => cards(reader).length === 1, 5000);
  t.true(clock.nowMs() - fromMs <= 700, String(clock.nowMs() - fromMs));
});

test('a new reader gets its key in install mode alone, and is online by it', async t => {
  const {clock, addTwin, addUnit} = makeRig(t);
  const twin = addTwin({key: undefined});
  t.is(twin.channel.key, undefined);
  const strict = addUnit();
  await clock.advance(3000);
  t.deepEqual(strict.told, ['osdp/insecure', 'offline notSecure', 'offline']);
  strict.unit.close();

  const {unit, told, keysSet} = addUnit({keys: [], install: true});
  await clock.advance(3000);
  t.true(unit.isSecure);
  t.deepEqual(
    keysSet.map(({isProven}) => isProven),
    [false, true],
  );
  const key = keysSet[0]?.key;
  if (!key) throw new Error('no key');
  t.deepEqual(twin.channel.key, key);
  t.notDeepEqual(key, DEFAULT_SCBK);
  t.is(keysSet[1]?.keyId.length, 8);
  t.is(told[0], 'secure');
  unit.close();

  const later = addUnit({keys: [key]});
  await clock.advance(9000);
  t.true(later.unit.isSecure);
});

test('a reader in the clear is refused and says why, and works where the policy does without', async t => {
  const {clock, addTwin, addUnit} = makeRig(t);
  const twin = addTwin({isSecurable: false});
  const strict = addUnit();
  twin.presentCard(32, cardOf(1));
  await clock.advance(60_000);
  t.deepEqual(strict.told, ['osdp/insecure', 'offline notSecure', 'offline']);
  t.is(strict.unit.health, 'offline');
  t.is(await strict.unit.setOutput(OUT), 'notSent');
  strict.unit.close();

  const lax = addUnit({requireSecure: false});
  await clock.advance(2000);
  t.deepEqual(cards(lax), []);
  twin.presentCard(32, cardOf(2));
  await clock.advance(500);
  t.deepEqual(cards(lax), ['card 04A10002/32']);
  t.true(lax.told.includes('plain'));
  t.false(lax.unit.isSecure);
  t.is(await clock.settle(lax.unit.setOutput(OUT)), 'done');
  t.is(await lax.unit.setKey(OTHER_KEY), 'refused');
});

test('a silent reader is off-line after 8 s and back within 31 s of its return', async t => {
  const {clock, addTwin, addUnit} = makeRig(t);
  const twin = addTwin();
  const reader = addUnit();
  await clock.advance(1000);
  twin.ail({isSilent: true});
  const fromMs = clock.nowMs();
  await clock.until(() => reader.unit.health === 'offline');
  const afterMs = clock.nowMs() - fromMs;
  t.true(afterMs > 7800 && afterMs < 9100, String(afterMs));
  await clock.advance(100_000);
  t.is(reader.told.filter(text => text === 'offline silent').length, 1);
  twin.ail({isSilent: false});
  const backMs = clock.nowMs();
  await clock.until(() => reader.unit.health === 'ok');
  t.true(clock.nowMs() - backMs < 31_000, String(clock.nowMs() - backMs));
  await clock.advance(500);
  twin.presentCard(32, cardOf(9));
  await clock.advance(500);
  t.deepEqual(cards(reader), ['card 04A10009/32']);
});

test('a card and keys from the time when the line was cut never count, the next card does', async t => {
  const {clock, far, addTwin, addUnit} = makeRig(t);
  const twin = addTwin();
  const reader = addUnit();
  await clock.advance(1000);
  reader.told.length = 0;
  far.unplug();
  await clock.advance(10_000);
  twin.presentCard(32, cardOf(1));
  twin.tamper(true);
  twin.presentCard(32, cardOf(2));
  twin.pressKeys(['1', '2']);
  await clock.advance(10_000);
  far.replug();
  await clock.until(() => reader.unit.health === 'ok', 60_000);
  await clock.advance(2000);
  t.is(twin.body.waiting, 0);
  const actings = reader.told.filter(text => /^(card|key)/.test(text));
  t.deepEqual(actings, []);
  t.true(reader.told.includes('local true false'));
  t.is(reader.told.filter(text => text === 'osdp/stale').length, 1);
  twin.presentCard(32, cardOf(3));
  twin.pressKeys(['7']);
  await clock.advance(500);
  t.deepEqual(reader.told.slice(-2), ['card 04A10003/32', 'key 7']);
  t.is(reader.told.filter(text => text === 'osdp/stale').length, 1);
});

test('a card from a silence too short for the session to end does not count either', async t => {
  const {clock, addTwin, addUnit} = makeRig(t);
  const twin = addTwin();
  const reader = addUnit();
  await clock.advance(1000);
  twin.ail({isSilent: true});
  await clock.advance(2000);
  twin.presentCard(32, cardOf(1));
  await clock.advance(3000);
  twin.ail({isSilent: false});
  await clock.advance(3000);
  t.false(reader.told.includes('offline silent'));
  t.is(twin.body.waiting, 0);
  t.deepEqual(cards(reader), []);
  t.true(reader.told.includes('osdp/stale'));
  twin.presentCard(32, cardOf(2));
  await clock.advance(500);
  t.deepEqual(cards(reader), ['card 04A10002/32']);
});

test('no key and no typed digit stands in the trace of the line', async t => {
  const {clock, line, addTwin, addUnit} = makeRig(t);
  const secured = addTwin();
  const open = addTwin({address: 6, isSecurable: false});
  const {unit} = addUnit();
  const lax = addUnit({address: 6, requireSecure: false});
  await clock.advance(2000);
  const before = line.dumpTrace().length;
  const asked = clock.nowMs();
  const done = unit.setKey(OTHER_KEY);
  open.pressKeys(['1', '9', '8', '4']);
  t.is(await clock.settle(done), 'done');
  await clock.advance(500);
  t.deepEqual(secured.channel.key, OTHER_KEY);
  t.true(lax.told.includes('key 9'));
  const trace = line.dumpTrace();
  t.true(before > 10);
  const digits = toHex(Uint8Array.of(0x31, 0x39, 0x38, 0x34));
  t.false(trace.some(({hex}) => hex.includes(digits)));
  t.false(trace.some(({hex}) => hex.includes(toHex(OTHER_KEY))));
  // FF SOM address, then KEYSET with its key, encrypted: only how long it is.
  const fresh = trace.filter(({kind, atMs}) => kind === 'tx' && atMs >= asked);
  t.true(fresh.some(({hex}) => /^ff53(\.\.){40,}$/.test(hex)));
});

test('a forged reply is refused, told once, and the session is made anew', async t => {
  const {clock, addTwin, addUnit} = makeRig(t);
  const twin = addTwin();
  const reader = addUnit();
  await clock.advance(1000);
  twin.presentCard(32, cardOf(1));
  twin.ail({wrongMacs: 1});
  await clock.advance(1000);
  // The forged frame was the card's: what is not proven is not believed, and is gone.
  t.deepEqual(cards(reader), []);
  t.is(reader.told.filter(text => text === 'osdp/forged').length, 1);
  t.true(reader.unit.isSecure);
  twin.presentCard(32, cardOf(2));
  await clock.advance(500);
  t.deepEqual(cards(reader), ['card 04A10002/32']);
});

test('a reader that never proves itself is off-line, however often it answers', async t => {
  const {clock, addTwin, addUnit} = makeRig(t);
  const twin = addTwin();
  const reader = addUnit();
  twin.ail({wrongMacs: 100_000});
  await clock.advance(60_000);
  t.is(reader.unit.health, 'offline');
  t.true(reader.told.includes('offline mac'));
  twin.ail({wrongMacs: 0});
  await clock.advance(31_000);
  t.is(reader.unit.health, 'ok');
});

test('BUSY delays a command and loses nothing', async t => {
  const {clock, addTwin, addUnit} = makeRig(t);
  const twin = addTwin();
  const reader = addUnit();
  await clock.advance(1000);
  twin.ail({busyReplies: 5});
  t.is(await clock.settle(reader.unit.setOutput(OUT)), 'done');
  t.true(twin.body.output(1));
  t.true(reader.unit.isSecure);
});

test('a reader that lost power is online again by itself', async t => {
  const {clock, addTwin, addUnit} = makeRig(t);
  const twin = addTwin();
  const reader = addUnit();
  await clock.advance(1000);
  twin.restart();
  const result = reader.unit.setOutput(OUT);
  t.is(await clock.settle(result), 'unknown');
  await clock.advance(1000);
  t.true(reader.unit.isSecure);
  t.false(reader.told.includes('offline'));
});

test('a new key is stored before it leaves, proven, and alone good afterwards', async t => {
  const {clock, addTwin, addUnit} = makeRig(t);
  const twin = addTwin();
  const {unit, keysSet} = addUnit();
  await clock.advance(1000);
  t.is(await clock.settle(unit.setKey(OTHER_KEY)), 'done');
  await clock.advance(1000);
  t.deepEqual(twin.channel.key, OTHER_KEY);
  t.true(unit.isSecure);
  t.deepEqual(
    keysSet.map(({key, isProven}) => [key, isProven]),
    [
      [OTHER_KEY, false],
      [OTHER_KEY, true],
    ],
  );
});

test('a reader follows to its new address', async t => {
  const {clock, addTwin, addUnit} = makeRig(t);
  const twin = addTwin();
  const {unit, told} = addUnit();
  await clock.advance(1000);
  t.is(await clock.settle(unit.configure({address: 9, baudRate: 38_400})), 'done');
  await clock.advance(2000);
  t.is(twin.address, 9);
  t.is(unit.address, 9);
  t.true(unit.isSecure);
  t.false(told.includes('offline'));
});

test('what waits when the line goes is not sent when it is back', async t => {
  const {clock, far, addTwin, addUnit} = makeRig(t);
  const twin = addTwin();
  const {unit} = addUnit();
  await clock.advance(1000);
  far.unplug();
  const results = Promise.all([unit.setOutput(OUT), unit.showText(PLACE, 'A')]);
  const [out, text] = await clock.settle(results);
  t.true(out === 'notSent' || out === 'unknown', out);
  t.true(text === 'notSent' || text === 'unknown', text);
  await clock.advance(1000);
  far.replug();
  await clock.advance(60_000);
  t.is(unit.health, 'ok');
  t.false(twin.body.output(1));
  t.deepEqual(twin.body.texts, []);
});

test('nothing is told and nothing is sent after the close', async t => {
  const {clock, wire, addTwin, addUnit} = makeRig(t);
  const twin = addTwin();
  const {unit, told} = addUnit();
  await clock.advance(1000);
  const waiting = unit.setOutput(OUT);
  unit.close();
  const result = await clock.settle(waiting);
  t.true(result === 'notSent' || result === 'unknown', result);
  await clock.advance(500);
  const sent = wire.log.entries.length;
  const known = told.length;
  twin.presentCard(32, cardOf(1));
  await clock.advance(60_000);
  t.is(wire.log.entries.length, sent);
  t.is(told.length, known);
  t.is(await unit.setOutput(OUT), 'notSent');
});
