import test, {type ExecutionContext} from 'ava';
import {toHex} from '../../../protocols/base/bytes.js';
import {DAY_MS, MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import {codeSalt} from '../../../protocols/credential/keypad-code.js';
import {CommandBook} from '../command-book.js';
import {cheapStretch} from '../credentials/rights-rig.js';
import {leaseRig} from '../leases/lease-rig.js';
import {LedgerTable} from '../ledger/ledger-table.js';
import {CommandTable} from '../store/command-table.js';
import {AuditLog} from '../tenancy/audit-log.js';
import {BathDebts} from './bath-debts.js';
import {BathDesk} from './bath-desk.js';
import {bathOrder} from './bath-order.js';
import {addBathCodes} from './bath-routes.js';
import {BathTable} from './bath-table.js';
import {bathWork} from './bath-work.js';
import {RightCodes} from './right-codes.js';

interface Code {
  readonly id: string;
  readonly state: string;
  readonly heldFen: number;
  readonly expiresMs: number;
  readonly owedFen: number;
  readonly deliverable: string | null;
  readonly code?: string;
}
interface Problem {
  readonly code: string;
  readonly detail?: string;
}

async function rig(t: ExecutionContext) {
  const base = await leaseRig(t);
  const {clock, entropy, store, writer, orders, frame, ledger, members, sites, onGateways} = base;
  const {gateways, grants, rights, ask} = base;
  const table = new BathTable();
  const debts = new BathDebts(ledger, table);
  const house = {isReached: true, hasTold: true};
  const reached = {
    areReached: () => Promise.resolve(house.isReached),
    haveTold: () => Promise.resolve(house.hasTold),
  };
  const book = new CommandBook({table: new CommandTable()});
  const desk = new BathDesk({
    ...{clock, entropy, frame, orders, ledger, sites, codes: table, debts, members},
    gateways: reached,
    commands: book,
  });
  frame.register(bathOrder, bathWork({clock, entropy, orders, debts, gateways: reached}));
  const codes = new RightCodes(rights);
  addBathCodes(base.api, {
    ...{store, writer, orders, desk, codes, onGateways, entries: new LedgerTable()},
    ...{commandOf: (db, id) => book.table.get(db, id), audit: new AuditLog(clock, entropy)},
    onOrdered: () => {},
  });
  const request = <Body = Code>(who: string, key?: string) =>
    ask<Body>(who, 'POST', '/v1/bath/codes', {site: 'bath-1'}, key);
  const see = async (id: string) => (await ask<Code>('ann', 'GET', `/v1/bath/codes/${id}`)).body;
  const tell = <Body = Code>(id: string, what: 'opening' | 'use' | 'cancel', body: object = {}) =>
    ask<Body>('staff', 'POST', `/v1/bath/codes/${id}/${what}`, body);
  /** The gateway takes all that is wanted of it. */
  const sync = () =>
    store.transaction(async tx => {
      const row = await gateways.lock(tx, 'gw-2');
      if (!row) return;
      await gateways.setSeen(tx, 'gw-2', {boot: 'b', firmware: '1', wallMs: clock.wallMs()});
      await gateways.setHeld(tx, 'gw-2', {ver: row.cfgVer, hash: row.cfgHash, misfit: 0});
      await gateways.setHeldRevocations(tx, 'gw-2', row.revVer);
    });
  /** What a gateway that holds these rows makes of digits. */
  const keyIn = async (digits: string): Promise<string> => {
    const typed = digits.replaceAll(' ', '');
    const rows = await store.read(db =>
      db.selectFrom('grant_row').select(['id', 'section']).where('gw', '=', 'gw-2').execute(),
    );
    const read = rows.map(({id, section}) =>
      store.read(db => grants.get(db, 'gw-2', section as 'grant' | 'credential', id)),
    );
    const held = await Promise.all(read);
    const creds = held.flatMap(one => (one?.table === 'credential' ? [one.row] : []));
    const found = [];
    for (const one of creds) {
      if (one.kind !== 'code') continue;
      const digest = toHex(await cheapStretch(typed, codeSalt('bath-1', one.epoch)));
      if (digest === one.digest) found.push(one);
    }
    const [credential] = found;
    if (!credential) return 'NOT_FOUND';
    const all = held.flatMap(one => (one?.table === 'grant' ? [one.row] : []));
    const grant = all.find(one => one.credentials.includes(credential.id));
    const isLive = credential.state === 'active' && grant?.state === 'active';
    return isLive && clock.wallMs() < grant.validUntil ? 'ALLOW' : 'EXPIRED';
  };
  /** A word of a gateway, as the feeder hands it on. */
  const word = async (id: string, change: object, name = 'word') => {
    const told = {
      ...{kind: 'shower', session: 's-1', point: 'S-1', phase: 'running', usedFen: 0, owedFen: 0},
      ...{usedMl: 0, quality: 'good', isGivenBack: false, atMs: clock.wallMs()},
    };
    await store.transaction(async tx => {
      await desk.recall(tx, id);
      await frame.feed(tx, id, {...told, ...change}, name);
    });
  };
  return {...base, request, see, tell, sync, keyIn, table, house, word, book};
}

test('B4 a balance of 320 gives a code of 8 digits with a hold of 320 for 30 minutes, pushed ahead; asking again makes the first expired', async t => {
  const {request, see, sync, keyIn, give, has, pushed, wait, clock, grantsAt} = await rig(t);
  t.is((await request<Problem>('ann')).body.code, 'low_balance');
  await give('ann', 99);
  t.is((await request<Problem>('ann')).body.code, 'low_balance');
  await give('ann', 221);
  const first = (await request('ann')).body;
  t.regex(first.code ?? '', /^\d{4} \d{4}$/);
  t.deepEqual([first.heldFen, first.expiresMs], [320, clock.wallMs() + 30 * MINUTE_MS]);
  t.deepEqual(await has('ann'), {postedFen: 320, heldFen: 320, availableFen: 0});
  t.deepEqual([pushed, (await see(first.id)).deliverable], [['gw-2'], null]);
  const [grant] = await grantsAt('gw-2');
  t.deepEqual(grant?.budget, {fen: 320, seconds: 1800}, 'which the gateway never exceeds');
  await sync();
  t.is((await see(first.id)).deliverable, 'pre_synced');
  t.is(await keyIn(first.code ?? ''), 'ALLOW');

  const second = (await request('ann')).body;
  t.is((await see(first.id)).state, 'replaced');
  t.is(await keyIn(first.code ?? ''), 'EXPIRED');
  t.is(await keyIn(second.code ?? ''), 'ALLOW');
  t.is((await see(second.id)).deliverable, null);
  t.is((await has('ann')).heldFen, 320);

  await wait(30 * MINUTE_MS);
  t.is((await see(second.id)).state, 'expired');
  t.is(await keyIn(second.code ?? ''), 'EXPIRED');
  await wait(15 * SECOND_MS);
  t.deepEqual(await has('ann'), {postedFen: 320, heldFen: 0, availableFen: 320});
  await give('ann', 5000);
  t.is((await request('ann')).body.heldFen, 1000);
});

test('a repeated request is the same code, and its digits are shown once', async t => {
  const {request, give, has} = await rig(t);
  await give('ann', 500);
  const first = await request('ann', 'one');
  const again = await request('ann', 'one');
  t.deepEqual([again.isReplayed, again.body.id, again.body.code], [true, first.body.id, undefined]);
  t.is((await has('ann')).heldFen, 500);
});

test('~B15 what was used is charged once; the rinse is owed, and paid before the next code', async t => {
  const {request, tell, give, has, see, store, table, ask} = await rig(t);
  await give('ann', 200);
  const {id} = (await request('ann')).body;
  t.is(
    (await tell<Problem>(id, 'use', {session: 's-1', amountFen: 260})).body.detail,
    'UNKNOWN_SESSION',
  );
  t.is((await tell(id, 'opening', {session: 's-1', point: 'S-1'})).status, 200);
  t.is((await tell<Problem>(id, 'cancel')).status, 409);
  for (const _ of [1, 2]) {
    t.is((await tell(id, 'use', {session: 's-1', amountFen: 260})).status, 200);
  }
  t.like(await see(id), {state: 'settled', usedFen: 260, owedFen: 60});
  t.deepEqual(await has('ann'), {postedFen: 0, heldFen: 0, availableFen: 0});
  t.is(await store.read(db => table.debt(db, {tenant: 'ten', holder: 'ann'})), 60);
  await give('ann', 300);
  t.is((await request('ann')).body.heldFen, 240);
  t.is(await store.read(db => table.debt(db, {tenant: 'ten', holder: 'ann'})), 0);
  t.is((await ask('bob', 'GET', `/v1/bath/codes/${id}`)).status, 404);
  t.is((await ask('stranger', 'GET', `/v1/bath/codes/${id}`)).status, 404);
  t.is(
    (await ask('ann', 'POST', `/v1/bath/codes/${id}/use`, {session: 's', amountFen: 1})).status,
    403,
  );
});

test('E57 a code that expired while undressing is renewed at the kiosk: the same digits open for another 30 minutes, free and once', async t => {
  const {request, sync, keyIn, give, has, wait, ask, clock} = await rig(t);
  await give('ann', 320);
  const {id, code = ''} = (await request('ann')).body;
  await sync();
  await wait(31 * MINUTE_MS);
  t.is(await keyIn(code), 'EXPIRED');
  t.is((await has('ann')).heldFen, 0);
  const renewal = () => ask<Code & Problem>('ann', 'POST', `/v1/bath/codes/${id}/renewal`);
  const renewed = await renewal();
  t.like(renewed.body, {state: 'live', expiresMs: clock.wallMs() + 30 * MINUTE_MS});
  t.false('code' in renewed.body);
  t.deepEqual(await has('ann'), {postedFen: 320, heldFen: 320, availableFen: 0});
  t.is(await keyIn(code), 'ALLOW');
  t.like((await renewal()).body, {code: 'order_state', detail: 'RENEWED'});
  t.is((await ask('bob', 'POST', `/v1/bath/codes/${id}/renewal`)).status, 404);
  await wait(30 * MINUTE_MS);
  t.is(await keyIn(code), 'EXPIRED');
});

test('~E63 an estimated shower is refunded in part by an entry that turns its own round, and once; who disputes is answered also with nothing', async t => {
  const {request, give, has, see, word, frame, store, table} = await rig(t);
  await give('ann', 500);
  const {id} = (await request('ann')).body;
  const feed = (input: object, name: string) =>
    store.transaction(tx => frame.feed(tx, id, input as {kind: string}, name));
  t.like(await feed({kind: 'dispute', note: 'cold'}, 'd-0'), {why: 'LIVE'});
  const ended = {phase: 'settled', usedFen: 300, owedFen: 50, usedMl: 9000, quality: 'estimated'};
  await word(id, ended);
  t.like(await see(id), {state: 'settled', usedFen: 350, owedFen: 50, quality: 'estimated'});
  t.like(await see(id), {usedMl: 9000, refundedFen: 0, dispute: null, point: 'S-1'});
  // The rinse was paid of what was left.
  t.deepEqual(await has('ann'), {postedFen: 150, heldFen: 0, availableFen: 150});
  t.like(await feed({kind: 'refund', amountFen: 351, note: 'n'}, 'r-0'), {why: 'OVER_REFUND'});
  t.like(await feed({kind: 'refund', amountFen: 0, note: 'n'}, 'r-1'), {why: 'NOTHING_CHARGED'});
  await feed({kind: 'dispute', note: 'the meter was dead'}, 'd-1');
  t.like(await feed({kind: 'dispute', note: 'again'}, 'd-2'), {why: 'DISPUTE_OPEN'});
  // All of the water and a part of the rinse, which she has paid.
  t.is((await feed({kind: 'refund', amountFen: 320, note: 'so it was'}, 'r-2')).kind, 'moved');
  t.like(await see(id), {refundedFen: 320, dispute: {state: 'refunded'}});
  t.deepEqual(await has('ann'), {postedFen: 470, heldFen: 0, availableFen: 470});
  t.like(await feed({kind: 'refund', amountFen: undefined, note: 'n'}, 'r-3'), {why: 'REFUNDED'});

  const {id: other} = (await request('ann')).body;
  await word(other, {phase: 'settled', session: 's-2', usedFen: 470, owedFen: 200});
  t.is(await store.read(db => table.debt(db, {tenant: 'ten', holder: 'ann'})), 200);
  const end = (input: object, name: string) =>
    store.transaction(tx => frame.feed(tx, other, input as {kind: string}, name));
  await end({kind: 'dispute', note: 'not me'}, 'd-1');
  await end({kind: 'refund', amountFen: 0, note: 'it was'}, 'r-1');
  t.like(await see(other), {dispute: {state: 'declined', note: 'not me'}, refundedFen: 0});
  t.like(await end({kind: 'dispute', note: 'but'}, 'd-2'), {why: 'DISPUTE_DECLINED'});
  await end({kind: 'refund', amountFen: undefined, note: 'seen on camera'}, 'r-2');
  t.is(await store.read(db => table.debt(db, {tenant: 'ten', holder: 'ann'})), 0, 'forgiven');
  t.deepEqual(await has('ann'), {postedFen: 470, heldFen: 0, availableFen: 470});
});

test('keyed in while another code takes its place: the other dies, its money is set aside for what runs, and nothing is owed', async t => {
  const {request, give, has, see, word, sync, keyIn, table, store} = await rig(t);
  await give('ann', 320);
  const first = (await request('ann')).body;
  await sync();
  const second = (await request('ann')).body;
  t.is((await see(first.id)).state, 'replaced');
  await word(first.id, {}, 'began');
  t.like(await see(first.id), {state: 'running', point: 'S-1'});
  t.is((await see(second.id)).state, 'replaced');
  t.is(await keyIn(second.code ?? ''), 'EXPIRED');
  t.deepEqual(await has('ann'), {postedFen: 320, heldFen: 320, availableFen: 0});
  await word(first.id, {phase: 'settled', usedFen: 300}, 'ended');
  t.like(await see(first.id), {state: 'settled', usedFen: 300, owedFen: 0});
  t.deepEqual(await has('ann'), {postedFen: 20, heldFen: 0, availableFen: 20});
  t.is(await store.read(db => table.debt(db, {tenant: 'ten', holder: 'ann'})), 0);
});

test('a new code waits while the house is cut off and cannot tell whether the one before was keyed in', async t => {
  const {request, give, has, house} = await rig(t);
  await give('ann', 1500);
  await request('ann');
  house.isReached = false;
  t.is((await request<Problem>('ann')).body.code, 'house_cut_off');
  t.is((await has('ann')).heldFen, 1000);
  house.isReached = true;
  t.is((await request('ann')).status, 201);
  t.is((await has('ann')).heldFen, 1000);
});

test('~E69 a house cut off for 3 days: what was set aside for a code stays so, she cannot spend it elsewhere, and the shower told of then is paid out of it', async t => {
  const {request, give, has, wait, see, house, frame, store} = await rig(t);
  await give('ann', 1100);
  const {id} = (await request('ann')).body;
  Object.assign(house, {isReached: false, hasTold: false});
  for (const _ of [1, 2, 3]) {
    await wait(DAY_MS);
    t.is((await see(id)).state, 'expired');
    t.deepEqual(await has('ann'), {postedFen: 1100, heldFen: 1000, availableFen: 100});
  }
  const told = {
    ...{kind: 'shower', session: 's-1', point: 'S-1', phase: 'settled', usedFen: 1000},
    ...{owedFen: 0, usedMl: 50_000, quality: 'good', isGivenBack: false, atMs: null},
  };
  for (const word of ['one', 'one', 'two']) {
    await store.transaction(tx => frame.feed(tx, id, told, word));
  }
  t.like(await see(id), {state: 'settled', usedFen: 1000, owedFen: 0});
  t.deepEqual(await has('ann'), {postedFen: 100, heldFen: 0, availableFen: 100});
});
