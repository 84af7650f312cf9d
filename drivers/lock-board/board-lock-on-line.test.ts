import test from 'ava';
import {LOCK_BOARD_MODELS} from '../../protocols/lock-board/models.js';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {DiscreteInputs} from '../../sim/devices/discrete-inputs.js';
import {LockBoard as BoardTwin} from '../../sim/devices/lock-board.js';
import {ParkingLock} from '../../sim/devices/parking-lock.js';
import {Rs485Line} from '../../sim/wire/rs485-line.js';
import {ModbusBus} from '../bus/modbus-bus.js';
import {SharedLine} from '../bus/shared-line.js';
import {InputBoard} from '../discrete-inputs/input-board.js';
import type {LockReading, ParkingLockListener} from '../parking-lock/contract.js';
import {LockDriver} from '../parking-lock/lock-driver.js';
import {createMemoryPair} from '../port/memory-link.js';
import {BoardLock} from './board-lock.js';
import {LockBoard} from './lock-board.js';

const BAUD_RATE = 9600;
const name = (text: string) => asId<DeviceId>(text);

/** Two boards of different makers, two Modbus locks and an input board, all on one pair of wires. */
function mixedLine() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const {link, far} = createMemoryPair({clock, name: 'line-1'});
  const farEnd = far;
  const wire = new Rs485Line({clock, entropy: new SeededEntropy(), farEnd, baudRate: BAUD_RATE});
  const wiring = {lock: 1, raiseLock: 2, flatSetsBit: true};
  const twins = (['board-8a80', 'winnsen'] as const).map(model => {
    const options = {clock, model: LOCK_BOARD_MODELS[model], board: 1, locks: [wiring]};
    return new BoardTwin(options);
  });
  const modbusLocks = [1, 2].map(unit => new ParkingLock({clock, unit}));
  wire.attach(...twins, ...modbusLocks, new DiscreteInputs({clock, unit: 40}));
  const line = new SharedLine({link, clock, fraction: () => 0.5, baudRate: BAUD_RATE});
  return {clock, far, wire, twins, modbusLocks, line, bus: new ModbusBus(line)};
}

function ear() {
  const readings: LockReading[] = [];
  const health: string[] = [];
  const listener: ParkingLockListener = {
    onReading: reading => readings.push(reading),
    onHealth: told => health.push(told),
  };
  return {readings, health, listener};
}

test('~P14 a lock on a lock board beside Modbus units on one line opens within 4 s of its order, with zero collisions and zero gap violations', async t => {
  const {clock, far, wire, twins, modbusLocks, line, bus} = mixedLine();
  const boards = (['board-8a80', 'winnsen'] as const).map(model => {
    const told = ear();
    const board = new LockBoard({model: LOCK_BOARD_MODELS[model], bus: line, board: 1});
    const options = {id: name(`L-${model}`), board, clock, lock: 1, raiseLock: 2};
    const settings = {statusMeansOpen: true, travelMs: 3000, listener: told.listener};
    return {...told, driver: new BoardLock({...options, ...settings})};
  });
  const plain = [1, 2].map(unit => {
    const told = ear();
    const options = {id: name(`L-${unit}`), bus, clock, unit, listener: told.listener};
    return {...told, driver: new LockDriver(options)};
  });
  const inputs = new InputBoard({
    ...{id: name('S-1'), bus, unit: 40},
    inputs: new Map([[0, {onInput: () => {}, onInputHealth: () => {}}]]),
    listener: {onHealth: () => {}},
  });
  line.open();
  const locks = [...boards, ...plain];
  await clock.until(() => locks.every(lock => lock.driver.health === 'ok'), 5000);

  const orderedMs = clock.nowMs();
  const outcomes = Promise.all(
    locks.map(({driver}) => {
      driver.watch(true);
      return driver.command('lower');
    }),
  );
  await clock.until(() => locks.every(lock => lock.driver.latest?.arm === 'down'), 8000);
  t.true(clock.nowMs() - orderedMs <= 4000, `${clock.nowMs() - orderedMs} ms`);
  t.deepEqual(await outcomes, ['acknowledged', 'acknowledged', 'acknowledged', 'acknowledged']);
  for (const {driver} of locks) driver.watch(false);
  const raised = Promise.all(locks.map(({driver}) => driver.command('raise')));
  await clock.until(() => locks.every(lock => lock.driver.latest?.arm === 'up'), 8000);
  await raised;
  await clock.advance(60_000);

  t.deepEqual(
    twins.map(twin => twin.lock(1).commands.map(({direction}) => direction)),
    [
      ['lower', 'raise'],
      ['lower', 'raise'],
    ],
    'each order went out once',
  );
  t.deepEqual(
    modbusLocks.map(lock => lock.arm),
    ['up', 'up'],
  );
  t.is(wire.collisions, 0);
  t.is(wire.gapViolations, 0);
  t.false(locks.some(({health}) => health.includes('suspect') || health.includes('offline')));
  const troubled = line
    .counters()
    .units.filter(({crcErrors, timeouts}) => crcErrors + timeouts > 0);
  t.deepEqual(troubled, []);
  for (const {driver} of locks) driver.close();
  inputs.close();
  await line.close();
  await far.close();
  wire.close();
  clock.assertIdle();
});
