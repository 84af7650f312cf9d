import {generateKeyPairSync} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {yieldTurn} from '../../../edge/platform/event-loop.js';
import {DAY_MS, HOUR_MS, SECOND_MS} from '../../../protocols/base/units.js';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {type SimCallback, SimPaymentProvider} from '../../../sim/services/payment-provider.js';
import {MemberTable} from '../accounts/member-table.js';
import {Ledger} from '../ledger/ledger.js';
import {LedgerTable} from '../ledger/ledger-table.js';
import type {MoneyMove} from '../ledger/money-move.js';
import {startCloud} from '../server.js';
import {CloudStore} from '../store/cloud-store.js';
import {AccessKeyTable} from '../tenancy/access-key-table.js';
import {TenantTable} from '../tenancy/tenant-table.js';
import {bookDayOf} from './book-day.js';
import {WireProvider} from './wire-provider.js';

const SECRET = new Uint8Array(32).fill(3);
const log = {debug() {}, info() {}, warn() {}, error() {}};

/** A cloud with a provider and members `mei` and `wei`, asked over its interface. */
async function rig(t: ExecutionContext) {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-money-'));
  const file = join(folder, 'cloud.db');
  const clock = new VirtualClock({yieldTurn});
  const entropy = new SeededEntropy(3);
  const callbacks: SimCallback[] = [];
  const provider = new SimPaymentProvider({
    ...{clock, entropy: new SeededEntropy(4), secret: SECRET, dayOf: bookDayOf},
    deliver: callback => void callbacks.push(callback),
  });
  const wire = new WireProvider({
    ...{name: 'sim', secrets: [SECRET], merchants: new Map([['demo', 'm-1']])},
    post: (path, body) => provider.post(path, body),
  });
  // Before the cloud is at work on it: two connections of one thread cannot wait for each other.
  const store = await CloudStore.open(file);
  const cloud = await startCloud({
    ...{clock, entropy, log, database: file, apiKey: 'office', providers: [wire]},
    signingKey: generateKeyPairSync('ed25519').privateKey,
  });
  t.teardown(async () => {
    await cloud.close();
    await store.close();
    rmSync(folder, {recursive: true});
  });
  await clock.advance(SECOND_MS);
  const keys = new AccessKeyTable(entropy);
  const keyOf = (tenant: string, scopes: readonly ('own:write' | 'money:read' | 'money:write')[]) =>
    store.read(db =>
      keys.add(db, {
        ...{tenant, name: 'k', scopes, sites: null, createdWall: 1, expiresWall: null},
      }),
    );
  await store.transaction(async tx => {
    for (const id of ['mei', 'wei']) {
      const made = {id, tenant: 'demo', site: null, roles: ['tenant'] as const, createdWall: 1};
      await new MemberTable().add(tx, {...made, displayMask: '***'});
    }
    await new TenantTable().add(tx, {id: 'other', name: 'O', createdWall: 1});
  });
  let asked = 0;
  const ask = async (
    method: string,
    path: string,
    {body, key = 'office', once}: {body?: object; key?: string; once?: string} = {},
  ) => {
    asked += 1;
    const headers = {
      ...{authorization: `Bearer ${key}`, 'idempotency-key': once ?? `i-${asked}`},
      'content-type': 'application/json',
    };
    const init =
      body === undefined ? {method, headers} : {method, headers, body: JSON.stringify(body)};
    const response = await clock.settle(
      Promise.resolve(cloud.fetch(new Request(`http://cloud${path}`, init))),
    );
    return {status: response.status, body: (await response.json()) as Record<string, unknown>};
  };
  const callBack = async ({headers, body}: SimCallback) => {
    const path = 'http://cloud/v1/payments/callbacks/sim';
    const sent = {...headers, 'content-type': 'application/json'};
    return (await cloud.fetch(new Request(path, {method: 'POST', headers: sent, body}))).status;
  };
  const ledger = new Ledger({clock, entropy: new SeededEntropy(9), table: new LedgerTable()});
  const move = (moved: MoneyMove, orderId: string | null = null) =>
    store.transaction(tx => ledger.move(tx, 'demo', moved, {orderId}));
  return {clock, store, cloud, provider, callbacks, ask, callBack, keyOf, move};
}

test('a recharge over the interface: asked for once, paid, called back without a key, seen in balance and statement', async t => {
  const {clock, ask, provider, callbacks, callBack} = await rig(t);
  const wish = {body: {provider: 'sim', amountFen: 5000}, once: 'recharge-1'};
  const first = await ask('POST', '/v1/members/mei/recharges', wish);
  t.is(first.status, 202);
  const {payment} = first.body as {payment: string};
  t.deepEqual((await ask('POST', '/v1/members/mei/recharges', wish)).body, first.body);
  await clock.advance(SECOND_MS);
  t.is(provider.orders.length, 1);
  t.like((await ask('GET', `/v1/payments/${payment}`)).body, {
    state: 'pending',
    account: 'member:mei',
  });
  provider.pay(payment);
  await clock.advance(2 * SECOND_MS);
  const [callback] = callbacks;
  t.is(callbacks.length, 1);
  t.is(await callBack({...(callback as SimCallback), body: '{}'}), 400);
  t.is(await callBack(callback as SimCallback), 200);
  t.is(await callBack(callback as SimCallback), 200);
  t.is(
    await callBack({headers: callback?.headers ?? {}, body: JSON.stringify('x'.repeat(20_000))}),
    413,
  );
  await clock.advance(10 * SECOND_MS);
  t.like((await ask('GET', '/v1/members/mei/balance')).body, {availableFen: 5000});
  const {body} = await ask('GET', '/v1/members/mei/statement');
  t.like(body, {lines: [{no: 1, amountFen: 5000, kind: 'transfer'}], nextCursor: null});
  const chain = await ask('GET', '/v1/ledger/chain');
  t.like(chain.body, {no: 1, unsealed: 0});
  t.like((await ask('GET', '/v1/ledger/chain/check')).body, {
    ...{kind: 'whole', no: 1, hash: chain.body.hash},
  });
  t.is((await ask('POST', '/v1/members/nobody/recharges', {...wish, once: 'x'})).status, 404);
  const none = {body: {provider: 'none', amountFen: 5}};
  t.like((await ask('POST', '/v1/members/mei/recharges', none)).body, {code: 'no_provider'});
});

test('E68 a refund claim: reversed with reason, never an edit; a second refund for one session is refused', async t => {
  const {clock, ask, move} = await rig(t);
  const up = {
    move: 'transfer' as const,
    key: 'up',
    from: 'house:clearing' as const,
    reason: 'cash',
  };
  await move({...up, to: [{account: 'member:mei', amountFen: 2000}]});
  const hold = {move: 'hold' as const, account: 'member:mei' as const, expiresAt: undefined};
  await move({...hold, key: 's-1/hold', amountFen: 1000}, 's-1');
  const to = [
    {account: 'lender:bath' as const, amountFen: 296},
    {account: 'house:revenue' as const, amountFen: 74},
  ];
  await move({move: 'capture', key: 's-1/capture', hold: 's-1/hold', to}, 's-1');
  await clock.advance(6 * SECOND_MS);
  const path = `/v1/ledger/entries/${encodeURIComponent('s-1/capture')}`;
  const before = await ask('GET', path);
  const reversals = `${path}/reversals`;
  t.is((await ask('POST', reversals, {body: {amountFen: 370}})).status, 422, 'no reason');
  const cold = {body: {reason: 'cold water'}};
  t.like(await ask('POST', reversals, cold), {status: 201, body: {amountFen: 370}});
  t.like(await ask('POST', reversals, cold), {status: 409, body: {code: 'already_refunded'}});
  const part = {body: {reason: 'cold again', amountFen: 1}};
  t.like(await ask('POST', reversals, part), {status: 409, body: {code: 'already_refunded'}});
  await clock.advance(6 * SECOND_MS);
  t.deepEqual(await ask('GET', path), before, 'the entry is as it was');
  t.like((await ask('GET', '/v1/members/mei/balance')).body, {postedFen: 2000, heldFen: 0});
  t.like((await ask('GET', '/v1/ledger/accounts/lender%3Abath')).body, {postedFen: 0});
  const {body} = await ask('GET', '/v1/ledger/entries?order=s-1');
  const entries = body.entries as readonly {kind: string; reason: string | null}[];
  t.deepEqual(
    entries.map(({kind}) => kind),
    ['hold', 'capture', 'reverse'],
  );
  t.is(entries[2]?.reason, 'cold water');
  t.is((await ask('GET', '/v1/ledger/chain/check')).body.kind, 'whole');
});

test('~P27 a trade that was written wrong is taken back and written right, once, and the note is kept', async t => {
  const {store, ask, move} = await rig(t);
  const up = {
    move: 'transfer' as const,
    key: 'up',
    from: 'house:clearing' as const,
    reason: 'cash',
  };
  await move({...up, to: [{account: 'member:mei', amountFen: 2000}]});
  const right = {from: 'house:clearing', to: [{account: 'member:wei', amountFen: 2000}]};
  const wish = {body: {reason: 'paid by wei, receipt 7', ...right}};
  t.is((await ask('POST', '/v1/ledger/entries/up/corrections', wish)).status, 201);
  t.is((await ask('POST', '/v1/ledger/entries/up/corrections', wish)).status, 409);
  t.like((await ask('GET', '/v1/members/mei/balance')).body, {postedFen: 0});
  t.like((await ask('GET', '/v1/members/wei/balance')).body, {postedFen: 2000});
  const notes = await store.read(db => db.selectFrom('audit').selectAll().execute());
  t.like(
    notes.find(({action}) => action === 'ledger.correct'),
    {
      ...{subject_id: 'up', reason: 'paid by wei, receipt 7'},
    },
  );
  const spent = {body: {reason: 'too late'}};
  await move({
    ...{move: 'hold', key: 'h', account: 'member:wei', amountFen: 1, expiresAt: undefined},
  });
  const path = `/v1/ledger/entries/${encodeURIComponent('correct/up/entry')}/reversals`;
  t.like((await ask('POST', path, spent)).body, {code: 'money_refused', detail: 'LOW_BALANCE'});
});

test("another tenant's money is not there, and money wants its scope", async t => {
  const {clock, ask, keyOf, move} = await rig(t);
  const up = {
    move: 'transfer' as const,
    key: 'up',
    from: 'house:clearing' as const,
    reason: 'cash',
  };
  await move({...up, to: [{account: 'member:mei', amountFen: 2000}]});
  const {body} = await ask('POST', '/v1/members/mei/recharges', {
    body: {provider: 'sim', amountFen: 100},
  });
  await clock.advance(6 * SECOND_MS);
  const {key: theirs} = await keyOf('other', ['money:read', 'money:write']);
  const {key: reader} = await keyOf('demo', ['money:read']);
  const {key: nobody} = await keyOf('demo', ['own:write']);
  const payment = `/v1/payments/${String(body.payment)}`;
  t.is((await ask('GET', payment, {key: theirs})).status, 404);
  t.is((await ask('GET', payment, {key: nobody})).status, 404);
  t.is((await ask('GET', payment, {key: reader})).status, 200);
  t.is((await ask('GET', '/v1/ledger/entries/up', {key: theirs})).status, 404);
  t.like((await ask('GET', '/v1/ledger/entries', {key: theirs})).body, {entries: []});
  t.like((await ask('GET', '/v1/members/mei/balance', {key: theirs})).body, {postedFen: 0});
  const refund = {body: {reason: 'mine'}, key: theirs};
  t.is((await ask('POST', '/v1/ledger/entries/up/reversals', refund)).status, 404);
  t.is(
    (await ask('POST', '/v1/ledger/entries/up/reversals', {...refund, key: reader})).status,
    403,
  );
  t.is((await ask('GET', '/v1/ledger/holds', {key: nobody})).status, 403);
  const back = {body: {reason: 'x', amountFen: 1}, key: theirs};
  t.is((await ask('POST', `${payment}/refunds`, back)).status, 404);
  const pay = {body: {provider: 'sim', day: '2020-01-01'}, key: theirs};
  t.is((await ask('POST', '/v1/payouts', pay)).status, 404, 'that tenant has no merchant there');
});

test('days of the provider are compared by themselves, and payouts wait for them', async t => {
  const {clock, store, provider, ask, move} = await rig(t);
  const day = bookDayOf(clock.wallMs());
  const {body} = await ask('POST', '/v1/members/mei/recharges', {
    body: {provider: 'sim', amountFen: 3000},
  });
  await clock.advance(SECOND_MS);
  provider.pay(String(body.payment));
  await clock.advance(30 * SECOND_MS);
  await move({
    ...{move: 'transfer', key: 'share', from: 'member:mei', reason: 'order'},
    to: [{account: 'lender:lin', amountFen: 800}],
  });
  const run = {body: {provider: 'sim', day}};
  t.like(await ask('POST', '/v1/payouts', run), {status: 422});
  provider.bendSettlement = () => [];
  // The chores of the cloud come hourly.
  clock.stepWall(DAY_MS);
  await clock.advance(HOUR_MS);
  const seen = await ask('GET', `/v1/reconciliations/sim/${day}`);
  t.like(seen.body, {state: 'differs', by: 'cloud', differences: [{kind: 'not_theirs'}]});
  t.like(await ask('POST', '/v1/payouts', run), {status: 409, body: {code: 'books_differ'}});
  const {body: faults} = await ask('GET', '/v1/ledger/faults');
  const [fault] = faults.faults as readonly {kind: string; told: {how: string}[]}[];
  t.is(fault?.kind, 'difference_open');
  t.deepEqual(
    fault?.told.map(({how}) => how),
    ['feed', 'payout_refused'],
  );
  provider.bendSettlement = lines => lines;
  t.like(await ask('POST', `/v1/reconciliations/sim/${day}`), {
    ...{status: 200, body: {state: 'balanced', matched: 1, differences: []}},
  });
  t.like(await ask('POST', '/v1/payouts', run), {
    ...{status: 202, body: {payouts: [{lender: 'lin', amountFen: 800}]}},
  });
  t.like(await ask('POST', '/v1/payouts', run), {status: 409, body: {code: 'paid_out'}});
  await clock.advance(10 * SECOND_MS);
  t.like((await ask('GET', '/v1/payments?act=pay_out')).body, {payments: [{state: 'succeeded'}]});
  t.like((await ask('GET', '/v1/ledger/faults')).body, {faults: []});
  t.like((await ask('GET', '/v1/payouts')).body, {runs: [{day, state: 'done'}]});
  const told = await store.read(db => db.selectFrom('change').select('type').execute());
  t.true(told.some(({type}) => type === 'money.fault_raised'));
});
