import test from 'ava';
import type {UnixMillis} from '../../protocols/base/clock.js';
import type {IsoWeekday} from '../../protocols/site/windows.js';
import type {World, WorldOptions} from '../world.js';
import {withWorld} from './with-world.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const POSTS: WorldOptions = {
  collectors: [{id: 'C1', bays: ['A-012', 'A-013'], travelMs: 1000, pollMs: 1000}],
};

/** Let time pass with the gateway switched off, which changes nothing of the age of what it holds. */
async function passUntil(world: World, wallMs: number): Promise<void> {
  await world.stopEdge();
  await world.advance(wallMs - world.clock.wallMs() - 10_000);
  world.startEdge();
  // A signed time agrees with the time server, or a leap of hours would not be believed.
  world.edge.clock.offer(world.clock.wallMs(), 0);
  await world.settle();
  await world.advance(wallMs - world.clock.wallMs());
}

function lastDecision(world: World) {
  return world.events('decision').at(-1)?.body;
}

test('E3 a grant cache older than 24 h honours running sessions and flags new entries DEGRADED; past the 30-day lease it denies', t =>
  withWorld(t, POSTS, async world => {
    const startMs = world.clock.wallMs();
    const validUntil = (startMs + 90 * DAY_MS) as UnixMillis;
    const resident = await world.office.cardFor(['A-012'], {validUntil});
    const visitor = await world.office.cardFor(['A-013'], {validUntil});
    await world.tap('C1', resident);
    const car = world.car();
    await world.clock.settle(car.enterWhenDown(world.site.bay('A-012'), {patienceMs: 10_000}));
    await world.advance(10_000);

    await passUntil(world, startMs + DAY_MS - HOUR_MS);
    await world.tap('C1', visitor);
    t.like(lastDecision(world), {result: 'ALLOW', degraded: false});
    await world.advance(200_000);
    t.is(world.site.lock('A-013').arm, 'up');

    await passUntil(world, startMs + DAY_MS + HOUR_MS);
    await world.tap('C1', resident);
    t.is(world.screen('C1'), 'A-012 / Already open');
    await world.clock.settle(car.leave());
    await world.advance(40_000);
    t.is(world.site.lock('A-012').arm, 'up');
    await world.tap('C1', visitor);
    t.like(lastDecision(world), {result: 'ALLOW', degraded: true});
    await world.advance(5000);
    t.is(world.site.lock('A-013').arm, 'down');
    await world.advance(200_000);

    await passUntil(world, startMs + 30 * DAY_MS - HOUR_MS);
    await world.tap('C1', visitor);
    t.like(lastDecision(world), {result: 'ALLOW', degraded: true});
    await world.advance(200_000);

    await passUntil(world, startMs + 30 * DAY_MS + HOUR_MS);
    const lowered = world.site.commandTimes('A-013', 'lower').length;
    await world.tap('C1', visitor);
    t.like(lastDecision(world), {result: 'DENY', reason: 'NEEDS_GUARD', degraded: true});
    await world.advance(10_000);
    t.is(world.site.commandTimes('A-013', 'lower').length, lowered);
    t.deepEqual(world.alarms(), []);
  }));

test('E10 a booking 22:00-06:00 by the clock of Shanghai opens at 01:30 on the 1st and not at 21:50, 06:01 or in the next night', t =>
  withWorld(t, {...POSTS, wallMs: Date.parse('2026-11-30T21:00:00+08:00')}, async world => {
    const monday: IsoWeekday = 1;
    const card = await world.office.cardFor(['A-012'], {
      weekly: [{days: [monday], fromMinute: 22 * 60, toMinute: 6 * 60}],
      validFrom: Date.parse('2026-11-25T00:00:00+08:00') as UnixMillis,
      validUntil: Date.parse('2026-12-31T00:00:00+08:00') as UnixMillis,
    });
    const tapAt = async (local: string) => {
      await passUntil(world, Date.parse(`${local}:00+08:00`));
      await world.tap('C1', card);
      await world.advance(300_000);
      const {result, reason} = lastDecision(world) ?? t.fail();
      return reason ?? result;
    };
    t.is(await tapAt('2026-11-30T21:50'), 'NOT_YET_VALID');
    t.is(await tapAt('2026-11-30T22:01'), 'ALLOW');
    t.is(await tapAt('2026-12-01T01:30'), 'ALLOW');
    t.is(world.site.commandTimes('A-012', 'lower').length, 2);
    t.is(await tapAt('2026-12-01T06:01'), 'NOT_YET_VALID');
    t.is(await tapAt('2026-12-02T01:30'), 'NOT_YET_VALID');
    t.is(await tapAt('2026-12-08T05:50'), 'ALLOW');
    t.is(world.site.commandTimes('A-012', 'lower').length, 3);
  }));
