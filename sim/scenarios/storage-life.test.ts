import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import test from 'ava';
import {FaultyDisk} from '../../edge/store/disk-rig.js';
import {asId} from '../../protocols/site/ids.js';
import type {World, WorldOptions} from '../world.js';
import {withWorld} from './with-world.js';

const SITE: WorldOptions = {collectors: [{id: 'C1', bays: ['A-001', 'A-002'], travelMs: 3000}]};

/** Journal until so much of the quota is in use, and give the site a second to notice. */
async function fill(world: World, share: number): Promise<void> {
  const {store} = world.edge;
  const facts = [{kind: 'epoch.new', body: {why: 'x'.repeat(400)}}] as const;
  while (store.fillLevel() < share) {
    store.lot.commit({facts, records: [], stamp: store.stampNow()});
  }
  await world.advance(1500);
}

function spoil(path: string): void {
  rmSync(`${path}-wal`, {force: true});
  const content = readFileSync(path);
  content.fill(0xa5);
  writeFileSync(path, content);
}

test('E11 disk 95 % full: samples, then traces go, events never, an alarm; at 99 % no new sessions, exits and calls still work', async t => {
  const disk = new FaultyDisk();
  disk.partition = {sizeBytes: 3 * 1024 * 1024, freeBytes: 2 ** 40};
  await withWorld(t, {...SITE, disk}, async world => {
    const {store} = world.edge;
    const parked = await world.office.cardFor(['A-001']);
    await world.tap('C1', parked);
    await world.advance(5000);
    const car = world.car();
    await world.clock.settle(car.enter(world.site.bay('A-001')));
    await world.advance(5000);
    for (let row = 0; row < 60; row += 1) {
      store.telemetry.keep('raw', 'poll', {row}, store.stampNow());
      store.telemetry.keep('debug', 'trace', {row}, store.stampNow());
    }
    await fill(world, 0.955);
    await world.advance(5000);
    t.deepEqual([store.telemetry.count('raw'), store.telemetry.count('debug')], [0, 0]);
    t.deepEqual(
      world.alarms().map(alarm => alarm.kind),
      ['STORAGE_FULL'],
    );
    t.is(store.outbox.low(), 1);
    t.is(world.allEvents().length, store.outbox.head());

    await fill(world, 0.991);
    const late = await world.office.cardFor(['A-002']);
    await world.tap('C1', late);
    await world.advance(5000);
    t.is(world.screen('C1'), 'No new entry / Ask the guard');
    t.is(world.events('decision').at(-1)?.body.reason, 'STORAGE_FULL');
    t.is(world.site.lock('A-002').arm, 'up');

    await world.clock.settle(car.leave());
    await world.advance(60_000);
    t.is(world.site.lock('A-001').arm, 'up', 'who leaves is locked behind');
    world.site.post('C1').press();
    await world.advance(1000);
    t.true(world.alarms().some(alarm => alarm.kind === 'EMERGENCY_BUTTON'));

    store.outbox.markAcked(store.outbox.head());
    await world.advance(60_000);
    t.false(world.alarms().some(alarm => alarm.kind === 'STORAGE_FULL'));
    await world.tap('C1', late);
    await world.advance(5000);
    t.is(world.site.lock('A-002').arm, 'down');
  });
});

test('E12 database damaged: set aside at boot, the last good copy of the grants decides; without any only exits and emergency', async t => {
  await withWorld(t, SITE, async world => {
    const card = await world.office.cardFor(['A-001']);
    const once = await world.office.cardFor(['A-002'], {entries: 'one'});
    await world.advance(5000);
    await world.killEdge();
    spoil(world.databasePath);
    world.startEdge();
    await world.settle();
    t.is(world.edge.store.grants.standing, 'uses_unsure');
    t.like(world.events('storage').at(-1)?.body, {what: 'rebuilt'});
    t.true(world.alarms().some(alarm => alarm.kind === 'STORAGE_FAULT'));
    await world.tap('C1', once);
    await world.advance(5000);
    t.is(world.events('decision').at(-1)?.body.reason, 'NEEDS_GUARD');
    t.is(world.site.lock('A-002').arm, 'up', 'nobody knows whether it was used');
    await world.tap('C1', card);
    await world.advance(5000);
    t.is(world.site.lock('A-001').arm, 'down');

    await world.killEdge();
    spoil(world.databasePath);
    rmSync(`${world.databasePath}.grants`, {force: true});
    rmSync(`${world.databasePath}.good`, {force: true});
    world.startEdge();
    await world.settle();
    t.is(world.edge.store.grants.standing, 'lost');
    await world.tap('C1', card);
    await world.advance(2000);
    t.is(world.screen('C1'), 'No new entry / Ask the guard');
    world.site.post('C1').press();
    await world.advance(1000);
    t.true(world.alarms().some(alarm => alarm.kind === 'EMERGENCY_BUTTON'));
  });
});

test('E7 brown-out restarts every 20 s: the start backs off, and no device is commanded before three good polls', async t => {
  await withWorld(t, SITE, async world => {
    const card = await world.office.cardFor(['A-001']);
    const lock = world.site.lock('A-001');
    const rests: number[] = [];
    for (let start = 0; start < 6; start += 1) {
      await world.advance(20_000);
      await world.killEdge();
      world.startEdge();
      rests.push(world.events('boot').at(-1)?.body.restMs ?? -1);
    }
    t.deepEqual(rests, [0, 5000, 10_000, 20_000, 40_000, 60_000]);
    const before = lock.commands.length;
    await world.tap('C1', card);
    await world.advance(50_000);
    t.is(lock.commands.length, before, 'nothing moves while the start rests');
    await world.advance(60_000);
    await world.tap('C1', card);
    await world.advance(5000);
    t.is(lock.arm, 'down');

    await world.advance(70_000);
    await world.killEdge();
    const asleep = world.site.lock('A-002').commands.length;
    world.startEdge();
    const second = await world.office.cardFor(['A-002']);
    await world.tap('C1', second);
    await world.until(() => world.site.lock('A-002').commands.length > asleep, 10_000);
    t.is(world.edge.site.lot.bays.get(asId('A-002'))?.goodPolls, 3);
  });
});
