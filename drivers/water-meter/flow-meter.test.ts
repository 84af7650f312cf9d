import test from 'ava';
import {
  type FlowMeterProfile,
  TUF_2000M_FROM_1_PROFILE,
  TUF_2000M_PROFILE,
} from '../../protocols/profiles/flow-meter-profile.js';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {FlowMeter as Twin} from '../../sim/devices/flow-meter.js';
import {WaterPipe} from '../../sim/devices/water-pipe.js';
import {Rs485Line} from '../../sim/wire/rs485-line.js';
import {ModbusBus} from '../bus/modbus-bus.js';
import {SharedLine} from '../bus/shared-line.js';
import {createMemoryPair} from '../port/memory-link.js';
import type {WaterMeterReading} from './contract.js';
import {FlowMeter} from './flow-meter.js';

function makeRig(driverProfile: FlowMeterProfile, twinProfile = driverProfile) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const {link, far} = createMemoryPair({clock, name: 'line-1'});
  const ends = {clock, baudRate: 9600, bitsPerCharacter: 10};
  const wire = new Rs485Line({...ends, entropy: new SeededEntropy(), farEnd: far});
  const line = new SharedLine({...ends, link, fraction: () => 0.5});
  line.open();
  const pipe = new WaterPipe({clock, totalMl: 40_000_000_123});
  const twin = new Twin({unit: 1, pipe, profile: twinProfile});
  wire.attach(twin);
  const heard: string[] = [];
  const readings: WaterMeterReading[] = [];
  const meter = new FlowMeter({
    id: asId<DeviceId>('W-1'),
    bus: new ModbusBus(line),
    unit: 1,
    profile: driverProfile,
    listener: {
      onReading: reading => readings.push(reading),
      onMeterFault: (fault, isStanding) => heard.push(`${isStanding ? '+' : '-'}${fault}`),
      onHealth: health => heard.push(health),
    },
  });
  const shut = async () => {
    await meter.close();
    await clock.advance(2000);
    await line.close();
    await far.close();
    wire.close();
    clock.assertIdle();
  };
  return {clock, pipe, twin, meter, heard, readings, shut};
}

for (const profile of [TUF_2000M_PROFILE, TUF_2000M_FROM_1_PROFILE]) {
  test(`${profile.name}: flow every second, and the total is what ran`, async t => {
    const {clock, pipe, meter, heard, readings, shut} = makeRig(profile);
    await clock.advance(3000);
    const startMl = meter.latest?.totalMl ?? 0;
    pipe.order('open');
    await clock.advance(60_000);
    t.is(meter.latest?.flowMlPerMin, 9000);
    pipe.order('close');
    await clock.advance(3000);
    t.is((meter.latest?.totalMl ?? 0) - startMl, pipe.totalMl - 40_000_000_123);
    t.true(readings.length >= 65, `${readings.length}`);
    t.true(readings.every(({quality}) => quality === 'good'));
    t.deepEqual(heard, ['ok']);
    await shut();
  });
}

test('without a signal it is unreadable and the total stands; a cleared totaliser never takes it back', async t => {
  const {clock, pipe, twin, meter, heard, shut} = makeRig(TUF_2000M_PROFILE);
  await clock.advance(3000);
  pipe.order('open');
  await clock.advance(10_000);
  const beforeMl = meter.latest?.totalMl ?? 0;
  twin.signalPercent = 20;
  await clock.advance(5000);
  t.deepEqual(heard, ['ok', '+unreadable']);
  t.true((meter.latest?.totalMl ?? 0) - beforeMl <= 150);
  twin.signalPercent = 90;
  await clock.advance(2000);
  t.deepEqual(heard, ['ok', '+unreadable', '-unreadable']);
  const standingMl = meter.latest?.totalMl ?? 0;
  t.true(standingMl > beforeMl);
  twin.reset();
  await clock.advance(2000);
  t.true((meter.latest?.totalMl ?? 0) >= standingMl);
  await shut();
});

test('a meter without power is told once, and once that it is back', async t => {
  const {clock, twin, meter, heard, shut} = makeRig(TUF_2000M_PROFILE);
  await clock.advance(3000);
  twin.isUnplugged = true;
  await clock.advance(30_000);
  t.is(meter.health, 'offline');
  twin.isUnplugged = false;
  await clock.advance(60_000);
  t.is(meter.health, 'ok');
  t.deepEqual(
    heard.filter(what => what === 'ok' || what === 'offline'),
    ['ok', 'offline', 'ok'],
  );
  await shut();
});

test('a firmware whose registers are shifted is told as unreadable, never billed', async t => {
  const {clock, heard, readings, shut} = makeRig(TUF_2000M_PROFILE, TUF_2000M_FROM_1_PROFILE);
  await clock.advance(3000);
  t.deepEqual(readings, []);
  t.true(heard.includes('+unreadable') || heard.includes('offline'), heard.join());
  await shut();
});
