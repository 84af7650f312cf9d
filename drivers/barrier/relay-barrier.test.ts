import test from 'ava';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {Barrier} from '../../sim/devices/barrier.js';
import {RelayBoard} from '../../sim/devices/relay-board.js';
import {Rs485Line} from '../../sim/wire/rs485-line.js';
import {ModbusBus} from '../bus/modbus-bus.js';
import {SharedLine} from '../bus/shared-line.js';
import {InputBoard} from '../discrete-inputs/input-board.js';
import {createMemoryPair} from '../port/memory-link.js';
import {ModbusRelays} from '../relay-board/modbus-relays.js';
import {RelayBarrier} from './relay-barrier.js';

const UNIT = 5;
const OUTPUTS = {open: 0, close: 1, stop: 2};
const closing = (input: number) => ({input, activeWhen: 'closed'}) as const;

/** A gate with boom, loops and beam on one relay board at 9600 baud, polled every 100 ms. */
function setup() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const {link, far} = createMemoryPair({clock, name: 'line-1'});
  const wire = new Rs485Line({clock, entropy: new SeededEntropy(), farEnd: far, baudRate: 9600});
  const gate = new Barrier({clock});
  const inputs = () => {
    const {openLimit, closedLimit, safetyLoop, photocell, approachLoop} = gate.terminals;
    return [openLimit, closedLimit, safetyLoop, !photocell, approachLoop];
  };
  const twin = new RelayBoard({clock, unit: UNIT, inputs});
  gate.connect(twin, OUTPUTS);
  wire.attach(twin);
  const harms: string[] = [];
  gate.onHarm(what => harms.push(what));
  const line = new SharedLine({link, clock, fraction: () => 0.5, baudRate: 9600});
  const bus = new ModbusBus(line);
  line.open();
  const heard: string[] = [];
  const quiet = {onOutputs: () => {}, onHealth: () => {}, onFault: () => {}};
  const relays = new ModbusRelays({
    id: asId<DeviceId>('R-1'),
    bus,
    clock,
    unit: UNIT,
    listener: quiet,
  });
  const barrier = new RelayBarrier({
    id: asId<DeviceId>('G-1'),
    clock,
    relays,
    wiring: {
      outputs: OUTPUTS,
      openLimit: closing(0),
      closedLimit: closing(1),
      safetyLoop: closing(2),
      photocell: {input: 3, activeWhen: 'open'},
      approachLoop: closing(4),
    },
    listener: {
      onReading: reading => heard.push(reading.arm),
      onTailgate: (cars, authorised) => heard.push(`tailgate ${cars}/${authorised}`),
      onFault: (fault, isStanding) => heard.push(`${fault} ${isStanding}`),
      onHealth: health => heard.push(health),
    },
  });
  const board = new InputBoard({
    id: asId<DeviceId>('S-1'),
    bus,
    unit: UNIT,
    inputs: barrier.inputs,
    listener: {onHealth: () => {}},
    pollMs: 100,
  });
  const close = async () => {
    await clock.settle(barrier.dispose());
    relays.close();
    board.close();
    await line.close();
    await far.close();
    wire.close();
    clock.assertIdle();
  };
  return {clock, twin, gate, harms, heard, barrier, close};
}

type Rig = ReturnType<typeof setup>;

async function letIn({clock, gate, barrier}: Rig): Promise<void> {
  await clock.until(() => barrier.reading.arm === 'closed', 20_000);
  gate.setCarBefore(true);
  await clock.advance(1000);
  barrier.open();
  await clock.until(() => barrier.reading.arm === 'open', 6000);
  gate.setCarBelow(true);
  await clock.advance(1000);
  gate.setCarBefore(false);
}

test('P10 a car that stands on the loop for 2 min sees no close command until it clears', async t => {
  const rig = setup();
  const {clock, gate, harms, barrier, close} = rig;
  await letIn(rig);
  await clock.advance(120_000);
  t.is(gate.closeOrders, 0);
  t.is(gate.position, 1);
  gate.setCarBelow(false);
  await clock.until(() => gate.closeOrders === 1, 2000);
  await clock.until(() => barrier.reading.arm === 'closed', 6000);
  t.is(gate.position, 0);
  t.is(gate.openOrders, 1);
  t.is(gate.closeOrders, 1);
  t.deepEqual(harms, []);
  await close();
});

test('an arm on its way down is lifted when its driver goes: nobody watches it any more', async t => {
  const rig = setup();
  const {clock, gate, barrier, close} = rig;
  await letIn(rig);
  await clock.advance(2000);
  gate.setCarBelow(false);
  await clock.until(() => gate.closeOrders === 1, 2000);
  await clock.advance(900);
  await close();
  t.is(gate.openOrders, 2);
  t.true(gate.position > 0);
  t.is(barrier.reading.arm, 'closing', 'nothing is told after the end');
});

test('~P10 a second car that comes below the closing arm is not hit', async t => {
  const rig = setup();
  const {clock, gate, harms, barrier, close} = rig;
  await letIn(rig);
  await clock.advance(2000);
  gate.setCarBelow(false);
  await clock.until(() => gate.closeOrders === 1, 2000);
  await clock.advance(900);
  gate.setCarBelow(true);
  await clock.until(() => gate.openOrders === 2, 500);
  await clock.until(() => barrier.reading.arm === 'open', 6000);
  await clock.advance(60_000);
  t.is(gate.closeOrders, 1);
  gate.setCarBelow(false);
  await clock.until(() => barrier.reading.arm === 'closed', 10_000);
  t.deepEqual(harms, []);
  await close();
});

test('~E39 a tailgating car is told while it is below the arm', async t => {
  const rig = setup();
  const {clock, gate, heard, close} = rig;
  await letIn(rig);
  await clock.advance(700);
  gate.setCarBefore(true);
  await clock.advance(1000);
  gate.setCarBefore(false);
  await clock.advance(1000);
  t.deepEqual(
    heard.filter(text => text.startsWith('tailgate')),
    ['tailgate 2/1'],
  );
  await close();
});

test('a gate that does not open is a fault after 6 s, until it opens', async t => {
  const {clock, gate, heard, barrier, close} = setup();
  await clock.until(() => barrier.reading.arm === 'closed', 20_000);
  gate.ail({stuck: true});
  barrier.open();
  await clock.advance(5900);
  t.false(heard.includes('not_open true'));
  await clock.advance(200);
  t.true(heard.includes('not_open true'));
  gate.ail({stuck: false});
  barrier.open();
  await clock.until(() => heard.includes('not_open false'), 6000);
  await close();
});

test('with its board gone the arm is never ordered down; hold and stop are pulses too', async t => {
  const rig = setup();
  const {clock, twin, gate, heard, barrier, close} = rig;
  await letIn(rig);
  twin.ail({unplugged: true});
  gate.setCarBelow(false);
  await clock.advance(30_000);
  t.is(barrier.health, 'offline');
  t.is(barrier.reading.isOccupied, undefined);
  barrier.close();
  await clock.advance(5000);
  t.is(gate.closeOrders, 0);
  twin.ail({unplugged: false});
  await clock.until(() => barrier.reading.arm === 'closed', 120_000);
  barrier.hold(true);
  await clock.until(() => barrier.reading.arm === 'open', 6000);
  barrier.hold(false);
  await clock.until(() => barrier.reading.arm === 'closing', 6000);
  await clock.advance(500);
  barrier.stop();
  await clock.advance(1000);
  t.is(barrier.reading.arm, 'stopped');
  t.true(gate.position > 0 && gate.position < 1);
  t.true(heard.includes('offline'));
  await close();
});
