import test from 'ava';
import type {BusOutcome} from '../../drivers/bus/contract.js';
import {ModbusBus} from '../../drivers/bus/modbus-bus.js';
import {SharedLine} from '../../drivers/bus/shared-line.js';
import {createMemoryPair} from '../../drivers/port/memory-link.js';
import {yieldTurn} from '../../edge/platform/event-loop.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {ParkingLock} from '../devices/parking-lock.js';
import {ReplayedLine, readTrace} from './replayed-line.js';
import {Rs485Line} from './rs485-line.js';

const BAUD_RATE = 9600;
/** The third lock answers nothing, and no lock has so high a register. */
const ASKED = [
  {unit: 1, address: 0},
  {unit: 2, address: 1},
  {unit: 3, address: 0},
  {unit: 1, address: 60_000},
  {unit: 2, address: 1},
];

async function line() {
  const clock = new VirtualClock({yieldTurn});
  const {link, far} = createMemoryPair({clock, name: 'line-1'});
  const shared = new SharedLine({link, clock, fraction: () => 0, baudRate: BAUD_RATE});
  shared.open();
  await clock.advance(100);
  const ask = async () => {
    const outcomes: BusOutcome[] = [];
    const bus = new ModbusBus(shared);
    for (const {unit, address} of ASKED) {
      const request = {unit, address, table: 'holding', quantity: 1, lane: 'confirm'} as const;
      outcomes.push(await clock.settle(bus.read({...request, resends: 0})));
    }
    return outcomes.map(({kind, ...rest}) =>
      'values' in rest ? {kind, values: rest.values} : kind,
    );
  };
  return {clock, far, shared, ask};
}

test('~I-18 a recorded trace of a line is replayed: the same questions end as they ended then, and a new one meets silence', async t => {
  const then = await line();
  const entropy = new SeededEntropy(5);
  const wire = new Rs485Line({clock: then.clock, entropy, farEnd: then.far, baudRate: BAUD_RATE});
  const locks = [1, 2].map(unit => new ParkingLock({clock: then.clock, unit}));
  for (const lock of locks) wire.attach(lock);
  const outcomes = await then.ask();
  t.is(outcomes.filter(one => typeof one === 'object').length, 3, JSON.stringify(outcomes));
  const text = then.shared.dumpTrace().map(frame => JSON.stringify({line: 'line-1', ...frame}));

  const now = await line();
  const log = '{"level":"info","event":"daemon.running"}';
  const trace = readTrace([log, ...text].join('\n'));
  t.is(trace.filter(({kind}) => kind === 'tx').length, ASKED.length);
  const replayed = new ReplayedLine({clock: now.clock, farEnd: now.far, trace});
  t.deepEqual(await now.ask(), outcomes);
  t.like(replayed, {strays: 0, left: 0});
  t.true(
    (await now.ask()).every(one => typeof one === 'string'),
    'what was not recorded is silent',
  );
  t.true(replayed.strays > 0);

  t.throws(() => readTrace('{"atMs":1,"kind":"tx","hex":"01.."}'), {
    message: /line 1: expected atMs/,
  });
  t.throws(() => readTrace('tx 01'), {message: /line 1: expected a frame as JSON/});
  for (const {shared} of [then, now]) await shared.close();
  replayed.close();
});
