import test from 'ava';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {Ultrasonic} from '../../sim/devices/ultrasonic.js';
import {Rs485Line} from '../../sim/wire/rs485-line.js';
import {DebouncedSensor} from '../bay-sensor/debounced-sensor.js';
import {ModbusBus} from '../bus/modbus-bus.js';
import {SharedLine} from '../bus/shared-line.js';
import {ScriptedBus} from '../lifecycle/scripted-bus.js';
import {createMemoryPair} from '../port/memory-link.js';
import {DEFAULT_DISTANCE_RULES, NO_DISTANCE, stepDistance} from './distance-machine.js';
import {UltrasonicLine} from './ultrasonic-line.js';

const FLOOR_MM = 2500;

function setup(count: number) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const {link, far} = createMemoryPair({clock, name: 'line-1'});
  const wire = new Rs485Line({clock, entropy: new SeededEntropy(), farEnd: far, baudRate: 19_200});
  const line = new SharedLine({link, clock, fraction: () => 0.5, baudRate: 19_200});
  line.open();
  const told: string[] = [];
  const bays = Array.from({length: count}, (_, index) => {
    const unit = 12 + index;
    const twin = new Ultrasonic({clock, unit, floorMm: FLOOR_MM});
    wire.attach(twin);
    const id = asId<DeviceId>(`U-${unit}`);
    const sensor = new DebouncedSensor({
      id,
      clock,
      source: 'input',
      listener: {onChange: state => told.push(`${id} ${state.occupancy}`)},
    });
    return {twin, sensor, plan: {id, unit, floorMm: FLOOR_MM, listener: sensor}};
  });
  const group = new UltrasonicLine({
    bus: new ModbusBus(line),
    clock,
    sensors: bays.map(({plan}) => plan),
  });
  const close = async () => {
    group.close();
    await line.close();
    await far.close();
    wire.close();
    clock.assertIdle();
  };
  return {clock, bays, told, group, close};
}

test('3 of 5 samples 400 mm above the floor are a car; it is released after 10 s without', t => {
  const rules = {...DEFAULT_DISTANCE_RULES, floorMm: FLOOR_MM};
  let state = NO_DISTANCE;
  let atMs = 0;
  const feed = (...samples: readonly (number | 'none')[]) => {
    for (const sample of samples) {
      atMs += 500;
      state = stepDistance(state, sample, atMs, rules);
    }
    return state.isOccupied;
  };
  t.is(feed(2500, 2500, 2500, 2500), undefined, 'too few samples');
  t.is(feed(2500), false);
  t.is(feed(2099, 2500, 2099), false, 'a cat');
  t.is(feed(2100, 2100, 2100), false, 'not below 2100');
  t.is(feed(2099, 2099, 2099), true);
  t.is(feed(...new Array<number>(22).fill(2500)), true);
  t.is(feed(2500, 2500), false);
  t.is(feed('none', 'none', 'none', 'none'), false);
  t.is(feed('none'), undefined, 'not even the floor is heard');
});

test('a car is seen and gone, through the bay sensor, and no two sensors shout within 60 ms', async t => {
  const {clock, bays, told, group, close} = setup(6);
  await clock.advance(15_000);
  t.is(told.filter(one => one.endsWith('vacant')).length, 6);
  t.is(group.sensors[2]?.distanceMm, FLOOR_MM);
  t.is(group.sensors[2]?.health, 'ok');
  told.length = 0;
  bays[2]?.twin.setHeight(1450);
  await clock.advance(6000);
  t.deepEqual(told, ['U-14 occupied']);
  bays[2]?.twin.setHeight(0);
  await clock.advance(10_000);
  t.is(told.length, 1, 'held for 10 s');
  await clock.advance(9000);
  t.deepEqual(told, ['U-14 occupied', 'U-14 vacant']);
  const shouts = bays.flatMap(({twin}) => twin.triggeredMs).toSorted((a, b) => a - b);
  const gaps = shouts.slice(1).map((atMs, index) => atMs - (shouts[index] ?? 0));
  t.true(shouts.length > 100);
  t.true(Math.min(...gaps) >= 60, `${Math.min(...gaps)} ms`);
  await close();
});

test('a blind sensor and one without power leave their bay unknown, and come back', async t => {
  const {clock, bays, told, group, close} = setup(2);
  await clock.advance(15_000);
  told.length = 0;
  const [first, second] = bays;
  if (first) first.twin.isBlind = true;
  if (second) second.twin.isUnplugged = true;
  await clock.advance(20_000);
  t.deepEqual(told.toSorted(), ['U-12 unknown', 'U-13 unknown']);
  t.is(group.sensors[0]?.health, 'offline');
  t.is(group.sensors[0]?.distanceMm, undefined);
  if (first) first.twin.isBlind = false;
  if (second) second.twin.isUnplugged = false;
  await clock.advance(60_000);
  t.deepEqual(told.slice(2).toSorted(), ['U-12 vacant', 'U-13 vacant']);
  await close();
});

test('sensors that do not fit into the period are refused', t => {
  const clock = new VirtualClock({yieldTurn: () => Promise.resolve()});
  const bus = new ModbusBus({submit: () => {}, poll: () => () => {}});
  const build = () => new UltrasonicLine({bus, clock, sensors: [], periodMs: 500});
  t.throws(build, {code: 'usage/ultrasonic-period'});
});

test('a sensor that does not take the order to measure is blind, however often its old distance is read', async t => {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  let takesOrders = true;
  const bus = new ScriptedBus(clock, {
    read: () => ({kind: 'values', values: [FLOOR_MM * 10]}),
    write: () => (takesOrders ? {kind: 'written'} : {kind: 'exception', exceptionCode: 4}),
  });
  const told: string[] = [];
  const plan = {
    ...{id: asId<DeviceId>('U-12'), unit: 12, floorMm: FLOOR_MM},
    listener: {
      onInput: (isOccupied: boolean) => told.push(isOccupied ? 'car' : 'free'),
      onInputHealth: (health: string) => told.push(health),
    },
  };
  const group = new UltrasonicLine({bus, clock, sensors: [plan]});
  const sweeps = async (count: number) => {
    for (let no = 0; no < count; no += 1) {
      await clock.advance(500);
      bus.sweep();
    }
  };
  await sweeps(10);
  t.is(told[0], 'ok');
  t.is(told.at(-1), 'free');
  takesOrders = false;
  await sweeps(9);
  t.is(told.at(-1), 'offline');
  t.is(group.sensors[0]?.health, 'offline');
  takesOrders = true;
  await sweeps(10);
  t.is(told.at(-1), 'free');
  group.close();
  await clock.advance(1000);
  clock.assertIdle();
});
