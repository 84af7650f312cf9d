import test from 'ava';
import {UsageError} from '../../protocols/base/errors.js';
import type {SimCard} from '../devices/sim-card.js';
import type {World, WorldOptions} from '../world.js';
import {withWorld} from './with-world.js';

const MINUTE_MS = 60_000;
const SITE: WorldOptions = {
  cloud: true,
  collectors: [{id: 'C1', bays: ['A-012', 'A-013'], travelMs: 1000, pollMs: 1000}],
};
const CHECKS = 20;

function cloudOf(world: World) {
  if (!world.cloud) throw new UsageError('sim/absent', 'this world has no cloud');
  return world.cloud;
}

/** Until the link is up again; settles with the instant at which it was. */
async function reconnect(world: World): Promise<number> {
  const cloud = cloudOf(world);
  cloud.restore();
  await world.until(() => cloud.isOnline(), 5 * MINUTE_MS);
  return world.nowMs;
}

const stays = (world: World) => world.events('session').map(({body}) => body);
const decision = (world: World) => world.events('decision').at(-1)?.body;

async function park(world: World, bay: string, card: SimCard) {
  await world.tap('C1', card);
  const car = world.car();
  await world.clock.settle(car.enterWhenDown(world.site.bay(bay), {patienceMs: 10_000}));
  await world.advance(10_000);
  return car;
}

test('~E6 without a valve: a power cut in a stay moves nothing, within 5 min the same card finds its stay again, and what was used is counted once, over the cut', t =>
  withWorld(t, SITE, async world => {
    const card = await world.office.cardFor(['A-012'], {entries: 'one'});
    await world.tap('C1', card);
    await world.advance(5000);
    const opened = stays(world).at(-1);
    const openedMs = world.nowMs;
    const orders = world.site.commandTimes('A-012', 'lower').length;
    await world.killEdge();
    await world.advance(4 * MINUTE_MS);
    world.startEdge();
    await world.settle();
    t.is(world.site.commandTimes('A-012', 'lower').length, orders, 'nothing moves by itself');
    await world.tap('C1', card);
    await world.advance(2000);
    t.like(decision(world), {result: 'ALLOW'}, 'good for one entry, which is this one');
    const car = world.car();
    await world.clock.settle(car.enterWhenDown(world.site.bay('A-012'), {patienceMs: 10_000}));
    await world.advance(20_000);
    await world.clock.settle(car.leave());
    await world.advance(MINUTE_MS);
    const ids = new Set(stays(world).map(({session}) => session));
    t.deepEqual([...ids] as unknown[], [opened?.session], 'one stay, not two');
    const closed = stays(world).filter(({phase}) => phase === 'closed');
    t.is(closed.length, 1);
    const usedMs = closed[0]?.durationMs ?? 0;
    t.true(usedMs >= 4 * MINUTE_MS && usedMs <= world.nowMs - openedMs + 10_000, `${usedMs}`);
  }));

test('~P26 at the edge: every grant of a holder ends within 5 s online; an edge that is offline ends them within 5 s of its next contact', t =>
  withWorld(t, SITE, async world => {
    const cloud = cloudOf(world);
    const {book} = world.edge.store;
    const member = await world.office.card();
    const grantsFor = async (bays: readonly string[]) => {
      const grants = [];
      for (const bay of bays) grants.push(await world.office.give(member, [bay]));
      await world.advance(2000);
      return grants;
    };
    const online = await grantsFor(['A-012', 'A-013', 'A-012']);
    const sinceMs = world.nowMs;
    for (const grant of online) await world.office.revoke(grant);
    await world.until(() => online.every(({id}) => book.isRevoked(id)), 5000);
    t.true(world.nowMs - sinceMs <= 5000, `${world.nowMs - sinceMs}`);
    await world.tap('C1', member);
    await world.advance(10_000);
    t.like(decision(world), {result: 'DENY', reason: 'REVOKED'});

    const later = await grantsFor(['A-012', 'A-013']);
    cloud.cut();
    await world.advance(1000);
    for (const grant of later) await world.office.revoke(grant);
    await world.advance(10 * MINUTE_MS);
    t.false(later.some(({id}) => book.isRevoked(id)));
    const contactMs = await reconnect(world);
    await world.until(() => later.every(({id}) => book.isRevoked(id)), 5000);
    t.true(world.nowMs - contactMs <= 5000, `${world.nowMs - contactMs}`);
    await world.tap('C1', member);
    await world.advance(10_000);
    t.like(decision(world), {result: 'DENY', reason: 'REVOKED'});
  }));

test(`~R11 over the link: the result of every check is complete, in order and there once after a link loss of ${CHECKS} min with a power cut in it`, t =>
  withWorld(t, SITE, async world => {
    const cloud = cloudOf(world);
    const stranger = world.office.unknownCard();
    cloud.cut();
    for (let check = 0; check < CHECKS; check += 1) {
      await world.tap('C1', stranger);
      await world.advance(MINUTE_MS);
      if (check === CHECKS / 2) {
        await world.killEdge();
        world.startEdge();
        await world.until(() => world.edge.site.state().bays.every(bay => bay.health === 'ok'));
      }
    }
    const held = world.events('attempt.closed').map(({seq, body}) => ({seq, body}));
    t.is(held.length, CHECKS);
    await reconnect(world);
    await world.until(() => cloud.unsent() === 0, MINUTE_MS);
    await world.advance(5000);
    const told = (await cloud.events('attempt.closed')).map(({seq, body}) => ({seq, body}));
    t.deepEqual(told as unknown, held as unknown);
  }));

test('~B12 without money: what a stay used is settled once; offline it waits, over a power cut too, and comes under the same id', t =>
  withWorld(t, SITE, async world => {
    const cloud = cloudOf(world);
    const car = await park(world, 'A-012', await world.office.cardFor(['A-012']));
    const id = stays(world).at(-1)?.session;
    cloud.cut();
    await world.clock.settle(car.leave());
    await world.advance(MINUTE_MS);
    const settled = stays(world).at(-1);
    t.like(settled, {session: id, phase: 'closed'});
    t.true((settled?.durationMs ?? 0) > 0);
    await world.killEdge();
    await world.advance(MINUTE_MS);
    world.startEdge();
    await reconnect(world);
    await world.until(() => cloud.unsent() === 0, MINUTE_MS);
    // A link that drops again has everything confirmed anew, and nothing stored anew.
    cloud.cut();
    await world.advance(1000);
    await reconnect(world);
    await world.advance(5000);
    const receipts = (await cloud.events('session')).filter(({body}) => body.phase === 'closed');
    t.is(receipts.length, 1);
    t.deepEqual(receipts[0]?.body as unknown, settled as unknown);
  }));
