import test from 'ava';
import {World} from '../world.js';

const HOUR_MS = 3_600_000;

test('P15 after a cut of 1 h over three openings the cloud holds exactly three events in order', async t => {
  const world = await World.start({
    cloud: true,
    collectors: [{id: 'C1', bays: ['A-001', 'A-002', 'A-003'], pollMs: 2000, travelMs: 1000}],
  });
  const {cloud} = world;
  if (!cloud) return t.fail();
  const bays = ['A-001', 'A-002', 'A-003'];
  const cards = [];
  for (const bay of bays) cards.push(await world.office.cardFor([bay]));
  const openedAtCloud = async () =>
    (await cloud.events('session'))
      .filter(event => event.body.phase === 'open_wait_car')
      .map(event => event.body.bay);

  cloud.cut();
  for (const card of cards) {
    await world.tap('C1', card);
    await world.advance(HOUR_MS / 3 - 600);
  }
  t.false(cloud.isOnline());
  t.deepEqual(await openedAtCloud(), []);
  t.true(cloud.unsent() > 0);

  cloud.restore();
  await world.until(() => cloud.isOnline() && cloud.unsent() === 0, 120_000);
  t.deepEqual(await openedAtCloud(), bays);
  const events = await cloud.events();
  const held = world.allEvents();
  t.deepEqual(
    events.map(event => event.seq),
    held.map(event => event.seq),
  );
  await world.close();
});
