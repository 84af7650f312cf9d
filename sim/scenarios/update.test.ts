import {generateKeyPairSync} from 'node:crypto';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {type BootStep, bootStep, type Update} from '../../edge/domain/update/update-machine.js';
import {install, PackageBench, shelfOf} from '../../edge/install/package-rig.js';
import {createJsonLog} from '../../edge/platform/json-log.js';
import {systemDisk} from '../../edge/platform/safe-disk.js';
import {bootRelease} from '../../edge/update/boot-release.js';
import {UpdateDesk} from '../../edge/update/update-desk.js';
import {UpdateFiles} from '../../edge/update/update-files.js';
import type {World} from '../world.js';
import {bathe} from './bath-rig.js';
import {withWorld} from './with-world.js';

/** The clock of a world begins at 06:13 on the site. */
const NIGHT = {fromMinute: 6 * 60 + 20, toMinute: 6 * 60 + 40};
const SILENT = {write() {}};

/** A new release that waits at a world, and when the world was left for it. */
function offered(t: ExecutionContext, world: World) {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-update-'));
  const files = new UpdateFiles(join(folder, 'site.yaml'), systemDisk);
  const {clock} = world;
  const seen = {leftMs: undefined as number | undefined, copies: 0, stuck: [] as string[]};
  const desk = new UpdateDesk({
    ...{clock, files, log: createJsonLog({clock, level: 'info', destination: SILENT})},
    site: () =>
      world.edge.updated(() => {
        seen.copies += 1;
        return Promise.resolve();
      }),
    stuck: () => seen.stuck,
    leave: () => {
      seen.leftMs = clock.nowMs();
    },
  });
  t.teardown(() => {
    desk.close();
    rmSync(folder, {recursive: true});
  });
  files.makeOffer({version: '0.2.0', file: '/tmp/0.2.0', by: 'Li'});
  const step = (): BootStep => bootStep(files.record());
  return {files, seen, desk, step};
}

/** The release was put in place: this start runs it. */
function tried(t: ExecutionContext, world: World, before: readonly string[]) {
  const rig = offered(t, world);
  rig.desk.close();
  rig.files.dropOffer();
  const trial: Update = {
    ...{version: '0.2.0', file: '/tmp/0.2.0', by: 'Li', phase: 'trial', from: '0.1.0'},
    ...{before, linkWasUp: false, why: null, detail: '', database: '/tmp/lot.db'},
  };
  rig.files.keep({v: 1, update: trial, untold: []});
  const {clock} = world;
  const desk = new UpdateDesk({
    ...{clock, files: rig.files, log: createJsonLog({clock, level: 'info', destination: SILENT})},
    site: () => world.edge.updated(() => Promise.resolve()),
    stuck: () => rig.seen.stuck,
    leave: () => {
      rig.seen.leftMs = clock.nowMs();
    },
  });
  t.teardown(() => desk.close());
  return rig;
}

test('E16 an update waits while people shower and while cars stay, comes at rest or at night, and never between command and confirmation', async t => {
  await bathe(t, {xintai: 1}, async house => {
    const {world} = house;
    await house.code('19057344');
    await house.type('X-01', '19057344#');
    const {seen, step} = offered(t, world);
    await world.advance(60_000);
    t.is(seen.leftMs, undefined, 'somebody showers');
    t.is(step().kind, 'run', 'whatever happens now starts what runs');
    await house.key('X-01', '*');
    await house.settled(1);
    await world.until(() => seen.leftMs !== undefined, 60_000);
    t.is(seen.copies, 1, 'a copy of the whole site is kept first');
    t.like(step(), {kind: 'place', update: {version: '0.2.0', by: 'Li'}});
  });

  const lot = {collectors: [{id: 'C1', bays: ['A-012'], travelMs: 4000, pollMs: 250}]};
  await withWorld(t, {...lot, rules: {updateWindow: NIGHT}}, async world => {
    await world.advance(31_000);
    const bay = world.site.bay('A-012');
    const card = await world.office.cardFor(['A-012']);
    await world.tap('C1', card);
    const {seen} = offered(t, world);
    const car = world.car();
    await world.clock.settle(car.enterWhenDown(bay, {patienceMs: 10_000}));
    await world.advance(120_000);
    t.is(seen.leftMs, undefined, 'a stay goes on, and it is day');
    // The arm is on its way exactly when the night begins.
    const nightMs = world.nowMs + (6 * 60 + 20 - minuteOfDay(world)) * 60_000;
    await world.clock.settle(car.leave());
    await world.until(() => world.site.lock('A-012').commands.length > 1, 60_000);
    t.true(world.edge.site.isBusy);
    const raisedMs = world.nowMs;
    await world.until(() => seen.leftMs !== undefined, 10 * 60_000);
    t.is(world.site.lock('A-012').arm, 'up', 'the raising was confirmed before');
    t.true((seen.leftMs ?? 0) >= raisedMs + 4000);
    t.true(nightMs > 0);
  });

  await withWorld(t, {...lot, rules: {updateWindow: NIGHT}}, async world => {
    await world.tap('C1', await world.office.cardFor(['A-012']));
    const car = world.car();
    await world.clock.settle(car.enterWhenDown(world.site.bay('A-012'), {patienceMs: 10_000}));
    const {seen} = offered(t, world);
    await world.until(() => minuteOfDay(world) >= NIGHT.fromMinute - 1, 20 * 60_000);
    t.is(seen.leftMs, undefined);
    await world.advance(90_000);
    t.not(seen.leftMs, undefined, 'at night it comes though the car stays');
  });
});

/** On the wall of the site, which is 8 h ahead of UTC. */
function minuteOfDay(world: World): number {
  return (Math.floor(world.clock.wallMs() / 60_000) + 8 * 60) % (24 * 60);
}

test('~I-13 a release that serves for 2 min with its devices is sound, and the cloud is told by an event', async t => {
  const lot = {collectors: [{id: 'C1', bays: ['A-012', 'A-013']}]};
  await withWorld(t, lot, async world => {
    await world.advance(10_000);
    const {files, seen, step} = tried(t, world, [...world.edge.site.deviceHealth().keys()]);
    await world.advance(118_000);
    t.is(files.record().update?.phase, 'trial');
    await world.advance(5000);
    t.is(step().kind, 'keep');
    t.is(seen.leftMs, undefined, 'it runs on');
    t.deepEqual(
      world.events('update.applied').map(({body}) => body),
      [{version: '0.2.0', from: '0.1.0', by: 'Li'}],
    );
  });
});

test('~I-13 a release that loses devices, or in which something stands still, is left and goes back', async t => {
  const lot = {collectors: [{id: 'C1', bays: ['A-012', 'A-013']}]};
  await withWorld(t, lot, async world => {
    await world.advance(10_000);
    const lost = tried(t, world, [...world.edge.site.deviceHealth().keys(), 'L-9', 'L-8', 'L-7']);
    await world.advance(35_000);
    t.not(lost.seen.leftMs, undefined);
    t.like(lost.step(), {kind: 'goBack', why: 'devices'});
  });
  await withWorld(t, lot, async world => {
    const still = tried(t, world, []);
    still.seen.stuck.push('line line-1');
    await world.advance(35_000);
    t.like(still.step(), {kind: 'goBack', why: 'stuck'});
  });
});

test('I-13 a signed release lies beside the one before, proves itself for 2 min behind the link `current`, is left with its database when the power goes first, and the cloud is told of both', async t => {
  const bench = new PackageBench(t);
  const root = join(bench.folder, 'root');
  t.is(install(bench.make('0.1.0'), root).code, 0);
  const shelf = shelfOf(root);
  const files = new UpdateFiles(join(bench.folder, 'site.yaml'), systemDisk);
  const lot = {collectors: [{id: 'C1', bays: ['A-012', 'A-013']}]};
  await withWorld(t, lot, async world => {
    const {clock} = world;
    /** The daemon of the release that was put in place, until it is left or stopped. */
    const serves = () => {
      const seen = {isLeft: false};
      const desk = new UpdateDesk({
        ...{clock, files, log: createJsonLog({clock, level: 'info', destination: SILENT})},
        site: () => world.edge.updated(() => Promise.resolve()),
        stuck: () => [],
        leave: () => {
          seen.isLeft = true;
        },
      });
      t.teardown(() => desk.close());
      return {seen, desk};
    };
    const brings = async (version: string, change: Parameters<PackageBench['make']>[1]) => {
      files.makeOffer({version, file: `${bench.make(version, change)}.tar.gz`, by: 'Li'});
      const {seen} = serves();
      await world.until(() => seen.isLeft, 60_000);
    };
    await world.advance(10_000);

    // Of another key: never put in place.
    await brings('0.1.9', {key: generateKeyPairSync('ed25519').privateKey});
    t.regex(bootRelease(files, shelf), /^refused 0\.1\.9/);
    t.is(shelf.link('current'), '0.1.0');

    await brings('0.2.0', {});
    t.is(bootRelease(files, shelf), 'tries 0.2.0');
    t.deepEqual([shelf.link('current'), shelf.link('sound')], ['0.2.0', '0.1.0']);
    t.is(shelf.manifest('0.1.0').version, '0.1.0', 'side by side');
    const trial = serves();
    await world.advance(118_000);
    t.is(files.record().update?.phase, 'trial');
    await world.advance(4000);
    t.is(files.record().update?.phase, 'sound');
    trial.desk.close();
    t.is(bootRelease(files, shelf), 'keeps 0.2.0');
    t.is(shelf.link('sound'), '0.2.0');

    // This one changes the shape of the database, and the power goes before it has proven itself.
    const database = join(bench.folder, 'lot.db');
    writeFileSync(database, 'of 0.2.0');
    await brings('0.3.0', {schema: 14});
    const due = files.record();
    if (due.update) files.keep({...due, update: {...due.update, database}});
    t.is(bootRelease(files, shelf), 'tries 0.3.0');
    writeFileSync(database, 'changed by 0.3.0');
    t.is(bootRelease(files, shelf), 'goes back to 0.2.0: interrupted');
    t.deepEqual([shelf.link('current'), shelf.link('sound')], ['0.2.0', '0.2.0']);
    t.is(readFileSync(database, 'utf8'), 'of 0.2.0');
    serves();
    await world.advance(2000);
    const told = (kind: Parameters<World['events']>[0]) => world.events(kind).map(({body}) => body);
    t.like(told('update.refused')[0], {version: '0.1.9', why: 'signature'});
    t.deepEqual(told('update.applied'), [{version: '0.2.0', from: '0.1.0', by: 'Li'}] as never);
    t.like(told('update.rolled_back')[0], {version: '0.3.0', to: '0.2.0', restored: true});
  });
});
