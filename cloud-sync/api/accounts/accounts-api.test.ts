import {createHash} from 'node:crypto';
import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {DAY_MS, HOUR_MS} from '../../../protocols/base/units.js';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {type Asked, startRig} from '../http/api-rig.js';

const PASSWORD = 'correct horse 1';
const PHONE = '138 0000 5678';
const ANN = {phone: PHONE, name: '陈小明', roles: ['bather']};
const PAPER = {idDocument: {type: 'resident_id', number: '11010519491231002x'}};

interface Member {
  readonly id: string;
  readonly status: string;
  readonly displayMask: string;
}
interface Opened {
  readonly token: string;
  readonly id: string;
}

async function rig(t: ExecutionContext) {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-accounts-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const yieldTurn = () => new Promise<void>(resolve => setImmediate(resolve));
  const clock = new VirtualClock({yieldTurn});
  const api = await startRig({
    ...{clock, entropy: new SeededEntropy(), passwordCost: {n: 2, r: 1, p: 1}},
    database: join(folder, 'cloud.db'),
  });
  t.teardown(() => api.cloud.close());
  /** Like `ask`, for what takes its time to say no. */
  const slowly = async (method: string, path: string, asked?: Asked) => {
    let answer: Response | undefined;
    const asking = api.ask(method, path, asked).then(response => {
      answer = response;
    });
    // Time stands while a thread of the pool makes a hash: nobody knows how long that takes here.
    while (!answer) await (clock.pending.includes('sleep') ? clock.advance(100) : yieldTurn());
    await asking;
    return answer;
  };
  const post = <Body>(path: string, body: object, key?: string) =>
    api.told<Body>(201, api.ask('POST', path, {body, ...(key === undefined ? {} : {key})}));
  const codeOf = async (asked: Promise<Response>) => {
    const response = await asked;
    return `${response.status} ${((await response.json()) as {code: string}).code}`;
  };
  /** A member who logged in. */
  const person = async (phone: string, roles: readonly string[], sites: string[] | null = null) => {
    const {id} = await post<Member>('/v1/members', {...ANN, phone});
    const access = {body: {roles, sites}};
    await api.told(200, api.ask('PUT', `/v1/members/${id}/access`, access));
    const {invitation} = await post<{invitation: string}>(`/v1/members/${id}/invitation`, {});
    const body = {invitation, password: PASSWORD};
    const {token} = await post<Opened>('/v1/sessions/redeem', body);
    return {id, token, phone};
  };
  const logIn = (phone: string, password = PASSWORD, headers = {}) => {
    const body = {tenant: 'demo', phone, password};
    return slowly('POST', '/v1/sessions', {key: null, body, headers});
  };
  const isInFiles = (text: string) =>
    readdirSync(folder).some(name => readFileSync(join(folder, name)).includes(text));
  return {...api, clock, slowly, post, codeOf, person, logIn, isInFiles};
}

test('~B1 a phone is registered once over HTTP; an answer that is kept and repeated tells no phone', async t => {
  const {ask, codeOf, isInFiles, troubles} = await rig(t);
  const headers = {'idempotency-key': 'first'};
  const first = await ask('POST', '/v1/members', {body: ANN, headers});
  t.is(first.status, 201);
  const made = await first.json();
  t.like(made, {displayMask: '陈** 138****5678', roles: ['bather'], status: 'active', version: 1});
  const again = await ask('POST', '/v1/members', {body: ANN, headers});
  t.is(again.headers.get('idempotency-replayed'), 'true');
  t.deepEqual(await again.json(), made);
  const typed = {...ANN, phone: '+86 138-0000-5678'};
  t.is(await codeOf(ask('POST', '/v1/members', {body: typed})), '409 duplicate');
  const other = {...ANN, phone: '13900001111'};
  t.is(
    await codeOf(ask('POST', '/v1/members', {body: other, headers})),
    '422 idempotency_key_reused',
  );
  const words = ['13800005678', '138 0000 5678', '陈小明'];
  for (const word of words) t.false(isInFiles(word), word);
  const kept = ['POST', '/v1/members', {...ANN, phone: '+8613800005678'}];
  const plainHash = createHash('sha256').update(JSON.stringify(kept)).digest('hex');
  t.false(isInFiles(plainHash), 'nor a hash that who knows the form could search for');
  t.deepEqual(troubles, []);
});

test('wrong phones, names, papers and reasons are told by their place, and nothing is kept', async t => {
  const {ask, post} = await rig(t);
  const {id} = await post<Member>('/v1/members', ANN);
  const wrong: readonly (readonly [string, string, object, string])[] = [
    ['POST', '/v1/members', {...ANN, phone: '12345'}, '#/phone'],
    ['POST', '/v1/members', {...ANN, phone: '13900001111', roles: []}, '#/roles'],
    ['POST', '/v1/members', {...ANN, phone: '13900001111', roles: ['king']}, '#/roles/0'],
    ['POST', '/v1/members', {...ANN, phone: '13900001111', name: 'a\nb'}, '#/name'],
    ['POST', '/v1/members', {...ANN, phone: '13900001111', status: 'frozen'}, '#/'],
    ['POST', `/v1/members/${id}/freeze`, {reason: 'x'}, '#/reason'],
    ['PUT', `/v1/members/${id}/person`, {}, '#/'],
    [
      ...(['PUT', `/v1/members/${id}/person`] as const),
      {idDocument: {type: 'resident_id', number: '110105194912310021'}},
      '#/idDocument/number',
    ],
  ];
  for (const [method, path, body, pointer] of wrong) {
    const response = await ask(method, path, {body});
    const problem = (await response.json()) as {code: string; errors: {pointer: string}[]};
    t.is(`${response.status} ${problem.code}`, '422 invalid', JSON.stringify(body));
    t.is(problem.errors[0]?.pointer, pointer, JSON.stringify(body));
    t.false(JSON.stringify(problem).includes('110105194912310021'), 'and not repeated');
  }
});

test('a person is masked, shown with a reason to who may see persons, and each look stands in the history', async t => {
  const {ask, told, key, codeOf, post, isInFiles} = await rig(t);
  const {id} = await post<Member>('/v1/members', ANN);
  await told(200, ask('PUT', `/v1/members/${id}/person`, {body: {...PAPER, faceImage: 'oss://f'}}));
  const masked = await told<{person: object}>(200, ask('GET', `/v1/members/${id}`));
  t.deepEqual(masked.person, {
    ...{phone: '138****5678', name: '陈**', idType: 'resident_id', idNumber: '****002X'},
    faceImage: '****',
  });
  const reader = await key({scopes: ['members:read']});
  const path = `/v1/members/${id}/person`;
  const because = `${path}?reason=lost%20card&fields=`;
  t.is(await codeOf(ask('GET', `${because}phone`, {key: reader})), '403 forbidden');
  t.is(await codeOf(ask('GET', path)), '422 invalid');
  t.is(await codeOf(ask('GET', `${because}phone,shoeSize`)), '422 invalid');
  const seen = await ask('GET', `${because}phone,idNumber`);
  t.is(seen.headers.get('cache-control'), 'no-store');
  t.deepEqual(await seen.json(), {
    id,
    person: {phone: '+8613800005678', idNumber: '11010519491231002X'},
  });
  const history = `/v1/members/${id}/history`;
  const {entries} = await told<{entries: object[]}>(200, ask('GET', history, {key: reader}));
  t.like(entries.at(-1), {
    ...{action: 'person.read', reason: 'lost card', fields: ['phone', 'id_number']},
  });
  t.false(isInFiles('11010519491231002X'));
});

test('another tenant has no way to a member: every path answers as if nobody were there', async t => {
  const {ask, post, codeOf, told, person} = await rig(t);
  const {id} = await person(PHONE, ['member']);
  const {key} = await post<{key: string}>('/v1/tenants', {id: 'other', name: 'Other'});
  const reason = {reason: 'curious me'};
  const paths: readonly (readonly [string, string, object?])[] = [
    ['GET', ''],
    ['PATCH', '', {name: 'x'}],
    ['POST', '/freeze', reason],
    ['POST', '/unfreeze', reason],
    ['POST', '/erasure', reason],
    ['DELETE', '/erasure?reason=curious'],
    ['GET', '/person?reason=curious'],
    ['PUT', '/person', PAPER],
    ['GET', '/history'],
    ['PUT', '/access', {roles: ['operator'], sites: null}],
    ['DELETE', '/access'],
    ['POST', '/invitation'],
    ['DELETE', '/sessions'],
  ];
  for (const [method, path, body] of paths) {
    for (const member of [id, 'nobody']) {
      const asked = ask(method, `/v1/members/${member}${path}`, {key, ...(body && {body})});
      t.is(await codeOf(asked), '404 not_found', `${method} ${path}`);
    }
  }
  const search = {key, body: {phone: PHONE}};
  t.deepEqual(await told(200, ask('POST', '/v1/members/search', search)), {members: []});
  t.deepEqual(await told(200, ask('GET', '/v1/members', {key})), {members: [], nextCursor: null});
  const found = await told<{members: Member[]}>(
    200,
    ask('POST', '/v1/members/search', {body: {phone: PHONE}}),
  );
  t.like(found.members, [{id, status: 'active'}]);
});

test('members come in pages, each once', async t => {
  const {ask, post, told, codeOf} = await rig(t);
  const made: string[] = [];
  for (let no = 0; no < 7; no += 1) {
    made.push((await post<Member>('/v1/members', {...ANN, phone: `1380000000${no}`})).id);
  }
  const ids: string[] = [];
  for (let cursor = ''; ; ) {
    const path = `/v1/members?limit=3${cursor && `&cursor=${cursor}`}`;
    const page = await told<{members: Member[]; nextCursor: string}>(200, ask('GET', path));
    ids.push(...page.members.map(({id}) => id));
    if (!page.nextCursor) break;
    cursor = page.nextCursor;
  }
  t.deepEqual(ids, made);
  t.is(await codeOf(ask('GET', '/v1/members?cursor=abc')), '422 invalid');
});

test('a person logs in, sees himself and his sessions, changes the password and logs out', async t => {
  const {ask, told, person, logIn, slowly, codeOf} = await rig(t);
  const {id, token} = await person(PHONE, ['staff'], ['north']);
  const me = await told<object>(200, ask('GET', '/v1/me', {key: token}));
  t.like(me, {id, tenant: 'demo', displayMask: '陈** 138****5678', roles: ['staff']});
  t.like(me, {sites: ['north'], memberRoles: ['bather']});
  t.is(await codeOf(ask('GET', '/v1/me')), '403 forbidden', 'a program is nobody');
  const second = await logIn('+86 138 0000 5678', PASSWORD, {authorization: `Bearer ${token}`});
  t.is(second.status, 201);
  t.is(second.headers.get('cache-control'), 'no-store');
  const opened = (await second.json()) as Opened;
  t.not(opened.token, token, 'never the one that was brought along');
  const listed = await told<{sessions: {id: string; isCurrent: boolean}[]}>(
    200,
    ask('GET', '/v1/me/sessions', {key: opened.token}),
  );
  t.deepEqual(
    listed.sessions.map(({isCurrent}) => isCurrent),
    [true, false],
  );
  const change = {key: opened.token, body: {old: PASSWORD, new: 'short'}};
  t.is(await codeOf(ask('POST', '/v1/me/password', change)), '422 invalid');
  const wish = {key: opened.token, body: {old: PASSWORD, new: 'another one 22'}};
  t.is((await slowly('POST', '/v1/me/password', wish)).status, 200);
  t.is(await codeOf(ask('GET', '/v1/me', {key: token})), '401 unauthorized');
  t.is(await codeOf(logIn(PHONE)), '401 login_refused');
  const out = ask('DELETE', '/v1/sessions/current', {key: opened.token});
  t.deepEqual(await told(200, out), {ended: 1});
  t.is(await codeOf(ask('GET', '/v1/me', {key: opened.token})), '401 unauthorized');
});

test('~B3 five wrong passwords over HTTP: locked, with the time after which to try again', async t => {
  const {person, logIn} = await rig(t);
  await person(PHONE, ['member']);
  for (let no = 0; no < 5; no += 1) t.is((await logIn(PHONE, 'wrong')).status, 401);
  const locked = await logIn(PHONE);
  t.is(locked.status, 429);
  const retryAfterS = Number(locked.headers.get('retry-after'));
  t.is(retryAfterS, 59, 'of a minute from the fifth try on');
  t.like(await locked.json(), {code: 'login_locked'});
});

test('the token of a member who is frozen, erased or without access opens nothing any more', async t => {
  const {ask, told, person, codeOf} = await rig(t);
  const ends = [
    ['POST', '/freeze', {reason: 'stolen phone'}],
    ['POST', '/erasure', {reason: 'asked for it'}],
    ['DELETE', '/access', undefined],
    ['DELETE', '/sessions', undefined],
  ] as const;
  for (const [no, [method, path, body]] of ends.entries()) {
    const {id, token} = await person(`1390000000${no}`, ['operator']);
    await told(200, ask('GET', '/v1/members', {key: token}));
    await told(200, ask(method, `/v1/members/${id}${path}`, body ? {body} : {}));
    t.is(await codeOf(ask('GET', '/v1/members', {key: token})), '401 unauthorized', path);
  }
});

test('an admin of one site sees members of that site, gives no more than he has, and reaches no operator', async t => {
  const {ask, told, post, person, codeOf} = await rig(t);
  for (const id of ['north', 'south']) {
    await post('/v1/sites', {id, name: id, kind: 'bath', zone: 'Asia/Shanghai'});
  }
  const {token: key} = await person('13800000001', ['site_admin'], ['north']);
  const boss = await person('13800000002', ['operator']);
  const mine = await post<Member>(
    '/v1/members',
    {...ANN, phone: '13800000003', site: 'north'},
    key,
  );
  const theirs = await post<Member>('/v1/members', {...ANN, phone: '13800000004', site: 'south'});
  const {members} = await told<{members: Member[]}>(200, ask('GET', '/v1/members', {key}));
  t.deepEqual(
    members.map(({id}) => id),
    [mine.id],
  );
  for (const {id} of [boss, theirs]) {
    t.is(await codeOf(ask('GET', `/v1/members/${id}`, {key})), '404 not_found');
    t.is(await codeOf(ask('POST', `/v1/members/${id}/invitation`, {key})), '404 not_found');
  }
  const give = (body: object) => ask('PUT', `/v1/members/${mine.id}/access`, {key, body});
  t.is(await codeOf(give({roles: ['operator'], sites: ['north']})), '403 forbidden');
  t.is(await codeOf(give({roles: ['staff'], sites: null})), '403 forbidden');
  t.is((await give({roles: ['staff'], sites: ['north']})).status, 200);
  t.is(await codeOf(ask('GET', '/v1/erasures', {key})), '403 forbidden');
});

test('who asks to be forgotten is forgotten at once or at a time, and the proof tells of it', async t => {
  const {ask, told, post, clock, isInFiles} = await rig(t);
  const now = await post<Member>('/v1/members', ANN);
  const later = await post<Member>('/v1/members', {...ANN, phone: '13900001111'});
  await told(200, ask('PUT', `/v1/members/${now.id}/person`, {body: PAPER}));
  const erase = (id: string, body: object) =>
    told<Member>(200, ask('POST', `/v1/members/${id}/erasure`, {body}));
  t.like(await erase(now.id, {reason: 'by letter'}), {status: 'erased', displayMask: ''});
  const atMs = clock.wallMs() + 10 * DAY_MS;
  t.like(await erase(later.id, {reason: 'moves out', atMs}), {status: 'active', eraseDueMs: atMs});
  t.like(await told(200, ask('GET', `/v1/members/${now.id}`)), {person: {}});
  t.false(isInFiles('****002X'));
  // The clock on the wall alone: eleven days of a running cloud would be a minute of work.
  clock.stepWall(11 * DAY_MS);
  await clock.advance(HOUR_MS);
  t.like(await told(200, ask('GET', `/v1/members/${later.id}`)), {status: 'erased', person: {}});
  const {erasures} = await told<{erasures: {member: string; kind: string}[]}>(
    200,
    ask('GET', '/v1/erasures'),
  );
  t.deepEqual(
    erasures.map(({member, kind}) => [member, kind]),
    [
      [now.id, 'contact'],
      [now.id, 'identity'],
      [later.id, 'contact'],
    ],
  );
  const rule = {body: {days: 7, reason: 'by our contract'}};
  const {rules} = await told<{rules: object[]}>(200, ask('PUT', '/v1/retention/image', rule));
  t.deepEqual(rules, [
    {kind: 'contact', days: null},
    {kind: 'identity', days: 365},
    {kind: 'image', days: 7},
    {kind: 'print', days: 90},
  ]);
});

test('neither the feed of changes nor the log tells of a person', async t => {
  const {ask, told, post, person, logIn, troubles} = await rig(t);
  const {id} = await person(PHONE, ['member']);
  await told(
    200,
    ask('PATCH', `/v1/members/${id}`, {body: {name: '李小龙', phone: '13900001111'}}),
  );
  await told(200, ask('PUT', `/v1/members/${id}/person`, {body: PAPER}));
  await logIn('13900001111', 'wrong');
  await post('/v1/members', {...ANN, phone: '13700002222'});
  const feed = await (await ask('GET', '/v1/changes')).text();
  t.true(feed.includes(id), feed);
  const told2 = `${feed} ${troubles.join(' ')}`;
  for (const word of ['李小龙', '13900001111', '5678', '002X', '李**', '陈']) {
    t.false(told2.includes(word), word);
  }
});
