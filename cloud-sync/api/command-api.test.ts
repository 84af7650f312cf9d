import test, {type ExecutionContext} from 'ava';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {cloudClient} from '../client/client.js';
import {ROOT_KEY, startRig} from './http/api-rig.js';

const SITE = {id: 'lot-1', name: 'lot-1', kind: 'public', zone: 'Asia/Shanghai'} as const;
const PATH = '/v1/sites/{site}/points/{point}/commands';

/** A site whose gateway is not there, asked by the generated client. */
async function rigOf(t: ExecutionContext) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(resolve => setImmediate(resolve))});
  const rig = await startRig({clock, entropy: new SeededEntropy()});
  t.teardown(() => rig.cloud.close());
  const post = (path: string, body: object) => rig.told(201, rig.ask('POST', path, {body}));
  await post('/v1/sites', SITE);
  await post('/v1/sites', {...SITE, id: 'lot-2'});
  await rig.ask('PUT', '/v1/sites/lot-1/gateways/gw-1');
  await post('/v1/sites/lot-1/points', {id: 'A-012', kind: 'bay'});
  await post('/v1/sites/lot-1/points', {id: 'D-1', kind: 'door'});
  await post('/v1/sites/lot-1/points', {id: 'G-1', kind: 'barrier'});
  await post('/v1/sites/lot-1/points', {id: 'W-1', kind: 'stall'});
  await post('/v1/sites/lot-1/points', {id: 'car', kind: 'vehicle', parent: 'A-012'});
  await post('/v1/sites/lot-2/points', {id: 'A-012', kind: 'bay'});
  const fetch = async (request: Request) => rig.cloud.fetch(request);
  const client = (key: string) => cloudClient({url: 'http://cloud', key, fetch});
  let asked = 0;
  const order = (
    place: {site: string; point: string} = {site: 'lot-1', point: 'A-012'},
    kind: 'open' | 'close' | 'pulse' = 'open',
    key = ROOT_KEY,
  ) => {
    asked += 1;
    const header = {'idempotency-key': `order-${asked}`};
    const body = {kind, reason: 'card left at home', ttlMs: 8000};
    return client(key).POST(PATH, {params: {path: place, header}, body});
  };
  return {...rig, clock, client, order};
}

test('an order is answered at once with its place, shown there, listed, and expires with its gateway away', async t => {
  const {order, client, clock} = await rigOf(t);
  const {data, response} = await order();
  t.is(response.status, 202);
  t.is(response.headers.get('location'), `/v1/commands/${data?.id}`);
  t.like(data, {site: 'lot-1', point: 'A-012', gateway: 'gw-1', kind: 'open', state: 'pending'});
  t.like(data, {reason: 'card left at home', ttlMs: 8000, why: null, sentMs: null});
  const car = await order({site: 'lot-1', point: 'car'}, 'close');
  t.like(car.data, {point: 'car', kind: 'close', gateway: 'gw-1'});
  const root = client(ROOT_KEY);
  const one = (id = '') => root.GET('/v1/commands/{id}', {params: {path: {id}}});
  t.deepEqual((await one(data?.id)).data, data);
  const page = async (query: object) => {
    const {data: found} = await root.GET('/v1/commands', {params: {query}});
    return [found?.commands.map(({id}) => id), found?.nextCursor ?? null] as const;
  };
  const [first, cursor] = await page({limit: 1});
  t.deepEqual(first, [car.data?.id]);
  t.deepEqual(await page({limit: 1, cursor}), [[data?.id], null]);
  t.deepEqual(await page({site: 'lot-1', point: 'car'}), [[car.data?.id], null]);
  t.deepEqual(await page({state: 'confirmed'}), [[], null]);
  await clock.advance(8001);
  t.like((await one(data?.id)).data, {state: 'expired', why: 'GATEWAY_OFFLINE'});
  t.deepEqual((await page({state: 'expired'}))[0]?.length, 2);
});

test('what a device cannot do, and a point without a gateway, is refused in words', async t => {
  const {order} = await rigOf(t);
  const refusal = async (...asked: Parameters<typeof order>) => {
    const {error, response} = await order(...asked);
    return [response.status, error?.code, error?.detail];
  };
  const at = (point: string, site = 'lot-1') => ({site, point});
  t.deepEqual(await refusal(at('A-012'), 'pulse'), [409, 'not_able', 'a bay can open or close']);
  t.deepEqual(await refusal(at('D-1'), 'close'), [409, 'not_able', 'a door can open or pulse']);
  t.deepEqual(await refusal(at('G-1'), 'pulse'), [409, 'not_able', 'a barrier can open or close']);
  const pulsed = (await order(at('D-1'), 'pulse')).data;
  t.like(pulsed, {point: 'D-1', gateway: 'gw-1', kind: 'pulse', state: 'pending'});
  t.deepEqual(await refusal(at('W-1')), [409, 'not_able', 'a stall can stop']);
  t.deepEqual((await refusal(at('A-012', 'lot-2'))).slice(0, 2), [409, 'no_gateway']);
  t.deepEqual((await refusal(at('A-099'))).slice(0, 2), [404, 'not_found']);
});

test('commands of sites and tenants that a key may not see are not there', async t => {
  const {order, client, key} = await rigOf(t);
  const {data} = await order();
  const id = data?.id ?? '';
  const scopes = ['gateways:read', 'commands:write'];
  const elsewhere = await key({scopes, sites: ['lot-2']});
  const reader = await key({scopes: ['gateways:read']});
  const get = (by: string) => client(by).GET('/v1/commands/{id}', {params: {path: {id}}});
  t.is((await get(elsewhere)).response.status, 404);
  t.is((await get(reader)).response.status, 200);
  t.deepEqual((await client(elsewhere).GET('/v1/commands')).data?.commands, []);
  const place = {site: 'lot-1', point: 'A-012'};
  t.is((await order(place, 'open', elsewhere)).response.status, 404);
  t.is((await order(place, 'open', reader)).response.status, 403);
  const cancel = (by: string, once: string) =>
    client(by).POST('/v1/commands/{id}/cancel', {
      params: {path: {id}, header: {'idempotency-key': once}},
    });
  t.is((await cancel(elsewhere, 'c-1')).response.status, 404);
  t.is((await cancel(reader, 'c-2')).response.status, 403);
  t.like((await cancel(ROOT_KEY, 'c-3')).data, {state: 'failed', why: 'CANCELLED'});
  t.like((await cancel(ROOT_KEY, 'c-4')).data, {why: 'CANCELLED'}, 'once more is no error');
});
