import test from 'ava';
import {MINUTE_MS, SECOND_MS} from '../../protocols/base/units.js';
import {World} from '../world.js';

const COLLECTORS = [{id: 'C1', bays: ['A-011', 'A-012', 'A-013'], travelMs: 2000}];

interface Summary {
  readonly faults: readonly {readonly kind: string}[];
}

async function faults(world: World): Promise<readonly string[]> {
  const {gateways} = (await world.cloud?.get<{gateways: Summary[]}>('/v1/gateways')) ?? {
    gateways: [],
  };
  return gateways.flatMap(one => one.faults.map(({kind}) => kind));
}

const isFenced = (world: World) => world.alarms().some(({kind}) => kind === 'IDENTITY_CLONED');
const openings = (world: World) =>
  world.events('session').filter(event => event.body.phase === 'open_wait_car').length;

test('E14 a gateway whose card runs a second time is fenced by its older epoch: read-only, alarm at both ends, nothing lost', async t => {
  const first = await World.start({cloud: true, collectors: COLLECTORS});
  const holder = await first.office.cardFor(['A-011']);
  const other = await first.office.cardFor(['A-013']);
  const late = await first.office.cardFor(['A-013']);
  await first.tap('C1', holder);
  await first.until(() => openings(first) === 1, 10 * SECOND_MS);
  const car = first.car();
  await first.clock.settle(car.enter(first.site.bay('A-011')));
  await first.until(() => first.events('session').at(-1)?.body.phase === 'parked', MINUTE_MS);

  const card = first.copyCard();
  await first.advance(MINUTE_MS);
  await first.tap('C1', await first.office.cardFor(['A-012']));
  await first.until(() => openings(first) === 2, 20 * SECOND_MS);
  await first.until(() => first.cloud?.unsent() === 0, MINUTE_MS);
  const second = await World.start({beside: first, card, collectors: COLLECTORS, seed: 2});
  t.teardown(async () => {
    await second.close();
    await first.close();
  });
  await first.until(() => isFenced(first), 5 * MINUTE_MS);
  t.false(isFenced(second), 'one of the two goes on');
  t.deepEqual(await faults(first), ['identity_cloned']);
  await second.until(() => second.cloud?.isOnline() === true, 2 * MINUTE_MS);
  const epochs = second.events('epoch.new').map(({body}) => body.why);
  t.is(epochs.length, 1);

  // The fenced one lets nobody in, and whoever is inside out.
  await first.tap('C1', other);
  await first.advance(10 * SECOND_MS);
  t.is(openings(first), 2);
  t.like(first.events('attempt.closed').at(-1)?.body, {result: 'DENY', reason: 'NO_ADMISSION'});
  await first.clock.settle(car.leave());
  await first.until(() => first.site.lock('A-011').arm === 'up', 30 * MINUTE_MS);
  await first.until(() => first.events('session').at(-1)?.body.phase === 'closed', MINUTE_MS);
  t.true((first.cloud?.unsent() ?? 0) > 0, 'its journal goes on and is kept');
  await second.tap('C1', late);
  await second.until(() => second.site.lock('A-013').arm === 'down', 20 * SECOND_MS);

  // A restart changes nothing, and the two no longer take each other's place.
  await first.killEdge();
  first.startEdge();
  await first.advance(10 * MINUTE_MS);
  t.true(isFenced(first));
  t.false(first.cloud?.isOnline());
  t.true(second.cloud?.isOnline());
  await second.until(() => second.cloud?.unsent() === 0, MINUTE_MS);
});
