import test from 'ava';
import Database from 'better-sqlite3';
import {asId} from '../../protocols/site/ids.js';
import {World} from '../world.js';

/** A card whose every name tells its lot. */
async function cardOf(lot: string, world: World, bays: readonly string[]) {
  const card = await world.office.card({
    id: asId(`${lot}-card`),
    holder: asId(`${lot}-holder`),
  });
  await world.office.give(card, bays, {id: asId(`${lot}-grant`), holderMask: `${lot} 陈**`});
  return card;
}

/** Every row of every table of a database file, as text. */
function rowsOf(path: string): readonly string[] {
  const database = new Database(path, {readonly: true});
  const tables = database
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
    .pluck()
    .all() as string[];
  const rows = tables.flatMap(table => database.prepare(`SELECT * FROM "${table}"`).all());
  database.close();
  return rows.map(row => JSON.stringify(row));
}

const openings = (world: World) =>
  world.events('session').filter(event => event.body.phase === 'open_wait_car');

test('P4 of two daemons on one cloud lot 1 is killed: lot 2 still opens locks and its database holds no row of lot 1', async t => {
  const lot1 = await World.start({
    cloud: true,
    collectors: [{id: 'C1', bays: ['A-011', 'A-012'], travelMs: 2000}],
  });
  const lot2 = await World.start({
    beside: lot1,
    siteId: 'lot-2',
    seed: 2,
    collectors: [{id: 'C2', bays: ['B-017', 'B-018'], travelMs: 2000}],
  });
  t.teardown(async () => {
    await lot2.close();
    await lot1.close();
  });
  await lot1.office.cardFor(['A-011']);
  const card1 = await cardOf('lot-1', lot1, ['A-012']);
  const card2 = await cardOf('lot-2', lot2, ['B-017', 'B-018']);
  await lot1.tap('C1', card1);
  // The power goes while an arm is under way.
  await lot1.until(() => lot1.site.lock('A-012').arm === 'moving', 2000);
  await lot1.killEdge();

  await lot2.tap('C2', card2);
  await lot2.until(() => openings(lot2).length === 1, 10_000);
  t.is(lot2.site.lock('B-017').arm, 'down');
  await lot2.tap('C2', card1);
  await lot2.until(() => lot2.events('attempt.closed').length === 2, 10_000);
  t.like(lot2.events('attempt.closed').at(-1)?.body, {uid: card1.uid, reason: 'NOT_FOUND'});
  await lot2.advance(120_000);
  t.deepEqual(lot2.alarms(), []);
  await lot2.cloud?.addSite('lot-2', ['B-018']);
  const ordered = await lot2.cloud?.order('lot-2', 'B-018');
  await lot2.advance(20_000);
  t.is((await lot2.cloud?.command(ordered?.id ?? ''))?.state, 'confirmed');
  t.is(lot2.site.lock('B-018').arm, 'down');
  await lot2.until(() => lot2.cloud?.unsent() === 0, 10_000);

  const rows = rowsOf(lot2.databasePath);
  t.true(rows.some(row => row.includes('"lot-2"')) && rows.some(row => row.includes('lot-2-card')));
  t.deepEqual(
    rows.filter(row => /lot-1|A-01[12]/.test(row)),
    [],
  );
  const ofLot2 = (await lot2.cloud?.events()) ?? [];
  t.deepEqual(
    ofLot2.map(event => event.seq),
    lot2.allEvents().map(event => event.seq),
  );
  t.false(JSON.stringify(ofLot2).includes('lot-1'));
});
