import test from 'ava';
import type {World, WorldOptions} from '../world.js';
import {Guard} from './guard.js';
import {withWorld} from './with-world.js';

const BAY = 'A-012';
const ONE_BAY: WorldOptions = {
  collectors: [{id: 'C1', bays: [BAY, 'A-013'], travelMs: 2000, pollMs: 250}],
};

/** Take the lock off, which leaves the line silent there, and put one of another model in its place. */
async function exchange(world: World): Promise<void> {
  const lock = world.site.lock(BAY);
  lock.ail({unplugged: true});
  await world.until(() => world.alarms().some(alarm => alarm.kind === 'DEVICE_OFFLINE'), 30_000);
  lock.exchangeFor(2, 5);
  lock.ail({unplugged: false});
  await world.until(() => world.alarms().some(alarm => alarm.kind === 'UNCOMMISSIONED'), 30_000);
  await world.advance(3000);
}

const kinds = (world: World) => world.alarms().map(alarm => alarm.kind);
const lowered = (world: World) => world.site.commandTimes(BAY, 'lower').length;

test('E22 a lock exchanged for another model serves nobody until it was driven UP and DOWN once, also over restarts', t =>
  withWorld(t, ONE_BAY, async world => {
    const card = await world.office.cardFor([BAY]);
    await exchange(world);
    t.like(world.alarms()[0], {kind: 'UNCOMMISSIONED', bay: BAY, device: `L-${BAY}`});
    t.regex(
      world.alarms()[0]?.detail ?? '',
      /model 2 firmware 5, was reference model 1 firmware 1/,
    );

    await world.tap('C1', card);
    await world.advance(3000);
    t.is(world.screen('C1'), 'A-012 not ready / Ask the guard');
    t.is(world.events('decision').at(-1)?.body.reason, 'UNCOMMISSIONED');
    t.is(lowered(world), 0);

    const guard = new Guard(world);
    t.is((await guard.open(BAY, 'new lock')).status, 202);
    await world.advance(5000);
    t.is(world.site.lock(BAY).arm, 'down');
    t.deepEqual(kinds(world), ['UNCOMMISSIONED']);

    // Half tried, then switched off and on: the other half is still owed.
    await world.stopEdge();
    world.startEdge();
    await world.settle();
    t.deepEqual(kinds(world), ['UNCOMMISSIONED']);
    await world.advance(10_000);
    await world.tap('C1', card);
    await world.advance(3000);
    t.is(world.events('decision').at(-1)?.body.reason, 'UNCOMMISSIONED');

    t.is((await new Guard(world).raise(BAY, 'new lock')).status, 202);
    await world.advance(5000);
    t.is(world.site.lock(BAY).arm, 'up');
    t.deepEqual(kinds(world), []);

    await world.killEdge();
    world.startEdge();
    await world.settle();
    t.deepEqual(kinds(world), []);
    await world.tap('C1', card);
    await world.advance(5000);
    t.is(world.screen('C1'), 'A-012 open / Drive in');
    t.is(lowered(world), 2);
  }));

test('~E22 the rule `all`: a new site opens for nobody before each lock was tried', t =>
  withWorld(t, {...ONE_BAY, rules: {commissioning: 'all'}}, async world => {
    t.deepEqual(kinds(world), ['UNCOMMISSIONED', 'UNCOMMISSIONED']);
    await world.tap('C1', await world.office.cardFor([BAY]));
    await world.advance(3000);
    t.is(lowered(world), 0);
    t.false(world.edge.site.state().bays.some(bay => bay.saleable));
    const guard = new Guard(world);
    await guard.open(BAY, 'first start');
    await world.advance(5000);
    await guard.raise(BAY, 'first start');
    await world.advance(5000);
    t.deepEqual(kinds(world), ['UNCOMMISSIONED']);
    t.deepEqual(
      world.edge.site.state().bays.map(bay => bay.saleable),
      [true, false],
    );
  }));
