import test, {type ExecutionContext} from 'ava';
import {HOUR_MS, MINUTE_MS} from '../../protocols/base/units.js';
import {asId} from '../../protocols/site/ids.js';
import type {World} from '../world.js';
import {bookedLot, moneyOf, PURSE_FEN} from './booked-lot.js';
import {withWorld} from './with-world.js';

/** Tuesday, 3 March 2026, 09:00 in Shanghai. */
const NINE = 1_772_499_600_000;

interface Order {
  readonly id: string;
  readonly state: string;
  readonly code?: string;
  readonly booking: {
    readonly amountFen: number;
    readonly chargedFen: number;
    readonly refundedFen: number;
    readonly note: string | null;
  };
}

async function withLot(
  t: ExecutionContext,
  play: (world: World, file: string) => Promise<void>,
): Promise<void> {
  const bays = ['A-012', 'A-013'];
  const file = await bookedLot(t, {fromMs: NINE, bays, members: ['chen', 'wang']});
  const collectors = [{id: 'C1', bays, travelMs: 1000}];
  await withWorld(t, {collectors, cloud: {database: file}, wallMs: NINE}, world =>
    play(world, file),
  );
}

async function book(world: World, holder: string, change: object = {}) {
  const hours = {fromMs: NINE, untilMs: NINE + 4 * HOUR_MS};
  const wish = {site: 'lot-1', point: 'A-012', plate: '粤B12345', holder, ...hours, ...change};
  const asked = await world.cloud?.ask<Order>('POST', '/v1/bookings', wish);
  return {status: asked?.status ?? 0, ...(asked?.body as Order)};
}

async function act(world: World, id: string, what: string, body: object) {
  const asked = await world.cloud?.ask<Order>('POST', `/v1/orders/${id}/${what}`, body);
  return {status: asked?.status ?? 0, ...(asked?.body as Order)};
}

const orderNow = async (world: World, id: string) =>
  (await world.cloud?.get<Order>(`/v1/orders/${id}`)) as Order;

const parkGrants = (world: World) =>
  [...world.edge.store.book.rows()].flatMap(row => (row.table === 'grant' ? [row.row] : []));

test('P2 of two who book overlapping hours of A-012 at one instant exactly one pays and has one signed grant at the edge, which opens the bay; the other sees BAY_TAKEN and pays nothing', async t => {
  await withLot(t, async (world, file) => {
    const cards = {
      chen: await world.office.card({holder: asId('chen')}),
      wang: await world.office.card({holder: asId('wang')}),
    };
    const asked = await Promise.all([
      book(world, 'chen'),
      book(world, 'wang', {fromMs: NINE + HOUR_MS}),
    ]);
    const [won, lost] = asked[0].status === 201 ? asked : [asked[1], asked[0]];
    t.like(won, {status: 201, state: 'paid'});
    t.like(lost, {status: 409, code: 'bay_taken'});
    const winner = asked[0] === won ? 'chen' : 'wang';
    const loser = winner === 'chen' ? 'wang' : 'chen';
    await world.advance(5000);
    const held = {postedFen: PURSE_FEN, heldFen: won.booking.amountFen};
    t.deepEqual(await moneyOf(file, `member:${winner}`), held);
    t.deepEqual(await moneyOf(file, `member:${loser}`), {postedFen: PURSE_FEN, heldFen: 0});

    const grants = parkGrants(world);
    t.is(grants.length, 1);
    t.like(grants[0], {holder: winner, points: ['A-012'], state: 'active'});
    await world.advance(Math.max(0, (grants[0]?.validFrom ?? 0) - world.clock.wallMs()));
    await world.tap('C1', cards[loser]);
    await world.advance(10_000);
    t.is(world.site.lock('A-012').arm, 'up');
    await world.tap('C1', cards[winner]);
    await world.advance(5000);
    t.is(world.site.lock('A-012').arm, 'down');
    t.is((await orderNow(world, won.id)).state, 'running');
  });
});

test('~P2 a bay that nobody pays for within 15 minutes is free again', async t => {
  await withLot(t, async (world, file) => {
    const hours = {fromMs: NINE + HOUR_MS, untilMs: NINE + 3 * HOUR_MS};
    const first = await book(world, 'chen', {...hours, pay: 'later'});
    t.like(first, {status: 201, state: 'reserved'});
    await world.advance(15 * MINUTE_MS - 5000);
    t.like(await book(world, 'wang', hours), {status: 409, code: 'bay_taken'});
    await world.advance(10_000);
    t.is((await orderNow(world, first.id)).state, 'lapsed');
    t.like(await book(world, 'wang', hours), {status: 201, state: 'paid'});
    const late = await world.cloud?.ask<Order>('POST', `/v1/bookings/${first.id}/pay`, {});
    t.like(late?.body, {code: 'order_state', detail: 'LAPSED'});
    t.like(await moneyOf(file, 'member:chen'), {heldFen: 0});
    const dear = {...hours, point: 'A-013', untilMs: NINE + 20 * HOUR_MS};
    t.like(await book(world, 'chen', dear), {status: 409, code: 'payment_failed'});
    const month = NINE + 31 * 24 * HOUR_MS;
    const beyond = {...hours, fromMs: month - HOUR_MS, untilMs: month + HOUR_MS};
    t.like(await book(world, 'chen', beyond), {status: 409, code: 'outside_window'});
    await world.advance(5000);
    t.is(parkGrants(world).length, 1);
  });
});

test('P27 who cancels 2 h ahead is given back by the rule, once, and his grant is revoked at the edge; the note is kept', async t => {
  await withLot(t, async (world, file) => {
    const fromMs = NINE + 2 * HOUR_MS + MINUTE_MS;
    const order = await book(world, 'chen', {fromMs, untilMs: fromMs + HOUR_MS});
    await world.advance(5000);
    const [grant] = parkGrants(world);
    const cancelled = await act(world, order.id, 'cancel', {note: 'train is late'});
    t.like(cancelled, {status: 200, state: 'cancelled'});
    t.like(cancelled.booking, {chargedFen: 0, note: 'train is late'});
    t.deepEqual(await moneyOf(file, 'member:chen'), {postedFen: PURSE_FEN, heldFen: 0});
    await world.advance(5000);
    t.true(world.edge.store.book.isRevoked(grant?.id ?? asId('')));
    t.like(await act(world, order.id, 'cancel', {note: 'again'}), {status: 409});
    t.like(await act(world, order.id, 'refund', {note: 'again'}), {status: 409});
    t.like(await book(world, 'wang', {fromMs, untilMs: fromMs + HOUR_MS}), {status: 201});

    const late = await book(world, 'chen', {fromMs: NINE + 30 * MINUTE_MS, point: 'A-013'});
    t.like((await act(world, late.id, 'cancel', {note: 'ill'})).booking, {chargedFen: 1050});
    t.like(await act(world, late.id, 'refund', {note: 'goodwill', amountFen: 1051}), {status: 409});
    const back = await act(world, late.id, 'refund', {note: 'goodwill', amountFen: 1000});
    t.like(back.booking, {chargedFen: 1050, refundedFen: 1000, note: 'goodwill'});
    t.like(await act(world, late.id, 'refund', {note: 'more', amountFen: 50}), {status: 409});
    t.like(await moneyOf(file, 'member:chen'), {postedFen: PURSE_FEN - 50, heldFen: 0});
    t.like(await moneyOf(file, 'lender:lin'), {postedFen: 40});
  });
});

test('P35 95 min at 6.00/h in 15-min steps cost 1050 fen: captured, shared with the lender, the rest released; the closing event sent twice charges once', async t => {
  await withLot(t, async (world, file) => {
    const card = await world.office.card({holder: asId('chen')});
    const order = await book(world, 'chen', {entries: 'one'});
    t.is(order.booking.amountFen, 2400);
    await world.advance(5000);
    const car = world.car();
    const beganMs = world.nowMs;
    await world.tap('C1', card);
    await world.clock.settle(car.enterWhenDown(world.site.bay('A-012'), {patienceMs: 5000}));
    await world.advance(95 * MINUTE_MS - 60_000 - (world.nowMs - beganMs));
    // Its closing event reaches the cloud, and the answer is lost on the way back.
    await world.clock.settle(car.leave());
    await world.until(() => world.events('session').at(-1)?.body.phase === 'closed', 120_000);
    world.cloud?.cut();
    await world.advance(60_000);
    world.cloud?.restore();
    await world.until(
      () => world.cloud?.isOnline() === true && world.cloud.unsent() === 0,
      300_000,
    );
    await world.advance(5000);
    const after = await orderNow(world, order.id);
    t.is(after.state, 'settled');
    t.like(after.booking, {chargedFen: 1050});
    t.deepEqual(await moneyOf(file, 'member:chen'), {postedFen: PURSE_FEN - 1050, heldFen: 0});
    t.like(await moneyOf(file, 'lender:lin'), {postedFen: 840});
    t.like(await moneyOf(file, 'house:revenue'), {postedFen: 210});
  });
});

test('P30 a rule of -20 % at weekday noon: an order for 12:00 costs 80 %, one for 18:00 all of it, and one that runs keeps its price', async t => {
  await withLot(t, async world => {
    const at = (hour: number, point = 'A-012') => ({
      ...{point, fromMs: NINE + (hour - 9) * HOUR_MS, untilMs: NINE + (hour - 8) * HOUR_MS},
    });
    const before = await book(world, 'chen', at(11.5, 'A-013'));
    const rule = {
      ...{name: 'noon', percent: -20},
      weekly: [{days: [1, 2, 3, 4, 5], fromMinute: 690, toMinute: 840}],
    };
    const added = await world.cloud?.ask<{id: string}>('POST', '/v1/price-rules', rule);
    t.is(added?.status, 201);
    t.is((await book(world, 'chen', at(12))).booking.amountFen, 480);
    t.is((await book(world, 'chen', at(18))).booking.amountFen, 600);
    t.is((await orderNow(world, before.id)).booking.amountFen, 600);
    const coupon = {code: 'SPRING', offFen: 100, fromMs: 0, untilMs: NINE * 2, maxUses: 1};
    t.is((await world.cloud?.ask('POST', '/v1/coupons', coupon))?.status, 201);
    const half = await book(world, 'wang', {...at(13), coupon: 'SPRING'});
    t.is(half.booking.amountFen, 380);
    t.like(await book(world, 'chen', {...at(14), coupon: 'SPRING'}), {code: 'coupon_refused'});
  });
});
