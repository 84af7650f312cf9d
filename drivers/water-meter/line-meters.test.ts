import test from 'ava';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {Cjt188Meter as Cjt188Twin} from '../../sim/devices/cjt188-meter.js';
import {WaterMeter as ModbusTwin} from '../../sim/devices/water-meter.js';
import {Rs485Line} from '../../sim/wire/rs485-line.js';
import type {PollEntry} from '../bus/contract.js';
import {ModbusBus} from '../bus/modbus-bus.js';
import {SharedLine} from '../bus/shared-line.js';
import {ScriptedBus} from '../lifecycle/scripted-bus.js';
import {createMemoryPair} from '../port/memory-link.js';
import {Cjt188Meter} from './cjt188-meter.js';
import type {WaterMeter} from './contract.js';
import {ModbusMeter} from './modbus-meter.js';

const id = asId<DeviceId>('W-1');
const ADDRESS = '78330011223344';

function makeLine(baudRate: number, bitsPerCharacter: number) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const {link, far} = createMemoryPair({clock, name: 'line-1'});
  const ends = {clock, baudRate, bitsPerCharacter};
  const wire = new Rs485Line({...ends, entropy: new SeededEntropy(), farEnd: far});
  const line = new SharedLine({...ends, link, fraction: () => 0.5});
  line.open();
  const heard: string[] = [];
  const listener = {
    onReading: ({quality}: {readonly quality: string}) => {
      if (quality !== 'good') heard.push(quality);
    },
    onMeterFault: (fault: string, isStanding: boolean) =>
      heard.push(`${isStanding ? '+' : '-'}${fault}`),
    onHealth: (health: string) => heard.push(health),
    onValve: () => {},
    onValveFault: (fault: string, isStanding: boolean) =>
      heard.push(`${isStanding ? '+' : '-'}${fault}`),
    onNoFlow: () => heard.push('no flow'),
  };
  const shut = async (meter: WaterMeter) => {
    const closing = meter.close();
    await clock.advance(2000);
    await closing;
    await line.close();
    await far.close();
    wire.close();
    clock.assertIdle();
  };
  return {clock, wire, line, heard, listener, shut};
}

function modbusRig(totalMl = 1_000_000) {
  const rig = makeLine(9600, 10);
  const twin = new ModbusTwin({clock: rig.clock, unit: 3, totalMl});
  rig.wire.attach(twin);
  const {clock, listener, line} = rig;
  const meter = new ModbusMeter({id, bus: new ModbusBus(line), clock, unit: 3, listener});
  return {...rig, twin, meter};
}

function cjt188Rig() {
  const rig = makeLine(2400, 11);
  const twin = new Cjt188Twin({clock: rig.clock, address: ADDRESS, totalMl: 5_000_000});
  rig.wire.attach(twin);
  const {clock, listener, line: bus} = rig;
  const meter = new Cjt188Meter({id, bus, clock, address: ADDRESS, listener});
  return {...rig, twin, meter};
}

for (const [name, build] of [
  ['Modbus', modbusRig],
  ['CJ/T 188', cjt188Rig],
] as const) {
  test(`${name}: opens and closes within 3 s, proved by read-back, and the total is what ran`, async t => {
    const {clock, twin, meter, heard, shut} = build();
    await clock.advance(5000);
    t.is(meter.health, 'ok');
    t.is(meter.valve.state.position, 'closed');
    const startMl = meter.latest?.totalMl ?? 0;
    const openedMs = clock.nowMs();
    t.true(meter.valve.open(180_000));
    await clock.until(() => meter.valve.state.confirmed, 3000);
    t.is(twin.pipe.valve, 'open');
    t.true(clock.nowMs() - openedMs <= 3000);
    await clock.advance(120_000);
    const closedMs = clock.nowMs();
    meter.valve.close();
    await clock.until(() => meter.valve.state.confirmed, 3000);
    t.true(clock.nowMs() - closedMs <= 3000);
    await clock.advance(5000);
    t.is(twin.pipe.valve, 'closed');
    const billedMl = (meter.latest?.totalMl ?? 0) - startMl;
    const step = name === 'Modbus' ? 2 : 10_000;
    t.true(Math.abs(billedMl - (twin.pipe.totalMl - startMl)) <= step, `${billedMl} ml`);
    t.deepEqual(heard, ['ok']);
    await shut(meter);
  });

  test(`${name}: a valve stuck open is VALVE_FAULT within 3 s and told to close until it does`, async t => {
    const {clock, twin, meter, heard, shut} = build();
    await clock.advance(5000);
    meter.valve.open(20_000);
    await clock.advance(5000);
    twin.pipe.ail({stuck: true});
    await clock.advance(18_100);
    t.true(heard.includes('+not_closed'), heard.join());
    await clock.advance(33_000);
    t.is(twin.orders.filter(order => order === 'close').length, 2);
    twin.pipe.ail({stuck: false});
    await clock.advance(35_000);
    t.is(twin.pipe.valve, 'closed');
    t.is(heard.at(-1), '-not_closed');
    await shut(meter);
  });

  test(`${name}: a link lost with the valve open is told, and closes when it is back`, async t => {
    const {clock, twin, meter, heard, shut} = build();
    await clock.advance(5000);
    meter.valve.open(600_000);
    await clock.advance(5000);
    twin.isUnplugged = true;
    await clock.advance(20_000);
    t.true(heard.includes('+unreachable') && heard.includes('offline'), heard.join());
    t.is(meter.valve.state.position, 'unknown');
    t.false(meter.valve.open(1000), 'nothing is opened out of reach');
    twin.isUnplugged = false;
    await clock.advance(60_000);
    t.is(twin.pipe.valve, 'closed');
    t.is(meter.valve.state.position, 'closed');
    t.true(heard.includes('-unreachable'));
    await shut(meter);
  });

  test(`${name}: a meter that was reset bills what ran after it, flagged`, async t => {
    const {clock, twin, meter, heard, shut} = build();
    await clock.advance(5000);
    const beforeMl = meter.latest?.totalMl ?? 0;
    twin.reset();
    await clock.advance(5000);
    t.true(heard.includes('estimated'));
    t.is(meter.latest?.totalMl, beforeMl);
    twin.lowBattery = true;
    await clock.advance(5000);
    t.is(heard.at(-1), '+low_battery');
    twin.lowBattery = false;
    await clock.advance(5000);
    t.is(heard.at(-1), '-low_battery');
    await shut(meter);
  });
}

for (const [name, build] of [
  ['Modbus', modbusRig],
  ['CJ/T 188', cjt188Rig],
] as const) {
  test(`${name}: an open valve is told to close before its line goes with the driver`, async t => {
    const {clock, wire, line, twin, meter} = build();
    await clock.advance(5000);
    t.true(meter.valve.open(600_000));
    await clock.advance(5000);
    t.is(twin.pipe.valve, 'open');
    const gone = meter.close().then(() => line.close());
    await clock.settle(gone);
    await clock.advance(5000);
    t.is(twin.pipe.valve, 'closed');
    wire.close();
  });
}

test('a unit that the line knows to be lost is a meter that is lost, from the start', async t => {
  class DeadBus extends ScriptedBus {
    override poll(entry: PollEntry): () => void {
      const leave = super.poll(entry);
      entry.onHealth('offline');
      return leave;
    }
  }
  const {clock, wire, line, listener, heard} = makeLine(9600, 10);
  const bus = new DeadBus(clock, {});
  const meter = new ModbusMeter({id, bus, clock, unit: 3, listener});
  t.deepEqual(heard, ['offline']);
  t.false(meter.valve.open(1000));
  await clock.settle(meter.close());
  await line.close();
  wire.close();
});

test('~B9 the Modbus meter is read every second: flow and total are never older', async t => {
  const {clock, meter, shut} = modbusRig();
  await clock.advance(5000);
  meter.valve.open(60_000);
  await clock.advance(5000);
  for (let second = 0; second < 20; second += 1) {
    await clock.advance(1000);
    t.true(clock.nowMs() - (meter.latest?.atMs ?? 0) <= 1000);
    t.is(meter.latest?.flowMlPerMin, 9000);
  }
  await shut(meter);
});

test('a credit in the device closes it without the host', async t => {
  const {clock, twin, meter, shut} = modbusRig();
  await clock.advance(5000);
  t.true(await clock.settle(meter.setCredit(1500)));
  meter.valve.open(600_000);
  await clock.advance(30_000);
  t.is(twin.pipe.valve, 'closed');
  t.deepEqual(twin.orders, ['open'], 'nobody told it to close');
  t.is(meter.valve.state.position, 'closed');
  t.is(meter.latest?.remainingMl, 0);
  const ranMl = twin.pipe.totalMl - 1_000_000;
  t.true(ranMl >= 1500 && ranMl < 1800, `${ranMl} ml`);
  twin.reportsFault = true;
  await clock.advance(3000);
  t.deepEqual(meter.valve.state.faults.includes('device'), true);
  await shut(meter);
});

test('a CJ/T 188 meter that refuses to be read is unreadable', async t => {
  const {clock, twin, meter, heard, shut} = cjt188Rig();
  await clock.advance(5000);
  twin.refuses = true;
  await clock.advance(5000);
  t.is(heard.at(-1), '+unreadable');
  twin.refuses = false;
  await clock.advance(5000);
  t.is(heard.at(-1), '-unreadable');
  await shut(meter);
});
