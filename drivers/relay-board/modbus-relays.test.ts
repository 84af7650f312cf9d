import test from 'ava';
import {
  type RelayBoardProfile,
  WAVESHARE_IO_8CH,
  WAVESHARE_RELAY_8CH,
} from '../../protocols/profiles/relay-board-profile.js';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {RelayBoard} from '../../sim/devices/relay-board.js';
import {Rs485Line} from '../../sim/wire/rs485-line.js';
import {ModbusBus} from '../bus/modbus-bus.js';
import {SharedLine} from '../bus/shared-line.js';
import {ScriptedBus} from '../lifecycle/scripted-bus.js';
import {createMemoryPair} from '../port/memory-link.js';
import {HeldRelay} from './held-relay.js';
import {ModbusRelays} from './modbus-relays.js';

const id = asId<DeviceId>('R-1');
const makeClock = () => new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
const UNIT = 12;

function onLine(profile: RelayBoardProfile = WAVESHARE_RELAY_8CH) {
  const clock = makeClock();
  const {link, far} = createMemoryPair({clock, name: 'line-1'});
  const wire = new Rs485Line({clock, entropy: new SeededEntropy(), farEnd: far, baudRate: 9600});
  const twin = new RelayBoard({clock, unit: UNIT, profile});
  wire.attach(twin);
  const line = new SharedLine({link, clock, fraction: () => 0.5, baudRate: 9600});
  const bus = new ModbusBus(line);
  line.open();
  const heard: string[] = [];
  const build = () =>
    new ModbusRelays({
      id,
      bus,
      clock,
      unit: UNIT,
      profile,
      listener: {
        onOutputs: () => {},
        onHealth: health => heard.push(health),
        onFault: (fault, isStanding, detail) => heard.push(`${fault} ${isStanding}: ${detail}`),
      },
    });
  const close = async () => {
    await line.close();
    await far.close();
    wire.close();
    clock.assertIdle();
  };
  return {clock, twin, heard, build, close};
}

test('an order is one frame, and reading back proves it', async t => {
  const {clock, twin, build, close} = onLine();
  const relays = build();
  await clock.until(() => relays.health === 'ok');
  const on = relays.set(3, true);
  await clock.advance(500);
  t.is(await on, 'proven');
  t.deepEqual(relays.outputs, [false, false, false, true, false, false, false, false]);
  t.is(twin.orders, 1);
  twin.ail({deaf: true});
  const off = relays.set(3, false);
  await clock.advance(500);
  t.is(await off, 'contradicted');
  t.is(twin.orders, 2);
  relays.close();
  await close();
});

test('a pulse ends though its master was killed, and is not sent twice', async t => {
  const {clock, twin, build, close} = onLine();
  const relays = build();
  await clock.until(() => relays.health === 'ok');
  const pulsed = relays.pulse(1, 700);
  await clock.advance(150);
  t.is(await pulsed, 'proven');
  t.true(twin.outputs[1]);
  relays.close();
  await close();
  await clock.advance(650);
  t.false(twin.outputs[1]);
  t.is(twin.orders, 1);
});

test('a board without power answers nothing, and the order is not repeated', async t => {
  const {clock, twin, build, close} = onLine();
  const relays = build();
  await clock.until(() => relays.health === 'ok');
  twin.ail({unplugged: true});
  const pulsed = relays.pulse(0, 500);
  await clock.advance(1000);
  t.is(await pulsed, 'unanswered');
  twin.ail({unplugged: false});
  await clock.advance(20_000);
  t.is(twin.orders, 0);
  relays.close();
  await close();
});

test('outputs in another mode are put to normal whenever the board comes up', async t => {
  const {clock, twin, heard, build, close} = onLine(WAVESHARE_IO_8CH);
  twin.setMode(2, 1);
  const relays = build();
  await clock.advance(3000);
  t.deepEqual(twin.modes, [0, 0, 0, 0, 0, 0, 0, 0]);
  twin.ail({unplugged: true});
  await clock.advance(20_000);
  twin.setMode(5, 2);
  twin.ail({unplugged: false, stubborn: true});
  await clock.until(() => heard.at(-1)?.startsWith('output_mode') === true, 60_000);
  t.true(heard.includes('output_mode true: outputs 5 of 8 do not stay in normal mode'));
  twin.ail({unplugged: true});
  await clock.advance(20_000);
  twin.ail({unplugged: false, stubborn: false});
  await clock.until(() => twin.modes[5] === 0, 60_000);
  await clock.advance(3000);
  t.true(heard.includes('output_mode false: all outputs are in normal mode'));
  relays.close();
  await close();
});

test('what the board cannot do is refused and never sent', async t => {
  const clock = makeClock();
  const bus = new ScriptedBus(clock, {});
  const listener = {onOutputs: () => {}, onHealth: () => {}, onFault: () => {}};
  const relays = new ModbusRelays({
    id,
    bus,
    clock,
    unit: UNIT,
    listener,
    profile: WAVESHARE_IO_8CH,
  });
  t.is(await relays.pulse(0, 500), 'refused');
  t.is(await relays.set(8, true), 'refused');
  relays.close();
  t.is(await relays.set(0, true), 'not_sent');
  t.deepEqual(bus.writes, []);
});

test('the wire alone decides when reading back fails or comes too late', async t => {
  const clock = makeClock();
  const bus = new ScriptedBus(clock, {write: () => ({kind: 'written'})}, 400);
  const listener = {onOutputs: () => {}, onHealth: () => {}, onFault: () => {}};
  const relays = new ModbusRelays({id, bus, clock, unit: UNIT, listener});
  const outcomeOf = async (order: Promise<string>) => {
    await clock.advance(1000);
    return order;
  };
  t.is(await outcomeOf(relays.pulse(0, 500)), 'acknowledged');
  bus.script = {
    write: () => ({kind: 'exception', exceptionCode: 5}),
    read: () => ({kind: 'values', values: [0, 0, 0, 0, 0, 0, 0, 0]}),
  };
  t.is(await outcomeOf(relays.pulse(0, 500)), 'acknowledged');
  t.is(await outcomeOf(relays.pulse(0, 5000)), 'contradicted');
  bus.script = {write: () => ({kind: 'exception', exceptionCode: 2})};
  t.is(await outcomeOf(relays.set(0, true)), 'refused');
  bus.script = {write: () => ({kind: 'down'})};
  t.is(await outcomeOf(relays.set(0, true)), 'not_sent');
});

test('a held output is kept through a restart and a loss of its board', async t => {
  const {clock, twin, build, close} = onLine();
  const relays = build();
  const siren = new HeldRelay({name: 'siren', clock, relays, output: 6});
  await clock.advance(3000);
  t.is(twin.orders, 0, 'nothing before the first word');
  siren.set(true);
  await clock.advance(200);
  t.true(twin.outputs[6]);
  await clock.advance(30_000);
  t.is(twin.orders, 2, 'refreshed every 30 s');
  twin.restart();
  await clock.advance(1500);
  t.true(twin.outputs[6]);
  twin.ail({unplugged: true});
  await clock.advance(20_000);
  twin.restart();
  siren.set(false);
  siren.set(true);
  twin.ail({unplugged: false});
  await clock.until(() => twin.outputs[6] === true, 60_000);
  siren.close();
  relays.close();
  await close();
});
