import {createHmac} from 'node:crypto';
import test, {type ExecutionContext} from 'ava';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {ROOT_KEY, startRig} from './api-rig.js';
import {clientAddress, type TrustedProxies, trustedProxiesOf} from './client-address.js';
import type {HttpRates} from './request-limits.js';

async function rigOf(
  t: ExecutionContext,
  rates: Partial<HttpRates> = {},
  trustedProxies?: TrustedProxies,
) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(resolve => setImmediate(resolve))});
  const rig = await startRig({
    clock,
    entropy: new SeededEntropy(),
    rates,
    passwordCost: {n: 2, r: 1, p: 1},
    ...(trustedProxies && {trustedProxies}),
  });
  t.teardown(() => rig.cloud.close());
  return {...rig, clock};
}

const GRANTS = '/v1/gateways/gw-1/grants';
const grant = {holder: 'h', points: [], credentials: [], validFrom: 0, validUntil: 9e12};
const SQL = [
  "' OR '1'='1",
  "'; DROP TABLE tenant; --",
  "x' UNION SELECT hash FROM api_key --",
  '%',
];

test('SQL in ids, filters and names stays text', async t => {
  const {ask, told, troubles} = await rigOf(t);
  for (const text of SQL) {
    const id = encodeURIComponent(text);
    t.is((await ask('GET', `/v1/commands/${id}`)).status, 404);
    t.is((await ask('GET', `/v1/revocations/${id}`)).status, 404);
    t.is((await ask('DELETE', `/v1/keys/${id}`)).status, 404);
    t.is((await ask('GET', `/v1/gateways/${id}/bays`)).status, 404);
    t.is((await ask('GET', `/v1/gateways?cursor=${id}`)).status, 422);
    t.is((await ask('GET', `/v1/gateways?limit=${id}`)).status, 422);
    t.is((await ask('GET', '/v1/gateways', {key: text})).status, 401);
    const body = {...grant, id: text.slice(0, 64), holder: text};
    const stored = await told<{holder: string}>(200, ask('POST', GRANTS, {body}));
    t.is(stored.holder, text);
  }
  t.is((await ask('GET', '/v1/gateways')).status, 200);
  t.deepEqual(troubles, []);
});

test('no line break of a caller reaches a header', async t => {
  const {ask, troubles} = await rigOf(t);
  const evil = 'a%0d%0aset-cookie:%20a=b';
  const paths = [
    ...[
      `/v1/gateways/${evil}/bays`,
      `/v1/gateways?cursor=${evil}`,
      `/v1/gateways?limit=1&x=${evil}`,
    ],
    ...[`/docs/${evil}`, `/${evil}`, `/v1/keys?limit=1&${evil}=1`, `/openapi.json?${evil}`],
  ];
  for (const path of paths) {
    const answer = await ask('GET', path);
    t.not(answer.status, 500, path);
    t.is(answer.headers.get('set-cookie'), null, path);
    for (const [, value] of answer.headers) t.false(/[\r\n]/.test(value), path);
  }
  t.deepEqual(troubles, []);
});

test('a token of another kind is no key: without algorithm, or signed with anything', async t => {
  const {ask} = await rigOf(t);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = part({sub: 'option', tenant: 'demo', scopes: ['platform:write'], exp: 9e9});
  const signed = (secret: string) => {
    const text = `${part({alg: 'HS256', typ: 'JWT'})}.${claims}`;
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  };
  const tokens = [
    ...[`${part({alg: 'none'})}.${claims}.`, `${part({alg: 'None'})}.${claims}.x`],
    ...[signed(''), signed('secret'), signed(ROOT_KEY), `lk_${'0'.repeat(26)}_${'A'.repeat(43)}`],
  ];
  for (const key of tokens) {
    const answer = await ask('GET', '/v1/gateways', {key});
    t.is(answer.status, 401);
    t.is(answer.headers.get('www-authenticate'), 'Bearer');
  }
  const scheme = (authorization: string) =>
    ask('GET', '/v1/gateways', {key: null, headers: {authorization}});
  const schemes = [`Basic ${ROOT_KEY}`, `bearer ${ROOT_KEY}`, ROOT_KEY, `Bearer  ${ROOT_KEY}`];
  for (const header of [...schemes, `Bearer ${ROOT_KEY}, Bearer ${ROOT_KEY}`, 'Bearer ']) {
    t.is((await scheme(header)).status, 401, header);
  }
});

test('bodies that are not what they should be are refused before anything is done', async t => {
  const {ask, told, troubles} = await rigOf(t);
  const post = (body: unknown, headers = {}) => ask('POST', GRANTS, {body, headers});
  const proto = `{"__proto__":{"state":"active"},${JSON.stringify(grant).slice(1)}`;
  const cases: readonly [unknown, number][] = [
    [{...grant, admin: true}, 422],
    [proto, 422],
    [JSON.stringify({...grant, constructor: {prototype: {a: 1}}}), 422],
    [`${'['.repeat(5000)}${']'.repeat(5000)}`, 422],
    [`${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}`, 422],
    [{...grant, holder: 'a\u0000b'}, 422],
    [JSON.stringify({...grant, holder: 'x'}).replace('"x"', '"\\ud800"'), 422],
    ['{"holder":', 422],
    ['null', 422],
    ['', 422],
    [{...grant, holderMask: 'x'.repeat(40_000)}, 413],
  ];
  for (const [body, status] of cases) {
    const answer = await post(body);
    t.is(answer.status, status, String(JSON.stringify(body)).slice(0, 60));
    t.is(answer.headers.get('content-type'), 'application/problem+json');
  }
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']) {
    t.is((await post(grant, {'content-type': type})).status, 415, type);
  }
  t.is(({} as {state?: string}).state, undefined);
  const {gateways} = await told<{gateways: object[]}>(200, ask('GET', '/v1/gateways'));
  t.deepEqual(gateways, []);
  t.deepEqual(troubles, []);
});

test('text that is no UTF-8 is refused', async t => {
  const {cloud} = await rigOf(t);
  const bytes = Buffer.concat([
    Buffer.from(JSON.stringify({...grant, holder: 'x'}).slice(0, 11)),
    Buffer.from([0xc3, 0x28, 0xff]),
    Buffer.from('"}'),
  ]);
  const headers = {authorization: `Bearer ${ROOT_KEY}`, 'content-type': 'application/json'};
  const request = new Request(`http://cloud${GRANTS}`, {method: 'POST', headers, body: bytes});
  t.is((await cloud.fetch(request)).status, 422);
});

test('who asks too often waits: by key, by address, by device, and by keys that nobody knows', async t => {
  const {
    ask,
    told,
    key: newKey,
    clock,
  } = await rigOf(t, {
    perKey: {burst: 10, perSecond: 1},
    perAddress: {burst: 20, perSecond: 1},
    wrongKeys: {burst: 3, perSecond: 0.1},
  });
  const key = await newKey({scopes: ['gateways:read']});
  for (let count = 0; count < 10; count += 1) {
    t.is((await ask('GET', '/v1/gateways', {key, address: `10.0.0.${count}`})).status, 200);
  }
  const late = await ask('GET', '/v1/gateways', {key, address: '10.0.0.99'});
  t.is(late.status, 429);
  t.is(late.headers.get('retry-after'), '1');
  t.like(await late.json(), {code: 'too_many_requests', status: 429});
  t.is((await ask('GET', '/v1/gateways')).status, 200);
  const guess = () => ask('GET', '/v1/gateways', {key: 'lk_guess', address: '10.9.9.9'});
  for (const status of [401, 401, 401, 429, 429]) t.is((await guess()).status, status);
  const known = await ask('GET', '/v1/gateways', {address: '10.9.9.9'});
  t.is(known.status, 200, 'who guesses locks out nobody whose key is known');
  t.is((await ask('GET', '/v1/gateways', {address: '10.9.9.8'})).status, 200);
  for (let count = 0; count < 20; count += 1) await ask('GET', '/errors', {address: '2001:db8::1'});
  // All of one network of IPv6 count as one.
  t.is((await ask('GET', '/errors', {address: '2001:db8:0:7::9'})).status, 429);
  t.is((await ask('GET', '/errors', {address: '2001:db9::1'})).status, 200);
  t.is((await ask('GET', '/livez', {address: '2001:db8::1'})).status, 200);
  await clock.advance(60_000);
  t.is((await ask('GET', '/v1/gateways', {key, address: '10.9.9.9'})).status, 200);
  const site = {id: 'lot-1', name: 'Lot', kind: 'public', zone: 'Asia/Shanghai'};
  for (const id of ['lot-1', 'lot-2']) {
    await told(201, ask('POST', '/v1/sites', {body: {...site, id}}));
  }
  await told(200, ask('PUT', '/v1/sites/lot-1/gateways/gw-1'));
  for (const id of ['A-012', 'A-013']) {
    await told(201, ask('POST', '/v1/sites/lot-1/points', {body: {id, kind: 'bay'}}));
  }
  const foreign = await newKey({scopes: ['commands:write'], sites: ['lot-2']});
  const open = (bay: string, asked = {}) =>
    ask('POST', `/v1/sites/lot-1/points/${bay}/commands`, {
      ...{body: {kind: 'open', reason: 'x'}, ...asked},
    });
  for (let count = 0; count < 16; count += 1) {
    t.is((await open('A-012', {key: foreign})).status, 404, 'of one that he may not see');
    await clock.advance(1000);
  }
  for (let count = 0; count < 15; count += 1) {
    t.not((await open('A-012')).status, 429);
    await clock.advance(1000);
  }
  for (let count = 0; count < 4; count += 1) await open('A-012');
  const headers = {'idempotency-key': 'again'};
  t.is((await open('A-012', {headers})).status, 429);
  t.is((await open('A-013')).status, 202);
  await clock.advance(20_000);
  t.is((await open('A-012', {headers})).status, 202, 'the same wish, later');
  await told(200, ask('GET', '/v1/gateways'));
});

test('a webhook leads to no private place: not when it is made, nor when it is changed', async t => {
  const {ask, told, troubles} = await rigOf(t);
  const good = {url: 'https://hooks.example.com/in'};
  const {id} = await told<{id: string}>(201, ask('POST', '/v1/webhooks', {body: good}));
  const urls = [
    ...['http://hooks.example.com/', 'https://localhost/', 'https://127.0.0.1/', 'https://[::1]/'],
    ...['https://10.0.0.8/', 'https://192.168.1.1/', 'https://169.254.169.254/latest/meta-data'],
    ...['https://0x7f000001/', 'https://2130706433/', 'https://[::ffff:10.0.0.1]/', 'https://0/'],
    ...['https://user:pw@hooks.example.com/', 'file:///etc/passwd', 'https://[fd00::1]/'],
  ];
  for (const url of urls) {
    t.is((await ask('POST', '/v1/webhooks', {body: {url}})).status, 422, url);
    t.is((await ask('PATCH', `/v1/webhooks/${id}`, {body: {url}})).status, 422, url);
  }
  const {webhooks} = await told<{webhooks: object[]}>(200, ask('GET', '/v1/webhooks'));
  t.deepEqual(webhooks, [{...webhooks[0], ...good}]);
  t.deepEqual(troubles, []);
});

test("the name of another tenant's site is taken like one of one's own, and nothing else is told of it", async t => {
  const {ask, told} = await rigOf(t);
  const body = {name: 'Lot', kind: 'public', zone: 'Asia/Shanghai'};
  const make = (key: string, id?: string) =>
    ask('POST', '/v1/sites', {key, body: {...body, ...(id && {id})}});
  const other = (id: string) =>
    told<{key: string}>(201, ask('POST', '/v1/tenants', {body: {id, name: id}}));
  const [one, two] = [await other('one'), await other('two')];
  t.is((await make(one.key, 'lot-1')).status, 201);
  const [own, foreign] = await Promise.all(
    [one.key, two.key].map(async key => {
      const {requestId, ...problem} = (await (await make(key, 'lot-1')).json()) as {
        requestId: string;
      };
      t.truthy(requestId);
      return problem;
    }),
  );
  t.deepEqual(foreign, own);
  t.like(foreign, {status: 409, code: 'conflict'});
  const paths = ['', '/points', '/bays', '/gateways', '/code-plan'].map(
    path => `/v1/sites/lot-1${path}`,
  );
  for (const path of paths) {
    const there = await ask('GET', path, {key: two.key});
    t.is(there.status, 404, path);
  }
  const made = await told<{id: string}>(201, make(two.key));
  t.regex(made.id, /^s-[0-9a-z]{26}$/, 'as a site file takes it');
  t.is((await ask('GET', `/v1/sites/${made.id}`, {key: two.key})).status, 200);
});

test("another host's rooms are not there: not to see, to open, to give away, or to follow", async t => {
  const {ask, told, clock} = await rigOf(t);
  const houses = ['house-a', 'house-b'];
  for (const [at, id] of houses.entries()) {
    const body = {id, name: id, kind: 'stay', zone: 'Asia/Shanghai'};
    await told(201, ask('POST', '/v1/sites', {body}));
    await told(200, ask('PUT', `/v1/sites/${id}/gateways/gw-${at}`));
    for (const point of [
      {id: 'room-1', kind: 'room'},
      {id: 'door-1', kind: 'door', number: 1},
    ]) {
      await told(201, ask('POST', `/v1/sites/${id}/points`, {body: point}));
    }
  }
  const hosts = await Promise.all(
    houses.map(async (house, at) => {
      const who = {phone: `1380000000${at}`, name: '东', roles: ['host']};
      const {id} = await told<{id: string}>(201, ask('POST', '/v1/members', {body: who}));
      const access = {body: {roles: ['site_admin'], sites: [house]}};
      await told(200, ask('PUT', `/v1/members/${id}/access`, access));
      const invited = ask('POST', `/v1/members/${id}/invitation`, {body: {}});
      const {invitation} = await told<{invitation: string}>(201, invited);
      const redeemed = {invitation, password: 'correct horse 1'};
      const path = '/v1/sessions/redeem';
      return told<{token: string}>(201, ask('POST', path, {key: null, body: redeemed}));
    }),
  );
  const [mine = '', hers = ''] = hosts.map(({token}) => token);
  const times = {fromMs: clock.wallMs(), untilMs: clock.wallMs() + 3_600_000};
  const grantOf = (site: string) => ({
    ...{site, holder: 'guest-1', points: ['door-1'], credentials: [], ...times},
  });
  const given = await told<{grant: {id: string}}>(
    201,
    ask('POST', '/v1/grants', {key: hers, body: grantOf('house-b')}),
  );
  const notice = {sites: ['house-b'], text: 'mine now', untilMs: times.untilMs};
  const attempts: readonly (readonly [string, string, object?])[] = [
    ['GET', '/v1/sites/house-b'],
    ['GET', '/v1/sites/house-b/points/room-1'],
    ['GET', '/v1/sites/house-b/points'],
    ['PATCH', '/v1/sites/house-b/points/room-1', {owner: null}],
    ['POST', '/v1/sites/house-b/points', {id: 'door-2', kind: 'door'}],
    ['POST', '/v1/sites/house-b/points/door-1/commands', {kind: 'open', reason: 'mine'}],
    ['POST', '/v1/grants', grantOf('house-b')],
    ['GET', `/v1/grants/${given.grant.id}`],
    ['POST', `/v1/grants/${given.grant.id}/revoke`, {}],
    ['POST', '/v1/notices', notice],
    ['POST', '/v1/webhooks', {url: 'https://hooks.example.com/', site: 'house-b'}],
  ];
  for (const [method, path, body] of attempts) {
    const headers = {'if-match': '*'};
    const refused = await ask(method, path, {key: mine, headers, ...(body && {body})});
    t.true([403, 404].includes(refused.status), `${method} ${path} ${refused.status}`);
  }
  const {sites} = await told<{sites: {id: string}[]}>(200, ask('GET', '/v1/sites', {key: mine}));
  t.deepEqual(
    sites.map(({id}) => id),
    ['house-a'],
  );
  await clock.advance(1000);
  const feed = await (await ask('GET', '/v1/changes', {key: mine})).text();
  t.false(feed.includes('house-b'));
  t.is((await ask('GET', `/v1/grants/${given.grant.id}`, {key: hers})).status, 200);
});

test('who stands behind trusted proxies is told by them alone, read from the right', async t => {
  const proxies = trustedProxiesOf(['10.0.0.0/8', '2001:db8::/32', '192.0.2.7']);
  const of = (socket: string, header?: string) => clientAddress(socket, header, proxies);
  t.is(of('10.0.0.1'), '10.0.0.1');
  t.is(of('203.0.113.9', '198.51.100.1'), '203.0.113.9', 'anybody can write it');
  t.is(of('10.0.0.1', '6.6.6.6, 198.51.100.1'), '198.51.100.1');
  t.is(of('::ffff:10.0.0.1', '6.6.6.6, 198.51.100.1, 192.0.2.7'), '198.51.100.1');
  t.is(of('2001:db8::1', '198.51.100.1:4711'), '198.51.100.1');
  t.is(of('10.0.0.1', '[2001:db9::1]:4711'), '2001:db9::1');
  t.is(of('10.0.0.1', '198.51.100.1, unknown'), '10.0.0.1');
  t.is(of('10.0.0.1', '10.0.0.2'), '10.0.0.2');
  t.is(clientAddress('10.0.0.1', '198.51.100.1', undefined), '10.0.0.1');
  for (const text of ['10.0.0.0/33', 'proxy', '', '1.2.3'])
    t.is(trustedProxiesOf([text]), undefined);
  const wrongKeys = {burst: 2, perSecond: 0.1};
  const {ask} = await rigOf(t, {wrongKeys}, proxies);
  const guess = (client: string, address = '10.0.0.1') =>
    ask('GET', '/v1/gateways', {key: 'lk_no', address, headers: {'x-forwarded-for': client}});
  for (const status of [401, 401, 429]) t.is((await guess('198.51.100.1')).status, status);
  t.is((await guess('198.51.100.2')).status, 401, 'another client of the same balancer');
  for (const status of [401, 401, 429]) {
    t.is((await guess(`198.51.100.${status}`, '203.0.113.9')).status, status);
  }
});
