import test from 'ava';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {PulseMeter as Twin} from '../../sim/devices/pulse-meter.js';
import type {RelayOutcome} from '../relay-board/contract.js';
import type {MeterQuality} from './contract.js';
import {PulseMeter, type PulseMeterOptions} from './pulse-meter.js';
import {worseQuality} from './total-machine.js';

interface SetupOptions {
  readonly count?: number;
  readonly pulsesPerLitre?: number;
  readonly mark?: PulseMeterOptions['mark'];
  /** How the first orders end; the others are acknowledged. */
  readonly outcomes?: readonly RelayOutcome[];
}

/** A terminal with its board, polled every 250 ms, until it is proved closed. */
async function setup({count = 0, pulsesPerLitre = 450, mark, outcomes = []}: SetupOptions = {}) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const twin = new Twin({clock, pulsesPerLitre, count});
  const heard: string[] = [];
  const orders: string[] = [];
  let worst: MeterQuality = 'good';
  const ends = [...outcomes];
  const meter = new PulseMeter({
    id: asId<DeviceId>('W-1'),
    clock,
    pulses: pulsesPerLitre,
    mark,
    output: {
      pulse: async (order, forMs) => {
        await clock.sleep(20);
        const end = ends.shift() ?? 'acknowledged';
        orders.push(`${order} ${end}`);
        if (end === 'acknowledged') twin.pulse(order, forMs);
        return end;
      },
    },
    readCount: () => meter.onCount(twin.count, clock.nowMs()),
    listener: {
      onReading: reading => {
        worst = worseQuality(worst, reading.quality);
      },
      onMeterFault: () => {},
      onHealth: health => heard.push(health),
      onValve: state => heard.push(`${state.position}${state.confirmed ? '' : '?'}`),
      onValveFault: (fault, isStanding) => heard.push(`${isStanding ? '+' : '-'}${fault}`),
      onNoFlow: () => heard.push('no flow'),
    },
  });
  let isPolled = true;
  const poll = () => {
    if (!isPolled) return;
    meter.onCount(twin.count, clock.nowMs());
    clock.timer('board', 250, poll);
  };
  poll();
  await clock.advance(4000);
  const shut = async () => {
    isPolled = false;
    const closing = meter.close();
    await clock.advance(1000);
    await closing;
    clock.assertIdle();
  };
  const quality = () => {
    const seen = worst;
    worst = 'good';
    return seen;
  };
  const stopPolls = () => {
    isPolled = false;
  };
  return {clock, twin, meter, heard, orders, ends, quality, stopPolls, shut};
}

test('an order that its board did not hear goes out again, and a sweep that is late is not waited for', async t => {
  const {clock, meter, heard, orders, ends, stopPolls, shut} = await setup();
  orders.length = 0;
  heard.length = 0;
  stopPolls();
  ends.push('unanswered', 'contradicted');
  t.true(meter.valve.open(60_000));
  await clock.advance(2900);
  t.deepEqual(orders.splice(0), ['open unanswered', 'open contradicted', 'open acknowledged']);
  t.like(meter.valve.state, {position: 'open', confirmed: true});
  ends.push('unanswered');
  meter.valve.close();
  await clock.advance(2900);
  t.deepEqual(orders, ['close unanswered', 'close acknowledged']);
  t.like(meter.valve.state, {position: 'closed', confirmed: true});
  t.false(heard.some(one => one.startsWith('+')));
  await shut();
});

test('B10 a 16-bit counter rolling over mid-shower bills exact litres; a reset is flagged and never bills a whole counter', async t => {
  const {clock, twin, meter, quality, shut} = await setup({count: 65_000});
  t.is(meter.valve.state.position, 'closed');
  const startMl = meter.latest?.totalMl ?? Number.NaN;
  const startUl = twin.pipe.volumeUl;
  quality();
  t.true(meter.valve.open(600_000));
  await clock.advance(133_334);
  meter.valve.close();
  await clock.advance(5000);
  t.is(meter.valve.state.position, 'closed');
  const ranMl = (twin.pipe.volumeUl - startUl) / 1000;
  t.is(Math.round(ranMl), 20_000, 'a shower of 20 l');
  t.true(twin.count < 65_000, 'it ran over');
  const billedMl = (meter.latest?.totalMl ?? 0) - startMl;
  t.true(Math.abs(billedMl - ranMl) <= 1000 / 450 + 1, `${billedMl} of ${ranMl} ml`);
  t.is(Math.round(billedMl / 10), 2000, 'exact to the pulse');
  t.is(quality(), 'rollover');

  t.true(meter.valve.open(600_000));
  await clock.advance(60_000);
  const beforeMl = meter.latest?.totalMl ?? 0;
  twin.reset();
  await clock.advance(60_000);
  meter.valve.close();
  await clock.advance(5000);
  const afterMl = (meter.latest?.totalMl ?? 0) - beforeMl;
  t.true(afterMl > 9000 - 60 && afterMl < 9200, `${afterMl} ml in the minute after the reset`);
  t.is(quality(), 'estimated');
  await shut();
});

test('~B10 millions of pulses drift by nothing, whatever the factor', t => {
  const clock = new VirtualClock({yieldTurn: () => Promise.resolve()});
  const meter = new PulseMeter({
    id: asId<DeviceId>('W-1'),
    clock,
    pulses: 4500,
    litres: 7,
    counterBits: 16,
    output: {pulse: () => Promise.resolve('acknowledged')},
    listener: {
      onReading: () => {},
      onMeterFault: () => {},
      onHealth: () => {},
      onValve: () => {},
      onValveFault: () => {},
      onNoFlow: () => {},
    },
  });
  let pulses = 0;
  meter.onCount(0, 0);
  for (let second = 1; second <= 20_000; second += 1) {
    pulses += 331;
    meter.onCount(pulses % 65_536, second * 1000);
  }
  t.is(pulses, 6_620_000);
  t.is(meter.latest?.totalMl, Math.floor((6_620_000 * 7000) / 4500));
  void meter.close();
});

test('~B10 a total goes on from where it stood before a restart', async t => {
  const mark = {units: 900_000, raw: 65_000};
  const {meter, quality, shut} = await setup({count: 65_000, mark});
  t.is(meter.latest?.totalMl, 2_000_000);
  t.is(quality(), 'good');
  t.deepEqual(meter.latest?.mark, mark);
  await shut();
});

test('~B8 a valve stuck shut: no water within 10 s, and it is closed', async t => {
  const {clock, twin, meter, heard, shut} = await setup();
  heard.length = 0;
  twin.pipe.ail({stuck: true});
  t.true(meter.valve.open(60_000));
  await clock.advance(15_000);
  t.true(heard.includes('no flow'));
  t.is(twin.pulses.at(-1)?.order, 'close');
  t.is(meter.valve.state.position, 'closed');
  await shut();
});

test('a valve stuck open is a fault and told to close every 30 s; a drip through a closed one is a leak', async t => {
  const {clock, twin, meter, heard, shut} = await setup();
  t.true(meter.valve.open(60_000));
  await clock.advance(5000);
  twin.pipe.ail({stuck: true});
  meter.valve.close();
  await clock.advance(4000);
  t.true(heard.includes('+not_closed'));
  const closes = () => twin.pulses.filter(({order}) => order === 'close').length;
  const before = closes();
  await clock.advance(30_000);
  t.is(closes(), before + 1);
  twin.pipe.ail({stuck: false});
  await clock.advance(35_000);
  t.true(heard.includes('-not_closed'));
  t.is(meter.valve.state.position, 'closed');

  twin.pipe.ail({leakMlPerMin: 600});
  await clock.advance(15_000);
  t.true(heard.includes('+leak'));
  twin.pipe.ail({leakMlPerMin: 0});
  await clock.advance(10_000);
  t.true(heard.includes('-leak'));
  await shut();
});

test('a board out of reach closes; an open valve is closed by the end of the driver', async t => {
  const {clock, twin, meter, heard, shut} = await setup();
  t.true(meter.valve.open(60_000));
  await clock.advance(5000);
  meter.onCountHealth('offline');
  t.true(heard.includes('+unreachable') && heard.includes('offline'));
  t.is(meter.health, 'offline');
  await clock.advance(100);
  t.is(twin.pulses.at(-1)?.order, 'close');
  await clock.advance(5000);
  t.true(meter.valve.open(60_000));
  await clock.advance(3000);
  await shut();
  t.is(twin.pulses.at(-1)?.order, 'close');
  t.is(twin.pipe.valve, 'closed');
});

test('an order to close that the relay did not take proves nothing, though no water runs', async t => {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  let outcome: RelayOutcome = 'acknowledged';
  const meter = new PulseMeter({
    id: asId<DeviceId>('W-1'),
    clock,
    pulses: 450,
    output: {pulse: () => Promise.resolve(outcome)},
    listener: {
      onReading: () => {},
      onMeterFault: () => {},
      onHealth: () => {},
      onValve: () => {},
      onValveFault: () => {},
      onNoFlow: () => {},
    },
  });
  const polls = async (count: number) => {
    for (let no = 0; no < count; no += 1) {
      meter.onCount(0, clock.nowMs());
      await clock.advance(250);
    }
  };
  await polls(16);
  t.is(meter.valve.state.position, 'closed');
  for (const failure of ['not_sent', 'refused', 'unanswered', 'contradicted'] as const) {
    outcome = 'acknowledged';
    t.true(meter.valve.open(60_000));
    await polls(8);
    t.is(meter.valve.state.position, 'open');
    outcome = failure;
    meter.valve.close();
    await polls(16);
    t.is(meter.valve.state.position, 'open', failure);
    t.deepEqual(meter.valve.state.faults, ['not_closed'], failure);
    outcome = 'proven';
    await polls(130);
    t.deepEqual(meter.valve.state, {position: 'closed', confirmed: true, faults: []});
  }
  outcome = 'refused';
  t.true(meter.valve.open(60_000));
  await polls(13);
  t.true(
    meter.valve.state.faults.includes('not_opened'),
    'an order that never left opened nothing',
  );
  await meter.close();
  clock.assertIdle();
});

test('a factor that is not whole is refused', async t => {
  await t.throwsAsync(setup({pulsesPerLitre: 0.5}), {code: 'usage/pulses'});
});

test('a close that never left its board is no close: the valve counts as closed only after the next one', async t => {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const orders: string[] = [];
  let isGone = true;
  const ignore = () => {};
  const meter = new PulseMeter({
    id: asId<DeviceId>('W-1'),
    clock,
    pulses: 450,
    output: {
      pulse: order => {
        orders.push(order);
        return Promise.resolve(isGone ? 'not_sent' : 'acknowledged');
      },
    },
    listener: {
      onReading: ignore,
      onMeterFault: ignore,
      onHealth: ignore,
      onValve: ignore,
      onValveFault: ignore,
      onNoFlow: ignore,
    },
  });
  const poll = async (forMs: number) => {
    for (const untilMs = clock.nowMs() + forMs; clock.nowMs() < untilMs; ) {
      meter.onCount(0, clock.nowMs());
      await clock.advance(250);
    }
  };
  await poll(10_000);
  t.is(meter.valve.state.position, 'unknown');
  t.true(meter.valve.state.faults.includes('not_closed'));
  isGone = false;
  await poll(40_000);
  t.is(meter.valve.state.position, 'closed');
  t.deepEqual([...new Set(orders)], ['close']);
  await meter.close();
  clock.assertIdle();
});
