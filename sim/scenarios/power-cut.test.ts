import test from 'ava';
import {DAY_MS} from '../../protocols/base/units.js';
import type {World, WorldOptions} from '../world.js';
import {cloudOf} from './lot-on-platform.js';
import {withWorld} from './with-world.js';

const OPTIONS: WorldOptions = {
  collectors: [{id: 'C1', bays: ['A-012'], travelMs: 3000, pollMs: 250}],
};
const BAY = 'A-012';

/** Tap at a lock that fails as told, cut the power `afterMs` later, and switch on again 30 s after that. */
async function cutDuringSeries(world: World, afterMs: number) {
  const card = await world.office.cardFor([BAY]);
  await world.tap('C1', card);
  await world.advance(afterMs - 600);
  await world.killEdge();
  const commanded = world.site.lock(BAY).commands.length;
  await world.advance(30_000);
  world.startEdge();
  await world.settle();
  return {card, commanded};
}

test('E5 power cut in the series: an arm that is DOWN on boot is finished as opened; else INTERRUPTED, nothing moves by itself, swipe again', async t => {
  await withWorld(t, OPTIONS, async world => {
    world.site.lock(BAY).ail({deaf: 'no', obeysNth: 3});
    const {card, commanded} = await cutDuringSeries(world, 11_000);
    t.is(commanded, 3);
    t.is(world.site.lock(BAY).arm, 'down');
    t.is(world.screen('C1'), 'A-012 open / Drive in');
    const run = world.edge.store.boot;
    t.like(world.events('boot').at(-1)?.body, {run, cause: 'unclean', interrupted: 1});
    t.is(world.events('actuation').at(-1)?.body.state, 'interrupted');
    t.deepEqual(
      world.events('session').map(({body}) => [body.phase, body.holder]),
      [['open_wait_car', card.credential.holder]],
    );
    await world.advance(60_000);
    t.is(world.site.lock(BAY).commands.length, commanded);
    t.deepEqual(world.alarms(), []);
  });

  await withWorld(t, OPTIONS, async world => {
    world.site.lock(BAY).ail({deaf: 'acks'});
    const {card, commanded} = await cutDuringSeries(world, 12_000);
    t.is(commanded, 3);
    t.is(world.screen('C1'), 'Interrupted / Swipe again');
    t.is(world.events('actuation').at(-1)?.body.state, 'interrupted');
    world.site.lock(BAY).heal();
    await world.advance(120_000);
    t.is(world.site.lock(BAY).commands.length, commanded);
    t.deepEqual(world.events('session'), []);
    t.deepEqual(world.alarms(), []);

    await world.tap('C1', card);
    await world.advance(5000);
    t.is(world.site.lock(BAY).commands.length, commanded + 1);
    t.is(world.events('session').length, 1);
  });
});

test('within 10 s of power a card opens, before any network; with a lost clock it is decided as fast, and the guard is asked for', async t => {
  for (const isClockLost of [false, true])
    await withWorld(t, {...OPTIONS, cloud: true}, async world => {
      const cloud = cloudOf(world);
      await world.settle();
      const card = await world.office.cardFor([BAY]);
      await world.advance(60_000);
      await world.killEdge();
      cloud.cut();
      world.timeServer.isReached = !isClockLost;
      if (isClockLost) world.gatewayClock.aheadMs -= 10 * 365 * DAY_MS;
      await world.advance(30_000);

      const powerMs = world.nowMs;
      world.startEdge();
      await world.tap('C1', card);
      await world.until(() => world.events('decision').length > 0, 10_000);
      if (!isClockLost) {
        await world.until(() => world.site.lock(BAY).commands.length === 1, 10_000);
      }
      t.true(world.nowMs - powerMs <= 10_000);
      const decision = world.events('decision').at(-1);
      const wanted = isClockLost
        ? {result: 'DENY', reason: 'NEEDS_GUARD'}
        : {result: 'ALLOW', bay: BAY};
      t.like(decision?.body, wanted);
      t.false(cloud.isOnline());
      const [boot] = world.events('boot').slice(-1);
      t.true((boot?.seq ?? Number.NaN) < (decision?.seq ?? 0), 'the start is stored before it');
    });
});
