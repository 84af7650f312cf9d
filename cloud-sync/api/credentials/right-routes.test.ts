import test, {type ExecutionContext} from 'ava';
import {yieldTurn} from '../../../edge/platform/event-loop.js';
import {DAY_MS, SECOND_MS} from '../../../protocols/base/units.js';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {type Asked, startRig} from '../http/api-rig.js';

interface Grant {
  readonly id: string;
  readonly state: string;
  readonly frozen: boolean;
  readonly credentials: readonly string[];
}
interface Credential {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly hint: string;
}
interface Issued {
  readonly grant: Grant;
  readonly credentials: readonly Credential[];
  readonly secrets?: readonly {readonly credential: string; readonly code: string}[];
}

const UID = '4D0001F2';
const PLATE = '粤B12345';

/** `lot-1` with a bay at `gw-1`, and `lot-2`. */
async function rig(t: ExecutionContext) {
  const clock = new VirtualClock({yieldTurn});
  const api = await startRig({clock, entropy: new SeededEntropy()});
  t.teardown(() => api.cloud.close());
  const post = <Body>(path: string, body: object, status = 201, asked: Asked = {}) =>
    api.told<Body>(status, api.ask('POST', path, {body, ...asked}));
  const get = <Body>(path: string, asked: Asked = {}) =>
    api.told<Body>(200, api.ask('GET', path, asked));
  const codeOf = async (asked: Promise<Response>) => {
    const response = await asked;
    return `${response.status} ${((await response.json()) as {code: string}).code}`;
  };
  for (const id of ['lot-1', 'lot-2']) {
    await post('/v1/sites', {id, name: id, kind: 'public', zone: 'Asia/Shanghai'});
  }
  await api.told(200, api.ask('PUT', '/v1/sites/lot-1/gateways/gw-1'));
  await post('/v1/sites/lot-1/points', {id: 'A-012', kind: 'bay', gateway: 'gw-1', number: 12});
  const times = {fromMs: clock.wallMs(), untilMs: clock.wallMs() + DAY_MS};
  const wish = {site: 'lot-1', holder: 'h-1', points: ['A-012'], ...times};
  const issue = (change: object = {}, asked: Asked = {}) =>
    post<Issued>('/v1/grants', {...wish, ...change}, 201, asked);
  return {...api, clock, post, get, codeOf, wish, issue};
}

test('a grant is issued once with what is shown for it; its secrets are in the first answer alone, and lists mask the rest', async t => {
  const {post, get, issue} = await rig(t);
  const credentials = [
    ...[{kind: 'card', uid: UID}, {kind: 'qr'}, {kind: 'code'}],
    ...[
      {kind: 'plate', plate: PLATE},
      {kind: 'phone', reference: 'device-7788'},
    ],
  ];
  const once = {headers: {'idempotency-key': 'once'}};
  const first = await issue({credentials}, once);
  const again = await issue({credentials}, once);
  t.is(again.grant.id, first.grant.id);
  const [secret] = first.secrets ?? [];
  t.regex(secret?.code ?? '', /^\d{6,10}$/);
  t.is(again.secrets, undefined, 'what was kept of the answer has no digits');

  const path = `/v1/grants/${first.grant.id}`;
  const held = await get<{credentials: Credential[]}>(`${path}/credentials`);
  t.deepEqual(
    held.credentials.map(({kind, state, hint}) => [kind, state, hint]),
    [
      ['card', 'active', '****01F2'],
      ['qr', 'active', 'A-012'],
      ['code', 'active', `${secret?.code.length} digits`],
      ['plate', 'active', '****345'],
      ['phone', 'active', '****7788'],
    ],
  );
  t.like((await get<{grants: Grant[]}>('/v1/grants?holder=h-1')).grants, [{id: first.grant.id}]);
  const seen = JSON.stringify([
    ...[held, await get('/v1/grants'), await get(path)],
    ...(await Promise.all(held.credentials.map(({id}) => get(`/v1/credentials/${id}`)))),
  ]);
  for (const hidden of [UID, PLATE, 'device-7788', secret?.code ?? 'none']) {
    t.false(seen.includes(hidden), hidden);
  }

  const equipped = await post<Issued>(`${path}/credentials`, {kind: 'card', uid: '4D0001F3'});
  t.like(equipped.credentials, [{kind: 'card', hint: '****01F3'}]);
  t.is(equipped.grant.credentials.length, 6);
});

test('a credential and a grant are suspended, given back, and revoked for good', async t => {
  const {post, get, ask, codeOf, issue} = await rig(t);
  const {grant, credentials} = await issue({credentials: [{kind: 'card', uid: UID}, {kind: 'qr'}]});
  const card = `/v1/credentials/${credentials[0]?.id}`;
  const act = (path: string, what: string) => post<Grant>(`${path}/${what}`, {}, 200);
  t.is((await act(card, 'suspend')).state, 'suspended');
  t.is((await get<Credential>(card)).state, 'suspended');
  t.is((await act(card, 'resume')).state, 'active');
  t.is((await act(card, 'revoke')).state, 'revoked');
  t.is(await codeOf(ask('POST', `${card}/resume`, {body: {}})), '409 revoked');

  const path = `/v1/grants/${grant.id}`;
  t.is((await act(path, 'suspend')).state, 'suspended');
  t.is((await act(path, 'resume')).state, 'issued');
  t.is((await act(path, 'revoke')).state, 'revoked');
  t.is(await codeOf(ask('POST', `${path}/resume`, {body: {}})), '409 revoked');
  const wish = {kind: 'card', uid: '4D0001F4'};
  t.is(await codeOf(ask('POST', `${path}/credentials`, {body: wish})), '409 revoked');
  const left = await get<{credentials: Credential[]}>(`${path}/credentials`);
  t.deepEqual([...new Set(left.credentials.map(({state}) => state))], ['revoked']);
  t.is(await codeOf(ask('POST', `${path}/lend`, {body: {}})), '404 not_found');
});

test("another tenant's grants and credentials, and those of a site that a key is not for, are not there; reading and writing want their scopes", async t => {
  const {post, ask, key, codeOf, wish, issue} = await rig(t);
  const {grant, credentials} = await issue({credentials: [{kind: 'qr'}]});
  const {key: stranger} = await post<{key: string}>('/v1/tenants', {id: 't-2', name: '二'});
  const scopes = ['grants:read', 'grants:write'];
  const elsewhere = await key({scopes, sites: ['lot-2']});
  const [atGrant, atCredential] = [
    `/v1/grants/${grant.id}`,
    `/v1/credentials/${credentials[0]?.id}`,
  ];
  const requests = [
    ...[
      ['GET', atGrant],
      ['GET', `${atGrant}/credentials`],
      ['GET', atCredential],
    ],
    ...[
      ['GET', `${atCredential}/token`],
      ['POST', `${atCredential}/reissue`],
    ],
    ...['suspend', 'resume', 'revoke'].flatMap(act => [
      ...[
        ['POST', `${atGrant}/${act}`],
        ['POST', `${atCredential}/${act}`],
      ],
    ]),
    ...[
      ['PATCH', atGrant, {entries: 'one'}],
      ['POST', `${atGrant}/credentials`, {kind: 'qr'}],
    ],
    ['POST', '/v1/grants', wish],
  ] as readonly (readonly [string, string, object?])[];
  const [reader, writer] = [
    await key({scopes: ['grants:read']}),
    await key({scopes: ['grants:write']}),
  ];
  for (const [method, path, body = {}] of requests) {
    const asked = (by: string) =>
      codeOf(ask(method, path, {key: by, ...(method === 'GET' ? {} : {body})}));
    t.is(await asked(stranger), '404 not_found', `${method} ${path}`);
    t.is(await asked(elsewhere), '404 not_found', `${method} ${path}`);
    // Who may fetch a token opens with it.
    const isRead = method === 'GET' && !path.endsWith('/token');
    t.is(await asked(isRead ? writer : reader), '403 forbidden', `${method} ${path}`);
  }
  for (const by of [stranger, elsewhere]) {
    const list = await ask('GET', '/v1/grants', {key: by});
    t.deepEqual(((await list.json()) as {grants: object[]}).grants, []);
  }
  t.like(await (await ask('GET', atGrant)).json(), {state: 'issued', entries: 'multi'});
});

test('what a frozen holder is given waits, with what he has, until he is unfrozen', async t => {
  const {post, get, issue, clock} = await rig(t);
  const person = {phone: '13800005678', name: '陈小明', roles: ['tenant']};
  const {id: holder} = await post<{id: string}>('/v1/members', person);
  const before = await issue({holder});
  const act = (what: string) =>
    post(`/v1/members/${holder}/${what}`, {reason: 'lost all his cards'}, 200);
  await act('freeze');
  const meanwhile = await issue({holder, credentials: [{kind: 'qr'}]});
  t.like(meanwhile.grant, {frozen: true, state: 'issued'});
  const frozen = async () => {
    const {grants} = await get<{grants: Grant[]}>(`/v1/grants?holder=${holder}`);
    return grants.map(grant => grant.frozen);
  };
  t.deepEqual(await frozen(), [true, true]);
  t.is((await issue()).grant.frozen, false, 'another holder');
  await clock.advance(SECOND_MS);
  await act('unfreeze');
  t.deepEqual(await frozen(), [false, false]);
  t.is((await get<Grant>(`/v1/grants/${before.grant.id}`)).state, 'issued');
});
