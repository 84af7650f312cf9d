import test from 'ava';
import {HOUR_MS, MINUTE_MS, SECOND_MS} from '../../protocols/base/units.js';
import {bookedLot, listingOf, PURSE_FEN} from './booked-lot.js';
import {BAYS, LeasedRow} from './leased-row.js';
import {NINE} from './linked-cloud.js';
import {following, lotOfThree as lot, type Order} from './lot-of-three.js';
import {cloudOf} from './lot-on-platform.js';

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
  const overstays = () => world.alarms().filter(({kind}) => kind === 'OVERSTAY');
  t.like(overstays(), [{bay: 'A-012'}] as never, 'the guard sees it on his board');
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
  t.deepEqual(
    overstays().map(({bay}) => bay),
    ['A-013'],
    'there wang stands now, beyond his own end',
  );
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

test('E36 who arrives 20 min early is told the time; the bay is free, so he is offered an early start at the tariff, takes it, and his card opens', async t => {
  const {world, book, see, money, tap, ask, to} = await lot(t);
  const order = await book('chen', 21, 51);
  await to(1);
  t.is(await tap('chen'), undefined);
  t.is(world.screen('C1'), 'Not valid yet / Opens in 20 min');
  const path = `/v1/orders/${order}/early-start`;
  const offer = await ask<{amountFen: number; why: string | null}>('GET', path);
  // 30 min are 2 steps of 150 fen, and 50 min are 4.
  t.like(offer.body, {amountFen: 300, why: null});
  t.like(await ask('GET', `/v1/orders/${await book('wang', 90, 99)}/early-start`), {
    body: {why: 'WRONG_TIME'},
  });
  t.is((await ask('POST', path, {})).status, 200);
  t.deepEqual(await money('member:chen'), {postedFen: PURSE_FEN, heldFen: 600});
  await world.advance(2000);
  t.is(await tap('chen'), 'A-012');
  t.is((await see(order)).state, 'running');
  t.like(await ask('POST', path, {}), {status: 409, body: {code: 'order_state'}});
});

test('E29 a lender who comes home early cannot end the stay in his bay: who stays there is told, and the lender is offered another bay', async t => {
  const {world, book, see, tap, enter, ask, told} = await lot(t);
  const stay = await book('chen', 0, 60);
  t.is(await tap('chen'), 'A-012');
  await enter('A-012');
  t.like(await ask('POST', `/v1/orders/${stay}/cancel`, {note: 'I am home'}), {
    ...{status: 409, body: {code: 'order_state', detail: 'RUNNING'}},
  });
  const back = await ask<{stay?: {order: string}; offer?: Order}>(
    'POST',
    '/v1/sites/lot-1/points/A-012/recall',
    {plate: '粤B99999'},
  );
  t.like(back.body, {stay: {order: stay}, offer: {state: 'reserved', holder: 'lin'}});
  t.is(back.body.offer?.booking.point, 'A-013');
  await world.advance(1000);
  t.is((await told('booking.lender_back'))[0]?.subjectId, stay);
  t.is((await see(stay)).state, 'running');
  t.is(world.site.lock('A-012').arm, 'down');
});

test('E30 a lender who withdraws a bay that is booked and paid is refused; he may cancel up to 1 h ahead: all goes back, he pays a fifth of the price to the tenant, who is told then', async t => {
  const {world, book, see, money, ask, tap, told, to} = await lot(t);
  const later = await book('wang', 65, 95, 'A-013');
  const soon = await book('zhao', 30, 60);
  const withdraw = (bay: string, query = '') =>
    ask<{code?: string; state?: string}>('DELETE', `/v1/listings/${listingOf(bay)}${query}`);
  t.like(await withdraw('A-013'), {status: 409, body: {code: 'bookings_ahead'}});
  t.is((await see(later)).state, 'paid');
  t.like(await withdraw('A-013', '?bookings=cancel'), {status: 200, body: {state: 'withdrawn'}});
  t.like(await see(later), {state: 'cancelled', booking: {chargedFen: 0}});
  t.deepEqual(await money('member:wang'), {postedFen: PURSE_FEN + 60, heldFen: 0});
  t.is((await money('house:receivable')).postedFen, -60, 'he has nothing yet, and owes it');
  await world.advance(1000);
  const [recalled] = await told('booking.recalled');
  t.like(recalled, {subjectId: later, data: {fromMs: NINE + 65 * MINUTE_MS, amendsFen: 60}});
  t.true(NINE + 65 * MINUTE_MS - world.clock.wallMs() >= HOUR_MS);
  t.like(await withdraw('A-012', '?bookings=cancel'), {status: 409, body: {code: 'too_late'}});
  t.is((await see(soon)).state, 'paid');
  await to(30, 5);
  t.is(await tap('zhao'), 'A-012', 'and his bay is his');
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
