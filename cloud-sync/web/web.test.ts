import test from 'ava';
import {HOUR_MS, MINUTE_MS} from '../../protocols/base/units.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {startRig} from '../api/http/api-rig.js';
import {countdown, fenOf, inFours, lengthOf, moment, span, yuan} from './format.js';
import {IDLE_ASK_MS, IDLE_END_MS, idleStand, typed} from './kiosk-idle.js';
import {languageFrom, wantedLanguages} from './language.js';
import {EMPTY_OFFER, listingOf} from './offer-draft.js';
import {addressOf, routeOf} from './route.js';
import {instantOf, localText, nextStep} from './site-time.js';
import {type AppState, step} from './state.js';
import {DICTIONARIES} from './words/dictionaries.js';

/** 2026-11-22T15:05Z, 23:05 in Shanghai. */
const NOW = 1_795_359_900_000;

/** Every word by its path; functions are called. */
function wordsOf(part: object, path = ''): readonly (readonly [string, string])[] {
  return Object.entries(part).flatMap(([name, value]) => {
    const at = `${path}/${name}`;
    if (typeof value === 'object') return wordsOf(value, at);
    return [[at, typeof value === 'function' ? String(value(2, 'day')) : String(value)] as const];
  });
}

test('both languages have the same words, none of them empty, and none is left in the other one', t => {
  const [zh, en] = [wordsOf(DICTIONARIES['zh-CN']), wordsOf(DICTIONARIES.en)];
  t.deepEqual(
    zh.map(([at]) => at),
    en.map(([at]) => at),
  );
  for (const [at, text] of [...zh, ...en]) t.not(text.trim(), '', at);
  for (const [at, text] of en) t.notRegex(text.replace('粤B12345', ''), /[\u4e00-\u9fff]/, at);
  const untranslated = zh.filter(([at, text]) => at !== '/product' && /^[\x20-\x7e]+$/.test(text));
  t.deepEqual(untranslated, []);
});

test('a language is chosen by its weight and its first part; Chinese where nothing fits', t => {
  const chosen = (header?: string) => languageFrom(wantedLanguages(header));
  t.is(chosen('en-GB,en;q=0.9'), 'en');
  t.is(chosen('fr, en;q=0.4, zh-TW;q=0.8'), 'zh-CN');
  t.is(chosen('en;q=0, zh'), 'zh-CN');
  t.is(chosen('de'), 'zh-CN');
  t.is(chosen(), 'zh-CN');
});

test('fen become text one way, and what is typed becomes fen or nothing', t => {
  t.deepEqual([0, 5, 320, 100_000, 123_456_789, -50].map(yuan), [
    '¥0.00',
    '¥0.05',
    '¥3.20',
    '¥1,000.00',
    '¥1,234,567.89',
    '-¥0.50',
  ]);
  t.deepEqual(['12.5', ' ¥0.01 ', '50', '3。2'].map(fenOf), [1250, 1, 5000, 320]);
  t.deepEqual(
    ['', '1.234', '-5', '1e3', '12,5', '0x10', '12345678'].map(fenOf),
    Array(7).fill(undefined),
  );
});

test('times are those of the place, with a day said once', t => {
  t.is(moment(NOW, 'Asia/Shanghai', 'en'), 'Sun, Nov 22, 23:05');
  t.is(
    span({fromMs: NOW - HOUR_MS, untilMs: NOW}, 'Asia/Shanghai', 'en'),
    'Sun, Nov 22, 22:05 – 23:05',
  );
  t.regex(span({fromMs: NOW, untilMs: NOW + HOUR_MS}, 'Asia/Shanghai', 'en'), /Nov 22.*Nov 23/);
  t.deepEqual([countdown(65_001), countdown(-5)], ['1:06', '0:00']);
  t.deepEqual(lengthOf(15 * MINUTE_MS), {count: 15, unit: 'minute'});
  t.deepEqual(lengthOf(48 * HOUR_MS), {count: 2, unit: 'day'});
  t.is(inFours('19057344'), '1905 7344');
});

test('what a clock on the wall shows is one instant, also where the hour changes', t => {
  for (const zone of ['Asia/Shanghai', 'Europe/Berlin', 'Asia/Kathmandu', 'Pacific/Kiritimati']) {
    for (const at of [NOW, NOW + 91 * 24 * HOUR_MS, NOW + 200 * 24 * HOUR_MS]) {
      t.is(instantOf(localText(at, zone), zone), at, zone);
    }
  }
  t.is(localText(NOW, 'Asia/Shanghai'), '2026-11-22T23:05');
  // 29 March 2026: from 02:00 to 03:00 no clock in Berlin shows anything.
  t.is(instantOf('2026-03-29T02:30', 'Europe/Berlin'), undefined);
  // 25 October: 02:30 comes twice, the first one in summer time.
  t.is(instantOf('2026-10-25T02:30', 'Europe/Berlin'), 1_792_888_200_000);
  t.deepEqual(
    ['', '2026-13-01T00:00', '2026-02-31T10:00', '2026-11-22'].map(text => instantOf(text, 'UTC')),
    Array(4).fill(undefined),
  );
  t.is(nextStep(NOW + 1) % (15 * MINUTE_MS), 0);
});

test('an address names a view whatever its parts hold', t => {
  const address = addressOf(['place', 'A/12 号'], {from: '5'});
  t.is(address, '#/place/A%2F12%20%E5%8F%B7?from=5');
  t.deepEqual(routeOf(address), {path: ['place', 'A/12 号'], query: {from: '5'}});
  t.deepEqual(routeOf(''), {path: [], query: {}});
  t.deepEqual(routeOf('#/%E0%A4%A').path, ['%E0%A4%A']);
});

test('nothing of a person is left when his session is over, however it ended', t => {
  const session = {token: 'ls_1', member: 'm', name: '', mayPublish: false};
  const begun: AppState = {
    ...{language: 'en', route: routeOf(''), session: undefined, isOnline: true, hasMoved: false},
    notice: undefined,
  };
  const inside = step(begun, {kind: 'signed_in', session});
  const known = step(inside, {kind: 'known', mayPublish: true, name: '陈**'});
  t.like(known.session, {mayPublish: true, name: '陈**'});
  t.like(step(known, {kind: 'signed_out', why: 'asked'}), {session: undefined, notice: undefined});
  const ended = step(known, {kind: 'signed_out', why: 'session_ended'});
  t.like(ended, {session: undefined, notice: 'session_ended'});
  t.is(step(ended, {kind: 'known', mayPublish: true, name: 'x'}).session, undefined);
  t.is(step(begun, {kind: 'signed_out', why: 'session_ended'}).notice, undefined);
});

test('~B3 a kiosk that nobody touches asks after 45 s and is over after 60 s; keys type and erase', t => {
  t.is(idleStand(NOW, NOW + IDLE_ASK_MS - 1).kind, 'used');
  t.deepEqual(idleStand(NOW, NOW + IDLE_ASK_MS), {kind: 'asking', leftS: 15});
  t.is(idleStand(NOW, NOW + IDLE_END_MS).kind, 'over');
  t.is(idleStand(NOW, NOW - 1).kind, 'over', 'a clock set back leaves nobody signed in');
  t.deepEqual([typed('13', '8'), typed('138', 'erase'), typed('', 'erase')], ['138', '13', '']);
});

test('an offer is a listing or none: hours by the week, or a lease for all hours', t => {
  const at = {site: 'lot-1', point: 'A-012'};
  const draft = {...EMPTY_OFFER, proof: ' deed 7 '};
  const weekly = [{days: [1, 2, 3, 4, 5], fromMinute: 510, toMinute: 1080}];
  t.like(listingOf(draft, at), {priceFen: 600, termDays: null, ownershipRef: 'deed 7'});
  t.deepEqual(listingOf(draft, at)?.openings.weekly, weekly as never);
  const lease = listingOf({...draft, offer: 'lease'}, at);
  t.is(lease?.termDays, 30);
  t.is(lease?.openings.weekly[0]?.toMinute, 1440);
  for (const wrong of [{proof: ' '}, {price: 'x'}, {days: []}, {from: ''}]) {
    t.is(listingOf({...draft, ...wrong}, at), undefined);
  }
  t.is(listingOf({...draft, offer: 'lease', termDays: '0.5'}, at), undefined);
});

test('the page brings all that it needs, lets nothing else in, and is known again by its tag', async t => {
  const clock = new VirtualClock({yieldTurn: () => new Promise(resolve => setImmediate(resolve))});
  const {cloud, ask} = await startRig({clock, entropy: new SeededEntropy()});
  t.teardown(() => cloud.close());
  const get = (path: string, headers = {}) => ask('GET', path, {key: null, headers});
  t.is((await get('/app')).headers.get('location'), 'app/');
  const page = await get('/app/', {'accept-language': 'en'});
  const text = await page.text();
  t.regex(text, /<html lang="en"/);
  const policy = page.headers.get('content-security-policy') ?? '';
  t.regex(policy, /default-src 'none'; script-src 'self' 'sha256-[^']+';/);
  t.notRegex(policy, /unsafe|https?:/);
  const tag = page.headers.get('etag') ?? '';
  t.is((await get('/app/', {'accept-language': 'en', 'if-none-match': tag})).status, 304);
  t.is((await get('/app/', {'accept-language': 'zh', 'if-none-match': tag})).status, 200);
  t.is(page.headers.get('set-cookie'), null);
  const named = [...text.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, path]) => path ?? '');
  t.true(named.length > 20);
  for (const path of named) {
    const file = await get(`/app/${path}`);
    t.is(file.status, 200, path);
    t.regex(file.headers.get('cache-control') ?? '', /immutable/);
    t.notRegex(await file.text(), /sourceMappingURL=/, path);
  }
  const [version] = (named[0] ?? '').split('/');
  for (const path of ['cloud-sync/api/server.js', '../package.json', '%2e%2e/package.json']) {
    t.is((await get(`/app/${version}/${path}`)).status, 404, path);
  }
  t.is((await get(`/app/0000/base.css`)).status, 404);
});

test('a member sees what is his to lend, and shows and replaces his own QR and key; of others he sees nothing', async t => {
  const clock = new VirtualClock({yieldTurn: () => new Promise(resolve => setImmediate(resolve))});
  const {cloud, ask, told} = await startRig({
    ...{clock, entropy: new SeededEntropy(), passwordCost: {n: 2, r: 1, p: 1}},
  });
  t.teardown(() => cloud.close());
  let keys = 0;
  const once = () => {
    keys += 1;
    return {'idempotency-key': `w-${keys}`};
  };
  const put = <Body>(path: string, body: object, method = 'POST') =>
    told<Body>(method === 'PUT' ? 200 : 201, ask(method, path, {body, headers: once()}));
  const person = async (phone: string) => {
    const {id} = await put<{id: string}>('/v1/members', {phone, roles: ['lender']});
    await put(`/v1/members/${id}/access`, {roles: ['member'], sites: null}, 'PUT');
    const {invitation} = await put<{invitation: string}>(`/v1/members/${id}/invitation`, {});
    const {token} = await put<{token: string}>('/v1/sessions/redeem', {
      ...{invitation, password: 'long enough 1'},
    });
    return {id, token};
  };
  const [ann, bob] = [await person('13800001001'), await person('13800001002')];
  const lot = {id: 'lot-1', name: 'Lot', kind: 'public', zone: 'Asia/Shanghai'};
  await put('/v1/sites', lot);
  await put('/v1/sites/lot-1/gateways/gw-1', {}, 'PUT');
  const bay = {id: 'A-1', kind: 'bay', gateway: 'gw-1', owner: ann.id, number: 1};
  await put('/v1/sites/lot-1/points', bay);
  const right = {site: 'lot-1', holder: ann.id, kind: 'lease', points: ['A-1']};
  const times = {fromMs: clock.wallMs(), untilMs: clock.wallMs() + HOUR_MS};
  const issued = await put<{grant: {id: string}; secrets: {code: string}[]}>('/v1/grants', {
    ...{...right, ...times, credentials: [{kind: 'key'}, {kind: 'qr'}]},
  });

  interface Own {
    readonly grants: readonly {
      readonly grant: {readonly id: string};
      readonly credentials: readonly {
        readonly id: string;
        readonly kind: string;
        readonly state: string;
      }[];
    }[];
  }
  const his = <Body>(status: number, method: string, path: string, {token} = ann) =>
    told<Body>(status, ask(method, path, {key: token, headers: once()}));
  const owned = await his<{points: {point: string; siteName: string}[]}>(
    ...([200, 'GET', '/v1/me/points'] as const),
  );
  t.deepEqual(
    owned.points.map(({point, siteName}) => [point, siteName]),
    [['A-1', 'Lot']],
  );
  const qrOf = async () => {
    const {grants} = await his<Own>(200, 'GET', '/v1/me/grants');
    const qr = grants[0]?.credentials.find(({kind, state}) => kind === 'qr' && state === 'active');
    return qr?.id ?? '';
  };
  const first = await qrOf();
  const {text} = await his<{text: string}>(200, 'GET', `/v1/me/credentials/${first}/token`);
  t.is(text.length, 134);
  const again = `/v1/me/grants/${issued.grant.id}/reissue`;
  const renewed = await his<{secrets: {code: string}[]}>(201, 'POST', again);
  t.not(renewed.secrets[0]?.code, issued.secrets[0]?.code);
  await his(409, 'GET', `/v1/me/credentials/${first}/token`);
  const codes = await his<{secrets: object[]}>(200, 'POST', `${again.replace('reissue', 'codes')}`);
  t.deepEqual(codes.secrets, [], 'whoever issued it has the digits');

  t.deepEqual((await his<Own>(200, 'GET', '/v1/me/grants', bob)).grants, []);
  await his(404, 'GET', `/v1/me/credentials/${await qrOf()}/token`, bob);
  await his(404, 'POST', again, bob);
  await his(404, 'POST', again.replace('reissue', 'codes'), bob);
  const {sites} = await told<{sites: object[]}>(
    200,
    ask('GET', '/v1/public/sites?tenant=demo', {key: null}),
  );
  t.like(sites, [{id: 'lot-1', bays: 1, stalls: 0}]);
  t.deepEqual(await his(200, 'GET', '/v1/payment-providers'), {providers: []});
});
