import test from 'ava';
import type {Millis} from '../../protocols/base/clock.js';
import type {World, WorldCollector} from '../world.js';
import {cloudOf, putOnPlatform} from './lot-on-platform.js';
import {withWorld} from './with-world.js';

interface Row {
  readonly bay: string;
  readonly arm: string;
  readonly occupancy: string;
  readonly online: boolean;
  readonly saleable: boolean;
  readonly stale: boolean;
  readonly ageMs: number;
}

interface Table {
  readonly version: string;
  readonly bays: readonly Row[];
}

interface PublicTable {
  readonly version: string;
  readonly bays: readonly {readonly bay: string; readonly free: boolean; readonly live: Row}[];
}

const SITE: readonly WorldCollector[] = [
  {id: 'C1', bays: ['A-011', 'A-012', 'A-013'], travelMs: 1000},
];
const BAYS = ['A-011', 'A-012', 'A-013'];
const NEAR = '/v1/public/places?lat=23.129&lng=113.264&withinM=800';
const STEP_MS = 50;

const rowOf = async (world: World, bay: string) => {
  const {bays} = await cloudOf(world).get<Table>('/v1/sites/lot-1/bays');
  return bays.find(row => row.bay === bay);
};

/** How long it takes until it holds. */
async function timeUntil(
  world: World,
  holds: () => Promise<boolean>,
  limitMs: number,
): Promise<Millis> {
  const beganMs = world.nowMs;
  while (!(await holds()) && world.nowMs - beganMs < limitMs) await world.advance(STEP_MS);
  return (world.nowMs - beganMs) as Millis;
}

test('P25 an arm goes down and a car drives in: both stand in the cloud row within 3 s, and in its history; of a silent lot the rows have their age', async t => {
  await withWorld(t, {cloud: true, collectors: SITE}, async world => {
    await putOnPlatform(world, BAYS);
    await world.advance(10_000);
    const car = world.car();
    await world.tap('C1', await world.office.cardFor(['A-012']));
    await world.until(() => world.site.lock('A-012').arm === 'down', 10_000);
    const isDown = async () => (await rowOf(world, 'A-012'))?.arm === 'down';
    t.true((await timeUntil(world, isDown, 10_000)) <= 3000);
    await world.clock.settle(car.enter(world.site.bay('A-012')));
    const enteredMs = world.nowMs;
    const isSeen = () =>
      world.edge.site.state().bays.find(({id}) => id === 'A-012')?.occupancy === 'occupied';
    await world.until(isSeen, 10_000);
    t.log(`the sensor is sure after ${world.nowMs - enteredMs} ms`);
    const isIn = async () => (await rowOf(world, 'A-012'))?.occupancy === 'occupied';
    t.true((await timeUntil(world, isIn, 10_000)) <= 3000);
    t.like(await rowOf(world, 'A-012'), {stale: false, online: true});

    const path = '/v1/sites/lot-1/bays/A-012/history';
    const {history} = await cloudOf(world).get<{history: Row[]}>(path);
    const states = history.map(({arm, occupancy}) => `${arm} ${occupancy}`);
    t.deepEqual(states.slice(0, 2), ['down occupied', 'down vacant']);
    t.is(
      states.at(-1),
      world
        .events('bay')
        .filter(({body}) => body.bay === 'A-012')
        .map(({body}) => `${body.arm} ${body.occupancy}`)[0],
    );

    cloudOf(world).cut();
    await world.advance(60_000);
    const old = await rowOf(world, 'A-012');
    t.true(old?.stale === true && old.ageMs >= 60_000 && old.ageMs <= 75_000, `${old?.ageMs} ms`);
  });
});

test('P31 a bay that goes out of service at the edge leaves the public search within 5 s, and followers of changes are told', async t => {
  await withWorld(t, {cloud: true, collectors: SITE}, async world => {
    await putOnPlatform(world, BAYS);
    await world.advance(10_000);
    const cloud = cloudOf(world);
    const free = async () => {
      const {places} = await cloud.get<{places: {freeBays: number}[]}>(NEAR);
      return places[0]?.freeBays ?? 0;
    };
    t.is(await free(), 3);
    const {nextCursor} = await cloud.get<{nextCursor: string}>('/v1/changes?cursor=now');
    world.site.lock('A-012').ail({unplugged: true});
    const isOut = () =>
      world.edge.site.state().bays.find(({id}) => id === 'A-012')?.saleable === false;
    await world.until(isOut, 20_000);
    t.true((await timeUntil(world, async () => (await free()) === 2, 20_000)) <= 5000);
    interface Told {
      readonly type: string;
      readonly subjectId: string;
      readonly data: {readonly saleable: boolean};
    }
    const told = async () => {
      const {changes} = await cloud.get<{changes: Told[]}>(`/v1/changes?cursor=${nextCursor}`);
      return changes.some(({subjectId, data}) => subjectId === 'A-012' && !data.saleable);
    };
    t.true((await timeUntil(world, told, 20_000)) <= 5000);
    for (const bay of ['A-011', 'A-013']) world.site.lock(bay).ail({unplugged: true});
    t.true((await timeUntil(world, async () => (await free()) === 0, 30_000)) < 30_000);
    t.deepEqual(
      (await cloud.get<{places: unknown[]}>(NEAR)).places,
      [],
      'the lot is gone with them',
    );
  });
});

test('P33 the list that is seen from outside equals the table at the edge of the same version; a stale one is marked', async t => {
  await withWorld(t, {cloud: true, collectors: SITE}, async world => {
    await putOnPlatform(world, BAYS);
    const cloud = cloudOf(world);
    const outside = () => cloud.get<PublicTable>('/v1/public/sites/lot-1/bays');
    const car = world.car();
    await world.tap('C1', await world.office.cardFor(['A-012']));
    await world.clock.settle(car.enterWhenDown(world.site.bay('A-012'), {patienceMs: 10_000}));
    await world.advance(10_000);
    const seen = await outside();
    const last = world.events('bay').at(-1);
    t.is(seen.version, `1.${last?.seq}`, 'the version is the last change at the edge');
    const edge = new Map(world.events('bay').map(({body}) => [body.bay as string, body]));
    t.deepEqual(
      seen.bays.map(({bay, live: {arm, occupancy, online, saleable}}) => ({
        ...{bay, arm, occupancy, online, saleable},
      })),
      [...edge.values()]
        .map(({bay, arm, occupancy, online, saleable}) => ({
          ...{bay: bay as string, arm, occupancy, online, saleable},
        }))
        .sort((left, right) => (left.bay < right.bay ? -1 : 1)),
    );
    const drawn = world.edge.site.state().bays;
    t.deepEqual(
      seen.bays.map(({live}) => live.occupancy),
      drawn.map(({occupancy}) => occupancy),
    );
    t.deepEqual(
      seen.bays.map(({free}) => free),
      [true, false, true],
    );
    t.true(seen.bays.every(({live}) => !live.stale));

    cloud.cut();
    await world.clock.settle(car.leave());
    await world.advance(90_000);
    const old = await outside();
    t.is(old.version, seen.version, 'nothing newer has come');
    t.true(old.bays.every(({live}) => live.stale && live.ageMs >= 90_000));
    cloud.restore();
    const isFresh = async () => {
      const {version, bays} = await outside();
      return version !== seen.version && bays.every(({live}) => !live.stale);
    };
    t.true((await timeUntil(world, isFresh, 120_000)) < 120_000);
    t.is((await outside()).version, `1.${world.events('bay').at(-1)?.seq}`);
  });
});
