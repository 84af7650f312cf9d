import test from 'ava';
import {DAY_MS} from '../../../protocols/base/units.js';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {startRig} from '../http/api-rig.js';

const PLAN = '/v1/sites/lot-1/code-plan';

test('the plan of codes is read and set with its tag, codes made from then on have its digits, and no stranger sees it', async t => {
  const clock = new VirtualClock({yieldTurn: () => new Promise(resolve => setImmediate(resolve))});
  const {ask, told, key, cloud} = await startRig({clock, entropy: new SeededEntropy()});
  t.teardown(() => cloud.close());
  for (const id of ['lot-1', 'lot-2']) {
    const body = {id, name: id, kind: 'public', zone: 'Asia/Shanghai'};
    await told(201, ask('POST', '/v1/sites', {body}));
  }
  await told(200, ask('PUT', '/v1/sites/lot-1/gateways/gw-1'));
  const bay = {id: 'A-012', kind: 'bay', gateway: 'gw-1', number: 12};
  await told(201, ask('POST', '/v1/sites/lot-1/points', {body: bay}));

  const first = await ask('GET', PLAN);
  t.deepEqual(await first.json(), {site: 'lot-1', liveCodes: 20, digits: 8, own: false});
  const etag = first.headers.get('etag') ?? '';
  const known = await ask('GET', PLAN, {headers: {'if-none-match': etag}});
  t.is(known.status, 304);

  const put = (liveCodes: number, match: string | undefined, more: object = {}) =>
    ask('PUT', PLAN, {
      ...{body: {liveCodes}, headers: match === undefined ? {} : {'if-match': match}},
      ...more,
    });
  t.is((await put(200, undefined)).status, 428);
  const set = await put(200, etag);
  t.deepEqual(await set.json(), {site: 'lot-1', liveCodes: 200, digits: 9, own: true});
  t.is((await put(1, etag)).status, 412, 'somebody else has changed it');
  const now = set.headers.get('etag') ?? '';
  for (const wrong of [0, 10_001, 1.5]) t.is((await put(wrong, now)).status, 422);
  t.is((await put(10_000, now)).status, 200);
  t.is((await told<{digits: number}>(200, ask('GET', PLAN))).digits, 10);
  t.is((await put(1, '*')).status, 200);

  const times = {fromMs: clock.wallMs(), untilMs: clock.wallMs() + DAY_MS};
  const wish = {site: 'lot-1', holder: 'h', points: ['A-012'], credentials: [{kind: 'code'}]};
  const issue = () => ask('POST', '/v1/grants', {body: {...wish, ...times}});
  const {secrets} = await told<{secrets: {code: string}[]}>(201, issue());
  t.is(secrets[0]?.code.length, 6);
  const full = await issue();
  t.like(await full.json(), {status: 409, code: 'codes_exhausted'});
  t.is((await put(20, '*')).status, 200);
  t.is((await issue()).status, 201);

  const elsewhere = await key({scopes: ['sites:read', 'sites:write'], sites: ['lot-2']});
  const reader = await key({scopes: ['sites:read']});
  t.is((await ask('GET', PLAN, {key: elsewhere})).status, 404);
  t.is((await put(5, '*', {key: elsewhere})).status, 404);
  t.is((await put(5, '*', {key: reader})).status, 403);
  t.is((await ask('GET', '/v1/sites/lot-9/code-plan')).status, 404);
  const body = {id: 'other', name: 'other'};
  const other = await told<{key: string}>(201, ask('POST', '/v1/tenants', {body}));
  t.is((await ask('GET', PLAN, {key: other.key})).status, 404);

  await clock.advance(1000);
  const feed = '/v1/changes?limit=200';
  const {changes} = await told<{changes: {type: string}[]}>(200, ask('GET', feed));
  t.is(changes.filter(({type}) => type === 'code_plan.changed').length, 4);
});
