import test from 'ava';
import {MINUTE_MS} from '../../protocols/base/units.js';
import type {World, WorldCollector} from '../world.js';
import {secondsSince} from './seconds-since.js';
import {withWorld} from './with-world.js';

const SITE: readonly WorldCollector[] = [
  {id: 'C1', kind: 'smart', bays: ['A-012'], travelMs: 1000, pollMs: 200},
];

const drawnBay = (world: World) => world.edge.site.state().bays.find(one => one.id === 'A-012');
const alarmKinds = (world: World) => world.alarms().map(alarm => `${alarm.kind} ${alarm.bay}`);
const raises = (world: World, sinceMs: number) =>
  world.site.commandTimes('A-012', 'raise').filter(atMs => atMs >= sinceMs);

/** When the journal first says of the bay that it is `occupancy`, after `sinceMs`; to the nearest poll. */
function toldAfterMs(world: World, occupancy: string, sinceMs: number): number {
  const told = world
    .events('bay')
    .find(event => event.monoMs >= sinceMs && event.body.occupancy === occupancy);
  return told === undefined ? Number.NaN : told.monoMs - sinceMs;
}

test('Q8 a car counts after 2 s in and 5 s out; 20 flips in 10 s: SENSOR_FAULT and zero raise frames while it stands', async t => {
  await withWorld(t, {collectors: SITE}, async world => {
    const car = world.car();
    const bay = world.site.bay('A-012');
    const lock = world.site.lock('A-012');
    await world.tap('C1', await world.office.cardFor(['A-012']));
    await world.until(() => lock.arm === 'down');
    const enteredMs = world.nowMs;
    await world.clock.settle(car.enter(bay));
    await world.advance(10_000);
    const inMs = toldAfterMs(world, 'occupied', enteredMs);
    t.true(inMs >= 2000 && inMs <= 2700, `${inMs} ms in`);

    const leftMs = world.nowMs;
    await world.clock.settle(car.leave());
    await world.advance(6000);
    const outMs = toldAfterMs(world, 'vacant', leftMs);
    t.true(outMs >= 5000 && outMs <= 5700, `${outMs} ms out`);

    const flapMs = world.nowMs;
    lock.ail({detector: {flappingMs: 500}});
    await world.advance(11_000);
    t.deepEqual(alarmKinds(world), ['SENSOR_FAULT A-012']);
    lock.ail({detector: 'ok'});
    const quietMs = world.nowMs;
    await world.advance(55_000);
    t.deepEqual(raises(world, leftMs), [], 'vacant for 55 s, and yet no raise frame');
    t.deepEqual(alarmKinds(world), ['SENSOR_FAULT A-012']);
    t.true(quietMs - flapMs < 12_000);

    await world.advance(40_000);
    t.deepEqual(alarmKinds(world), [], 'a minute of quiet ends it, and 30 s of vacancy begin');
    const [first] = secondsSince(quietMs, raises(world, leftMs));
    t.true(
      first !== undefined && first >= 89 && first <= 93,
      `raised ${first} s after the last flip`,
    );
    t.is(lock.arm, 'up');
  });
});

test('~Q8 a flag that shows a car where the arm stands up contradicts: SENSOR_FAULT, and the arm of the next tenant is not raised', async t => {
  await withWorld(t, {collectors: SITE}, async world => {
    const lock = world.site.lock('A-012');
    lock.ail({detector: 'stuck_present'});
    const atMs = world.nowMs;
    await world.until(() => alarmKinds(world).includes('SENSOR_FAULT A-012'), 4000);
    t.true(world.nowMs - atMs >= 2000);
    await world.tap('C1', await world.office.cardFor(['A-012']));
    await world.advance(5 * MINUTE_MS);
    t.deepEqual(raises(world, atMs), []);
    t.is(lock.arm, 'down');
  });
});

test('~Q8 a flag that sleeps through eight tenants is stuck at the ninth: SENSOR_FAULT, and the arm is raised no more', async t => {
  await withWorld(t, {collectors: SITE}, async world => {
    const lock = world.site.lock('A-012');
    const card = await world.office.cardFor(['A-012']);
    const open = async () => {
      await world.tap('C1', card);
      await world.until(() => lock.arm === 'down', 30_000);
      await world.advance(4 * MINUTE_MS);
    };
    for (let no = 1; no <= 8; no += 1) {
      t.deepEqual(alarmKinds(world), [], `before opening ${no}`);
      await open();
      t.is(lock.arm, 'up', `nobody came, ${no}`);
    }
    const stuckMs = world.nowMs;
    await open();
    t.deepEqual(alarmKinds(world), ['SENSOR_FAULT A-012']);
    t.is(lock.arm, 'down');
    t.deepEqual(raises(world, stuckMs), []);
    t.is(drawnBay(world)?.arm, 'down');

    const car = world.car();
    await world.clock.settle(car.enter(world.site.bay('A-012')));
    await world.advance(10_000);
    t.deepEqual(alarmKinds(world), [], 'it saw a car: it does not hang');
  });
});
