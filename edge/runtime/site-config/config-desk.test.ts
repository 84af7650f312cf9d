import {existsSync, readdirSync} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import {MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import {siteTextHash} from '../../../protocols/cloud/site-config.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {type SiteRun, SiteSupervisor} from '../../commands/site-supervisor.js';
import type {SiteFileRole} from './contract.js';
import {DeskRig, NEW, NEW_SHA, OLD, OLD_SHA, quietLog} from './desk-rig.js';

const yieldTurn = () => new Promise<void>(resolve => setImmediate(resolve));

/** A site that has run for a while: everybody had the time to answer. */
async function setUp(t: ExecutionContext, devices = 30) {
  const clock = new VirtualClock({yieldTurn});
  const rig = new DeskRig(clock);
  t.teardown(() => rig.close());
  rig.health = new Map(rig.devices(devices));
  rig.boot();
  await clock.advance(31_000);
  return {clock, rig};
}

test('~E15 a sound file is staged, runs for 60 s, and is in force with a copy of the one before', async t => {
  const {clock, rig} = await setUp(t);
  t.deepEqual(rig.desk.apply(rig.offer()), {kind: 'staged', sha: NEW_SHA, problems: []});
  t.is(rig.files.text('site'), OLD);
  t.is(rig.desk.picture().phase, 'staged');
  await clock.advance(1500);
  t.deepEqual(rig.runs, ['site', 'trial']);
  t.like(rig.desk.picture(), {phase: 'trial', answered: 30, gone: 0});
  t.is(rig.files.text('site'), OLD, 'until it has proved itself');
  await clock.advance(60_000);
  t.is(rig.files.text('site'), NEW);
  t.is(rig.files.text('trial'), undefined);
  t.is(rig.files.backup(OLD_SHA), OLD);
  t.is(rig.desk.picture().phase, 'none');
  t.like(rig.told[0], {kind: 'config.applied', body: {sha256: NEW_SHA, previous: OLD_SHA}});
  t.deepEqual(rig.runs, ['site', 'trial'], 'what runs on trial goes on running');
  await clock.advance(600_000);
  t.is(rig.told.length, 1);
});

test('~E15 7 of 30 devices gone bring the former file back within 60 s; 6 of 30 do not', async t => {
  const seven = await setUp(t);
  seven.rig.trialHealth = seven.rig.devices(30, 7);
  seven.rig.desk.apply(seven.rig.offer());
  await seven.clock.advance(61_000);
  t.deepEqual(seven.rig.texts, [OLD, NEW, OLD]);
  t.is(seven.rig.files.text('site'), OLD);
  t.like(seven.rig.told[0], {kind: 'config.rolled_back', body: {why: 'devices', gone: 7}});

  const six = await setUp(t);
  six.rig.trialHealth = six.rig.devices(30, 6);
  six.rig.desk.apply(six.rig.offer());
  await six.clock.advance(62_000);
  t.is(six.rig.files.text('site'), NEW);
  t.like(six.rig.told[0], {kind: 'config.applied', body: {answered: 30, gone: 6}});
});

test('devices that the file names no more are gone, unless that is what it is for', async t => {
  const careless = await setUp(t, 10);
  careless.rig.trialHealth = careless.rig.devices(7);
  careless.rig.desk.apply(careless.rig.offer());
  await careless.clock.advance(62_000);
  t.like(careless.rig.told[0], {kind: 'config.rolled_back'});

  const meant = await setUp(t, 10);
  meant.rig.trialHealth = meant.rig.devices(7);
  meant.rig.desk.apply(meant.rig.offer({removing: true}));
  await meant.clock.advance(62_000);
  t.like(meant.rig.told[0], {kind: 'config.applied'});
});

test('devices that were silent before do not count', async t => {
  const {clock, rig} = await setUp(t);
  rig.health = new Map(rig.devices(30, 20));
  rig.desk.apply(rig.offer());
  await clock.advance(62_000);
  t.like(rig.told[0], {kind: 'config.applied', body: {answered: 10, gone: 0}});
});

test('a cloud that was reached before and is not after 60 s brings the former file back', async t => {
  const {clock, rig} = await setUp(t);
  rig.isLinkUp = true;
  rig.desk.apply(rig.offer());
  await clock.advance(1500);
  rig.isLinkUp = false;
  await clock.advance(58_000);
  t.is(rig.running, 'trial');
  await clock.advance(3000);
  t.like(rig.told[0], {kind: 'config.rolled_back', body: {why: 'cloud'}});
  t.is(rig.files.text('site'), OLD);
});

test('a cloud that was not reached before says nothing; nor one that answered meanwhile', async t => {
  const offline = await setUp(t);
  offline.rig.isLinkUp = false;
  offline.rig.desk.apply(offline.rig.offer());
  await offline.clock.advance(62_000);
  t.like(offline.rig.told[0], {kind: 'config.applied'});

  const blink = await setUp(t);
  blink.rig.isLinkUp = true;
  blink.rig.desk.apply(blink.rig.offer());
  await blink.clock.advance(20_000);
  blink.rig.isLinkUp = false;
  await blink.clock.advance(42_000);
  t.like(blink.rig.told[0], {kind: 'config.applied'});
});

test('a file that does not start brings the former one back at once', async t => {
  const {clock, rig} = await setUp(t);
  rig.trialProblem = 'page port is taken';
  rig.desk.take(rig.push(1));
  await clock.advance(2000);
  t.deepEqual(rig.runs, ['site', 'trial', 'site']);
  t.like(rig.desk.report(), {ver: 1, state: 'rolled_back', why: 'start', held: OLD_SHA});
  t.deepEqual(rig.desk.report().problems, ['page port is taken']);
});

test('nothing restarts while an arm moves; a site never at rest for 10 min refuses as busy', async t => {
  const {clock, rig} = await setUp(t);
  rig.isBusy = true;
  rig.desk.take(rig.push(1));
  await clock.advance(599_000);
  t.deepEqual(rig.runs, ['site']);
  t.is(rig.desk.report().state, 'staged');
  await clock.advance(2000);
  t.like(rig.desk.report(), {ver: 1, state: 'refused', why: 'busy'});
  t.is(rig.files.text('trial'), undefined);
  rig.isBusy = false;
  await clock.advance(60_000);
  t.deepEqual(rig.runs, ['site']);

  rig.isBusy = true;
  rig.desk.take(rig.push(2));
  await clock.advance(300_000);
  rig.isBusy = false;
  await clock.advance(1500);
  t.deepEqual(rig.runs, ['site', 'trial']);
});

test('an arm that sets out while the copy is made is not closed under; after 10 min the file is refused as busy', async t => {
  const {clock, rig} = await setUp(t);
  const started: SiteFileRole[] = [];
  const busyAtClose: boolean[] = [];
  const supervisor: SiteSupervisor<SiteRun> = new SiteSupervisor<SiteRun>({
    ...{clock, log: quietLog(clock), desk: rig.newDesk(file => supervisor.restart(file))},
    start: file => {
      started.push(file);
      const close = () => Promise.resolve(void busyAtClose.push(rig.isBusy)).then(() => {});
      return Promise.resolve({kind: 'running', run: {watched: rig.watched(), close}});
    },
    keepCopy: async () => {
      await clock.sleep(20 * SECOND_MS);
      rig.isBusy = true;
    },
  });
  t.teardown(() => supervisor.close());
  await supervisor.open();
  await clock.advance(31 * SECOND_MS);
  rig.desk.take(rig.push(1));
  await clock.advance(2 * MINUTE_MS);
  t.deepEqual(started, ['site']);
  rig.isBusy = false;
  await clock.advance(2 * SECOND_MS);
  t.deepEqual(started, ['site', 'trial']);
  rig.desk.rollback('wang');
  await clock.advance(32 * SECOND_MS);
  t.deepEqual(started, ['site', 'trial', 'site']);

  rig.desk.take(rig.push(2));
  await clock.advance(12 * MINUTE_MS);
  t.like(rig.desk.report(), {ver: 2, state: 'refused', why: 'busy'});
  rig.desk.take(rig.push(3));
  rig.isBusy = false;
  await clock.advance(25 * SECOND_MS);
  t.is(rig.desk.picture().phase, 'trial');
  rig.desk.rollback('wang');
  await clock.advance(2 * SECOND_MS);
  t.deepEqual(started, ['site', 'trial', 'site'], 'ended before it ran: nothing was restarted');
  rig.isBusy = false;
  rig.desk.take(rig.push(4));
  await clock.advance(52 * SECOND_MS);
  rig.isBusy = false;
  await clock.advance(2 * SECOND_MS);
  t.is(started.at(-1), 'trial', 'and the next one is tried');
  t.deepEqual(busyAtClose, [false, false, false]);
});

test('a file in force is told as such, and its former copy kept, however late the disk takes the record', async t => {
  const {clock, rig} = await setUp(t);
  rig.desk.take(rig.push(1));
  await clock.advance(30_000);
  rig.disk.noRoomFor = '.state.tmp';
  await clock.advance(60_000);
  t.is(rig.files.text('site'), NEW);
  t.is(rig.files.backup(OLD_SHA), OLD);
  t.is(rig.desk.rollback('wang').kind, 'refused');
  rig.trialHealth = new Map();
  await clock.advance(60_000);
  rig.disk.noRoomFor = undefined;
  await clock.advance(2000);
  t.like(rig.desk.report(), {ver: 1, state: 'applied', held: NEW_SHA});
  t.deepEqual(rig.runs, ['site', 'trial']);
  t.is(rig.files.backup(OLD_SHA), OLD);
});

test('problems refuse a file before anything is touched, at most 20 of them, and are told once', async t => {
  const {clock, rig} = await setUp(t);
  rig.problems = Array.from({length: 50}, (_, index) => `site.yaml:${index}:1 ${'x'.repeat(400)}`);
  rig.desk.take(rig.push(1));
  const report = rig.desk.report();
  t.like(report, {ver: 1, sha: NEW_SHA, state: 'refused', why: 'problems', held: OLD_SHA});
  t.is(report.problems.length, 20);
  t.true(report.problems.every(text => text.length <= 300));
  t.false(existsSync(rig.files.pathOf('trial')));
  await clock.advance(60_000);
  rig.desk.take(rig.push(1));
  t.deepEqual(
    rig.told.map(({kind}) => kind),
    ['config.refused'],
  );
  t.deepEqual(rig.runs, ['site']);
});

test('a file that replaces another than the one in force is refused', async t => {
  const {rig} = await setUp(t);
  rig.desk.take(rig.push(1, NEW, ['e'.repeat(64)]));
  t.like(rig.desk.report(), {state: 'refused', why: 'base'});
  rig.desk.take(rig.push(2, NEW, ['e'.repeat(64), OLD_SHA]));
  t.is(rig.desk.report().state, 'staged');
});

test('TB #2124: an identical configuration, as often as the link returns, restarts nothing and recreates nothing', async t => {
  const {clock, rig} = await setUp(t);
  rig.desk.take(rig.push(1, OLD));
  t.like(rig.desk.report(), {ver: 1, state: 'applied', held: OLD_SHA});
  rig.desk.take(rig.push(2));
  await clock.advance(5000);
  // On trial: the same text comes again, under the same version and under a newer one.
  rig.desk.take(rig.push(2));
  rig.desk.take(rig.push(3));
  await clock.advance(62_000);
  t.like(rig.desk.report(), {ver: 3, state: 'applied', held: NEW_SHA});
  for (let ver = 1; ver < 50; ver += 1) {
    rig.desk.take(rig.push(ver));
    t.is(rig.desk.apply(rig.offer()).kind, 'same');
    await clock.advance(1000);
  }
  t.deepEqual(rig.runs, ['site', 'trial']);
  t.like(rig.desk.report(), {ver: 49, state: 'applied', held: NEW_SHA});
  t.deepEqual(
    rig.told.map(({kind}) => kind),
    ['config.applied'],
  );
});

test('an older version changes nothing, and a newer one waits until the trial is over', async t => {
  const {clock, rig} = await setUp(t);
  rig.desk.take(rig.push(5));
  await clock.advance(5000);
  rig.desk.take(rig.push(4, OLD));
  rig.desk.take(rig.push(6, `${NEW}# more\n`));
  t.like(rig.desk.report(), {ver: 5, state: 'trial'});
  t.is(rig.desk.apply(rig.offer({text: OLD})).kind, 'refused');
  await clock.advance(60_000);
  t.like(rig.desk.report(), {ver: 5, state: 'applied'});
  rig.desk.take(rig.push(6, `${NEW}# more\n`));
  t.like(rig.desk.report(), {ver: 6, state: 'staged'});
});

test('a person ends a trial, and goes back to the file before', async t => {
  const {clock, rig} = await setUp(t);
  t.is(rig.desk.rollback('wang').kind, 'refused', 'no former file yet');
  rig.desk.apply(rig.offer());
  await clock.advance(5000);
  t.is(rig.desk.rollback('wang').kind, 'rolled_back');
  await clock.advance(1000);
  t.is(rig.running, 'site');
  t.like(rig.told[0], {kind: 'config.rolled_back', body: {why: 'person'}});
  rig.desk.apply(rig.offer());
  await clock.advance(95_000);
  t.is(rig.files.text('site'), NEW);
  t.deepEqual(rig.desk.rollback('wang'), {kind: 'staged', sha: OLD_SHA, problems: []});
  await clock.advance(95_000);
  t.is(rig.files.text('site'), OLD);
});

test('seven former files are kept', async t => {
  const {clock, rig} = await setUp(t);
  for (let count = 1; count <= 10; count += 1) {
    rig.desk.apply(rig.offer({text: `${OLD}# ${count}\n`}));
    await clock.advance(95_000);
  }
  t.is(readdirSync(`${rig.path}.history`).length, 7);
  t.is(rig.desk.record.backups.at(-1), siteTextHash(`${OLD}# 9\n`));
  for (const sha of rig.desk.record.backups) t.truthy(rig.files.backup(sha));
});

test('a trial that two starts in a row did not live through is taken back', async t => {
  const {clock, rig} = await setUp(t);
  rig.desk.take(rig.push(1));
  await clock.advance(5000);
  rig.kill();
  rig.boot();
  t.is(rig.running, 'trial', 'continued once');
  await clock.advance(30_000);
  rig.kill();
  rig.boot();
  t.is(rig.running, 'site');
  t.like(rig.desk.report(), {ver: 1, state: 'rolled_back', why: 'interrupted', held: OLD_SHA});
  t.like(rig.told[0], {kind: 'config.rolled_back', body: {why: 'interrupted'}});
  t.is(rig.files.text('trial'), undefined);
});

test('a trial that a power cut ended is continued for its whole 60 s', async t => {
  const {clock, rig} = await setUp(t);
  rig.desk.take(rig.push(1));
  await clock.advance(50_000);
  rig.kill();
  rig.boot();
  await clock.advance(59_000);
  t.is(rig.files.text('site'), OLD);
  await clock.advance(3000);
  t.is(rig.files.text('site'), NEW);
  t.like(rig.desk.report(), {ver: 1, state: 'applied', held: NEW_SHA});
});

test('a disk that is full refuses the file and keeps the one in force', async t => {
  const {clock, rig} = await setUp(t);
  rig.disk.cutBefore = rig.disk.steps.length;
  const {kind, problems} = rig.desk.apply(rig.offer());
  t.is(kind, 'refused');
  t.is(problems.length, 1);
  await clock.advance(100_000);
  t.deepEqual(rig.runs, ['site']);
  t.is(rig.files.text('site'), OLD);
});
