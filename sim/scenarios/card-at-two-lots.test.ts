import test, {type ExecutionContext} from 'ava';
import {DAY_MS, MINUTE_MS} from '../../protocols/base/units.js';
import {LinkedCloud, NINE} from './linked-cloud.js';

const CARD = '4D00010203';
const LOTS = [
  {site: 'lot-1', gateway: 'gw-1', latE7: 231_290_000, lngE7: 1_132_640_000},
  // About 105 km away.
  {site: 'lot-2', gateway: 'gw-2', latE7: 225_430_000, lngE7: 1_140_580_000},
];
/** How long a hold may take to the collector of a gateway that is online. */
const HELD_MS = 5000;

interface Hold {
  readonly id: string;
  readonly credential: string;
  readonly state: string;
  readonly first: {readonly site: string};
  readonly second: {readonly site: string; readonly point: string};
  readonly apartMs: number;
  readonly leastMs: number;
}
interface Credential {
  readonly state: string;
  readonly effectiveOn: {readonly gateways: number; readonly of: number};
}

/** Two lots on one cloud, and a card that may park at both. */
async function lots(t: ExecutionContext) {
  const cloud = await LinkedCloud.start(t);
  const gateways = [];
  const ids = new Set<string>();
  for (const {site, gateway, ...place} of LOTS) {
    const kind = {name: site, kind: 'public', zone: 'Asia/Shanghai'};
    await cloud.post('/v1/sites', {id: site, ...kind, ...place});
    await cloud.ask('PUT', `/v1/sites/${site}/gateways/${gateway}`);
    await cloud.post(`/v1/sites/${site}/points`, {id: 'A-001', kind: 'bay', gateway});
    const {credentials} = await cloud.post<{credentials: {id: string}[]}>('/v1/grants', {
      ...{site, holder: 'h-1', points: ['A-001'], fromMs: NINE, untilMs: NINE + 30 * DAY_MS},
      credentials: [{kind: 'card', uid: CARD}],
    });
    ids.add(credentials[0]?.id ?? '');
    gateways.push(await cloud.gateway(site, gateway));
  }
  const [first, second] = gateways;
  const [card] = ids;
  if (!first || !second || card === undefined) throw new Error('no lots');
  t.is(ids.size, 1, 'one card, whatever grants it has');
  await cloud.clock.advance(2000);
  return {
    ...{cloud, first, second, clock: cloud.clock},
    holds: async (query = '?state=open') =>
      (await cloud.get<{holds: Hold[]}>(`/v1/holds${query}`)).holds,
    close: (hold: Hold | undefined, act: 'release' | 'revoke') =>
      cloud.ask('POST', `/v1/holds/${hold?.id}/${act}`, {note: 'saw the card and its holder'}),
    card: () => cloud.get<Credential>(`/v1/credentials/${card}`),
    resume: () => cloud.ask('POST', `/v1/credentials/${card}/resume`, {}),
  };
}

test('E45 the same card at two lots within impossible time is held for a guard: it opens nothing at either lot, which the display says, until he releases it; what he revokes never comes back', async t => {
  const {clock, first, second, holds, close, card, resume} = await lots(t);
  t.is(await first.tap(CARD), 'ALLOW');
  await clock.advance(MINUTE_MS);
  t.is(await first.tap(CARD), 'ALLOW', 'again at the same lot');
  t.deepEqual(await holds(), []);

  t.is(await second.tap(CARD), 'ALLOW', 'this lot cannot know of the other');
  await clock.advance(HELD_MS);
  const [hold, ...more] = await holds();
  t.like(hold, {state: 'open', first: {site: 'lot-1'}, second: {site: 'lot-2', point: 'A-001'}});
  t.true(hold && hold.apartMs < hold.leastMs && hold.leastMs > 40 * MINUTE_MS);
  t.is(more.length, 0);
  t.like(await card(), {state: 'suspended', effectiveOn: {gateways: 2, of: 2}});
  t.is(await second.tap(CARD), 'BLOCKED');
  t.is(second.screen, 'Card blocked / Swipe again');
  t.is(await first.tap(CARD), 'BLOCKED');
  t.is(first.screen, 'Card blocked / Swipe again');
  t.like(await resume(), {status: 409}, 'nobody goes past the guard');

  t.is((await close(hold, 'release')).status, 200);
  t.is((await close(hold, 'revoke')).status, 409, 'he has decided');
  await clock.advance(HELD_MS);
  t.is(await second.tap(CARD), 'ALLOW', 'and what he looked at holds it no more');
  await clock.advance(HELD_MS);
  t.deepEqual(await holds(), []);

  t.is(await first.tap(CARD), 'ALLOW');
  await clock.advance(HELD_MS);
  const [again] = await holds();
  t.like(again, {first: {site: 'lot-2'}, second: {site: 'lot-1'}});
  t.is((await close(again, 'revoke')).status, 200);
  await clock.advance(HELD_MS);
  t.is(await first.tap(CARD), 'REVOKED');
  t.is(await second.tap(CARD), 'REVOKED');
  t.deepEqual(
    (await holds('')).map(({state}) => state),
    ['released', 'revoked'],
  );
});

test('~E45 a lot that was cut off tells late: the card is held all the same; with time enough on the way it is not', async t => {
  const {clock, first, second, holds, close, card} = await lots(t);
  t.is(await first.tap(CARD), 'ALLOW');
  await clock.advance(50 * MINUTE_MS);
  t.is(await second.tap(CARD), 'ALLOW');
  await clock.advance(HELD_MS);
  t.deepEqual(await holds(), [], 'so long one drives');

  first.cut();
  await clock.advance(MINUTE_MS);
  t.is(await first.tap(CARD), 'ALLOW');
  await clock.advance(2 * MINUTE_MS);
  t.deepEqual(await holds(), []);
  first.restore();
  await clock.until(() => first.isOnline, 10 * MINUTE_MS);
  await clock.advance(HELD_MS);
  const [hold] = await holds();
  t.like(hold, {first: {site: 'lot-2'}, second: {site: 'lot-1'}});
  t.is(await first.tap(CARD), 'BLOCKED');
  second.cut();
  await close(hold, 'release');
  await clock.advance(HELD_MS);
  t.like(await card(), {state: 'active', effectiveOn: {gateways: 1, of: 2}});
  t.is(await first.tap(CARD), 'ALLOW');
});
