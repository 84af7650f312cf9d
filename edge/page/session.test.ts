import {createHash} from 'node:crypto';
import test from 'ava';
import {asId, type PersonId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {FixtureLot, STAFF} from './fixture-lot.js';
import {memoryShelf} from './fixture-shelf.js';
import {createPageApp} from './page-app.js';
import {StaffDesk} from './staff/staff-desk.js';

const HOST = '127.0.0.1:8080';
const PIN = '471903';

function setUp() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const lot = new FixtureLot();
  const logged: string[] = [];
  const log = (event: string, fields: object) =>
    void logged.push(`${event} ${JSON.stringify(fields)}`);
  const desk = new StaffDesk({
    ...{staff: STAFF, store: memoryShelf(), clock, entropy: new SeededEntropy(), site: 'lot-1'},
    stretch: async (digits, salt) => createHash('sha256').update(salt).update(digits).digest(),
  });
  const {app, close} = createPageApp({
    ...{host: '127.0.0.1', clock, log: {info: log, warn: log}, view: lot, actions: lot, desk},
    ...{staff: STAFF, language: 'zh-CN', token: 'secret'},
  });
  const ask = (method: string, path: string, body?: object, headers: object = {}) =>
    app.request(path, {
      method,
      headers: {Host: HOST, 'X-Latchkey-Page': '1', ...headers},
      ...(body ? {body: JSON.stringify(body)} : {}),
    });
  const logIn = async (person: string) => {
    const set = {person, code: desk.giveCode(person), pin: PIN};
    const response = await ask('POST', '/api/session/pin', set);
    const {csrf} = (await response.json()) as {readonly csrf: string};
    const cookie = response.headers.get('Set-Cookie') ?? '';
    const Cookie = cookie.split(';')[0] ?? '';
    return {cookie, Cookie, me: {Cookie, 'X-Latchkey-Csrf': csrf}};
  };
  return {lot, logged, ask, logIn, close, desk};
}

const open = {reason: 'flat battery'};

test('X6 a person who is logged in moves an arm with a reason and under his own name, audited; others are refused', async t => {
  const {ask, logIn, lot, logged} = setUp();
  const {me} = await logIn('wang');
  t.is((await ask('POST', '/api/bays/A-012/open', open)).status, 403);
  t.is((await ask('POST', '/api/bays/A-012/open', {}, me)).status, 400, 'no reason');
  t.is((await ask('POST', '/api/bays/A-012/open', {reason: '  '}, me)).status, 400, 'no reason');
  const foreign = {...open, person: 'li'};
  t.is((await ask('POST', '/api/bays/A-012/open', foreign, me)).status, 400, 'another name');
  t.deepEqual(lot.asked, []);
  t.is((await ask('POST', '/api/bays/A-012/open', open, me)).status, 200);
  t.deepEqual(lot.asked, [
    {bay: 'A-012', desired: 'down', person: 'wang', reason: 'flat battery'},
  ] as never);
  t.true(logged.some(line => line.startsWith('page.order') && line.includes('"wang"')));
  // The same interlocks as every order: the lot's no is passed on, and its word for it.
  lot.orderResult = {kind: 'refused', reason: 'CAR_PRESENT'};
  t.is((await ask('POST', '/api/bays/A-012/close', {reason: 'left open'}, me)).status, 409);
});

test('a cookie alone changes nothing, and no other site can send it along', async t => {
  const {ask, logIn, lot} = setUp();
  const {cookie, Cookie, me} = await logIn('wang');
  t.regex(cookie, /HttpOnly/);
  t.regex(cookie, /SameSite=Strict/);
  const path = '/api/bays/A-012/open';
  t.is((await ask('POST', path, open, {Cookie})).status, 403);
  t.is((await ask('POST', path, open, {Cookie, 'X-Latchkey-Csrf': 'guess'})).status, 403);
  t.is((await ask('POST', path, open, {...me, Origin: 'http://evil.example'})).status, 403);
  t.is((await ask('DELETE', '/api/session', undefined, {Cookie})).status, 403);
  t.deepEqual(lot.asked, []);
  t.is((await ask('POST', path, open, {...me, Origin: `http://${HOST}`})).status, 200);
});

test('a form of another site logs nobody in', async t => {
  const {ask, logIn} = setUp();
  await logIn('wang');
  const body = {person: 'wang', pin: PIN};
  t.is((await ask('POST', '/api/session', body, {'X-Latchkey-Page': ''})).status, 403);
  t.is((await ask('POST', '/api/session', body, {Origin: 'http://evil.example'})).status, 403);
  t.is((await ask('POST', '/api/session', body)).status, 200);
});

test('each role may do what it is there for', async t => {
  const {ask, logIn} = setUp();
  const [guard, installer, desk] = [await logIn('wang'), await logIn('zhao'), await logIn('desk')];
  const move = '/api/bays/A-012/open';
  t.is((await ask('POST', move, open, installer.me)).status, 200);
  t.is((await ask('POST', move, open, desk.me)).status, 403);
  const take = '/api/alarms/ALARM-1/acknowledge';
  t.is((await ask('POST', take, {}, desk.me)).status, 200);
  t.is((await ask('POST', take, {}, installer.me)).status, 403);
  t.is((await ask('POST', '/api/staff/li/code', {}, guard.me)).status, 403);
  const supervisor = await logIn('li');
  t.is((await ask('POST', '/api/staff/wang/code', {}, supervisor.me)).status, 200);
});

test('who ends an alarm is told with his role, so that a call for help is not ended behind its place', async t => {
  const {ask, logIn, lot} = setUp();
  const [guard, supervisor] = [await logIn('wang'), await logIn('li')];
  for (const {me} of [guard, supervisor]) {
    t.is((await ask('POST', '/api/alarms/ALARM-1/close', {reason: 'seen'}, me)).status, 200);
  }
  t.like(lot.asked, [
    {action: 'close', by: {person: 'wang', isShared: false, isSupervisor: false}},
    {action: 'close', by: {person: 'li', isShared: false, isSupervisor: true}},
  ] as never);
});

test('EC-22 a board shows places; what tells of a person it shows to a role that may see it', async t => {
  const {ask, logIn, close} = setUp();
  type Shown = {readonly alarms: {readonly detail: string; readonly bay: string}[]};
  const seen = async (headers: object = {}) =>
    (await (await ask('GET', '/api/state', undefined, headers)).json()) as Shown;
  t.like((await seen()).alarms[0], {detail: '', bay: 'A-012'});
  const [guard, desk] = [await logIn('wang'), await logIn('desk')];
  t.like((await seen(guard.me)).alarms[0], {detail: '0 s unanswered', bay: 'A-012'});
  t.like((await seen(desk.me)).alarms[0], {detail: '', bay: 'A-012'});
  t.like((await seen({'X-Latchkey-Token': 'secret'})).alarms[0], {detail: '0 s unanswered'});
  const response = await ask('GET', '/api/events');
  const chunk = await response.body?.getReader().read();
  t.true(new TextDecoder().decode(chunk?.value as Uint8Array).includes('"detail":""'));
  close();
});

test('whoever guesses waits, and logs tell of him without what he typed', async t => {
  const {ask, logged} = setUp();
  const statuses: number[] = [];
  for (let tries = 0; tries < 6; tries += 1) {
    statuses.push((await ask('POST', '/api/session', {person: 'wang', pin: '135790'})).status);
  }
  t.deepEqual(statuses, [401, 401, 401, 401, 429, 429]);
  t.false(logged.join().includes('135790'));
  t.is((await ask('POST', '/api/session', {person: 'wang', pin: '12'})).status, 400);
});

test('who is there is told to the page of this browser alone, and log-out ends it', async t => {
  const {ask, logIn} = setUp();
  t.deepEqual(await (await ask('GET', '/api/session')).json(), {person: null, isUnset: true});
  const {me} = await logIn('li');
  const mine = await (await ask('GET', '/api/session', undefined, me)).json();
  t.like(mine, {person: asId<PersonId>('li'), role: 'supervisor', csrf: me['X-Latchkey-Csrf']});
  t.is((await ask('DELETE', '/api/session', undefined, me)).status, 200);
  t.like(await (await ask('GET', '/api/session', undefined, me)).json(), {person: null});
});

test('a card brought by its owner logs him in from then on', async t => {
  const {ask, logIn} = setUp();
  const {me} = await logIn('wang');
  t.is((await ask('POST', '/api/staff/card', {card: '04A1B2C3'}, me)).status, 200);
  t.is((await ask('POST', '/api/staff/card', {card: 'x'}, me)).status, 400);
  const response = await ask('POST', '/api/session', {card: '04a1b2c3'});
  t.like(await response.json(), {person: 'wang'});
  t.is((await ask('POST', '/api/session', {card: 'FFFFFFFF'})).status, 401);
});
