import test, {type ExecutionContext} from 'ava';
import {yieldTurn} from '../../../edge/platform/event-loop.js';
import {HOUR_MS, SECOND_MS} from '../../../protocols/base/units.js';
import {USUAL_TERMS} from '../../../protocols/site/price-rules.js';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {bookedLot} from '../../../sim/scenarios/booked-lot.js';
import {NINE, simProvider} from '../../../sim/scenarios/paid-lot.js';
import {ROOT_KEY, startRig} from '../http/api-rig.js';
import {CloudStore} from '../store/cloud-store.js';
import {bookDayOf} from './book-day.js';

const HOURS = {fromMs: NINE + HOUR_MS, untilMs: NINE + 2 * HOUR_MS};
const DAY = bookDayOf(NINE);
const REASON = {reason: 'because'};
const BAY = {site: 'lot-1', point: 'A-012', ...HOURS};
const RULE = {name: 'all', percent: -100, weekly: []};
const COUPON = {code: 'FREE', offFen: 100, fromMs: 0, untilMs: 9e12, maxUses: 9};

type Row = readonly [string, string, object | undefined, number, number];

/** Every route about money: how it answers another tenant's operator, and another member of the same. */
const ROUTES: readonly Row[] = [
  ['post', '/v1/quotes', {...BAY, holder: 'ANN'}, 404, 403],
  ['get', '/v1/quotes/{quote}', undefined, 404, 404],
  ['post', '/v1/bookings', {...BAY, plate: '粤B12345', holder: 'ANN'}, 404, 403],
  ['post', '/v1/bookings/{order}/pay', {}, 404, 404],
  ['post', '/v1/bookings/{order}/end', {}, 404, 404],
  ['post', '/v1/bookings/{order}/payments', {provider: 'sim'}, 404, 404],
  ['get', '/v1/orders', undefined, 200, 200],
  ['get', '/v1/orders/{order}', undefined, 404, 404],
  ['get', '/v1/orders/{order}/history', undefined, 404, 404],
  ['post', '/v1/orders/{order}/cancel', {note: 'x'}, 404, 404],
  ['post', '/v1/orders/{order}/dispute', {note: 'x'}, 404, 404],
  ['post', '/v1/orders/{order}/refund', {note: 'x'}, 404, 403],
  ['get', '/v1/waiting-orders', undefined, 200, 403],
  ['post', '/v1/orders/{order}/settlement', {note: 'x'}, 404, 403],
  ['post', '/v1/orders/{order}/move', {point: 'A-013', note: 'x'}, 404, 403],
  ['get', '/v1/orders/{order}/early-start', undefined, 404, 404],
  ['post', '/v1/orders/{order}/early-start', undefined, 404, 404],
  ['get', '/v1/tariffs/lot-1', undefined, 404, 403],
  ['put', '/v1/tariffs/lot-1', USUAL_TERMS, 404, 403],
  ['get', '/v1/price-rules', undefined, 200, 403],
  ['post', '/v1/price-rules', {...RULE, site: 'lot-1'}, 404, 403],
  ['get', '/v1/price-rules/{rule}', undefined, 404, 403],
  ['put', '/v1/price-rules/{rule}', RULE, 404, 403],
  ['get', '/v1/coupons', undefined, 200, 403],
  ['post', '/v1/coupons', {...COUPON, site: 'lot-1'}, 404, 403],
  ['delete', '/v1/coupons/{coupon}', undefined, 404, 403],
  ['get', '/v1/ledger/accounts/member%3A{ann}', undefined, 200, 403],
  ['get', '/v1/ledger/accounts/member%3A{ann}/statement', undefined, 200, 403],
  ['get', '/v1/members/{ann}/balance', undefined, 200, 404],
  ['get', '/v1/members/{ann}/statement', undefined, 200, 404],
  ['get', '/v1/ledger/entries', undefined, 200, 403],
  ['get', '/v1/ledger/entries/{entry}', undefined, 404, 403],
  ['get', '/v1/ledger/holds', undefined, 200, 403],
  ['post', '/v1/ledger/entries/{entry}/reversals', REASON, 404, 403],
  [
    ...(['post', '/v1/ledger/entries/{entry}/corrections'] as const),
    {...REASON, from: 'house:fees', to: [{account: 'house:tax', amountFen: 1}]},
    ...([404, 403] as const),
  ],
  ['get', '/v1/ledger/chain', undefined, 200, 403],
  ['get', '/v1/ledger/chain/check', undefined, 200, 403],
  ['post', '/v1/payments/callbacks/sim', {}, 400, 400],
  ['post', '/v1/members/{ann}/recharges', {provider: 'sim', amountFen: 5}, 404, 404],
  ['post', '/v1/members/{ann}/deposits', {provider: 'sim', amountFen: 5, ...REASON}, 404, 403],
  ['post', '/v1/payments/{payment}/endings', {keepFen: 0, ...REASON}, 404, 403],
  ['post', '/v1/payments/{payment}/refunds', {amountFen: 1, ...REASON}, 404, 403],
  ['post', '/v1/payments/{payment}/resolution', {outcome: 'won', ...REASON}, 404, 403],
  ['get', '/v1/payments/{payment}', undefined, 404, 404],
  ['get', '/v1/payments', undefined, 200, 403],
  ['get', '/v1/payment-providers', undefined, 200, 200],
  ['post', `/v1/reconciliations/sim/${DAY}`, undefined, 404, 403],
  ['get', `/v1/reconciliations/sim/${DAY}`, undefined, 404, 403],
  [
    ...(['post', `/v1/reconciliations/sim/${DAY}/settlements`] as const),
    {subject: 'x', account: 'house:fees', ...REASON},
    ...([404, 403] as const),
  ],
  ['get', '/v1/reconciliations', undefined, 200, 403],
  ['post', '/v1/payouts', {provider: 'sim', day: '2020-01-01'}, 404, 403],
  ['get', '/v1/payouts', undefined, 200, 403],
  ['get', '/v1/ledger/faults', undefined, 200, 403],
];

/** Ann, who has an order and a payment; Bob, a member like her; and the operator of another tenant. */
async function rig(t: ExecutionContext) {
  const clock = new VirtualClock({yieldTurn, wallMs: NINE});
  const file = await bookedLot(t, {fromMs: NINE, bays: ['A-012', 'A-013'], members: []});
  const store = await CloudStore.open(file);
  const {wire} = simProvider(clock, {deliver: () => {}});
  const passwordCost = {n: 2, r: 1, p: 1};
  const api = await startRig({
    ...{clock, entropy: new SeededEntropy(), database: file, providers: [wire], passwordCost},
  });
  t.teardown(async () => {
    await api.cloud.close();
    await store.close();
  });
  const post = <Body>(path: string, body: object, key = ROOT_KEY, status = 201) =>
    api.told<Body>(status, api.ask('POST', path, {body, key}));
  const person = async (phone: string) => {
    const {id} = await post<{id: string}>('/v1/members', {phone, name: '陈', roles: ['tenant']});
    const access = {body: {roles: ['member'], sites: null}};
    await api.told(200, api.ask('PUT', `/v1/members/${id}/access`, access));
    const {invitation} = await post<{invitation: string}>(`/v1/members/${id}/invitation`, {});
    const redeemed = {invitation, password: 'correct horse 1'};
    return {id, key: (await post<{token: string}>('/v1/sessions/redeem', redeemed)).token};
  };
  const [ann, bob] = [await person('13800000001'), await person('13800000002')];
  const {key: stranger} = await post<{key: string}>('/v1/tenants', {id: 't-2', name: '二'});
  return {api, store, clock, post, ann, bob, stranger};
}

/** What the ids in the paths stand for. */
async function idsOf({post, ann, bob, clock}: Awaited<ReturnType<typeof rig>>) {
  const booking = {...BAY, plate: '粤B12345', pay: 'later'};
  const quote = await post<{id: string}>('/v1/quotes', BAY, ann.key);
  const order = await post<{id: string}>('/v1/bookings', booking, ann.key);
  const his = await post<{id: string}>('/v1/bookings', {...booking, point: 'A-013'}, bob.key);
  const rule = await post<{id: string}>('/v1/price-rules', RULE);
  const coupon = await post<{id: string}>('/v1/coupons', COUPON);
  const path = `/v1/bookings/${order.id}/payments`;
  const {payment} = await post<{payment: string}>(path, {provider: 'sim'}, ann.key, 202);
  await clock.advance(10 * SECOND_MS);
  return {
    ...{quote: quote.id, order: order.id, his: his.id, rule: rule.id, coupon: coupon.id, payment},
    ...{ann: ann.id, entry: 'up'},
  };
}

test("no route about money does anything with another tenant's ids, nor with another member's; both look as if they were not there", async t => {
  const made = await rig(t);
  const {api, store, ann, bob, stranger} = made;
  const ids: Readonly<Record<string, string>> = await idsOf(made);
  const filled = (text: string) => text.replace(/\{(\w+)\}/g, (_, name) => ids[name] ?? '');
  const stateOf = () =>
    store.read(async db => ({
      orders: await db.selectFrom('order_row').selectAll().execute(),
      intents: await db.selectFrom('payment_intent').select(['id', 'state', 'tenant']).execute(),
      entries: await db.selectFrom('ledger_entry').select('id').execute(),
      rules: await db.selectFrom('price_rule').selectAll().execute(),
      coupons: await db.selectFrom('coupon').selectAll().execute(),
      quotes: await db.selectFrom('quote').selectAll().execute(),
    }));
  const before = await stateOf();
  const wrong: string[] = [];
  for (const [method, path, body, forStranger, forBob] of ROUTES) {
    const wish = body && JSON.parse(JSON.stringify(body).replace('ANN', ann.id));
    const asked = {headers: {'if-match': '"1"'}, ...(wish && {body: wish})};
    const answers = [];
    for (const key of [stranger, bob.key]) {
      const response = await api.ask(method.toUpperCase(), filled(path), {...asked, key});
      const text = await response.text();
      answers.push(response.status);
      // A refusal repeats the path that was asked for.
      if (response.ok)
        t.false(
          [ids.order, ids.payment].some(id => text.includes(id ?? '-')),
          path,
        );
    }
    if (String(answers) !== String([forStranger, forBob]))
      wrong.push(`${method} ${path} ${answers}`);
  }
  t.deepEqual(wrong, [], String(api.troubles));
  t.deepEqual(await stateOf(), before);
});

test('a member sees his own orders and payments, and no money of the house; each list holds his alone', async t => {
  const made = await rig(t);
  const {api, ann, bob} = made;
  const ids = await idsOf(made);
  const get = <Body>(path: string, key: string) => api.told<Body>(200, api.ask('GET', path, {key}));
  const orders = async (key: string, query = '') =>
    (await get<{orders: {id: string}[]}>(`/v1/orders${query}`, key)).orders.map(({id}) => id);
  t.deepEqual(await orders(ann.key), [ids.order]);
  t.deepEqual(await orders(bob.key), [ids.his]);
  t.deepEqual(await orders(bob.key, `?holder=${ann.id}`), [ids.his], 'whoever he asks for');
  t.deepEqual((await orders(ROOT_KEY)).length, 2);
  t.like(await get(`/v1/orders/${ids.order}`, ann.key), {holder: ann.id});
  t.like(await get(`/v1/payments/${ids.payment}`, ann.key), {order: ids.order, amountFen: 600});
  t.like(await get(`/v1/members/${ann.id}/balance`, ann.key), {postedFen: 0});
  const paths = ROUTES.filter(([method, path]) => method === 'get' && path.includes('{order}'));
  for (const [, path] of paths) {
    t.is((await api.ask('GET', path.replace('{order}', ids.order), {key: ann.key})).status, 200);
  }
});

test('the list of routes about money is whole', async t => {
  const {api} = await rig(t);
  const {paths} = await api.told<{
    paths: Readonly<Record<string, Readonly<Record<string, Tagged>>>>;
  }>(200, api.ask('GET', '/openapi.json'));
  const nameless = (path: string) =>
    path
      .replace('member%3A{ann}', '{}')
      .replace(/\{\w+\}|lot-1|(?<=s\/)sim|\d{4}-\d\d-\d\d/g, '{}');
  const known = new Set(ROUTES.map(([method, path]) => `${method} ${nameless(path)}`));
  const missing = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, {tags = []}]) => tags.some(tag => MONEY_TAGS.has(tag)))
      .map(([method]) => `${method} ${nameless(path)}`)
      .filter(route => !known.has(route)),
  );
  t.deepEqual(missing, []);
});

interface Tagged {
  readonly tags?: readonly string[];
}

const MONEY_TAGS = new Set(['money', 'orders', 'bookings', 'prices']);
