import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {DAY_MS, SECOND_MS} from '../../../protocols/base/units.js';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {type ApiRig, startRig} from '../http/api-rig.js';
import {CloudStore} from '../store/cloud-store.js';
import {ChangeFeed} from '../tenancy/change-feed.js';

/** Monday, 2 March 2026, midnight in Shanghai. */
const MONDAY = 1_772_380_800_000;
const LOT = {
  name: '一号',
  kind: 'public',
  zone: 'Asia/Shanghai',
  latE7: 225_000_000,
  lngE7: 1_139_000_000,
};
const WEEKLY = [{days: [1, 2, 3, 4, 5], fromMinute: 510, toMinute: 1080}];
const LISTING = {
  ...{site: 'lot-1', point: 'A-012', ownershipRef: '粤房 1', priceFen: 600, isPublic: true},
  openings: {weekly: WEEKLY},
};

async function rig(t: ExecutionContext, database = ':memory:') {
  const clock = new VirtualClock({
    yieldTurn: () => new Promise(resolve => setImmediate(resolve)),
    wallMs: MONDAY,
  });
  const api = await startRig({clock, entropy: new SeededEntropy(), database});
  t.teardown(() => api.cloud.close());
  const post = <Body>(path: string, body: object) =>
    api.told<Body>(201, api.ask('POST', path, {body}));
  await post('/v1/sites', {id: 'lot-1', ...LOT});
  await post('/v1/sites/lot-1/points', {id: 'A-012', kind: 'bay', owner: 'wang'});
  return {...api, clock, post};
}

const get = <Body>(api: ApiRig, path: string, key?: string | null) =>
  api.told<Body>(200, api.ask('GET', path, key === undefined ? {} : {key}));

async function codeOf(asked: Promise<Response>): Promise<readonly [number, string]> {
  const response = await asked;
  return [response.status, ((await response.json()) as {code: string}).code];
}

test('a site and its points are made, read, changed by who has seen them, and told of', async t => {
  const api = await rig(t);
  const read = await api.ask('GET', '/v1/sites/lot-1');
  t.is(read.headers.get('etag'), '"1"');
  t.like(await read.json(), {id: 'lot-1', ...LOT, outsiders: 'ordinary', state: 'active'});
  const path = '/v1/sites/lot-1';
  const change = (tag: string | undefined, body: object, at = path) =>
    api.ask('PATCH', at, {body, headers: tag === undefined ? {} : {'if-match': tag}});
  t.deepEqual(await codeOf(change(undefined, {name: 'x'})), [428, 'precondition_missing']);
  const home = await change('"1"', {kind: 'residential', name: '小区'});
  t.like(await home.json(), {kind: 'residential', outsiders: 'refused', version: 2});
  t.deepEqual(await codeOf(change('"1"', {name: 'y'})), [412, 'precondition_failed']);
  t.deepEqual(await codeOf(change('"2"', {zone: 'Mars/Olympus'})), [422, 'invalid']);
  const again = {id: 'lot-1', ...LOT};
  t.deepEqual(await codeOf(api.ask('POST', '/v1/sites', {body: again})), [409, 'conflict']);

  await api.post(`${path}/points`, {id: '租-1', kind: 'vehicle', parent: 'A-012'});
  const car = `${path}/points/${encodeURIComponent('租-1')}`;
  t.like(await get(api, car), {kind: 'vehicle', parent: 'A-012', saleState: 'open'});
  t.deepEqual(await codeOf(change('"1"', {parent: 'Z-1'}, car)), [422, 'invalid']);
  t.deepEqual(await codeOf(change('"1"', {gateway: 'gw-1'}, car)), [422, 'invalid']);
  t.like(await (await change('"1"', {parent: null}, car)).json(), {parent: null, version: 2});
  const list = await get<{points: {id: string}[]; nextCursor: string}>(
    api,
    `${path}/points?limit=1`,
  );
  t.deepEqual(
    list.points.map(({id}) => id),
    ['A-012'],
  );
  const rest = await get<{points: {id: string}[]; nextCursor: string | null}>(
    api,
    `${path}/points?limit=1&cursor=${list.nextCursor}`,
  );
  t.deepEqual([rest.points.map(({id}) => id), rest.nextCursor], [['租-1'], null]);
});

test('~P4 a key for one lot sees and changes nothing of another one', async t => {
  const api = await rig(t);
  await api.post('/v1/sites', {id: 'lot-2', ...LOT});
  await api.post('/v1/sites/lot-2/points', {id: 'B-017', kind: 'bay'});
  const key = await api.key({
    scopes: ['sites:read', 'sites:write', 'listings:write'],
    sites: ['lot-2'],
  });
  t.deepEqual(
    (await get<{sites: {id: string}[]}>(api, '/v1/sites', key)).sites.map(({id}) => id),
    ['lot-2'],
  );
  for (const path of [
    '',
    '/points',
    '/points/A-012',
    '/gateways',
    '/bays',
    '/bays/A-012/history',
  ]) {
    const refused = await codeOf(api.ask('GET', `/v1/sites/lot-1${path}`, {key}));
    t.deepEqual(refused, [404, 'not_found'], path);
  }
  const put = (site: string, gateway: string) =>
    api.ask('PUT', `/v1/sites/${site}/gateways/${gateway}`, {key});
  t.is((await put('lot-1', 'gw-1')).status, 404);
  t.is((await put('lot-2', 'gw-2')).status, 403, 'one that serves no site is not his to take');
  t.is((await api.ask('PUT', '/v1/sites/lot-2/gateways/gw-2')).status, 200);
  t.is((await put('lot-2', 'gw-2')).status, 200, 'it serves his site already');
  t.is((await api.ask('PUT', '/v1/sites/lot-1/gateways/gw-2')).status, 409, 'it serves lot-2');
  t.is((await api.ask('POST', '/v1/listings', {key, body: LISTING})).status, 404);
  await api.clock.advance(2 * SECOND_MS);
  const {changes} = await get<{changes: {site: string}[]}>(api, '/v1/changes', key);
  t.deepEqual([...new Set(changes.map(({site}) => site))], ['lot-2']);
});

test('a listing is offered once for one Idempotency-Key, found by anybody, and says nothing of people', async t => {
  const api = await rig(t);
  const headers = {'idempotency-key': 'once'};
  const first = await api.told<{id: string}>(
    201,
    api.ask('POST', '/v1/listings', {body: LISTING, headers}),
  );
  const again = await api.told<{id: string}>(
    201,
    api.ask('POST', '/v1/listings', {body: LISTING, headers}),
  );
  t.is(first.id, again.id);
  t.deepEqual(await codeOf(api.ask('POST', '/v1/listings', {body: LISTING})), [
    409,
    'window_clash',
  ]);
  const tuesday = MONDAY + DAY_MS + 10 * 3_600_000;
  const time = `fromMs=${tuesday}&untilMs=${tuesday + 3_600_000}`;
  const search = `/v1/public/places?lat=22.501&lng=113.9&withinM=800&${time}`;
  const found = await get<{places: object[]}>(api, search, null);
  t.like(found.places[0], {id: 'lot-1', freeBays: 1, distanceM: 111, priceFen: 600, stale: false});
  const lot = await get<{bays: object[]}>(api, `/v1/public/sites/lot-1/bays?${time}`, null);
  t.like(lot.bays[0], {bay: 'A-012', free: true, live: null});
  const offers = await get<{listings: object[]}>(api, '/v1/public/listings?site=lot-1', null);
  t.like(offers.listings[0], {id: first.id, priceFen: 600});
  t.false(/wang|粤房/.test(JSON.stringify([found, lot, offers])));
  for (const query of ['lat=91&lng=0', 'lat=1', `lat=1&lng=1&fromMs=${tuesday}`]) {
    t.is((await api.ask('GET', `/v1/public/places?${query}`, {key: null})).status, 422, query);
  }
  t.is((await api.ask('GET', '/v1/listings', {key: null})).status, 401);
  const path = `/v1/listings/${first.id}`;
  const cheaper = {body: {priceFen: 500}, headers: {'if-match': '"1"'}};
  t.like(await api.told(200, api.ask('PATCH', path, cheaper)), {priceFen: 500, version: 2});
  t.like(await api.told(200, api.ask('DELETE', path)), {state: 'withdrawn'});
  t.deepEqual((await get<{places: object[]}>(api, search, null)).places, []);
});

test('who searches without a key too often from one address is asked to wait, and nobody else', async t => {
  const api = await rig(t);
  const ask = (address: string) =>
    api.ask('GET', '/v1/public/places?lat=0&lng=0', {key: null, address});
  const answers = [];
  for (let n = 0; n < 61; n += 1) answers.push((await ask('192.0.2.7')).status);
  t.deepEqual([answers.filter(status => status === 200).length, answers.at(-1)], [60, 429]);
  t.is((await ask('192.0.2.8')).status, 200);
  await api.clock.advance(SECOND_MS);
  t.is((await ask('192.0.2.7')).status, 200);
});

test('changes are followed without a hole from any cursor, tombstones too', async t => {
  const api = await rig(t);
  interface Page {
    readonly changes: readonly {
      readonly type: string;
      readonly no: number;
      readonly deleted: boolean;
    }[];
    readonly nextCursor: string;
    readonly hasMore: boolean;
  }
  const now = await get<Page>(api, '/v1/changes?cursor=now');
  t.deepEqual(now.changes, []);
  await api.clock.advance(SECOND_MS);
  const first = await get<Page>(api, '/v1/changes');
  t.deepEqual(
    first.changes.map(({type}) => type),
    ['site.changed', 'point.changed'],
  );
  const {id} = await api.post<{id: string}>('/v1/listings', LISTING);
  await api.told(200, api.ask('DELETE', `/v1/listings/${id}`));
  await api.clock.advance(SECOND_MS);
  const page = await get<Page>(api, `/v1/changes?cursor=${first.nextCursor}&limit=1`);
  t.deepEqual([page.changes.map(({type}) => type), page.hasMore], [['listing.changed'], true]);
  const last = await get<Page>(api, `/v1/changes?cursor=${page.nextCursor}`);
  t.like(last.changes[0], {type: 'listing.withdrawn', deleted: true, no: 4});
  t.deepEqual([last.changes.length, last.hasMore, last.nextCursor], [1, false, '4']);
  t.is((await api.ask('GET', '/v1/changes?cursor=99')).status, 422);
  const resumed = await get<Page>(api, '/v1/changes?cursor=now');
  t.is(resumed.nextCursor, '4');
});

test('who is behind what is kept of the changes is told so, and begins again from now', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-changes-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const database = join(folder, 'cloud.db');
  const store = await CloudStore.open(database);
  t.teardown(() => store.close());
  const api = await rig(t, database);
  await api.clock.advance(SECOND_MS);
  const change = (name: string) => {
    const tag = {'if-match': '*'};
    return api.told(200, api.ask('PATCH', '/v1/sites/lot-1', {body: {name}, headers: tag}));
  };
  const from = (cursor: string) => api.ask('GET', `/v1/changes?cursor=${cursor}`);
  await change('old');
  await api.clock.advance(SECOND_MS);
  t.is((await from('1')).status, 200);
  await change('new');
  await api.clock.advance(SECOND_MS);
  const feed = new ChangeFeed({clock: api.clock, entropy: new SeededEntropy(2), store});
  await store.read(db => feed.prune(db, api.clock.wallMs() + 1));
  t.deepEqual(await codeOf(from('1')), [410, 'cursor_too_old']);
  const kept = await get<{changes: {no: number}[]}>(api, '/v1/changes');
  t.deepEqual(
    kept.changes.map(({no}) => no),
    [4],
  );
  t.is((await from('3')).status, 200, 'of what comes after it nothing is gone');
  const now = await get<{nextCursor: string}>(api, '/v1/changes?cursor=now');
  t.is(now.nextCursor, '4');
});

test('tariffs, price rules and site files are changed by who has seen them, and not sent again to who holds them', async t => {
  const api = await rig(t);
  await api.told(200, api.ask('PUT', '/v1/sites/lot-1/gateways/gw-1'));
  const card = {id: 'card-1', holder: 'h-1', uid: '4D000102'};
  t.true((await api.ask('POST', '/v1/gateways/gw-1/cards', {body: card})).ok);
  const rule = {name: 'weekend', site: 'lot-1', percent: -20};
  const {id} = await api.post<{id: string}>('/v1/price-rules', rule);
  const terms = {stepMinutes: 15, overtimePercent: 150, lenderPercent: 80, refunds: []};
  const yaml = {'content-type': 'application/yaml'};
  const cases = [
    {path: '/v1/tariffs/lot-1', body: terms, headers: {}},
    {path: `/v1/price-rules/${id}`, body: {...rule, percent: -30}, headers: {}},
    {path: '/v1/gateways/gw-1/site-config', body: 'site: {}\n', headers: yaml},
    {path: '/v1/sites/lot-1', body: {name: '二号'}, headers: {}},
    {path: '/v1/sites/lot-1/points/A-012', body: {guidance: 'left'}, headers: {}},
  ];
  for (const {path, body, headers} of cases) {
    const read = (held?: string) =>
      api.ask('GET', path, held === undefined ? {} : {headers: {'if-none-match': held}});
    const method = /sites/.test(path) ? 'PATCH' : 'PUT';
    const write = (seen?: string) =>
      api.ask(method, path, {
        body,
        headers: {...headers, ...(seen === undefined ? {} : {'if-match': seen})},
      });
    const tag = (await read()).headers.get('etag') ?? '';
    t.regex(tag, /^"[^"]+"$/, path);
    for (const held of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const known = await read(held);
      const {headers: shown} = known;
      t.deepEqual([known.status, shown.get('etag'), await known.text()], [304, tag, ''], path);
      t.is(shown.get('content-type'), null);
      t.truthy(shown.get('request-id'));
    }
    t.is((await read('"other"')).status, 200);
    t.deepEqual(await codeOf(write()), [428, 'precondition_missing'], path);
    const stale = await write('"other"');
    t.is(stale.headers.get('etag'), tag);
    t.deepEqual(await codeOf(Promise.resolve(stale)), [412, 'precondition_failed'], path);
    const written = await write(tag);
    t.is(written.status, 200, path);
    const next = written.headers.get('etag') ?? '';
    t.not(next, tag);
    t.deepEqual(await codeOf(write(tag)), [412, 'precondition_failed'], path);
    t.deepEqual([(await read(tag)).status, (await read(next)).status], [200, 304], path);
  }
  t.like(await get(api, '/v1/tariffs/lot-1'), {version: 1, terms});
  t.like(await get(api, `/v1/price-rules/${id}`), {version: 2, percent: -30});
  await api.post('/v1/sites', {id: 'lot-2', ...LOT});
  const other = await api.key({scopes: ['orders:read'], sites: ['lot-2']});
  t.is((await api.ask('GET', '/v1/tariffs/lot-1', {key: other})).status, 404);
  t.is((await api.ask('GET', `/v1/price-rules/${id}`, {key: other})).status, 404);
  const blind = await api.key({scopes: ['gateways:read']});
  t.is((await api.ask('GET', '/v1/tariffs/lot-1', {key: blind})).status, 403);
});
