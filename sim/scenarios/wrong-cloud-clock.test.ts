import test from 'ava';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {DAY_MS, MINUTE_MS} from '../../protocols/base/units.js';
import type {World, WorldOptions} from '../world.js';
import {withWorld} from './with-world.js';

const AHEAD_MS = 14 * 365 * DAY_MS;
const POST: WorldOptions = {
  cloud: true,
  collectors: [{id: 'C1', bays: ['A-012', 'A-013'], travelMs: 1000, pollMs: 1000}],
};

async function cards(world: World) {
  const nowMs = world.clock.wallMs();
  const until = (ms: number) => ({validUntil: (nowMs + ms) as UnixMillis});
  return {
    tenant: await world.office.cardFor(['A-012'], {kind: 'lease', ...until(300 * DAY_MS)}),
    booking: await world.office.cardFor(['A-013'], until(90 * DAY_MS)),
    former: await world.office.cardFor(['A-013'], {kind: 'lease', ...until(10 * MINUTE_MS)}),
  };
}

async function shown(world: World, card: Awaited<ReturnType<typeof cards>>['tenant']) {
  await world.tap('C1', card);
  await world.advance(10_000);
  const {result, reason} = world.events('decision').at(-1)?.body ?? {};
  return reason ?? result;
}

test('a cloud whose clock is set to 2040, at a gateway without a time server: no right ends by it, running or started anew, the floor stays, and the word of a repaired cloud counts at once', t =>
  withWorld(t, POST, async world => {
    const {cloud} = world;
    if (!cloud) return t.fail();
    const {tenant, booking, former} = await cards(world);
    world.timeServer.isReached = false;
    await world.advance(15 * MINUTE_MS);
    t.is(await shown(world, former), 'EXPIRED');

    cloud.clock.aheadMs = AHEAD_MS;
    await world.advance(20 * MINUTE_MS);
    t.true(cloud.isOnline());
    t.is(await shown(world, tenant), 'ALLOW');
    t.is(await shown(world, booking), 'ALLOW', 'carried on by its own crystal');
    t.is(await shown(world, former), 'EXPIRED');
    t.true(world.edge.clock.read().floorMs <= world.clock.wallMs());
    t.true(Math.abs(world.edge.clock.wallMs() - world.clock.wallMs()) < MINUTE_MS);

    await world.killEdge();
    await world.advance(15 * MINUTE_MS);
    world.gatewayClock.aheadMs = -world.clock.wallMs();
    world.startEdge();
    await world.settle();
    await world.advance(20 * MINUTE_MS);
    t.is(world.edge.clock.read().clk, 'floor');
    t.is(await shown(world, tenant), 'ALLOW');
    t.is(await shown(world, booking), 'NEEDS_GUARD', 'a person decides');
    t.is(await shown(world, former), 'EXPIRED');
    t.true(world.edge.clock.read().floorMs <= world.clock.wallMs());

    cloud.clock.aheadMs = 0;
    await world.advance(MINUTE_MS);
    const told = world.edge.clock.read();
    t.true(Math.abs(told.utcMs - world.clock.wallMs()) < MINUTE_MS);
    t.is(await shown(world, booking), 'ALLOW');
  }));
