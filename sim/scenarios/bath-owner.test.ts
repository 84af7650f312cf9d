import test from 'ava';
import {DAY_MS, HOUR_MS, MINUTE_MS} from '../../protocols/base/units.js';
import {BathPlatform, type PlatformCode} from './bath-platform.js';

const ANN = {phone: '13912345678', name: '欧阳修远'};
const PROBLEM = {message: /409/};

test('E55 a code was overheard: one use only, the owner sees at once at which stall and when, shuts its valve from the app, disputes, and has the money back once', async t => {
  const platform = await BathPlatform.open(t, {purses: {}, xintai: 2});
  const {house, world} = platform;
  const ann = await platform.user(ANN, 1500);
  const {id, digits} = await platform.code(ann.id);
  await house.type('X-02', `${digits}#`);
  const keyedMs = world.clock.wallMs();
  await world.advance(2000);
  const path = `/v1/bath/codes/${id}`;
  const seen = await ann.ask<PlatformCode>('GET', path);
  t.like(seen, {state: 'running', point: 'X-02', stop: null});
  t.true(Math.abs((seen.openedMs ?? 0) - keyedMs) <= 2000);
  await house.type('X-01', `${digits}#`);
  const denied = world.events('decision').filter(({body}) => body.result === 'DENY');
  t.deepEqual(
    denied.map(({body}) => body.reason),
    ['ALREADY_USED'],
  );
  t.is(house.stall('X-01').pipe.valve, 'closed');

  await world.advance(20_000);
  await ann.ask('POST', `${path}/stop`);
  const {pipe} = house.stall('X-02');
  await world.until(() => pipe.valve === 'closed', 3000);
  await house.settled(1);
  const {usedFen = 0, ...shower} = house.showers()[0] ?? {};
  t.like(shower, {end: 'remote', stall: 'X-02', owedFen: 0});
  t.true(usedFen >= 60, `${usedFen} fen ran before`);
  t.like(await platform.until(id, 'settled'), {usedFen, stop: {state: 'confirmed', why: null}});
  const journal = JSON.stringify(world.allEvents());
  t.true(journal.includes('"by":"owner"') && !journal.includes(ann.id), 'by nobody known there');
  await t.throwsAsync(ann.ask('POST', `${path}/stop`), PROBLEM, 'it is over');

  await ann.ask('POST', `/v1/orders/${id}/dispute`, {note: 'somebody heard me say it'});
  t.like(await ann.ask('GET', path), {dispute: {state: 'open', note: 'somebody heard me say it'}});
  await t.throwsAsync(ann.ask('POST', `/v1/orders/${id}/refund`, {note: 'me'}), {message: /403/});
  const refund = () => platform.ask('POST', `/v1/orders/${id}/refund`, {note: 'seen on camera'});
  t.is((await refund()).status, 200);
  t.like(await ann.ask('GET', path), {dispute: {state: 'refunded'}, refundedFen: usedFen});
  t.is((await refund()).status, 409, 'once');
  t.deepEqual(await platform.entries(id), ['hold 0', `capture ${usedFen}`, `reverse ${usedFen}`]);
  t.like(await platform.purse(ann.id), {postedFen: 1500, heldFen: 0});
  t.deepEqual(await platform.imbalances(), []);
});

test('E65 a child without an account: its guardian gives it codes with limits of its own (20 litres, 60 s, 38 °C), which the stall keeps, and sees each end', async t => {
  const platform = await BathPlatform.open(t, {purses: {}, xintai: 2, hasProbes: true});
  const {house, world} = platform;
  const ann = await platform.user(ANN, 5000);
  const ask = (more: object) =>
    ann.ask<PlatformCode>('POST', '/v1/bath/codes', {site: 'lot-1', ...more});
  const own = await ask({});
  const stall = house.stall('X-01');
  stall.probe.milliCelsius = 36_000;
  const bathe = async (limits: object, meanwhile: () => void = () => {}) => {
    const {id, code = ''} = await ask({child: 1, limits});
    await world.advance(2000);
    await house.type('X-01', `${code.replaceAll(' ', '')}#`);
    await world.until(() => stall.pipe.valve === 'open', 5000);
    const fromMs = world.nowMs;
    meanwhile();
    await world.until(() => stall.pipe.valve === 'closed', 11 * MINUTE_MS);
    const ranMs = world.nowMs - fromMs;
    await platform.until(id, 'settled');
    await world.until(() => house.screen('X-01').startsWith('Type your code'), 60_000);
    const seen = await ann.ask<PlatformCode>('GET', `/v1/bath/codes/${id}`);
    return {seen, ranMs, end: house.showers().at(-1)?.end};
  };
  const little = await bathe({ml: 20_000, fen: 500});
  t.is(little.end, 'cap');
  t.like(little.seen, {child: 1, heldFen: 500, usedMl: 20_000, usedFen: 400, quality: 'good'});
  const short = await bathe({seconds: 60});
  t.is(short.end, 'cap');
  t.true(Math.abs(short.ranMs - 60_000) <= 4000, `${short.ranMs} ms`);
  const cool = await bathe({milliCelsius: 38_000}, () => {
    stall.probe.milliCelsius = 38_500;
  });
  t.is(cool.end, 'hot');
  t.true(cool.ranMs <= 4000, `${cool.ranMs} ms`);
  t.like(cool.seen, {state: 'settled', limits: {milliCelsius: 38_000}, point: 'X-01'});
  // Nobody hears of it but the guardian, whose own code lived on beside them.
  t.like(await ann.ask('GET', `/v1/bath/codes/${own.id}`), {state: 'live', child: 0});
  t.deepEqual(await platform.imbalances(), []);
});

test('E69 the house is cut off for 3 days: every shower stays within what was set aside, all is settled then, and no balance is below zero but for the rinse', async t => {
  const purses = {ann: 1500, bob: 200, cat: 900, dan: 400};
  const platform = await BathPlatform.open(t, {purses, xintai: 2});
  const {house, world, cloud} = platform;
  const codes = {
    ann: await platform.code('ann'),
    bob: await platform.code('bob'),
    cat: await platform.code('cat'),
    dan: await platform.code('dan'),
  };
  cloud.cut();
  await house.type('X-01', `${codes.ann.digits}#`);
  await house.type('X-02', `${codes.bob.digits}#`);
  await world.until(() => house.screen('X-02').startsWith('Budget used up'), 120_000);
  await world.advance(3000);
  await house.key('X-02', '#');
  await house.key('X-01', '*');
  await house.settled(2, 120_000);
  const [first, second] = house.showers();
  t.like(second, {usedFen: 200, end: 'budget'});
  t.true((first?.usedFen ?? 0) > 0 && (first?.usedFen ?? 0) <= codes.ann.heldFen);

  await world.advance(codes.dan.expiresMs - world.clock.wallMs());
  await house.type('X-01', `${codes.dan.digits}#`);
  t.is(house.showers().length, 2, 'its 30 minutes are over, cut off or not');
  // The gateway has nothing more to do in these days, and counts by a clock that nobody sets.
  world.clock.stepWall(3 * DAY_MS);
  await world.advance(MINUTE_MS);
  for (const [who, {id, heldFen}] of Object.entries(codes)) {
    t.is((await platform.see(id)).state, 'expired', who);
    t.like(await platform.purse(who), {heldFen}, 'nobody spends twice what may be used there');
  }

  cloud.restore();
  await world.until(() => cloud.isOnline() && cloud.unsent() === 0, 300_000);
  const ann = await platform.until(codes.ann.id, 'settled');
  t.like(ann, {usedFen: first?.usedFen ?? -1, owedFen: 0});
  const {owedFen} = await platform.until(codes.bob.id, 'settled');
  t.is(owedFen, second?.owedFen ?? -1);
  t.true(owedFen > 0 && owedFen <= 200, `${owedFen} fen for a rinse of a minute`);
  // Those that nobody keyed in wait for the word of their gateway, at most an hour.
  world.clock.stepWall(HOUR_MS);
  await world.advance(2 * MINUTE_MS);
  const left = {ann: 1500 - (first?.usedFen ?? 0), bob: 0, cat: 900, dan: 400};
  for (const [who, postedFen] of Object.entries(left)) {
    t.like(await platform.purse(who), {postedFen, heldFen: 0, availableFen: postedFen}, who);
    t.is(await platform.debt(who), who === 'bob' ? owedFen : 0);
  }
  t.deepEqual(await platform.entries(codes.cat.id), ['hold 0', 'release 0']);
  t.deepEqual(await platform.imbalances(), []);
});
