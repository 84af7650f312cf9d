import test from 'ava';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {RegisterUnit} from '../../sim/wire/register-unit.js';
import {Rs485Line} from '../../sim/wire/rs485-line.js';
import {createMemoryPair} from '../port/memory-link.js';
import type {DeviceHealth} from './contract.js';
import {ModbusBus} from './modbus-bus.js';
import {SharedLine} from './shared-line.js';

const UNITS = [1, 2, 3, 4, 5, 6, 7, 8];
const OUTAGE_MS = 600_000;

test('when a line that was dead for 10 min answers again, all 8 units are back within 3 s of the first', async t => {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const {link, far} = createMemoryPair({clock, name: 'line-1'});
  const wire = new Rs485Line({
    clock,
    entropy: new SeededEntropy(1),
    farEnd: far,
    baudRate: 9600,
  });
  const health = new Map<number, DeviceHealth>();
  let isDown = false;
  const line = new SharedLine({
    link,
    clock,
    fraction: () => 0.5,
    baudRate: 9600,
    onLine: down => {
      isDown = down;
    },
  });
  const bus = new ModbusBus(line);
  for (const unit of UNITS) {
    wire.attach(new RegisterUnit(unit));
    bus.poll({
      read: {unit, table: 'holding', address: 1, quantity: 6},
      periodMs: () => 500,
      onOutcome: () => {},
      onHealth: now => void health.set(unit, now),
    });
  }
  line.open();
  await clock.advance(2000);
  t.deepEqual([...new Set(health.values())], ['ok']);

  wire.faults.set({stuck: true});
  await clock.advance(OUTAGE_MS);
  t.true(isDown);
  wire.faults.clear();
  await clock.until(() => !isDown, 120_000);
  await clock.advance(3000);
  t.deepEqual([...new Set(health.values())], ['ok']);

  await line.close();
  await far.close();
  wire.close();
  clock.assertIdle();
});
