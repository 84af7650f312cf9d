import test from 'ava';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {ParkingLock} from '../../sim/devices/parking-lock.js';
import {Rs485Line} from '../../sim/wire/rs485-line.js';
import {ModbusBus} from '../bus/modbus-bus.js';
import {SharedLine} from '../bus/shared-line.js';
import {LockDriver} from '../parking-lock/lock-driver.js';
import {createMemoryPair} from '../port/memory-link.js';
import {DebouncedSensor} from './debounced-sensor.js';

/** Eight locks on a 9600-baud line, as the demo site has them, each with its own detector. */
function setup() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const {link, far} = createMemoryPair({clock, name: 'line-1'});
  const wire = new Rs485Line({clock, entropy: new SeededEntropy(), farEnd: far, baudRate: 9600});
  const line = new SharedLine({link, clock, fraction: () => 0.5, baudRate: 9600});
  const bus = new ModbusBus(line);
  line.open();
  const told: string[] = [];
  const bays = Array.from({length: 8}, (_, index) => {
    const unit = index + 1;
    const twin = new ParkingLock({clock, unit, arm: 'down'});
    wire.attach(twin);
    const sensor = new DebouncedSensor({
      id: asId<DeviceId>(`S-${unit}`),
      clock,
      source: 'lock',
      listener: {
        onChange: state =>
          told.push(`${unit} ${state.occupancy}/${state.fault} @${Math.round(clock.nowMs())}`),
      },
    });
    const lock = new LockDriver({
      id: asId<DeviceId>(`L-${unit}`),
      bus,
      clock,
      unit,
      listener: {
        onReading: reading => sensor.onLockReading(reading),
        onHealth: health => sensor.onLockHealth(health),
      },
    });
    return {twin, sensor, lock};
  });
  const close = async () => {
    for (const {lock} of bays) lock.close();
    await line.close();
    await far.close();
    wire.close();
    clock.assertIdle();
  };
  return {clock, bays, told, close};
}

test('~Q8 a detector that flips every 500 ms is caught on a full line at 9600 baud', async t => {
  const {clock, bays, told, close} = setup();
  await clock.advance(8000);
  t.is(told.length, 8, 'every bay is known to be vacant');
  told.length = 0;
  bays[2]?.twin.ail({detector: {flappingMs: 500}});
  await clock.advance(13_000);
  t.is(bays[2]?.sensor.state.fault, 'flapping');
  t.is(told.length, 1);
  await close();
});

test('~Q8 a car is confirmed 2 s after it came and 5 s after it left, plus one poll', async t => {
  const {clock, bays, close} = setup();
  await clock.advance(8000);
  const bay = bays[4];
  const confirmedAfterMs = async (isAbove: boolean, occupancy: string) => {
    const startMs = clock.nowMs();
    bay?.twin.setCarAbove(isAbove);
    await clock.until(() => bay?.sensor.state.occupancy === occupancy, 20_000);
    return clock.nowMs() - startMs;
  };
  const inMs = await confirmedAfterMs(true, 'occupied');
  t.true(inMs >= 2000 && inMs <= 3000, `${inMs} ms in`);
  const outMs = await confirmedAfterMs(false, 'vacant');
  t.true(outMs >= 5000 && outMs <= 6000, `${outMs} ms out`);
  await close();
});
