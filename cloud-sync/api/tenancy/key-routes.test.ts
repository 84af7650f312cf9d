import test, {type ExecutionContext} from 'ava';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {startRig} from '../http/api-rig.js';
import {CloudStore} from '../store/cloud-store.js';
import {SiteTable} from './site-table.js';

interface Key {
  readonly id: string;
  readonly key?: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly sites: readonly string[] | null;
  readonly lastUsedMs: number | null;
}

async function rigOf(t: ExecutionContext, database = ':memory:') {
  const clock = new VirtualClock({yieldTurn: () => new Promise(resolve => setImmediate(resolve))});
  const rig = await startRig({clock, entropy: new SeededEntropy(), database});
  t.teardown(() => rig.cloud.close());
  return {...rig, clock};
}

const wish = {name: 'desk', scopes: ['gateways:read', 'keys:write', 'keys:read']};

test('a key is shown once, works, tells when it was used, and ends when it is revoked', async t => {
  const {ask, told} = await rigOf(t);
  const headers = {'idempotency-key': 'once'};
  const make = () => ask('POST', '/v1/keys', {body: wish, headers});
  const {key = '', ...made} = await told<Key>(201, make());
  t.regex(key, /^lk_[0-9A-Z]{26}_[\w-]{43}$/);
  const again = await make();
  t.is(again.headers.get('idempotency-replayed'), 'true');
  t.deepEqual(await again.json(), made as never);
  const {keys} = await told<{keys: Key[]}>(200, ask('GET', '/v1/keys', {key}));
  t.false(JSON.stringify(keys).includes(key.slice(30)));
  const one = await told<Key>(200, ask('GET', `/v1/keys/${made.id}`, {key}));
  t.is(typeof one.lastUsedMs, 'number');
  t.is((await ask('DELETE', `/v1/keys/${made.id}`)).status, 200);
  t.is((await ask('GET', '/v1/keys', {key})).status, 401);
  t.is((await ask('DELETE', '/v1/keys/none')).status, 404);
});

test('two keys of one name live, so that one can follow the other, and never three', async t => {
  const {ask, told, clock} = await rigOf(t);
  const make = (more: object = {}) => ask('POST', '/v1/keys', {body: {...wish, ...more}});
  const first = await told<Key>(201, make());
  const second = await told<Key>(201, make({expiresMs: clock.wallMs() + 60_000}));
  t.is((await make()).status, 409);
  for (const {key = ''} of [first, second]) {
    t.is((await ask('GET', '/v1/gateways', {key})).status, 200);
  }
  await clock.advance(60_000);
  t.is((await ask('GET', '/v1/gateways', {key: second.key ?? ''})).status, 401);
  t.is((await make()).status, 201);
  t.is((await make({expiresMs: clock.wallMs()})).status, 422);
});

test('a key never gives more than its maker has: scopes, sites, time, other keys', async t => {
  const {ask, told, key: newKey, clock} = await rigOf(t);
  const maker = await newKey({scopes: wish.scopes, expiresMs: clock.wallMs() + 1000});
  const make = (body: object) => ask('POST', '/v1/keys', {key: maker, body: {...wish, ...body}});
  const until = clock.wallMs() + 1000;
  t.is((await make({expiresMs: until})).status, 201);
  t.is((await make({expiresMs: until + 1})).status, 403);
  t.is((await make({expiresMs: null})).status, 403);
  t.is((await make({expiresMs: until, scopes: ['money:write']})).status, 403);
  t.is((await make({expiresMs: until, scopes: ['platform:write']})).status, 403);
  t.is((await make({expiresMs: until, sites: ['no-such']})).status, 422);
  t.is((await make({expiresMs: until, secret: 'x'})).status, 422);
  const strong = await told<Key>(
    201,
    ask('POST', '/v1/keys', {body: {...wish, name: 'strong', scopes: ['money:write']}}),
  );
  t.is((await ask('DELETE', `/v1/keys/${strong.id}`, {key: maker})).status, 403);
  const reader = await newKey({scopes: ['keys:read']});
  t.is((await ask('POST', '/v1/keys', {key: reader, body: wish})).status, 403);
});

test('a tenant comes with its own first key, sees nothing of others, and is taken in once', async t => {
  const {ask, told, key: newKey} = await rigOf(t);
  const body = {id: 'bath-1', name: 'Bath'};
  const made = await told<{key: string; id: string}>(201, ask('POST', '/v1/tenants', {body}));
  t.is((await ask('POST', '/v1/tenants', {body})).status, 409);
  const mine = await told<Key>(201, ask('POST', '/v1/keys', {body: wish}));
  const theirs = {key: made.key};
  t.is((await ask('GET', `/v1/keys/${mine.id}`, theirs)).status, 404);
  t.is((await ask('DELETE', `/v1/keys/${mine.id}`, theirs)).status, 404);
  const {keys} = await told<{keys: Key[]}>(200, ask('GET', '/v1/keys', theirs));
  t.deepEqual(
    keys.map(({name}) => name),
    ['first key'],
  );
  t.false(keys[0]?.scopes.some(scope => scope.startsWith('platform:')));
  t.is((await ask('POST', '/v1/tenants', {...theirs, body: {id: 'x', name: 'x'}})).status, 403);
  t.is((await ask('GET', '/v1/tenants', theirs)).status, 403);
  const site = {id: 'bath-7', name: 'Bath', kind: 'bath', zone: 'Asia/Shanghai'};
  await told(201, ask('POST', '/v1/sites', {...theirs, body: site}));
  const bind = (asked: object) => ask('PUT', '/v1/sites/bath-7/gateways/gw-7', asked);
  t.is((await bind(theirs)).status, 403, 'names of gateways are not there to be taken');
  const admin = {key: await newKey({scopes: ['sites:write']})};
  t.is((await bind(admin)).status, 404, 'the site of another tenant');
  t.is((await bind({})).status, 200, 'whoever runs the cloud gives them');
  t.is((await bind(theirs)).status, 200);
  const lister = await newKey({scopes: ['platform:read']});
  const page = await told<{tenants: {id: string}[]; nextCursor: string}>(
    200,
    ask('GET', '/v1/tenants?limit=1', {key: lister}),
  );
  t.deepEqual(
    page.tenants.map(({id}) => id),
    ['bath-1'],
  );
  const rest = await told<{tenants: {id: string}[]}>(
    200,
    ask('GET', `/v1/tenants?limit=1&cursor=${page.nextCursor}`),
  );
  t.deepEqual(
    rest.tenants.map(({id}) => id),
    ['demo'],
  );
});

test('a key of one site sees that site alone, and another tenant nothing', async t => {
  const file = `${t.title.length}-sites.db`;
  const folder = (await import('node:fs')).mkdtempSync('/tmp/latchkey-keys-');
  t.teardown(async () => (await import('node:fs')).rmSync(folder, {recursive: true}));
  // Before the cloud is at work on it: two connections of one thread cannot wait for each other.
  const store = await CloudStore.open(`${folder}/${file}`);
  const {ask, told, key: newKey} = await rigOf(t, `${folder}/${file}`);
  t.teardown(() => store.close());
  const made = ask('POST', '/v1/tenants', {body: {id: 'two', name: 'Two'}});
  const {key: other} = await told<{key: string}>(201, made);
  await store.transaction(async tx => {
    const sites = new SiteTable();
    const place = {kind: 'public', zone: 'Asia/Shanghai', address: '', latE7: null, lngE7: null};
    for (const [tenant, id] of [
      ['demo', 's-1'],
      ['demo', 's-2'],
      ['two', 's-3'],
    ] as const) {
      await sites.add(tx, {...place, kind: 'public', id, tenant, name: id, createdWall: 1});
      await sites.bindGateway(tx, {tenant, site: id, gateway: `gw-${id}`});
    }
  });
  const grant = {holder: 'h', points: [], credentials: [], validFrom: 0, validUntil: 9e12};
  for (const [key, gateway] of [
    ['root-key', 'gw-s-1'],
    ['root-key', 'gw-s-2'],
    [other, 'gw-s-3'],
  ] as const) {
    const body = {...grant, id: `g-${gateway}`};
    t.is((await ask('POST', `/v1/gateways/${gateway}/grants`, {key, body})).status, 200);
    t.is((await ask('DELETE', `/v1/gateways/${gateway}/grants/${body.id}`, {key})).status, 200);
  }
  const one = await newKey({scopes: ['gateways:read', 'grants:read'], sites: ['s-1']});
  const seen = async (key: string) => {
    const answer = ask('GET', '/v1/gateways', {key});
    return (await told<{gateways: {id: string}[]}>(200, answer)).gateways.map(({id}) => id);
  };
  t.deepEqual(await seen(one), ['gw-s-1']);
  t.deepEqual(await seen('root-key'), ['gw-s-1', 'gw-s-2']);
  t.deepEqual(await seen(other), ['gw-s-3']);
  for (const [key, gateway, status] of [
    ...([
      [one, 'gw-s-1', 200],
      [one, 'gw-s-2', 404],
      [one, 'gw-s-3', 404],
    ] as const),
    ...([
      [one, 'gw-free', 404],
      [other, 'gw-s-1', 404],
      ['root-key', 'gw-s-3', 404],
    ] as const),
  ]) {
    t.is((await ask('GET', `/v1/gateways/${gateway}/bays`, {key})).status, status, gateway);
    t.is((await ask('GET', `/v1/revocations/g-${gateway}`, {key})).status, status, gateway);
  }
  t.is((await ask('GET', '/v1/keys', {key: one})).status, 403);
});
