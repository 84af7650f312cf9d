import test from 'ava';
import {asId} from '../../protocols/site/ids.js';
import type {WaterMeter} from '../devices/water-meter.js';
import {bathe} from './bath-rig.js';

const CODE = '19057344';

test('~B11 a Xintai meter is told how much it may give before it opens, and shuts by itself when the gateway and its line are dead', async t => {
  await bathe(t, {xintai: 1}, async house => {
    const {world} = house;
    await house.code(CODE, {budget: {fen: 100, seconds: 1800}});
    const meter = house.stall('X-01').meter as WaterMeter;
    const {pipe} = meter;
    const fromMl = pipe.totalMl;
    await house.type('X-01', `${CODE}#`);
    await world.until(() => pipe.valve === 'open', 5000);
    // 5 l for 1 yuan, and 1 l more, so that a gateway that lives shuts first.
    t.is(meter.remainingMl + pipe.totalMl - fromMl, 6000);
    await world.advance(5000);
    world.end('line-X').unplug();
    await world.clock.settle(world.killEdge());
    t.is(pipe.valve, 'open');
    for (let ticks = 0; ticks < 600 && pipe.valve === 'open'; ticks += 1) {
      await world.advance(100);
      meter.tick();
    }
    t.is(pipe.valve, 'closed');
    const ranMl = pipe.totalMl - fromMl;
    t.true(ranMl >= 6000 && ranMl <= 6200, `${ranMl} ml`);
  });
});

test('~E6 a latching valve stays open when its gateway dies, and is shut within 2 s of the next start, before anybody may bathe', async t => {
  await bathe(t, {xintai: 0, pulse: 1}, async house => {
    const {world} = house;
    await house.code(CODE);
    await house.type('P-01', `${CODE}#`);
    await world.advance(20_000);
    const {pipe} = house.stall('P-01');
    world.end('line-B').unplug();
    await world.clock.settle(world.killEdge());
    await world.advance(5000);
    t.is(pipe.valve, 'open', 'nothing in it counts');
    world.end('line-B').replug();
    world.startEdge();
    const fromMs = world.nowMs;
    await world.until(() => pipe.valve === 'closed', 10_000);
    t.true(world.nowMs - fromMs <= 2000, `${world.nowMs - fromMs} ms`);
    t.is(house.showers()[0]?.phase, 'resumable');
  });
});

test('~E61 the relays of the master valve take the water from the row of a valve that sticks open', async t => {
  await bathe(t, {xintai: 0, pulse: 2, hasRow: true}, async house => {
    const {world} = house;
    await house.code(CODE);
    await house.type('P-01', `${CODE}#`);
    await world.advance(15_000);
    const {pipe} = house.stall('P-01');
    pipe.ail({stuck: true});
    house.stall('P-01').keypad.press('*');
    await world.until(() => world.alarms().some(({kind}) => kind === 'LEAK'), 20_000);
    const fromMs = world.nowMs;
    await world.until(() => pipe.flowMlPerMin === 0, 5000);
    t.true(world.nowMs - fromMs <= 1000, `${world.nowMs - fromMs} ms`);
    await world.until(() => house.screen('P-02') === 'Out of service / Use another one', 20_000);
    pipe.ail({stuck: false});
    // Water that still runs at the end of a story holds nobody up.
  });
});

test('~E63 the counter of a stall is unplugged with water running: time is charged after 60 s, and what was set aside ends it', async t => {
  await bathe(t, {xintai: 0, pulse: 1}, async house => {
    const {world} = house;
    await house.code(CODE, {budget: {fen: 120, seconds: 1800}});
    await house.type('P-01', `${CODE}#`);
    await world.advance(10_000);
    house.counter.isUnplugged = true;
    const {pipe} = house.stall('P-01');
    await world.advance(60_000);
    t.is(pipe.valve, 'open');
    await world.until(() => pipe.valve === 'closed', 60_000);
    // A rinse is held out for a minute.
    await house.settled(1, 90_000);
    t.like(house.showers()[0], {usedFen: 120, quality: 'estimated', phase: 'settled'});
    t.regex(house.screen('P-01'), /Goodbye|Out of service/);
  });
});

test('~E64 a probe over 45 °C shuts the valve within 2 s, with an alarm', async t => {
  await bathe(t, {xintai: 1, hasProbes: true}, async house => {
    const {world} = house;
    await house.code(CODE);
    await house.type('X-01', `${CODE}#`);
    await world.advance(5000);
    const {pipe, probe} = house.stall('X-01');
    probe.milliCelsius = 44_500;
    await world.advance(3000);
    t.is(pipe.valve, 'open');
    probe.milliCelsius = 45_500;
    const fromMs = world.nowMs;
    await world.until(() => pipe.valve === 'closed', 10_000);
    t.true(world.nowMs - fromMs <= 3000, `${world.nowMs - fromMs} ms`);
    t.true(world.alarms().some(({kind}) => kind === 'HOT_WATER'));
    await house.settled(1);
    t.is(house.showers()[0]?.end, 'hot');
  });
});

test('~E55 a stop from afar shuts the valve of its stall alone, once, and is done when the meter says so', async t => {
  await bathe(t, {xintai: 2}, async house => {
    const {world} = house;
    for (const [no, id] of ['X-01', 'X-02'].entries()) {
      await house.code(`${CODE}${no}`);
      await house.type(id, `${CODE}${no}#`);
    }
    await world.advance(3000);
    const told: string[] = [];
    const stop = (id: string, stall: string, use?: string) =>
      world.edge.site.remoteOrders.accept(
        {id: asId(id), kind: 'stop', bay: asId(stall), by: 'owner', ...(use && {use})},
        outcome => told.push(`${stall} ${'why' in outcome ? outcome.why : outcome.kind}`),
        () => told.push(`${stall} begun`),
      );
    t.is(stop('c-1', 'X-01').kind, 'claimed');
    t.is(stop('c-1', 'X-01').kind, 'dup');
    stop('c-2', 'X-09');
    stop('c-3', 'X-02', house.showers()[0]?.session);
    const [first, second] = house.stalls;
    await world.until(() => told.includes('X-01 done'), 5000);
    t.is(first?.pipe.valve, 'closed');
    t.deepEqual(told, ['X-01 begun', 'X-09 NOT_FROM_AFAR', 'X-02 OVER', 'X-01 done']);
    await world.until(() => house.showers()[0]?.phase === 'settled', 20_000);
    t.is(house.showers()[0]?.end, 'remote');
    // With water running at its end a story closes all the same.
    t.is(second?.pipe.valve, 'open');
  });
});
