import {createPublicKey} from 'node:crypto';
import test from 'ava';
import {DAY_MS} from '../../../protocols/base/units.js';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {Refusal} from '../http/refusals.js';
import {accountsRig, caller} from './accounts-rig.js';
import {firstForged} from './erasure-table.js';

const turn = () => new Promise<void>(resolve => setImmediate(resolve));
const time = () => ({clock: new VirtualClock({yieldTurn: turn}), entropy: new SeededEntropy()});
const PERSON = {
  ...{id_type: 'resident_id', id_number: '11010519491231002X'},
  ...{id_image: 'media://1', face_image: 'media://2', fingerprint: 'template-1'},
};
const PAGE = {after: 0, limit: 100};

test('~E87 each kind of data goes when its time is over, with a proof; the member, his orders and the log stay', async t => {
  const {register, store, desk, erasing, erasures, clock, vault, audit} = await accountsRig(
    t,
    time(),
  );
  const {id} = await register();
  await store.transaction(tx => desk.keep(tx, caller(), id, PERSON));
  const left = async () => Object.keys(await store.read(db => vault.masks(db, id)));
  await clock.advance(30 * DAY_MS - 1);
  t.is(await erasing.runDue(), 0);
  await clock.advance(1);
  t.is(await erasing.runDue(), 1);
  t.is(await erasing.runDue(), 0, 'once');
  t.deepEqual(await left(), ['fingerprint', 'id_number', 'id_type', 'name', 'phone']);
  await clock.advance(60 * DAY_MS);
  t.is(await erasing.runDue(), 1);
  await clock.advance(275 * DAY_MS);
  t.is(await erasing.runDue(), 1);
  t.deepEqual(await left(), ['name', 'phone']);
  t.like(await store.read(db => desk.get(db, 'ten', id)), {status: 'active'});
  const proofs = await store.read(db => erasures.list(db, 'ten', PAGE));
  t.deepEqual(
    proofs.map(({no, kind, fields, rule, actor}) => [no, kind, fields, rule, actor]),
    [
      [1, 'image', 2, 'retention 30 d', 'retention'],
      [2, 'print', 1, 'retention 90 d', 'retention'],
      [3, 'identity', 2, 'retention 365 d', 'retention'],
    ],
  );
  const page = {after: '', limit: 50};
  const log = await store.read(db => audit.of(db, {tenant: 'ten', subjectId: id}, page));
  t.true(log.some(({action}) => action === 'person.changed'));
});

test('a tenant keeps by his own rule, and a new value begins the time anew', async t => {
  const {register, store, desk, erasing, erasures, clock, vault} = await accountsRig(t, time());
  const [ann, bob] = [await register(), await register({phone: '+8613900001111'})];
  for (const {id} of [ann, bob]) await store.transaction(tx => desk.keep(tx, caller(), id, PERSON));
  await store.transaction(tx => erasures.setRule(tx, 'ten', 'image', 7));
  await store.transaction(tx => erasures.setRule(tx, 'ten', 'print', null));
  await clock.advance(6 * DAY_MS);
  await store.transaction(tx => desk.keep(tx, caller(), bob.id, {id_image: 'media://3'}));
  await clock.advance(DAY_MS);
  t.is(await erasing.runDue(), 1);
  t.is((await store.read(db => vault.masks(db, ann.id))).id_image, undefined);
  t.is((await store.read(db => vault.masks(db, bob.id))).id_image, '****');
  await clock.advance(300 * DAY_MS);
  await erasing.runDue();
  t.is((await store.read(db => vault.masks(db, ann.id))).fingerprint, '****');
});

test('an erased person is gone at once: no data, no login, no rights; the phone may register again', async t => {
  const rig = await accountsRig(t, time());
  const {id, token} = await rig.person();
  await rig.store.transaction(tx => rig.desk.keep(tx, caller(), id, PERSON));
  const erase = () =>
    rig.store.transaction(tx => rig.erasing.eraseNow(tx, caller(), id, 'asked by letter'));
  const done = await erase();
  t.like(done.member, {id, status: 'erased', displayMask: ''});
  t.deepEqual(done.gateways, ['gw-1']);
  t.deepEqual(rig.asked, [`ten ${id} suspended`, `ten ${id} forgotten`]);
  t.is(await rig.login.callerOf(token), undefined);
  t.is(await rig.logIn('+8613800005678'), 'login_refused');
  const look = {fields: ['phone'], reason: 'one more look'} as const;
  await t.throwsAsync(
    rig.store.transaction(tx => rig.desk.look(tx, caller(), id, look)),
    {instanceOf: Refusal, code: 'not_found'},
  );
  await t.throwsAsync(erase(), {code: 'member_not_active'});
  t.not((await rig.register()).id, id);
  const tables = ['person_key', 'person_field', 'login', 'person_session', 'login_place'] as const;
  for (const table of tables) {
    const query = rig.store.read(db => db.selectFrom(table).select('member').execute());
    t.false(
      (await query).some(({member}) => member === id),
      table,
    );
  }
  const proofs = await rig.store.read(db => rig.erasures.list(db, 'ten', PAGE));
  t.deepEqual(
    proofs.map(({kind, fields, rule, reason}) => [kind, fields, rule, reason]),
    [
      ['contact', 2, 'request', 'asked by letter'],
      ['identity', 2, 'request', 'asked by letter'],
      ['image', 2, 'request', 'asked by letter'],
      ['print', 1, 'request', 'asked by letter'],
    ],
  );
});

test('a planned erasure happens at its time, once, and not when it was called off', async t => {
  const {register, store, desk, erasing, clock, pushed} = await accountsRig(t, time());
  const [ann, bob] = [await register(), await register({phone: '+8613900001111'})];
  const plan = (id: string, dueWall: number | null) =>
    store.transaction(tx => erasing.plan(tx, caller(), id, {dueWall, reason: 'moved out'}));
  const dueWall = clock.wallMs() + 10 * DAY_MS;
  t.is((await plan(ann.id, dueWall)).eraseDueWall, dueWall);
  await plan(bob.id, dueWall);
  await plan(bob.id, null);
  await clock.advance(10 * DAY_MS - 1);
  t.is(await erasing.runDue(), 0);
  await clock.advance(20 * DAY_MS);
  t.is(await erasing.runDue(), 1);
  t.is(await erasing.runDue(), 0);
  t.is((await store.read(db => desk.get(db, 'ten', ann.id)))?.status, 'erased');
  t.is((await store.read(db => desk.get(db, 'ten', bob.id)))?.status, 'active');
  t.deepEqual(pushed, ['gw-1']);
});

test('a proof that was changed, left out or written by somebody else is found', async t => {
  const {register, store, erasing, erasures, signingKey} = await accountsRig(t, time());
  for (let no = 0; no < 4; no += 1) {
    const {id} = await register({phone: `+861380000000${no}`});
    await store.transaction(tx => erasing.eraseNow(tx, caller(), id, 'asked for it'));
  }
  const rows = await store.read(db => erasures.list(db, 'ten', PAGE));
  const publicKey = createPublicKey(signingKey);
  t.is(rows.length, 4);
  t.is(firstForged(rows, publicKey), undefined);
  const changed = rows.map(row => (row.no === 3 ? {...row, fields: 1} : row));
  t.is(firstForged(changed, publicKey), 3);
  t.is(firstForged(rows.toSpliced(1, 1), publicKey), 3);
  const copied = rows.map(row => (row.no === 2 ? {...row, sig: rows[0]?.sig ?? ''} : row));
  t.is(firstForged(copied, publicKey), 2);
});
