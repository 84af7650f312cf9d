import test, {type ExecutionContext} from 'ava';
import {CallsRig, wang} from '../../edge/domain/calls/calls-rig.js';
import {DAY_MS, MINUTE_MS} from '../../protocols/base/units.js';
import {CallOffice, CallPost} from './call-office.js';
import {Guard} from './guard.js';
import {cloudOf} from './lot-on-platform.js';
import {withWorld} from './with-world.js';

const TESTS = {nightMinute: 180, pathDays: 3, walkDays: 31};
const CHIEF = '+8613800000001';
const PROVER = '+8613800000009';

/** A site with a board and a cloud, whose nights follow each other at once. */
class Nights extends CallsRig {
  readonly failed: string[] = [];
  board = true;
  cloud = true;

  constructor() {
    super({tests: TESTS});
    this.hasCloud = true;
    for (const lock of this.locks.values()) lock.polls = false;
    this.ask({kind: 'watch', station: 'B1', act: 'begin'});
  }

  /** Tests that began in the night of the next day. */
  night(): readonly string[] {
    const before = this.cares().length;
    const night = TESTS.nightMinute * MINUTE_MS - MINUTE_MS;
    this.wallStart += DAY_MS - ((this.wallMs - night) % DAY_MS);
    for (let minute = 0; minute < 3; minute += 1) {
      this.advance(MINUTE_MS);
      const path = this.state.care.path?.call;
      if (path && this.board) this.alive('B1', [path]);
      if (path && this.cloud) this.input({kind: 'cloudHas', call: path});
    }
    this.advance(6 * MINUTE_MS);
    return this.cares()
      .slice(before)
      .filter(what => !what.startsWith('board_'));
  }

  get faults(): readonly (string | null)[] {
    const open = [...this.state.alarms.values()];
    return open.filter(({kind}) => kind === 'CALL_TEST_FAILED').map(({device}) => device);
  }
}

/** From the gateway on: to the contact that proves it by his answer, and to nobody else. */
function onToContact(t: ExecutionContext): Promise<void> {
  const post = new CallPost();
  const plan = {database: ':memory:', noticePorts: post.ports.bind(post)};
  const collectors = [{id: 'C1', bays: ['A-012'], pollMs: 2000}];
  return withWorld(t, {collectors, cloud: plan}, async world => {
    const office = new CallOffice(world, post);
    const cloud = cloudOf(world);
    await cloud.addSite('lot-1', ['A-012']);
    await office.contact(CHIEF, {label: 'Operator', afterMs: MINUTE_MS});
    await office.contact(PROVER, {label: 'Test', afterMs: 0, test: true});
    interface Test {
      readonly pathProvedMs: number | null;
      readonly pathMissed: boolean;
      readonly nextMs: number;
    }
    const test = () => office.ask<Test>('GET', '/v1/sites/lot-1/notice-test');
    t.like(await test(), {pathProvedMs: null, pathMissed: false});
    t.is((await new Guard(world).post('/api/call-tests/path')).status, 200);
    await world.until(() => post.provider.to(PROVER).length > 0, 30_000);
    t.is((await test()).pathProvedMs, null, 'it came, and nobody has said so');
    await office.ask('POST', '/v1/public/notice-answers', {code: office.codeFor(PROVER)});
    t.not((await test()).pathProvedMs, null);
    await world.advance(62_000);
    t.deepEqual([post.provider.to(CHIEF).length, post.provider.to(PROVER).length], [0, 1]);
    const passed = world.events('call.care').map(({body}) => body.what);
    t.deepEqual(passed, ['path_begun', 'path_passed']);

    const {nextMs} = await test();
    cloud.clock.aheadMs += 3 * DAY_MS + nextMs - cloud.clock.wallMs();
    t.true((await test()).pathMissed);
    await world.until(() => post.provider.to(CHIEF).length > 0, 6 * MINUTE_MS);
    t.regex(post.provider.to(CHIEF)[0]?.text ?? '', /No test call from a button/);
  });
}

test('EC-14 each night every loop, each three days the way from a button over board and cloud to the test contact, each month every button by hand; what is missed is a fault', async t => {
  const site = new Nights();
  const {devices} = site.state.config.calls ?? t.fail();
  const loops = devices.map(({device}) => `loop_passed ${device}`);
  t.true(loops.length > 1);
  const ways: number[] = [];
  for (let night = 1; night <= 9; night += 1) {
    const done = site.night();
    t.deepEqual(
      done.filter(what => what.startsWith('loop')),
      loops,
      `night ${night}`,
    );
    if (done.includes('path_passed path')) ways.push(night);
  }
  t.true(ways.length >= 3);
  t.true(
    ways.every((night, at) => at === 0 || night - (ways[at - 1] ?? 0) <= 3),
    ways.join(),
  );
  t.deepEqual(site.faults, []);

  const [first] = devices;
  const cut = {kind: 'deviceFault', fault: 'BUTTON_FAULT', detail: 'cut', ...first} as const;
  site.input({...cut, device: first?.device ?? t.fail(), isStanding: true});
  site.cloud = false;
  for (let night = 0; night < 3; night += 1) site.night();
  t.deepEqual(site.faults, [first?.device, 'path']);
  t.true(site.cares().includes(`loop_failed ${first?.device}`));
  t.is(site.view().tests.path.note, 'not reached: cloud');
  site.input({...cut, device: first?.device ?? t.fail(), isStanding: false});
  site.cloud = true;
  for (let night = 0; night < 3; night += 1) site.night();
  t.deepEqual(site.faults, []);

  // A gateway that was off for a night and a bit has missed its tests, and makes good for them.
  const before = site.cares().length;
  site.wallStart += 4 * DAY_MS;
  site.advance(MINUTE_MS);
  const missed = site.cares().slice(before);
  t.deepEqual(missed.slice(0, 2), [`test_missed ${first?.device}`, `loop_passed ${first?.device}`]);
  t.true(missed.includes('test_missed path'));

  while (!site.view().tests.walk.isOverdue) site.night();
  t.true(site.faults.includes('walk'));
  const days = (site.wallMs - (site.view().tests.walk.dueWallMs - 31 * DAY_MS)) / DAY_MS;
  t.true(days > 31 && days < 33, `${days}`);
  site.ask({kind: 'walkTest', act: 'begin'});
  site.press(first?.collector);
  const list = () => site.view().tests.devices.map(({walkedWallMs}) => walkedWallMs !== null);
  t.deepEqual(list(), [true, ...devices.slice(1).map(() => false)], 'the checklist');
  t.true(site.view().calls.some(({type}) => type === 'test'));
  t.deepEqual(
    site.openAlarms().filter(kind => kind === 'EMERGENCY_BUTTON'),
    [],
  );
  site.ask({kind: 'walkTest', act: 'end'});
  t.like(site.bodies('call.care').at(-1), {
    ...{what: 'walk_over', person: wang, done: 1, of: devices.length},
    note: devices
      .slice(1)
      .map(({device}) => device)
      .join(', '),
  });
  t.true(site.faults.includes('walk'), 'not all were pressed');
  site.ask({kind: 'walkTest', act: 'begin'});
  for (const {collector} of devices) site.press(collector);
  t.like(site.view().tests.walk, {isRunning: false, done: devices.length, of: devices.length});
  t.false(site.faults.includes('walk'));

  await onToContact(t);
});
