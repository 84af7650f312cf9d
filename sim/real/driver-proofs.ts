import type {ExecutionContext} from 'ava';
import type {LockReading} from '../../drivers/parking-lock/contract.js';
import {LockDriver} from '../../drivers/parking-lock/lock-driver.js';
import {ModbusRelays} from '../../drivers/relay-board/modbus-relays.js';
import type {WaterMeterReading} from '../../drivers/water-meter/contract.js';
import {ModbusMeter} from '../../drivers/water-meter/modbus-meter.js';
import type {ValveFault} from '../../drivers/water-valve/contract.js';
import {asId} from '../../protocols/site/ids.js';
import {until} from './peer-process.js';
import type {RealLine} from './real-line.js';

const POLL_MS = 200;

/** A lock that somebody else plays is lowered: acknowledged, seen moving, then down, one movement more. */
export async function proveLock(
  t: ExecutionContext,
  {bus, clock}: RealLine,
  unit: number,
  base = 0,
) {
  const readings: LockReading[] = [];
  const lock = new LockDriver({
    ...{id: asId('lock-1'), bus, clock, unit, base, pollMs: POLL_MS},
    listener: {onReading: reading => void readings.push(reading), onHealth: () => {}},
  });
  t.teardown(() => lock.close());
  await until('the arm is up', () => lock.latest?.arm === 'up');
  t.is(await lock.command('lower'), 'acknowledged');
  await until('the arm is down', () => lock.latest?.arm === 'down');
  const arms = readings.map(({arm}) => arm);
  t.deepEqual(
    arms.filter((arm, index) => arm !== arms[index - 1]),
    ['up', 'moving', 'down'],
  );
  t.is(readings.at(-1)?.cycles, (readings[0]?.cycles ?? 0) + 1);
  t.is(readings[0]?.supplyMv, 12_400);
}

/** Outputs of a board that somebody else plays: each order is proved by reading them back. */
export async function proveRelays(t: ExecutionContext, {bus, clock}: RealLine, unit: number) {
  const faults: string[] = [];
  const relays = new ModbusRelays({
    ...{id: asId('relays-1'), bus, clock, unit, pollMs: POLL_MS},
    listener: {
      onOutputs: () => {},
      onHealth: () => {},
      onFault: (fault, isStanding, detail) => void faults.push(`${fault} ${isStanding} ${detail}`),
    },
  });
  t.teardown(() => relays.close());
  await until('the outputs are known', () => relays.outputs !== undefined);
  const on = () => relays.outputs?.flatMap((isOn, output) => (isOn ? [output] : []));
  t.deepEqual(on(), []);
  t.is(await relays.set(2, true), 'proven');
  t.is(await relays.set(7, true), 'proven');
  t.deepEqual(on(), [2, 7]);
  t.is(await relays.set(2, false), 'proven');
  t.deepEqual(on(), [7]);
  t.deepEqual(faults, []);
  return {relays, on};
}

/**
 * A meter with a valve that somebody else plays: it stands at 545 litres, the valve opens, water runs,
 * the valve closes, the total stands. Both orders are proved by readings.
 */
export async function proveMeter(t: ExecutionContext, {bus, clock}: RealLine, unit: number) {
  const readings: WaterMeterReading[] = [];
  const faults: string[] = [];
  const meter = new ModbusMeter({
    ...{id: asId('meter-1'), bus, clock, unit, pollMs: POLL_MS},
    listener: {
      onReading: reading => void readings.push(reading),
      onMeterFault: fault => void faults.push(fault),
      onHealth: () => {},
      onValve: () => {},
      onValveFault: (fault: ValveFault) => void faults.push(fault),
      onNoFlow: () => void faults.push('no flow'),
    },
  });
  t.teardown(() => meter.close());
  const {valve} = meter;
  const isProved = (position: string) => valve.state.position === position && valve.state.confirmed;
  await until('the valve is proved closed', () => isProved('closed'));
  t.is(meter.latest?.totalMl, 545_000);
  t.is(meter.latest?.flowMlPerMin, 0);

  t.true(valve.open(60_000));
  await until('the valve is proved open', () => isProved('open'));
  await until('water runs', () => (meter.latest?.totalMl ?? 0) >= 545_500);
  t.is(meter.latest?.flowMlPerMin, 60_000);

  valve.close();
  await until('the valve is proved closed', () => isProved('closed'));
  const stoodMl = meter.latest?.totalMl;
  const seen = readings.length;
  await until('three more readings', () => readings.length >= seen + 3);
  t.is(meter.latest?.totalMl, stoodMl);
  t.is(meter.latest?.flowMlPerMin, 0);
  t.true(readings.every(({quality}) => quality === 'good'));
  t.deepEqual(faults, []);
  return meter;
}
