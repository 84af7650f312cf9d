import test from 'ava';
import {type ActuationId, asId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import type {AlarmActionResult, OrderResult} from '../domain/lot/contract.js';
import {ALARM, FixtureLot, STAFF} from './fixture-lot.js';
import {createPageApp} from './page-app.js';

const HOST = '127.0.0.1:8080';

function setUp() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const lot = new FixtureLot();
  const logged: string[] = [];
  const log = (event: string) => void logged.push(event);
  const {app, close} = createPageApp({
    host: '127.0.0.1',
    clock,
    log: {info: log, warn: log},
    view: lot,
    actions: lot,
    staff: STAFF,
    language: 'zh-CN',
    token: 'secret',
  });
  const get = (path: string, headers: Record<string, string> = {}) =>
    app.request(path, {headers: {Host: HOST, ...headers}});
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    app.request(path, {
      method: 'POST',
      headers: {Host: HOST, 'X-Latchkey-Token': 'secret', ...headers},
      body: JSON.stringify(body),
    });
  return {clock, lot, logged, app, close, get, post};
}

test('~X7 the page asks nobody outside for anything', async t => {
  const {get} = setUp();
  const response = await get('/');
  const html = await response.text();
  t.is(response.status, 200);
  t.deepEqual(html.match(/(?:https?:)?\/\/[^\s"']+/g), null);
  const sources = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, source]) => source ?? '');
  t.true(sources.length >= 3);
  for (const source of sources.filter(name => name !== 'data:,')) {
    const file = await get(source);
    t.is(file.status, 200, source);
    // The libraries name a few addresses in their comments and name spaces: the policy lets none of them be asked.
    if (!source.includes('/lib-')) t.notRegex(await file.text(), /https?:\/\//, source);
  }
  t.regex(response.headers.get('Content-Security-Policy') ?? '', /default-src 'none'/);
});

test('~X7 a guard acknowledges an alarm by name with the cloud cut', async t => {
  const {get, post, lot, close} = setUp();
  const picture = (await (await get('/api/state')).json()) as {
    cloud: {link: string; unsent: number};
    alarms: {id: string}[];
  };
  t.deepEqual(picture.cloud, {link: 'offline', unsent: 3, oldestUnsentMs: 60_000});
  const response = await post(`/api/alarms/${picture.alarms[0]?.id}/acknowledge`, {person: 'wang'});
  t.is(response.status, 200);
  t.deepEqual(await response.json(), {result: 'done'});
  t.deepEqual(lot.asked, [
    {action: 'acknowledge', alarm: ALARM.id, person: 'wang', reason: '', falseCall: false},
  ]);
  close();
});

test('~P17 an alarm is pushed to an open page within 100 ms', async t => {
  const {clock, get, lot, close} = setUp();
  lot.change({alarms: []});
  const response = await get('/api/events');
  t.regex(response.headers.get('Content-Type') ?? '', /^text\/event-stream/);
  const reader = response.body?.getReader();
  const read = async () => {
    const chunk = await reader?.read();
    return chunk?.done === false ? new TextDecoder().decode(chunk.value) : 'end';
  };
  t.true((await read()).includes('"alarms":[]'));
  lot.change({alarms: [ALARM]});
  const pushed = read();
  await clock.advance(100);
  t.regex(await pushed, /^event: state\ndata: \{.*"UNLOCK_FAILED".*\}\n\n$/);
  close();
  t.is(await read(), 'end');
});

test('a page that is left stops the pictures', async t => {
  const {clock, get, lot} = setUp();
  const response = await get('/api/events');
  const reader = response.body?.getReader();
  await reader?.read();
  await reader?.cancel();
  await new Promise(resolve => setImmediate(resolve));
  const before = lot.picturesTaken;
  await clock.advance(30_000);
  t.is(lot.picturesTaken, before);
  clock.assertIdle();
});

test('the 33rd open page is told why it gets nothing', async t => {
  const {get, close} = setUp();
  for (let count = 0; count < 32; count += 1) t.is((await get('/api/events')).status, 200);
  t.is((await get('/api/events')).status, 503);
  close();
});

test('~X6 an arm is not moved without a reason', async t => {
  const {post, lot} = setUp();
  for (const verb of ['open', 'close']) {
    for (const reason of ['', '   ']) {
      const response = await post(`/api/bays/A-012/${verb}`, {person: 'wang', reason});
      t.is(response.status, 400);
      t.like(await response.json(), {error: {where: 'body.reason', got: JSON.stringify(reason)}});
    }
  }
  t.deepEqual(lot.asked, []);
});

test('an alarm is not closed without a reason', async t => {
  const {post, lot} = setUp();
  t.is((await post('/api/alarms/ALARM-1/close', {person: 'li'})).status, 400);
  await post('/api/alarms/ALARM-1/close', {person: 'li', reason: 'children', falseCall: true});
  t.deepEqual(lot.asked, [
    {action: 'close', alarm: ALARM.id, person: 'li', reason: 'children', falseCall: true},
  ]);
});

test('a device is asked for what a person of the staff wants of it, with a reason', async t => {
  const {post, lot, logged} = setUp();
  const path = '/api/devices/door-1/baseline';
  t.is((await post(path, {person: 'wang', reason: 'nobody inside'})).status, 200);
  t.is((await post(path, {person: 'wang', reason: ''})).status, 400);
  lot.deviceResult = 'UNFIT';
  t.is((await post('/api/devices/door-1/open', {person: 'li', reason: 'x'})).status, 409);
  lot.deviceResult = 'UNKNOWN_DEVICE';
  t.is((await post('/api/devices/none/stop', {person: 'li', reason: 'x'})).status, 404);
  t.deepEqual(lot.asked[0], {
    device: 'door-1',
    verb: 'baseline',
    person: 'wang',
    reason: 'nobody inside',
  });
  t.is(lot.asked.length, 3);
  t.deepEqual(logged, ['page.device', 'page.device', 'page.device']);
});

test('opening lowers the arm and closing raises it', async t => {
  const {post, lot, logged} = setUp();
  await post('/api/bays/A-012/open', {person: 'wang', reason: 'flat battery'});
  await post('/api/bays/A-012/close', {person: 'li', reason: 'left open'});
  t.deepEqual(lot.asked, [
    {bay: 'A-012', desired: 'down', person: 'wang', reason: 'flat battery'},
    {bay: 'A-012', desired: 'up', person: 'li', reason: 'left open'},
  ]);
  t.deepEqual(logged, ['page.order', 'page.order']);
});

test('only the named staff may act', async t => {
  const {post, lot} = setUp();
  for (const body of [{reason: 'x'}, {person: 'mallory', reason: 'x'}]) {
    const response = await post('/api/bays/A-012/open', body);
    t.is(response.status, 400);
    t.like(await response.json(), {error: {where: 'body.person'}});
  }
  t.deepEqual(lot.asked, []);
});

const answers = test.macro(
  async (t, result: OrderResult, status: number, got: string | undefined) => {
    const {post, lot} = setUp();
    lot.orderResult = result;
    const response = await post('/api/bays/A-012/open', {person: 'li', reason: 'help'});
    t.is(response.status, status);
    const json = (await response.json()) as {result: OrderResult; error?: {got: string}};
    t.is(json.result.kind, result.kind);
    t.is(json.error?.got, got);
  },
);

const actuation = asId<ActuationId>('act-1');
test('order accepted', answers, {kind: 'accepted', actuation}, 202, undefined);
test('order done', answers, {kind: 'done', actuation}, 200, undefined);
test('order failed', answers, {kind: 'failed', why: 'unanswered'}, 409, 'unanswered');
test('order with a car', answers, {kind: 'refused', reason: 'CAR_PRESENT'}, 409, 'CAR_PRESENT');
test('order for no bay', answers, {kind: 'refused', reason: 'UNKNOWN_BAY'}, 404, 'A-012');
test('order unfounded', answers, {kind: 'refused', reason: 'REASON_MISSING'}, 400, 'nothing');

const answersAlarm = test.macro(async (t, result: AlarmActionResult, status: number) => {
  const {post, lot} = setUp();
  lot.alarmResult = result;
  const response = await post('/api/alarms/ALARM-1/onsite', {person: 'li'});
  t.is(response.status, status);
  t.like(await response.json(), {result});
});
test('alarm unknown', answersAlarm, 'UNKNOWN_ALARM', 404);
test('alarm in a wrong state', answersAlarm, 'WRONG_STATE', 409);
test('alarm that the disk did not take', answersAlarm, 'NOT_STORED', 409);
test('alarm without a reason', answersAlarm, 'REASON_MISSING', 400);

test('a stranger that rebinds its name to loopback reads and does nothing', async t => {
  const {get, post, lot} = setUp();
  for (const path of ['/', '/api/state', '/api/events', '/web/main.js']) {
    const response = await get(path, {Host: 'evil.example'});
    t.is(response.status, 403, path);
    t.like(await response.json(), {error: {where: 'header Host', got: 'evil.example'}});
  }
  const body = {person: 'li', reason: 'x'};
  t.is((await post('/api/bays/A-012/open', body, {Host: 'evil.example'})).status, 403);
  t.deepEqual(lot.asked, []);
});

test('a form of another site does nothing', async t => {
  const {post, lot, logged} = setUp();
  const body = {person: 'li', reason: 'x'};
  const path = '/api/bays/A-012/open';
  t.is((await post(path, body, {'X-Latchkey-Token': ''})).status, 403);
  t.is((await post(path, body, {Origin: 'http://evil.example'})).status, 403);
  t.is((await post(path, body, {Origin: `http://${HOST}`})).status, 200);
  t.is(lot.asked.length, 1);
  t.deepEqual(logged, ['page.refused', 'page.refused', 'page.order']);
});

test('other methods need the token as well', async t => {
  const {app} = setUp();
  for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    const response = await app.request('/api/state', {method, headers: {Host: HOST}});
    t.is(response.status, 403, method);
  }
});

test('an unknown path and a file outside the page are told apart from the page', async t => {
  const {get} = setUp();
  for (const path of ['/nothing', '/web/secret.js', '/web/board.html', '/web/..%2Fview.ts']) {
    const response = await get(path);
    t.is(response.status, 404, path);
    t.like(await response.json(), {error: {where: 'path'}});
  }
});

test('a body of more than 4 KiB is refused', async t => {
  const {post, lot} = setUp();
  const response = await post('/api/bays/A-012/open', {person: 'li', reason: 'x'.repeat(5000)});
  t.is(response.status, 413);
  t.deepEqual(lot.asked, []);
});

test('a failure behind the page is answered and logged', async t => {
  const {post, lot, logged} = setUp();
  lot.order = () => Promise.reject(new TypeError('no lot'));
  const response = await post('/api/bays/A-012/open', {person: 'li', reason: 'x'});
  t.is(response.status, 500);
  t.like(await response.json(), {error: {got: 'no lot'}});
  t.deepEqual(logged, ['page.failed']);
});
