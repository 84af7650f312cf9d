import test from 'ava';
import type {Car} from '../plant/car.js';
import type {World, WorldOptions} from '../world.js';
import {Guard} from './guard.js';
import {withWorld} from './with-world.js';

const ONE_BAY: WorldOptions = {
  collectors: [{id: 'C1', bays: ['A-012'], travelMs: 2000, pollMs: 250}],
};
const BAY = 'A-012';

/** A tenant comes and parks. */
async function park(world: World): Promise<Car> {
  await world.tap('C1', await world.office.cardFor([BAY]));
  const car = world.car();
  await world.clock.settle(car.enterWhenDown(world.site.bay(BAY), {patienceMs: 10_000}));
  await world.advance(10_000);
  return car;
}

function commands(world: World): readonly string[] {
  return world.site.lock(BAY).commands.map(({command}) => command);
}

test('E31 a car seen while the arm rises stops it, and an arm that meets something is lowered with an alarm and a suspect sensor', async t => {
  await withWorld(t, ONE_BAY, async world => {
    const car = await park(world);
    await world.clock.settle(car.leave());
    await world.until(() => commands(world).includes('raise'), 40_000);
    const seenMs = world.nowMs + 500;
    await world.advance(500);
    world.site.lock(BAY).ail({detector: 'stuck_present'});
    await world.until(() => commands(world).includes('stop'));
    t.true(world.nowMs - seenMs <= 300, `stopped after ${world.nowMs - seenMs} ms`);
    await world.advance(5000);
    t.deepEqual(commands(world), ['lower', 'raise', 'stop', 'lower']);
    t.is(world.site.lock(BAY).arm, 'down');
    t.true(
      world
        .events('actuation')
        .some(({body}) => body.state === 'aborted' && body.why === 'CAR_PRESENT'),
    );
    const {status} = await new Guard(world).raise(BAY, 'try it by hand');
    t.is(status, 409);
    t.is(commands(world).filter(command => command === 'raise').length, 1);
  });

  await withWorld(t, ONE_BAY, async world => {
    const car = await park(world);
    await world.clock.settle(car.leave());
    world.site.lock(BAY).ail({obstacle: 'raise'});
    await world.until(() => world.alarms().length > 0, 60_000);
    t.like(world.alarms()[0], {kind: 'RELOCK_FAILED', bay: BAY});
    await world.advance(5000);
    t.deepEqual(commands(world), ['lower', 'raise', 'lower']);
    t.is(world.site.lock(BAY).arm, 'down');
    world.site.lock(BAY).heal();
    await world.advance(120_000);
    t.is((await new Guard(world).raise(BAY, 'looks free')).status, 409);
    t.deepEqual(commands(world), ['lower', 'raise', 'lower']);
    t.false(world.events('bay').at(-1)?.body.saleable);
  });
});

test('E32 something lying on the arm ends the order at once: one command, no repeats, guard called', t =>
  withWorld(t, ONE_BAY, async world => {
    world.site.lock(BAY).ail({obstacle: 'lower'});
    await world.tap('C1', await world.office.cardFor([BAY]));
    const orderedMs = world.site.commandTimes(BAY, 'lower')[0] ?? 0;
    await world.until(() => world.alarms().length > 0, 10_000);
    t.true(world.nowMs - orderedMs <= 1500, `called after ${world.nowMs - orderedMs} ms`);
    t.like(world.alarms()[0], {kind: 'UNLOCK_FAILED', bay: BAY, contact: '值班保安'});
    await world.advance(60_000);
    t.is(world.screen('C1'), 'Call sent / Please wait');
    t.deepEqual(commands(world), ['lower']);
    t.is(world.alarms().length, 1);
  }));

test('E33 a driver who never enters: the arm rises after 180 s, the stay is filed as never entered and the one-entry grant opens again', t =>
  withWorld(t, ONE_BAY, async world => {
    const card = await world.office.cardFor([BAY], {entries: 'one'});
    await world.tap('C1', card);
    await world.until(() => world.events('session').length > 0, 10_000);
    const openedMs = world.events('session')[0]?.monoMs ?? 0;
    await world.advance(200_000);
    const [raised, ...others] = world.site.commandTimes(BAY, 'raise');
    t.true(Math.abs((raised ?? 0) - openedMs - 180_000) <= 100, `raised at ${raised}`);
    t.deepEqual(others, []);
    t.is(world.site.lock(BAY).arm, 'up');
    t.like(world.events('session').at(-1)?.body, {phase: 'closed', closeCause: 'never_entered'});

    await world.tap('C1', card);
    await world.advance(5000);
    t.is(world.site.lock(BAY).arm, 'down');
    t.deepEqual(
      world.events('attempt.closed').map(({body}) => body.result),
      ['ALLOW', 'ALLOW'],
    );
  }));

test('E23 a lock battery warns at 20 %, its bay is sold no more at 10 %, and who has booked still gets in', async t => {
  await withWorld(t, ONE_BAY, async world => {
    const lock = world.site.lock(BAY);
    const setPercent = async (percent: number) => {
      lock.setSupply(10_500 + (percent * (12_700 - 10_500)) / 100);
      await world.advance(3000);
    };
    const isSaleable = () => world.edge.site.state().bays[0]?.saleable;
    const warnings = () => world.alarms().filter(({kind}) => kind === 'BATTERY_LOW');
    const booked = await world.office.cardFor([BAY]);
    await setPercent(21);
    t.deepEqual(warnings(), []);
    await setPercent(20);
    t.is(warnings().length, 1);
    t.regex(warnings()[0]?.detail ?? '', /battery at 20 %/);
    t.true(isSaleable());
    await setPercent(11);
    t.true(isSaleable());
    await setPercent(10);
    t.false(isSaleable());
    t.is(warnings().length, 1, 'one alarm, however low it falls');
    await world.tap('C1', booked);
    await world.until(() => lock.arm === 'down', 10_000);
    await setPercent(14);
    t.false(isSaleable(), 'a battery that only rested is not charged');
    await setPercent(90);
    t.true(isSaleable());
    t.deepEqual(warnings(), []);
  });
});
