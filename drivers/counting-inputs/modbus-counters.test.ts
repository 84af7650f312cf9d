import test from 'ava';
import fc from 'fast-check';
import {ADAM_4150, MOXA_R1210} from '../../protocols/profiles/counting-inputs-profile.js';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {CountingInputs} from '../../sim/devices/counting-inputs.js';
import {Rs485Line} from '../../sim/wire/rs485-line.js';
import {ModbusBus} from '../bus/modbus-bus.js';
import {SharedLine} from '../bus/shared-line.js';
import {ScriptedBus} from '../lifecycle/scripted-bus.js';
import {createMemoryPair} from '../port/memory-link.js';
import {stepCounter} from './counter-machine.js';
import {ModbusCounters} from './modbus-counters.js';

const id = asId<DeviceId>('N-1');
const makeClock = () => new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
const NARROW = {...MOXA_R1210, registersPerInput: 1} as const;

test('a counter is read by its growth', t => {
  t.is(stepCounter(undefined, 7, 32), undefined);
  t.is(stepCounter(7, 7, 32), undefined);
  t.deepEqual(stepCounter(7, 9, 32), {delta: 2, quality: 'ok'});
  t.deepEqual(stepCounter(65_534, 1, 16), {delta: 3, quality: 'rollover'});
  t.deepEqual(stepCounter(65_534, 1, 32), {delta: 0, quality: 'reset'});
  t.deepEqual(stepCounter(30_000, 4, 16), {delta: 0, quality: 'reset'});
  t.deepEqual(stepCounter(0xffff_ffff, 0, 32), {delta: 1, quality: 'rollover'});
});

test('however pulses fall between polls of a narrow counter, none is lost or made', t => {
  const bursts = fc.array(fc.integer({min: 0, max: 4000}), {maxLength: 100});
  const property = fc.property(fc.integer({min: 0, max: 0xffff}), bursts, (start, series) => {
    let total = start;
    let counted = 0;
    for (const pulses of series) {
      const next = (total + pulses) % 0x1_0000;
      counted += stepCounter(total, next, 16)?.delta ?? 0;
      total = next;
    }
    return counted === series.reduce((sum, pulses) => sum + pulses, 0);
  });
  t.notThrows(() => fc.assert(property));
});

test('pulses are counted through a loss of the line, a rollover and a restart of the board', async t => {
  const clock = makeClock();
  const {link, far} = createMemoryPair({clock, name: 'line-1'});
  const wire = new Rs485Line({clock, entropy: new SeededEntropy(), farEnd: far, baudRate: 9600});
  const twin = new CountingInputs({unit: 4, profile: NARROW, totals: [10, 65_530]});
  wire.attach(twin);
  const line = new SharedLine({link, clock, fraction: () => 0.5, baudRate: 9600});
  line.open();
  const heard: string[] = [];
  const counters = new ModbusCounters({
    id,
    bus: new ModbusBus(line),
    unit: 4,
    inputs: [0, 1],
    profile: NARROW,
    listener: {
      onCount: (input, delta, total, quality) =>
        heard.push(`${input} +${delta} =${total} ${quality}`),
      onHealth: () => {},
    },
  });
  await clock.until(() => counters.health === 'ok');
  t.deepEqual(heard, []);
  twin.pulse(0, 3);
  twin.pulse(1, 10);
  await clock.advance(500);
  t.deepEqual(heard, ['0 +3 =13 ok', '1 +10 =4 rollover']);
  twin.isUnplugged = true;
  await clock.advance(20_000);
  twin.pulse(0, 2);
  twin.isUnplugged = false;
  await clock.until(() => heard.length > 2, 60_000);
  twin.restart();
  twin.pulse(0);
  await clock.advance(500);
  t.deepEqual(heard.slice(2), ['0 +2 =15 ok', '0 +0 =1 reset', '1 +0 =0 reset']);
  counters.close();
  await line.close();
  await far.close();
  wire.close();
  clock.assertIdle();
});

test('one read fetches the inputs in use; one that the board has not is refused', t => {
  const bus = new ScriptedBus(makeClock(), {});
  const listener = {onCount: () => {}, onHealth: () => {}};
  const build = (inputs: readonly number[]) =>
    new ModbusCounters({id, bus, unit: 4, inputs, listener, profile: ADAM_4150});
  build([0, 2]);
  const [entry] = bus.entries;
  t.deepEqual(entry?.read, {unit: 4, table: 'holding', address: 0, quantity: 6, resends: 1});
  t.is(entry?.periodMs(), 200);
  build([1]).read();
  t.like(bus.reads[0], {unit: 4, quantity: 4, lane: 'confirm', resends: 1}, 'ahead of the sweep');
  for (const inputs of [[], [7], [-1, 2]]) t.throws(() => build(inputs), {code: 'usage/inputs'});
});
