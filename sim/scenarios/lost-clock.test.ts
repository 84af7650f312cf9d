import test from 'ava';
import {clockCheck} from '../../edge/doctor/machine-checks.js';
import type {UnixMillis} from '../../protocols/base/clock.js';
import type {SimCard} from '../devices/sim-card.js';
import type {World, WorldOptions} from '../world.js';
import {withWorld} from './with-world.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const POSTS: WorldOptions = {
  cloud: true,
  collectors: [{id: 'C1', bays: ['A-012', 'A-013'], travelMs: 1000, pollMs: 1000}],
};

/** Off for `offMs`; then no time server, no cloud, and a wall clock that reads `aheadMs` too much. */
async function loseClock(world: World, offMs: number, aheadMs: number): Promise<void> {
  await world.stopEdge();
  world.cloud?.cut();
  world.timeServer.isReached = false;
  await world.advance(offMs);
  world.gatewayClock.aheadMs = aheadMs;
  world.startEdge();
  await world.until(() => world.edge.site.state().bays.every(bay => bay.health === 'ok'), 30_000);
  await world.advance(2000);
}

async function linkUp(world: World): Promise<void> {
  world.cloud?.restore();
  await world.until(() => world.cloud?.isOnline() === true, 5 * MINUTE_MS);
  await world.advance(1000);
}

async function park(world: World, card: SimCard, bay: string) {
  await world.tap('C1', card);
  const car = world.car();
  await world.clock.settle(car.enterWhenDown(world.site.bay(bay), {patienceMs: 10_000}));
  await world.advance(10_000);
  return car;
}

const lastDecision = (world: World) => world.events('decision').at(-1)?.body;
const warnings = (world: World) => world.edge.site.state().warnings.map(({code}) => code);
const rows = (world: World) => {
  const {outbox} = world.edge.store;
  return outbox.read(outbox.low(), Number.MAX_SAFE_INTEGER);
};
/** As `latchkey doctor` tells what chrony does. */
const doctorOnClock = ({gatewayClock, timeServer}: World) =>
  clockCheck({
    ...{clock: gatewayClock, builtMs: 0},
    isClockSynchronised: () => Promise.resolve(timeServer.isReached),
  });
const phases = (world: World) => world.events('session').map(({body}) => body.phase);

test('E8 after a dead RTC the clock is untrusted: standing cards open, hours wait for a person, stays are counted on, and a signed time repairs it', t =>
  withWorld(t, POSTS, async world => {
    const startMs = world.clock.wallMs();
    const startTruthMs = startMs - world.nowMs;
    const validUntil = (startMs + 90 * DAY_MS) as UnixMillis;
    const tenant = await world.office.cardFor(['A-012'], {kind: 'lease', validUntil});
    const booking = await world.office.cardFor(['A-013'], {validUntil});
    const former = await world.office.cardFor(['A-013'], {
      kind: 'lease',
      validUntil: (startMs - 1) as UnixMillis,
    });
    t.deepEqual(
      warnings(world).filter(code => code === 'wallClockUnset'),
      [],
    );

    await loseClock(world, 30 * MINUTE_MS, -world.clock.wallMs());
    t.true(warnings(world).includes('wallClockUnset'));
    t.true(world.edge.clock.wallMs() >= startMs, 'never behind the floor');
    const car = await park(world, tenant, 'A-012');
    t.like(lastDecision(world), {result: 'ALLOW', degraded: true});
    await world.tap('C1', former);
    await world.advance(10_000);
    t.like(lastDecision(world), {result: 'DENY', reason: 'EXPIRED'});
    await world.tap('C1', booking);
    await world.advance(10_000);
    t.like(lastDecision(world), {result: 'DENY', reason: 'NEEDS_GUARD'});
    const lost = rows(world).filter(row => row.boot === world.edge.store.boot);
    t.true(lost.length > 0);
    for (const row of lost) {
      t.is(row.clk, 'floor');
      t.true(row.wallMs >= startMs && row.monoMs > 0, 'both clocks stand in every row');
    }

    await linkUp(world);
    t.false(warnings(world).includes('wallClockUnset'));
    t.true(Math.abs(world.edge.clock.wallMs() - world.clock.wallMs()) <= 100);
    const steps = world.events('clock.step');
    t.is(steps.length, 1);
    t.true(Math.abs((steps[0]?.body.toWallMs ?? 0) - world.clock.wallMs()) < 10_000);
    t.is(rows(world).at(-1)?.clk, 'ok');
    await world.advance(MINUTE_MS);
    const atCloud = (await world.cloud?.events('attempt.opened')) ?? [];
    t.is(atCloud.length, 3);
    for (const {wallMs, correctedMs, seq} of atCloud) {
      const truthMs = startTruthMs + (rows(world).find(row => row.seq === seq)?.monoMs ?? 0);
      t.true(wallMs < truthMs - 10 * MINUTE_MS, 'as it was written, the record is wrong');
      t.true(Math.abs((correctedMs ?? 0) - truthMs) <= 1000, 'the cloud shows when it was');
    }
    await world.tap('C1', booking);
    t.like(lastDecision(world), {result: 'ALLOW'});
    await world.advance(MINUTE_MS);

    const opened = world.events('session').find(({body}) => body.phase === 'open_wait_car');
    await world.clock.settle(car.leave());
    await world.advance(MINUTE_MS);
    const stay = world.events('session').filter(({body}) => body.session === opened?.body.session);
    const closed = stay.at(-1);
    t.is(closed?.body.phase, 'closed');
    t.is(Math.round(closed?.body.durationMs ?? 0), (closed?.monoMs ?? 0) - (opened?.monoMs ?? 0));
  }));

test('E9 a leap of 3 h at the sync with a time server bills and ends nothing; the cloud confirms it, and one correction is journalled', t =>
  withWorld(t, POSTS, async world => {
    const startMs = world.clock.wallMs();
    const rights = {kind: 'lease', validUntil: (startMs + 2 * HOUR_MS) as UnixMillis} as const;
    const parked = await world.office.cardFor(['A-012'], rights);
    const coming = await world.office.cardFor(['A-013'], rights);
    await loseClock(world, 3 * HOUR_MS, -3 * HOUR_MS);
    const car = await park(world, parked, 'A-012');
    await world.advance(10 * MINUTE_MS);
    const before = phases(world);
    t.is(before.at(-1), 'parked');

    world.gatewayClock.aheadMs = 0;
    world.timeServer.isReached = true;
    await world.advance(2 * MINUTE_MS);
    t.is(world.edge.clock.wallMs(), world.clock.wallMs(), 'shown as the time server says');
    t.deepEqual(phases(world), before, 'no stay ended, none is overtime');
    t.deepEqual(world.events('clock.step'), []);
    await world.tap('C1', coming);
    t.like(lastDecision(world), {result: 'ALLOW'});
    await world.advance(5 * MINUTE_MS);

    await linkUp(world);
    const [step, ...more] = world.events('clock.step');
    t.deepEqual(more, []);
    const {fromWallMs = 0, toWallMs = 0} = step?.body ?? {};
    t.true(Math.abs(toWallMs - fromWallMs - 3 * HOUR_MS) < MINUTE_MS, `${toWallMs - fromWallMs}`);
    await world.tap('C1', coming);
    await world.advance(10_000);
    t.like(lastDecision(world), {result: 'DENY', reason: 'EXPIRED'});

    await world.clock.settle(car.leave());
    await world.advance(MINUTE_MS);
    const stays = world.events('session');
    const opened = stays.find(({body}) => body.phase === 'open_wait_car');
    const closed = stays.findLast(({body}) => body.session === opened?.body.session);
    const bill = closed?.body.durationMs ?? 0;
    t.is(Math.round(bill), (closed?.monoMs ?? 0) - (opened?.monoMs ?? 0), 'no bill jumped');
  }));

test('I-14 a box that lost its clock says so, dates every event by both clocks, start and quality, bills by the monotonic one, and corrects what it wrote once the time comes', t =>
  withWorld(t, POSTS, async world => {
    const startMs = world.clock.wallMs();
    const startTruthMs = startMs - world.nowMs;
    const validUntil = (startMs + 90 * DAY_MS) as UnixMillis;
    const tenant = await world.office.cardFor(['A-012'], {kind: 'lease', validUntil});
    t.false(warnings(world).includes('wallClockUnset'));
    const car = await park(world, tenant, 'A-012');
    const openedMs = world.events('session').at(0)?.monoMs ?? 0;
    const firstBoot = world.edge.store.boot;
    await loseClock(world, 30 * MINUTE_MS, -world.clock.wallMs());
    await world.advance(10 * MINUTE_MS);
    t.true(warnings(world).includes('wallClockUnset'), 'page and status say it');
    t.like(await doctorOnClock(world), {code: 'doctor/clock-free'});
    const {boot} = world.edge.store;
    t.not(boot, firstBoot);
    const marked = rows(world);
    for (const row of marked) {
      t.is(row.clk, row.boot === firstBoot ? 'ok' : 'floor');
      t.true(row.wallMs >= startTruthMs && row.monoMs >= 0, `${row.seq}`);
    }
    t.true(marked.some(row => row.boot === boot));

    await linkUp(world);
    t.false(warnings(world).includes('wallClockUnset'));
    world.gatewayClock.aheadMs = 0;
    world.timeServer.isReached = true;
    t.regex((await doctorOnClock(world)).cause, /kept by a time server/);
    t.is(world.events('clock.step').length, 1);
    await world.clock.settle(car.leave());
    await world.advance(MINUTE_MS);
    t.like(rows(world).at(-1), {clk: 'ok', boot});
    const [restart] = ((await world.cloud?.events('boot')) ?? []).slice(-1);
    const truthMs =
      startTruthMs + (rows(world).find(row => row.seq === restart?.seq)?.monoMs ?? Number.NaN);
    t.true(Math.abs((restart?.correctedMs ?? 0) - truthMs) <= 1000, 'the cloud shows when it was');

    const closed = world.events('session').at(-1);
    t.is(closed?.body.phase, 'closed');
    const lasted = (closed?.monoMs ?? 0) - openedMs;
    t.true(Math.abs((closed?.body.durationMs ?? 0) - lasted) < 3000, `${lasted}`);
  }));
