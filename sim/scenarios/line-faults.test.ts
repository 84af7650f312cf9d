import test from 'ava';
import {ParkingLock} from '../devices/parking-lock.js';
import type {World} from '../world.js';
import {withWorld} from './with-world.js';

const BAYS = ['A-001', 'A-002', 'A-003', 'A-004'];

async function tapFor(world: World, bay: string): Promise<void> {
  const card = await world.office.card();
  await world.office.give(card, [bay]);
  await world.tap('C1', card);
}

function clashes(world: World) {
  return world.alarms().filter(({kind}) => kind === 'ADDRESS_CLASH');
}

test('E18 two locks on one address: both named suspect, neither commanded, both well once mended', async t => {
  await withWorld(t, {collectors: [{id: 'C1', bays: BAYS}]}, async world => {
    const line = world.site.line('C1');
    const moved = world.site.lock('A-004');
    // The lock of A-004 came back from the workshop with the switches of A-003.
    line.detach(moved);
    const stray = new ParkingLock({clock: world.clock, unit: 3, turnaroundMs: 7, arm: 'down'});
    line.attach(stray);
    await world.until(() => clashes(world).length === 2, 60_000);
    t.deepEqual(
      clashes(world)
        .map(({device}) => device)
        .sort(),
      ['L-A-003', 'L-A-004'],
    );
    t.regex(clashes(world)[0]?.detail ?? '', /L-A-003 and L-A-004 on line-C1/);
    for (const bay of ['A-003', 'A-004']) {
      await tapFor(world, bay);
      await world.advance(40_000);
    }
    for (const lock of [stray, moved, world.site.lock('A-003')]) t.deepEqual(lock.commands, []);
    await tapFor(world, 'A-001');
    await world.advance(10_000);
    t.is(world.site.lock('A-001').arm, 'down', 'the rest of the line works');

    line.detach(stray);
    line.attach(moved);
    await world.until(() => clashes(world).length === 0, 300_000);
    await tapFor(world, 'A-003');
    await world.advance(10_000);
    t.is(world.site.lock('A-003').arm, 'down');
  });
});

test('E19 a line cut through: one BUS_DOWN alarm with its bays, and a sheet of release steps to print', async t => {
  await withWorld(t, {collectors: [{id: 'C1', bays: BAYS}], language: 'en'}, async world => {
    world.site.line('C1').faults.set({stuck: true});
    await world.until(() => world.alarms().length > 0, 60_000);
    await world.advance(120_000);
    const [alarm, ...others] = world.alarms();
    t.deepEqual(others, [], 'not one alarm for each lock');
    t.like(alarm, {kind: 'BUS_DOWN', device: 'line-C1', count: 1});
    for (const bay of BAYS) t.true(alarm?.detail.includes(bay), bay);
    const sheet = await (await world.page.request('/release-sheet/line-C1')).text();
    t.regex(sheet, /<h1>Lower the locks by hand<\/h1>/);
    t.is(sheet.match(/<li>/g)?.length, 5 + BAYS.length);
    for (const bay of BAYS) t.true(sheet.includes(`☐ ${bay}<`), bay);
    t.is((await world.page.request('/release-sheet/line-9')).status, 404);
    world.site.line('C1').faults.clear();
    await world.until(() => world.alarms().length === 0, 60_000);
  });
});

test('a noisy line is no clash', async t => {
  await withWorld(t, {collectors: [{id: 'C1', bays: BAYS}]}, async world => {
    world.site.line('C1').faults.set({bitErrorRate: 0.002});
    await world.advance(600_000);
    t.deepEqual(clashes(world), []);
  });
});
