import test from 'ava';
import {MINUTE_MS} from '../../protocols/base/units.js';
import {BathPlatform} from './bath-platform.js';

test('B12 hold 1000, used 370: 370 taken and 630 let go, once whatever is resent; cut off it is queued and settled under the same id', async t => {
  const tariff = {by: 'time', fenPerMinute: 60};
  const platform = await BathPlatform.open(t, {purses: {ann: 1500}, tariff});
  const {house, world, cloud} = platform;
  const {id, digits, heldFen} = await platform.code('ann');
  t.is(heldFen, 1000);
  await house.type('X-01', `${digits}#`);
  await world.advance(2000);
  t.like(await platform.see(id), {state: 'running', point: 'X-01'});
  cloud.cut();
  const ran = world.events('shower').find(({body}) => body.phase === 'running');
  await world.advance((ran?.monoMs ?? 0) + 370_200 - world.nowMs);
  await house.key('X-01', '*');
  await house.settled(1);
  t.like(house.showers()[0], {usedFen: 370, owedFen: 0});
  await world.advance(MINUTE_MS);
  t.like(await platform.purse('ann'), {postedFen: 1500, heldFen: 1000});
  // What was sent before an answer was lost comes again.
  for (const _ of [1, 2]) {
    cloud.restore();
    await world.until(() => cloud.isOnline(), 120_000);
    cloud.cut();
    await world.advance(2000);
  }
  cloud.restore();
  await world.until(() => cloud.isOnline() && cloud.unsent() === 0, 120_000);
  const code = await platform.until(id, 'settled');
  t.like(code, {usedFen: 370, owedFen: 0, point: 'X-01'});
  t.deepEqual(await platform.entries(id), ['hold 0', 'capture 370']);
  t.like(await platform.purse('ann'), {postedFen: 1130, heldFen: 0, availableFen: 1130});
  t.deepEqual(await platform.imbalances(), []);
});

test('B15 budget 200: one rinse of a minute is booked as a debt in the ledger, the next recharge pays it, and meanwhile there is no other', async t => {
  const platform = await BathPlatform.open(t, {purses: {ann: 200}});
  const {house, world} = platform;
  const {id, digits, heldFen} = await platform.code('ann');
  t.is(heldFen, 200);
  await house.type('X-01', `${digits}#`);
  await world.until(() => house.screen('X-01').includes('30 s: '), 90_000);
  await world.until(() => /Low: left 0\.(3[6-9]|40)$/.test(house.screen('X-01')), 90_000);
  await world.until(() => house.screen('X-01').startsWith('Budget used up'), 60_000);
  await world.advance(3000);
  await house.key('X-01', '#');
  await house.settled(1, 120_000);
  const {owedFen} = await platform.until(id, 'settled');
  t.is(house.showers()[0]?.owedFen, owedFen);
  t.true(owedFen >= 170 && owedFen <= 190, `${owedFen} fen`);
  t.deepEqual(await platform.entries(id), ['hold 0', 'capture 200', `transfer ${owedFen}`]);
  t.like(await platform.purse('ann'), {postedFen: 0, heldFen: 0});
  t.is(await platform.debt('ann'), owedFen);
  t.is((await platform.ask('POST', '/v1/bath/codes', {site: 'lot-1', holder: 'ann'})).status, 409);

  await platform.recharge('ann', 500);
  t.is(await platform.debt('ann'), 0);
  t.like(await platform.purse('ann'), {postedFen: 500 - owedFen, heldFen: 0});
  t.is((await platform.code('ann')).heldFen, 500 - owedFen);
  t.deepEqual(await platform.imbalances(), []);
});

test('E58 soap in the hair and the budget gone: warned at 20 % and at 30 s, one rinse of 60 s, and its price is a debt', async t => {
  const platform = await BathPlatform.open(t, {
    ...{purses: {ann: 500}, tariff: {by: 'time', fenPerMinute: 120}},
  });
  const {house, world} = platform;
  const {id, digits} = await platform.code('ann');
  await house.type('X-01', `${digits}#`);
  const shows = (text: string, limitMs: number) =>
    world.until(() => house.screen('X-01').includes(text), limitMs);
  await shows('Low: ', 240_000);
  t.regex(house.screen('X-01'), /Low: left (1\.00|0\.9\d)$/, '20 % of 5.00');
  await shows('30 s: ', 60_000);
  await shows('Budget used up', 60_000);
  await world.until(() => house.stall('X-01').pipe.valve === 'closed', 3000);
  await world.advance(3000);
  await house.key('X-01', '#');
  await world.until(() => house.stall('X-01').pipe.valve === 'open', 5000);
  const fromMs = world.nowMs;
  await world.until(() => house.stall('X-01').pipe.valve === 'closed', 90_000);
  t.true(Math.abs(world.nowMs - fromMs - 60_000) <= 3000, `${world.nowMs - fromMs} ms`);
  await house.key('X-01', '#');
  await house.settled(1, 120_000);
  t.is(house.stall('X-01').pipe.valve, 'closed', 'no second rinse');
  const {owedFen, usedFen} = await platform.until(id, 'settled');
  t.is(usedFen, 500 + owedFen);
  t.true(owedFen >= 114 && owedFen <= 126, `${owedFen} fen for a minute`);
  t.is(await platform.debt('ann'), owedFen);
  t.like(await platform.purse('ann'), {postedFen: 0, heldFen: 0});
  t.deepEqual(await platform.imbalances(), []);
});

test('E60 who leaves with the water running: it shuts at the longest time, what ran is taken and the rest let go', async t => {
  const tariff = {by: 'time', fenPerMinute: 60};
  const rules = {capMs: 5 * MINUTE_MS};
  const platform = await BathPlatform.open(t, {purses: {ann: 1000}, tariff, rules});
  const {house, world} = platform;
  const {id, digits, heldFen} = await platform.code('ann');
  t.is(heldFen, 1000);
  await house.type('X-01', `${digits}#`);
  const {pipe} = house.stall('X-01');
  await world.until(() => pipe.valve === 'open', 5000);
  const fromMs = world.nowMs;
  await world.until(() => pipe.valve === 'closed', 6 * MINUTE_MS);
  const ranMs = world.nowMs - fromMs;
  t.true(Math.abs(ranMs - 5 * MINUTE_MS) <= 3000, `${ranMs} ms`);
  await house.settled(1, 120_000);
  const {usedFen} = await platform.until(id, 'settled');
  t.true(usedFen !== null && usedFen >= 297 && usedFen <= 303, `${usedFen} fen`);
  t.deepEqual(await platform.entries(id), ['hold 0', `capture ${usedFen}`]);
  const leftFen = 1000 - Number(usedFen);
  t.like(await platform.purse('ann'), {postedFen: leftFen, heldFen: 0, availableFen: leftFen});
});

test('E63 the meter is dead while water runs: after 60 s time is charged, at most what was held, ESTIMATED, and refunded later', async t => {
  const platform = await BathPlatform.open(t, {purses: {ann: 120}, xintai: 0, pulse: 1});
  const {house, world} = platform;
  const {id, digits} = await platform.code('ann');
  await house.type('P-01', `${digits}#`);
  const {pipe} = house.stall('P-01');
  await world.until(() => pipe.valve === 'open', 5000);
  await world.advance(10_000);
  house.counter.isUnplugged = true;
  await world.advance(58_000);
  t.is(pipe.valve, 'open');
  await world.until(() => pipe.valve === 'closed', 60_000);
  await house.settled(1, 120_000);
  t.like(await platform.until(id, 'settled'), {usedFen: 120, owedFen: 0, quality: 'estimated'});
  t.like(await platform.purse('ann'), {postedFen: 0, heldFen: 0});
  const note = 'no meter';
  t.is((await platform.ask('POST', `/v1/orders/${id}/dispute`, {note})).status, 200);
  const refund = await platform.ask('POST', `/v1/orders/${id}/refund`, {amountFen: 50, note});
  t.is(refund.status, 200);
  t.is((await platform.see(id)).refundedFen, 50);
  t.like(await platform.purse('ann'), {postedFen: 50, availableFen: 50});
  t.deepEqual(await platform.imbalances(), []);
});
