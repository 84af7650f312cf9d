import test from 'ava';
import type {World, WorldCollector} from '../world.js';
import {secondsSince} from './seconds-since.js';
import {withWorld} from './with-world.js';

const SITE: readonly WorldCollector[] = [
  {id: 'C1', kind: 'smart', bays: ['A-012'], travelMs: 1000, pollMs: 50},
];

/** A tenant's card opens A-012 and the car stands on it. */
async function park(world: World) {
  const car = world.car();
  const bay = world.site.bay('A-012');
  await world.tap('C1', await world.office.cardFor(['A-012']));
  await world.clock.settle(car.enterWhenDown(bay, {patienceMs: 5000}));
  await world.advance(10_000);
  return {car, bay};
}

const drawnBay = (world: World) => world.edge.site.state().bays.find(one => one.id === 'A-012');

test('P23 the arm rises 30 s after the car left; a car back at 20 s meets no raise frame at all; after 1 + 5 vain raises an alarm withdraws the bay', async t => {
  await withWorld(t, {collectors: SITE}, async world => {
    const {car, bay} = await park(world);
    t.is(drawnBay(world)?.session, 'parked');

    await world.clock.settle(car.leave());
    await world.clock.settle(car.enter(bay, 20_000));
    await world.advance(60_000);
    t.is(drawnBay(world)?.session, 'parked');
    t.deepEqual(world.site.commandTimes('A-012', 'raise'), []);

    const leftMs = world.nowMs;
    await world.clock.settle(car.leave());
    await world.advance(35_000);
    t.deepEqual(secondsSince(leftMs, world.site.commandTimes('A-012', 'raise')), [30]);
    t.is(world.site.lock('A-012').arm, 'up');
    t.is(world.events('actuation').at(-1)?.body.state, 'confirmed');
    const closed = world.events('session').at(-1)?.body;
    t.is(closed?.phase, 'closed');
    t.is(closed?.closeCause, 'left');
    t.is(drawnBay(world)?.saleable, true);
    t.deepEqual(world.alarms(), []);

    const {car: next} = await park(world);
    world.site.lock('A-012').ail({deaf: 'acks'});
    const nextLeftMs = world.nowMs;
    await world.clock.settle(next.leave());
    await world.advance(120_000);
    const raises = world.site.commandTimes('A-012', 'raise').filter(atMs => atMs > nextLeftMs);
    t.deepEqual(secondsSince(nextLeftMs, raises), [30, 35, 40, 45, 50, 55]);
    t.deepEqual(
      world.alarms().map(alarm => ({kind: alarm.kind, bay: alarm.bay})),
      [{kind: 'RELOCK_FAILED', bay: 'A-012'}],
    );
    t.is(drawnBay(world)?.saleable, false, 'withdrawn');
  });
});
