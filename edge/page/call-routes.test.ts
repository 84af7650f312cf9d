import test from 'ava';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import type {CallRefusal} from '../domain/calls/call-view.js';
import {FixtureCalls} from './fixture-calls.js';
import {FixtureLot, STAFF} from './fixture-lot.js';
import {memoryShelf} from './fixture-shelf.js';
import {createPageApp} from './page-app.js';
import {StaffDesk} from './staff/staff-desk.js';

const HOST = '127.0.0.1:8080';
const CALL_PATH = '/api/calls/CALL-1';

function setUp() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const calls = new FixtureCalls(() => clock.nowMs());
  const lot = new FixtureLot(calls);
  const desk = new StaffDesk({
    ...{staff: STAFF, store: memoryShelf(), clock, entropy: new SeededEntropy(), site: 'lot-1'},
    stretch: async digits => Buffer.from(digits.padEnd(32)),
  });
  const log = {info() {}, warn() {}};
  const {app, close} = createPageApp({
    ...{host: '127.0.0.1', clock, log, view: lot, actions: lot, desk},
    ...{staff: STAFF, language: 'en', token: 'secret'},
  });
  const ask = (method: string, path: string, body?: object, headers: object = {}) =>
    app.request(path, {
      method,
      headers: {Host: HOST, 'X-Latchkey-Page': '1', ...headers},
      ...(body ? {body: JSON.stringify(body)} : {}),
    });
  const logIn = async (person: string) => {
    const set = {person, code: desk.giveCode(person), pin: '471903'};
    const response = await ask('POST', '/api/session/pin', set);
    const {csrf} = (await response.json()) as {readonly csrf: string};
    const Cookie = (response.headers.get('Set-Cookie') ?? '').split(';')[0] ?? '';
    return {Cookie, 'X-Latchkey-Csrf': csrf};
  };
  return {clock, calls, ask, logIn, close};
}

type Body = {read(): Promise<{readonly value?: Uint8Array}>};

/** The next picture of an open board. */
async function seen(reader: Body): Promise<string> {
  return new TextDecoder().decode((await reader.read()).value);
}

test('EC-18 what one board takes stands on every other one within 1 s, with the name', async t => {
  const {clock, calls, ask, logIn, close} = setUp();
  calls.show({});
  const me = await logIn('wang');
  const boards: Body[] = [];
  for (let count = 0; count < 3; count += 1) {
    const reader = (await ask('GET', '/api/events')).body?.getReader() as Body;
    t.true((await seen(reader)).includes('"takenBy":null'));
    boards.push(reader);
  }
  t.is((await ask('POST', `${CALL_PATH}/acknowledge`, {}, me)).status, 200);
  const next = boards.map(seen);
  await clock.advance(1000);
  for (const picture of await Promise.all(next)) t.true(picture.includes('"takenBy":"wang"'));
  t.deepEqual(calls.asked, [{kind: 'acknowledge', call: 'CALL-1', person: 'wang'}] as never);
  close();
});

test('only somebody who is there, and may, asks anything of a call', async t => {
  const {calls, ask, logIn} = setUp();
  calls.show({});
  const end = {reason: 'helped'};
  for (const verb of ['acknowledge', 'attend', 'end']) {
    t.is((await ask('POST', `${CALL_PATH}/${verb}`, end)).status, 403, verb);
  }
  const [guard, installer, boss] = [await logIn('wang'), await logIn('zhao'), await logIn('li')];
  t.is((await ask('POST', `${CALL_PATH}/acknowledge`, {}, installer)).status, 403);
  t.is((await ask('POST', `${CALL_PATH}/end`, end, guard)).status, 403);
  t.is((await ask('POST', `${CALL_PATH}/end`, {}, boss)).status, 400);
  t.deepEqual(calls.asked, []);
  t.is((await ask('POST', `${CALL_PATH}/end`, end, boss)).status, 200);
  const path = '/api/call-devices/B-1/maintenance';
  t.is((await ask('POST', path, {minutes: 30, reason: 'cable'}, guard)).status, 403);
  t.is((await ask('POST', path, {minutes: 30, reason: 'cable'}, installer)).status, 200);
  t.like(calls.asked.at(-1), {kind: 'maintenance', device: 'B-1', forMs: 1_800_000});
});

test('every word of a refusal is an answer with what to mend', async t => {
  const {calls, ask, logIn} = setUp();
  const me = await logIn('wang');
  const statuses: Partial<Record<CallRefusal, number>> = {
    ...{UNKNOWN_CALL: 404, TAKEN: 409, WRONG_STATE: 409, NOT_AT_PLACE: 403},
    ...{NEEDS_NAME: 403, NOT_STORED: 409, NOT_NOW: 409},
  };
  for (const [why, status] of Object.entries(statuses)) {
    calls.answer = {kind: 'refused', why: why as CallRefusal};
    const response = await ask('POST', `${CALL_PATH}/acknowledge`, {}, me);
    t.is(response.status, status, why);
    const {error} = (await response.json()) as {readonly error: {readonly expected: string}};
    t.not(error.expected, '');
  }
});

test('~EC-15 a board that nobody is logged in to says that it lives, and another site cannot', async t => {
  const {calls, ask} = setUp();
  const path = '/api/stations/board-1/alive';
  const body = {shown: ['CALL-1'], isSounding: true, hasSound: true};
  t.is((await ask('POST', path, body)).status, 200);
  t.is(calls.heard.length, 1);
  t.like(calls.heard[0], {station: 'board-1', ...body} as never);
  t.is((await ask('POST', path, body, {'X-Latchkey-Page': ''})).status, 403);
  t.is((await ask('POST', path, body, {Origin: 'http://evil.example'})).status, 403);
  t.is((await ask('POST', path, {shown: 'all'})).status, 400);
  t.is((await ask('POST', path, {...body, shown: [1]})).status, 400);
  t.is((await ask('POST', '/api/stations/a%20b/alive', body)).status, 400);
  t.is(calls.heard.length, 1);
});

test('the log of calls is for those who may read it', async t => {
  const {ask, logIn} = setUp();
  const log = '/api/call-records/log.csv';
  t.is((await ask('GET', log)).status, 403);
  t.is((await ask('GET', log, undefined, await logIn('wang'))).status, 403);
  const boss = await logIn('li');
  const response = await ask('GET', `${log}?days=30`, undefined, boss);
  t.regex(await response.text(), /^seq,time,event\r\n/);
  t.regex(response.headers.get('Content-Disposition') ?? '', /calls-30-days\.csv/);
  for (const days of ['0', '367', 'x', '1.5']) {
    t.is((await ask('GET', `${log}?days=${days}`, undefined, boss)).status, 400, days);
  }
  const report = await ask('GET', '/api/call-records/report?days=1', undefined, boss);
  t.like(await report.json(), {calls: 12, unanswered: 1});
});

test('~EC-22 who stands before a board without a right to it learns nothing of a person', async t => {
  const {calls, ask, logIn} = setUp();
  calls.show({});
  const detail = async (headers?: object) => {
    const state = (await (await ask('GET', '/api/state', undefined, headers)).json()) as {
      readonly calls: {readonly calls: readonly {readonly detail: string | null}[]};
    };
    return state.calls.calls[0]?.detail;
  };
  t.is(await detail(), null);
  t.is(await detail(await logIn('wang')), '张** 138****5678');
});
