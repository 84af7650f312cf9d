import test, {type ExecutionContext} from 'ava';
import {DAY_MS, HOUR_MS, MINUTE_MS} from '../../../protocols/base/units.js';
import {AuditLog} from '../tenancy/audit-log.js';
import {addAgreements} from './agreement-routes.js';
import {AgreementTable} from './agreement-table.js';
import {LeaseDesk} from './lease-desk.js';
import {leaseOrder} from './lease-order.js';
import {leaseRig, START} from './lease-rig.js';
import {addLeases} from './lease-routes.js';
import {leaseWork} from './lease-work.js';

interface Agreement {
  readonly id: string;
  readonly lease: string;
  readonly state: string;
  readonly text: string;
  readonly textSha256: string;
  readonly consents: Readonly<Record<'tenant' | 'lender', object | null>>;
}
interface Lease {
  readonly id: string;
  readonly state: string;
  readonly untilMs: number;
  readonly offer: object | null;
}
interface Problem {
  readonly code: string;
  readonly detail?: string;
}

const TEXT = '{{tenant}} takes {{bay}} of {{lender}} from {{from}} for {{price}}';
const WEEK = {site: 'lot-1', point: 'A-012', fromMs: START, untilMs: START + 7 * DAY_MS};

async function rig(t: ExecutionContext) {
  const base = await leaseRig(t);
  const {clock, entropy, store, writer, orders, frame, calendar, members, sites, onGateways} = base;
  const agreements = new AgreementTable();
  const audit = new AuditLog(clock, entropy);
  const desk = new LeaseDesk({clock, entropy, frame, orders, sites, agreements, calendar, members});
  frame.register(leaseOrder, leaseWork({calendar, agreements, onBayKept() {}}));
  const wallMs = () => clock.wallMs();
  const options = {store, writer, orders, agreements, desk, audit, wallMs, onGateways};
  addAgreements(base.api, options);
  addLeases(base.api, options);
  const {ask} = base;
  const text = {language: 'en', text: TEXT, depositFen: 5000};
  t.is((await ask('staff', 'POST', '/v1/agreement-texts', text)).status, 201);
  await base.give('ann', 1_000_000);
  await base.give('bob', 1_000_000);
  const propose = async (who: string, wish: object = {}) =>
    (await ask<Agreement>(who, 'POST', '/v1/agreements', {...WEEK, ...wish})).body;
  const say = <Body = Agreement>(
    who: string,
    what: 'consent' | 'refusal' | 'withdrawal',
    {id, textSha256}: Agreement,
  ) => {
    const body = what === 'consent' ? {textSha256} : {};
    return ask<Body>(who, 'POST', `/v1/agreements/${id}/${what}`, body);
  };
  const lease = async (who: string, wish: object = {}, lender = 'len') => {
    const agreement = await propose(who, wish);
    await say(who, 'consent', agreement);
    await say(lender, 'consent', agreement);
    const path = `/v1/leases/${agreement.lease}`;
    const act = <Body = Lease>(by: string, what: string, body: object = {}) =>
      ask<Body>(by, 'POST', `${path}/${what}`, body);
    return {agreement, act, see: async () => (await ask<Lease>(who, 'GET', path)).body};
  };
  return {...base, agreements, propose, say, lease};
}

test('Q3 no credential exists before both consents; after refusal, withdrawal or 15 minutes none ever', async t => {
  const {propose, say, ask, grantsAt, wait, has} = await rig(t);
  const first = await propose('ann');
  t.is(first.text, 'ann takes A-012 of len from 2026-03-03 00:00 Asia/Shanghai for 720.00');
  t.deepEqual(first.consents, {tenant: null, lender: null});
  await say('ann', 'consent', first);
  t.deepEqual(await grantsAt('gw-1'), []);
  t.is((await say('len', 'refusal', first)).body.state, 'refused');
  const tooLate = await say<Problem>('len', 'consent', first);
  t.deepEqual([tooLate.status, tooLate.body.code], [409, 'order_state']);

  const second = await propose('ann');
  await say('len', 'consent', second);
  await wait(15 * MINUTE_MS);
  t.is((await ask<Agreement>('ann', 'GET', `/v1/agreements/${second.id}`)).body.state, 'lapsed');
  t.is((await say('ann', 'consent', second)).status, 409);

  const third = await propose('ann', {fromMs: START + HOUR_MS});
  await say('len', 'withdrawal', third);
  t.is((await say('ann', 'consent', third)).status, 409);
  t.deepEqual([await grantsAt('gw-1'), (await has('ann')).heldFen], [[], 0]);

  const last = await propose('ann', {fromMs: START + HOUR_MS});
  await say('len', 'consent', last);
  t.deepEqual(await grantsAt('gw-1'), []);
  const {body} = await say('ann', 'consent', last);
  t.is(body.state, 'agreed');
  t.like(body.consents, {tenant: {by: 'ann'}, lender: {by: 'len'}});
  const [grant, ...more] = await grantsAt('gw-1');
  t.like(grant, {kind: 'lease', entries: 'multi', holder: 'ann', state: 'active'});
  t.is(more.length, 0);
});

test('a yes counts for the text that was shown, once, and from the side that says it', async t => {
  const {propose, say, ask} = await rig(t);
  const agreement = await propose('ann');
  const path = `/v1/agreements/${agreement.id}/consent`;
  const other = await ask<Problem>('ann', 'POST', path, {textSha256: 'ab'.repeat(32)});
  t.deepEqual([other.status, other.body.detail], [409, 'OTHER_TEXT']);
  const said = {textSha256: agreement.textSha256};
  const first = await ask<Agreement>('ann', 'POST', path, said, 'yes');
  const again = await ask<Agreement>('ann', 'POST', path, said, 'yes');
  t.deepEqual([first.status, again.isReplayed, again.body], [200, true, first.body]);
  t.is((await ask<Problem>('ann', 'POST', path, said)).body.detail, 'CONSENTED');
  t.is((await ask('ann', 'POST', path, {...said, side: 'lender'})).status, 403);
  t.is((await ask('staff', 'POST', path, {...said, side: 'lender'})).status, 403);
  t.is((await say('bob', 'consent', agreement)).status, 404);
  t.is((await say('stranger', 'consent', agreement)).status, 404);
  const own = await propose('ann', {point: 'A-013'});
  await say('ann', 'consent', own);
  const lot = {textSha256: own.textSha256, side: 'lender'};
  t.is((await ask('ann', 'POST', `/v1/agreements/${own.id}/consent`, lot)).status, 403);
  const {body} = await ask<Agreement>('staff', 'POST', `/v1/agreements/${own.id}/consent`, lot);
  t.is(body.state, 'agreed');
});

test('both sides see a lease, in pages; only the tenant disposes of it, and nobody else knows of it', async t => {
  const {lease, ask, propose} = await rig(t);
  const {agreement, act} = await lease('ann');
  await propose('bob', {point: 'A-013'});
  const path = `/v1/leases/${agreement.lease}`;
  t.is((await ask('len', 'GET', path)).status, 200);
  t.is((await ask('bob', 'GET', path)).status, 404);
  t.is((await ask('stranger', 'GET', path)).status, 404);
  t.is((await act('len', 'end')).status, 403);
  t.is((await act('bob', 'end')).status, 404);
  const list = async (who: string, query = '') =>
    (await ask<{leases: Lease[]; nextCursor: string | null}>(who, 'GET', `/v1/leases${query}`))
      .body;
  t.deepEqual([(await list('len')).leases.length, (await list('bob')).leases.length], [1, 1]);
  const page = await list('staff', '?limit=1');
  t.is(page.leases.length, 1);
  const rest = await list('staff', `?limit=1&cursor=${page.nextCursor}`);
  t.deepEqual([rest.leases.length, rest.nextCursor], [1, null]);
  t.not(rest.leases[0]?.id, page.leases[0]?.id);
  const own = await ask<{agreements: Agreement[]}>('len', 'GET', '/v1/agreements');
  t.deepEqual(
    own.body.agreements.map(({id}) => id),
    [agreement.id],
  );
});

test('~Q11 one tenant per bay: a clash is refused and leaves both rights as they are', async t => {
  const {lease, propose, ask, grantsAt, has, wait} = await rig(t);
  const early = await lease('ann');
  const late = await lease('bob', {fromMs: WEEK.untilMs, untilMs: WEEK.untilMs + DAY_MS});
  t.deepEqual([(await early.see()).state, (await late.see()).state], ['active', 'active']);
  const before = [await grantsAt('gw-1'), await has('ann'), await has('bob')];
  const clash = await early.act<Problem>('ann', 'extension', {untilMs: WEEK.untilMs + HOUR_MS});
  t.deepEqual([clash.status, clash.body.code], [409, 'bay_taken']);
  t.is((await early.act<Problem>('len', 'renewal')).body.code, 'bay_taken');
  const second = await ask<Problem>('ann', 'POST', '/v1/agreements', {...WEEK, fromMs: START + 1});
  t.is(second.body.code, 'bay_taken');
  t.deepEqual([await grantsAt('gw-1'), await has('ann'), await has('bob')], before);
  t.is((await early.see()).untilMs, WEEK.untilMs);

  t.is((await late.act('bob', 'end', {note: 'moved away'})).status, 200);
  t.is((await early.act('ann', 'extension', {untilMs: WEEK.untilMs + HOUR_MS})).status, 200);
  const [grant] = (await grantsAt('gw-1')).filter(({holder}) => holder === 'ann');
  t.is(Number(grant?.validUntil), WEEK.untilMs + HOUR_MS);
  await wait(7 * DAY_MS + HOUR_MS);
  t.is((await early.see()).state, 'ended');
  t.is((await has('ann')).heldFen, 0);
  t.like(await propose('bob', {fromMs: START + 8 * DAY_MS, untilMs: START + 9 * DAY_MS}), {
    state: 'proposed',
  });
});

test('a renewal keeps the bay until both have agreed, and gives it back when they do not', async t => {
  const {lease, ask, say, propose, grantsAt} = await rig(t);
  const {act, see, agreement} = await lease('ann');
  const renewal = await act<Agreement>('len', 'renewal');
  t.deepEqual([renewal.status, renewal.body.lease], [201, agreement.lease]);
  const next = {fromMs: WEEK.untilMs, untilMs: WEEK.untilMs + DAY_MS};
  const taken = await ask<Problem>('bob', 'POST', '/v1/agreements', {...WEEK, ...next});
  t.is(taken.body.code, 'bay_taken');
  await say('ann', 'refusal', renewal.body);
  t.like(await see(), {state: 'active', offer: null, untilMs: WEEK.untilMs});
  const bobs = await propose('bob', next);
  t.is(bobs.state, 'proposed');
  await say('bob', 'withdrawal', bobs);
  const second = await act<Agreement>('ann', 'renewal', {untilMs: next.untilMs});
  await say('ann', 'consent', second.body);
  await say('len', 'consent', second.body);
  t.like(await see(), {state: 'active', offer: null, untilMs: next.untilMs});
  t.deepEqual(
    (await grantsAt('gw-1')).map(({validUntil}) => Number(validUntil)),
    [next.untilMs],
  );
});

test('what nobody offers, his own bay and times that are over are refused; a frozen member does nothing', async t => {
  const {ask, store, members, propose, say} = await rig(t);
  const code = async (who: string, wish: object) =>
    (await ask<Problem>(who, 'POST', '/v1/agreements', {...WEEK, ...wish})).body.code;
  t.is(await code('len', {}), 'own_bay');
  t.is(await code('ann', {point: 'Z-999'}), 'outside_window');
  t.is(await code('ann', {fromMs: START - HOUR_MS}), 'outside_window');
  t.is(await code('ann', {untilMs: START + 15 * MINUTE_MS}), 'outside_window');
  t.is(await code('ann', {textVersion: 9}), 'no_agreement_text');
  t.is(await code('ann', {holder: 'bob'}), 'forbidden');
  t.is(await code('staff', {}), 'invalid');
  const blank = {language: 'en', text: '{{nobody}}', depositFen: 0};
  t.is((await ask('staff', 'POST', '/v1/agreement-texts', blank)).status, 422);
  t.is((await ask('ann', 'POST', '/v1/agreement-texts', {...blank, text: 'x'})).status, 403);
  const agreement = await propose('ann');
  await store.transaction(tx => members.save(tx, 'len', {status: 'frozen'}, START));
  t.is((await say<Problem>('len', 'consent', agreement)).body.code, 'member_not_active');
});

test('who has not the money pays within 15 minutes', async t => {
  const {lease, give, grantsAt, store, members} = await rig(t);
  await store.transaction(tx =>
    members.add(tx, {
      ...{id: 'eve', tenant: 'ten', site: null, roles: [], displayMask: '', createdWall: 1},
    }),
  );
  const {act, see} = await lease('eve');
  t.is((await see()).state, 'agreed');
  const low = await act<Problem>('eve', 'payment');
  t.deepEqual([low.status, low.body.code], [409, 'payment_failed']);
  t.deepEqual(await grantsAt('gw-1'), []);
  await give('eve', 5000 + 16_800);
  t.is((await act('eve', 'payment')).body.state, 'active');
  t.is((await grantsAt('gw-1')).length, 1);
});
