import test, {type ExecutionContext} from 'ava';
import {HOUR_MS, MINUTE_MS, SECOND_MS} from '../../protocols/base/units.js';
import {asId} from '../../protocols/site/ids.js';
import {World} from '../world.js';
import {bookedLot, moneyOf, PURSE_FEN} from './booked-lot.js';
import {BAYS, LeasedRow} from './leased-row.js';
import {NINE} from './linked-cloud.js';
import {cloudOf} from './lot-on-platform.js';

interface Order {
  readonly id: string;
  readonly state: string;
  readonly booking: {
    readonly point: string;
    readonly amountFen: number;
    readonly chargedFen: number;
    readonly note: string | null;
  };
}
interface Change {
  readonly type: string;
  readonly subjectId: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const PEOPLE = ['chen', 'wang', 'zhao'] as const;
const BOOKED = ['A-012', 'A-013'];

/** What changed at the platform since now. */
async function following(world: World) {
  const cloud = cloudOf(world);
  const {nextCursor} = await cloud.get<{nextCursor: string}>('/v1/changes?cursor=now');
  return async (type: string) => {
    const path = `/v1/changes?cursor=${nextCursor}`;
    const {changes} = await cloud.get<{changes: Change[]}>(path);
    return changes.filter(change => change.type === type);
  };
}

/** Two bays of the lender lin by the hour, and three people with cards who book them. */
async function lot(t: ExecutionContext) {
  const database = await bookedLot(t, {fromMs: NINE, bays: BOOKED, members: PEOPLE});
  const collectors = [{id: 'C1', bays: BOOKED, travelMs: 1000}];
  const world = await World.start({collectors, cloud: {database}, wallMs: NINE});
  t.teardown(() => world.close());
  const cloud = cloudOf(world);
  const cards = new Map<string, Awaited<ReturnType<typeof world.office.card>>>();
  for (const who of PEOPLE) cards.set(who, await world.office.card({holder: asId(who)}));
  const told = await following(world);
  const ask = <Body>(method: string, path: string, body?: object) =>
    world.clock.settle(cloud.ask<Body>(method, path, body));
  return {
    ...{world, cloud, told, ask},
    book: async (holder: string, from: number, until: number, point = 'A-012') => {
      const hours = {fromMs: NINE + from * MINUTE_MS, untilMs: NINE + until * MINUTE_MS};
      const wish = {site: 'lot-1', point, plate: '粤B12345', holder, ...hours};
      const {body} = await ask<Order>('POST', '/v1/bookings', wish);
      return body.id;
    },
    see: (id: string) => cloud.get<Order>(`/v1/orders/${id}`),
    money: (account: Parameters<typeof moneyOf>[1]) => moneyOf(database, account),
    to: (minute: number, seconds = 0) =>
      world.advance(NINE + minute * MINUTE_MS + seconds * SECOND_MS - world.clock.wallMs()),
    /** Shows his card; gives the bay that goes down for him. */
    tap: async (who: string) => {
      const card = cards.get(who);
      if (!card) throw new Error(`nobody has a card of ${who}`);
      const wereUp = BOOKED.filter(bay => world.site.lock(bay).arm === 'up');
      await world.tap('C1', card);
      await world.advance(5000);
      return wereUp.find(bay => world.site.lock(bay).arm === 'down');
    },
    enter: async (bay: string) => {
      const car = world.car();
      await world.clock.settle(car.enter(world.site.bay(bay)));
      await world.advance(5000);
      return car;
    },
    raises: (bay: string) => world.site.commandTimes(bay, 'raise').length,
  };
}

test('E28 overstay while the next tenant is due: he gets the nearest equal bay and his card opens it; for whom no bay is left his money goes back with a credit; the lender is paid the overtime, and the guard is told', async t => {
  const {world, book, see, money, to, tap, enter, raises, told} = await lot(t);
  const stays = await book('chen', 0, 20);
  const next = await book('wang', 20, 35);
  const last = await book('zhao', 35, 50);
  t.is(await tap('chen'), 'A-012');
  const car = await enter('A-012');
  await to(20, 5);
  t.is((await see(next)).booking.point, 'A-013');
  t.like((await told('booking.moved'))[0], {
    subjectId: next,
    data: {from: 'A-012', to: 'A-013', why: 'OVERSTAY'},
  });
  t.like((await told('bay.overstayed'))[0], {subjectId: 'A-012', data: {by: stays, next}});
  t.is(await tap('wang'), 'A-013');
  await enter('A-013');
  await to(35, 5);
  t.is((await told('booking.overtime'))[0]?.subjectId, stays);
  t.like(await see(last), {state: 'cancelled', booking: {chargedFen: 0, note: 'OVERSTAY'}});
  t.like((await told('booking.displaced'))[0], {subjectId: last, data: {creditFen: 30}});
  t.deepEqual(await money('member:zhao'), {postedFen: PURSE_FEN + 30, heldFen: 0});
  t.is(raises('A-012'), 0);
  t.deepEqual(await money('lender:lin'), {postedFen: 0, heldFen: 0});
  await world.clock.settle(car.leave());
  await world.until(() => world.site.lock('A-012').arm === 'up', 45_000);
  await world.advance(10_000);
  const {state, booking} = await see(stays);
  t.is(state, 'settled');
  // 20 min in 2 steps of 150 fen, and as many beyond them at half as much again.
  t.is(booking.chargedFen, 2 * 150 + 2 * 225);
  t.is((await money('lender:lin')).postedFen, (booking.chargedFen * 80) / 100);
});

test('E27 overstay while nobody waits: within 15 min of grace it costs what it cost before; after them the tenant is told, all beyond the end has the price of overtime, and the arm never rises under the car', async t => {
  const {world, book, see, to, tap, enter, raises, told} = await lot(t);
  const [graced, over] = [await book('chen', 0, 20), await book('wang', 0, 20, 'A-013')];
  t.is(await tap('chen'), 'A-012');
  const first = await enter('A-012');
  t.is(await tap('wang'), 'A-013');
  const second = await enter('A-013');
  await to(33);
  await world.clock.settle(first.leave());
  await to(35, 5);
  t.is((await see(graced)).state, 'settled');
  // 33 min and the half minute until the arm is up: 3 steps of 150 fen.
  t.is((await see(graced)).booking.chargedFen, 450);
  t.deepEqual(
    (await told('booking.overtime')).map(({subjectId}) => subjectId),
    [over],
  );
  await to(49);
  t.is(raises('A-013'), 0);
  t.is(world.site.lock('A-013').arm, 'down');
  await world.clock.settle(second.leave());
  await world.until(() => world.site.lock('A-013').arm === 'up', 45_000);
  await world.advance(10_000);
  // 2 steps, and 2 of overtime.
  t.is((await see(over)).booking.chargedFen, 2 * 150 + 2 * 225);
});

test('Q14 told 10 min before the end; a car that stands there 1 s after it: no raise frame, OVERTIME; the next tenant gets another bay, and his QR code opens it; the stay is billed when it ends, and then the arm goes up', async t => {
  const plan = {fromMs: NINE, bays: BAYS, members: ['ann', 'bob'], isForLease: true};
  const open = await LeasedRow.open(t, {database: await bookedLot(t, plan), wallMs: NINE});
  const {world} = open;
  const cloud = cloudOf(world);
  await world.clock.settle(
    cloud.ask('POST', '/v1/agreement-texts', {language: 'en', text: '{{bay}}', depositFen: 100}),
  );
  const told = await following(world);
  const fromMs = world.clock.wallMs();
  const untilMs = fromMs + 16 * MINUTE_MS;
  const ann = await open.agree('ann', 'A-001', {fromMs, untilMs});
  const bob = await open.agree('bob', 'A-001', {fromMs: untilMs, untilMs: untilMs + HOUR_MS});
  const see = (lease: string) =>
    cloud.get<{state: string; point: string; chargedFen: number}>(`/v1/leases/${lease}`);
  const phase = () =>
    world.events('session').findLast(({body}) => body.bay === 'A-001')?.body.phase;
  t.is(await open.scan(1, await ann.qr()), 'ALLOW');
  const car = await open.driveIn('A-001');
  await world.advance(untilMs - 10 * MINUTE_MS + SECOND_MS - world.clock.wallMs());
  t.is((await told('lease.ending_soon'))[0]?.subjectId, ann.lease);
  await world.advance(untilMs + SECOND_MS - world.clock.wallMs());
  t.is(phase(), 'overtime');
  t.deepEqual(open.frames('raise'), [0, 0, 0]);
  await world.advance(5000);
  t.is((await see(ann.lease)).state, 'overtime');
  t.like(await see(bob.lease), {state: 'active', point: 'A-002'});
  t.like((await told('lease.moved'))[0], {subjectId: bob.lease, data: {to: 'A-002'}});
  t.is(await open.scan(1, await bob.qr()), 'ALLOW');
  await world.until(() => world.site.lock('A-002').arm === 'down', 10_000);
  await open.driveIn('A-002');

  await world.clock.settle(car.leave());
  await world.until(() => world.site.lock('A-001').arm === 'up', 45_000);
  await world.advance(10_000);
  t.is(phase(), 'closed');
  const {state, chargedFen} = await see(ann.lease);
  t.is(state, 'ended');
  t.true(chargedFen > 160, `${chargedFen} fen`);
});
