import type {ExecutionContext} from 'ava';
import {MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import {MemberTable} from '../accounts/member-table.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {ContractBench, StoreUnderTest} from '../store/contract-bench.js';
import {ChangeFeed} from '../tenancy/change-feed.js';
import {SiteTable} from '../tenancy/site-table.js';
import {TenantTable} from '../tenancy/tenant-table.js';
import {AnswerCodes} from './answer-codes.js';
import {CallDesk} from './call-desk.js';
import {CallNoticeTable} from './call-notice-table.js';
import {type CallReport, CallTable} from './call-table.js';
import {ContactTable} from './contact-table.js';
import {SilentTable} from './silent-table.js';
import {TestTable} from './test-table.js';

const NOON = 1_772_510_400_000;
const [calls, contacts, notices] = [new CallTable(), new ContactTable(), new CallNoticeTable()];
const codes = new AnswerCodes({mark: text => Buffer.from(text).toString('hex').padEnd(64, '0')});

/** Calls and notices, on every database alike. */
export function callsContract({check, gateways, hasManyWriters}: ContractBench): void {
  check('a call goes on by the newest word of its gateway, and never back', followWords);
  check('what falls due of a call is done once, whoever comes first', async (t, use) => {
    const other = hasManyWriters ? await use.reopen() : use.store;
    await fireOnce(t, use, other);
  });
  check('a notice is in one hand at a time, and one that nobody needs is not sent', handNotices);
  check('a plan and a contact change only as they were read', changeByVersion);
  check('the test of a site waits for all who are to answer', async (t, use) => {
    await waitForAll(t, use);
  });
  check('a silent gateway is noticed once, and heard of again once', async (t, {store}) => {
    const silent = new SilentTable();
    await store.transaction(tx => gateways.add(tx, ['gw-1']));
    const at = {sinceWall: NOON, wall: NOON + 35_000};
    const add = () => store.transaction(tx => silent.add(tx, 'gw-1', at));
    t.deepEqual([await add(), await add()], [true, false]);
    t.deepEqual([...(await store.read(db => silent.silent(db)))], ['gw-1']);
    const remove = () => store.transaction(tx => silent.remove(tx, 'gw-1'));
    t.deepEqual([await remove(), await remove()], [true, false]);
  });
}

const report = (more: Partial<CallReport> = {}): CallReport => ({
  ...{gateway: 'gw-1', alarm: 'a-1', kind: 'EMERGENCY_BUTTON', bay: null, collector: 'C1'},
  ...{count: 1, word: 'raised', person: null, firstWall: NOON, wordWall: NOON},
  ...{epochNo: 1, seq: 10, ...more},
});

async function followWords(t: ExecutionContext, use: StoreUnderTest): Promise<void> {
  const {store, note, desk} = await makeSite(use);
  const call = await note(report({firstWall: NOON + 5000}), 'c-1', NOON);
  t.is(call?.stand.atWall, NOON, 'no call begins after it was heard of');
  await note(report({seq: 12, word: 'acked', person: 'wang', wordWall: NOON + 9000}), 'c-2', NOON);
  const old = await note(report({seq: 11, word: 'notified', count: 9}), 'c-3', NOON);
  t.like(old, {id: 'c-1', word: 'acked', count: 1});
  t.deepEqual(await store.read(db => calls.fresh(db, 9)), ['c-1']);
  t.true(await store.transaction(tx => desk(store, NOON + 10_000).follow(tx, 'c-1')));
  t.false(await store.transaction(tx => desk(store, NOON).follow(tx, 'c-1')));
  const row = await store.read(db => calls.get(db, 'c-1'));
  t.like(row, {ackedBy: 'wang', isAckPending: false});
  t.like(row?.stand, {state: 'acknowledged', ackedWall: NOON + 9000});
  const told = await store.read(db => db.selectFrom('change').select('type').execute());
  t.deepEqual(
    told.map(({type}) => type),
    ['call.raised', 'call.acknowledged'],
  );
}

async function fireOnce(t: ExecutionContext, use: StoreUnderTest, other: CloudStore) {
  const {store, note, desk} = await makeSite(use);
  await note(report(), 'c-1', NOON);
  await store.transaction(tx => desk(store, NOON).follow(tx, 'c-1'));
  t.is(await store.read(db => calls.nextDue(db)), NOON + MINUTE_MS);
  const wall = NOON + MINUTE_MS;
  t.deepEqual(await store.read(db => calls.due(db, wall, 9)), ['c-1']);
  await Promise.all(
    [store, other, store, other].map(one =>
      one.transaction(tx => desk(one, wall).feed(tx, 'c-1', {kind: 'due'})),
    ),
  );
  const list = () =>
    store.read(db => notices.list(db, {tenant: 't-1', site: 'lot-1', before: '~', limit: 9}));
  t.deepEqual(
    (await list()).map(({why, state, contact}) => [why, state, contact]),
    [['step', 'pending', 'k-1']],
  );
  t.is(await store.read(db => calls.nextDue(db)), NOON + 3 * MINUTE_MS);
  const taker = {member: 'm-1', label: '王队长'};
  const take = () => store.transaction(tx => desk(store, wall).take(tx, 'c-1', taker));
  t.like(await take(), {ackedBy: '王队长', isAckPending: true});
  t.is(await take(), undefined, 'it is taken once');
  t.deepEqual(
    (await list()).map(({state}) => state),
    ['dropped'],
  );
  const untold = await store.read(db => calls.untold(db, NOON, 9));
  t.deepEqual(
    untold.map(({alarm}) => alarm),
    ['a-1'],
  );
  t.deepEqual(await store.read(db => calls.untold(db, wall + 1, 9)), []);
}

async function handNotices(t: ExecutionContext, use: StoreUnderTest): Promise<void> {
  const {store, note, desk} = await makeSite(use);
  await note(report(), 'c-1', NOON);
  await store.transaction(tx => desk(store, NOON + MINUTE_MS).follow(tx, 'c-1'));
  const now = NOON + MINUTE_MS;
  await store.transaction(tx => desk(store, now).feed(tx, 'c-1', {kind: 'due'}));
  const [first] = await store.read(db => notices.due(db, now, 9));
  const notice = first ?? t.fail();
  const claim = () => store.read(db => notices.claim(db, notice, now + 25 * SECOND_MS));
  t.deepEqual([await claim(), await claim()], [true, false]);
  t.deepEqual(await store.read(db => notices.due(db, now, 9)), []);
  t.is((await store.read(db => notices.due(db, now + 25 * SECOND_MS, 9))).length, 1);
  const code = codes.codeOf(notice.id);
  t.is((await store.read(db => notices.byMark(db, codes.markOf(code))))?.id, notice.id);
  const tried = {no: 1, atWall: now, tookMs: 5, result: 'sent', detail: null} as const;
  await store.transaction(tx => notices.addAttempt(tx, notice.id, tried));
  t.deepEqual(await store.read(db => notices.attempts(db, notice.id)), [tried]);
  const sent = {state: 'sent', nextWall: null, doneWall: now, ref: 'r-1'} as const;
  await store.transaction(tx => notices.drop(tx, 'c-1', now));
  await store.transaction(tx =>
    notices.settle(tx, notice.id, {...sent, state: 'pending', nextWall: now}),
  );
  t.is((await store.read(db => notices.get(db, notice.id)))?.state, 'dropped');
  await store.transaction(tx => notices.settle(tx, notice.id, sent));
  t.is((await store.read(db => notices.get(db, notice.id)))?.state, 'sent', 'it had gone out');
  const answer = () => store.transaction(tx => notices.answer(tx, notice.id, now));
  t.deepEqual([await answer(), await answer()], [true, false]);
  await store.transaction(tx => notices.prune(tx, now + 1));
  t.is(await store.read(db => notices.get(db, notice.id)), undefined);
}

async function changeByVersion(t: ExecutionContext, use: StoreUnderTest): Promise<void> {
  const {store} = await makeSite(use);
  const [contact] = await store.read(db => contacts.of(db, 'lot-1'));
  const held = contact ?? t.fail();
  const change = () =>
    store.transaction(tx => contacts.change(tx, held, {afterMs: 5000, isTest: true, hours: []}));
  t.deepEqual([await change(), await change()], [true, false]);
  t.like(await store.read(db => contacts.get(db, 't-1', held.id)), {afterMs: 5000, isTest: true});
  t.is(await store.read(db => contacts.get(db, 'other', held.id)), undefined);
  const plan = await store.read(db => contacts.plan(db, 'lot-1'));
  t.is(plan.ver, 0);
  const set = () =>
    store.transaction(tx =>
      contacts.setPlan(tx, {tenant: 't-1', site: 'lot-1'}, {...plan, repeatMs: 60_000}),
    );
  t.true(await set());
  t.false(await set());
  t.like(await store.read(db => contacts.plan(db, 'lot-1')), {repeatMs: 60_000, ver: 1});
}

async function waitForAll(t: ExecutionContext, use: StoreUnderTest): Promise<void> {
  const {store, desk} = await makeSite(use);
  const tests = new TestTable();
  const add = {site: 'lot-1', tenant: 't-1', dueWall: NOON, sinceWall: NOON};
  await store.transaction(tx => tests.add(tx, add));
  t.deepEqual(await store.read(db => tests.due(db, NOON, 9)), ['lot-1']);
  const row = (await store.read(db => tests.get(db, 'lot-1'))) ?? t.fail();
  const begun = {...row, begunWall: NOON, untilWall: NOON + 5, dueWall: NOON + 5};
  await store.transaction(tx => tests.save(tx, begun));
  const data = {kind: 'test', site: 'lot', isPath: false} as const;
  const [contact] = await store.read(db => contacts.of(db, 'lot-1'));
  const wish = {row: {id: 'lot-1', tenant: 't-1'}, contact: contact ?? t.fail(), why: 'test', data};
  const id = await store.transaction(tx => desk(store, NOON).notify(tx, {...wish, call: null}));
  t.true(await store.read(db => tests.isWaiting(db, begun)));
  await store.transaction(tx => notices.answer(tx, id, NOON + 1));
  t.false(await store.read(db => tests.isWaiting(db, begun)));
  t.is(await store.read(db => tests.nextDue(db)), NOON + 5);
}

/** `lot-1` of `t-1`, served by `gw-1`, with one contact after a minute and another after three. */
async function makeSite({store}: StoreUnderTest) {
  const sites = new SiteTable();
  let ids = 0;
  const entropyOf = (prefix: string) => ({
    bytes: () => new Uint8Array(),
    fraction: () => 0,
    ulid: () => {
      ids += 1;
      return `${prefix}${String(ids).padStart(24, '0')}`;
    },
  });
  await store.transaction(async tx => {
    await new TenantTable().add(tx, {id: 't-1', name: 't', createdWall: 1});
    const place = {address: '', latE7: null, lngE7: null, zone: 'Asia/Shanghai', createdWall: 1};
    await sites.add(tx, {id: 'lot-1', tenant: 't-1', name: 'lot', kind: 'public', ...place});
    await sites.bindGateway(tx, {tenant: 't-1', site: 'lot-1', gateway: 'gw-1'});
    const member = {tenant: 't-1', site: null, roles: ['guard'] as const, createdWall: 1};
    await new MemberTable().add(tx, {...member, id: 'm-1', displayMask: '王**'});
    for (const [id, afterMs] of [
      ['k-1', MINUTE_MS],
      ['k-2', 3 * MINUTE_MS],
    ] as const) {
      const same = {tenant: 't-1', site: 'lot-1', member: 'm-1', channel: 'sms'} as const;
      const how = {hours: [], language: 'en', label: id, isTest: false, ver: 1} as const;
      await contacts.add(tx, {...same, ...how, id, afterMs, createdWall: 1});
    }
  });
  return {
    store,
    async note(said: CallReport, id: string, wall: number) {
      await store.transaction(tx => calls.note(tx, said, {id, tenant: 't-1', site: 'lot-1', wall}));
      return store.read(db => calls.get(db, 'c-1'));
    },
    /** As at that time, of any worker. */
    desk(of: CloudStore, wall: number): CallDesk {
      const clock = {wallMs: () => wall, nowMs: () => 0} as never;
      const entropy = entropyOf('01');
      const changes = new ChangeFeed({clock, entropy, store: of});
      return new CallDesk({
        ...{clock, entropy, sites, calls, contacts, notices, codes, changes},
        onNotice: () => {},
      });
    },
  };
}
