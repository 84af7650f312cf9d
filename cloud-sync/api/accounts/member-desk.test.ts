import test from 'ava';
import {HOUR_MS} from '../../../protocols/base/units.js';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {Refusal} from '../http/refusals.js';
import {accountsRig, caller} from './accounts-rig.js';

const time = () => ({clock: new VirtualClock({yieldTurn: turn}), entropy: new SeededEntropy()});
const turn = () => new Promise<void>(resolve => setImmediate(resolve));
const refused = (code: string) => ({instanceOf: Refusal, code});

test('B1 a phone registers once at a tenant, in whatever way it is typed; the name is optional', async t => {
  const {register, store, members} = await accountsRig(t, time());
  const first = await register({name: undefined});
  t.like(first, {roles: ['bather'], status: 'active', displayMask: '138****5678'});
  await t.throwsAsync(register(), refused('duplicate'));
  await t.throwsAsync(register({roles: ['host']}), refused('duplicate'));
  const all = {tenant: 'ten', sites: undefined, after: '', limit: 10};
  t.is((await store.read(db => members.list(db, all))).length, 1);
  const elsewhere = await register({}, caller(['operator'], {tenant: 'other'}));
  t.is(elsewhere.displayMask, '陈** 138****5678');
});

test('two that register one phone at one instant: one is registered, the other is a duplicate', async t => {
  const {register} = await accountsRig(t, time());
  const tries = Array.from({length: 8}, () => register().catch((error: Refusal) => error.code));
  const codes = (await Promise.all(tries)).map(made => (typeof made === 'string' ? made : 'made'));
  t.deepEqual(codes.sort(), [...Array(7).fill('duplicate'), 'made']);
});

test('a change of phone gives the old one free, and takes none that is taken', async t => {
  const {register, store, desk} = await accountsRig(t, time());
  const [ann] = [
    await register({phone: '+8613800005678'}),
    await register({phone: '+8613900001111'}),
  ];
  const change = (edit: object) => store.transaction(tx => desk.change(tx, caller(), ann.id, edit));
  await t.throwsAsync(change({phone: '+8613900001111'}), refused('duplicate'));
  t.is((await store.read(db => desk.get(db, 'ten', ann.id)))?.displayMask, '陈** 138****5678');
  t.is((await change({phone: '+8613700002222', name: null})).displayMask, '137****2222');
  await t.notThrowsAsync(register({phone: '+8613800005678'}));
});

test('~P26 a freeze takes all rights, ends all sessions, and is told and written down with its reason', async t => {
  const rig = await accountsRig(t, time());
  const {store, desk, login, asked, changes, audit} = rig;
  const {id, token} = await rig.person();
  t.truthy(await login.callerOf(token));
  const freeze = (isFrozen: boolean) =>
    store.transaction(tx => desk.freeze(tx, caller(), id, {isFrozen, reason: 'stolen card'}));
  const done = await freeze(true);
  t.is(done.member.status, 'frozen');
  t.deepEqual(done.gateways, ['gw-1']);
  t.is(await login.callerOf(token), undefined);
  t.deepEqual((await freeze(true)).gateways, [], 'once is enough');
  await t.throwsAsync(
    store.transaction(tx => desk.assertActive(tx, 'ten', id)),
    refused('member_not_active'),
  );
  t.is((await freeze(false)).member.status, 'active');
  t.is(await login.callerOf(token), undefined, 'a thaw opens no session');
  t.deepEqual(asked, [`ten ${id} suspended`, `ten ${id} back`]);
  await changes.number();
  const told = await store.read(db => changes.after(db, 'ten', 0, 10));
  t.deepEqual(
    told.map(({type}) => type),
    ['member.registered', 'member.frozen', 'member.unfrozen'],
  );
  const page = {after: '', limit: 50};
  const rows = await store.read(db => audit.of(db, {tenant: 'ten', subjectId: id}, page));
  t.like(
    rows.find(({action}) => action === 'member.frozen'),
    {actor: 'k-1', reason: 'stolen card'},
  );
});

test('who acts for some sites sees and registers members there, and nobody else', async t => {
  const {register, store, desk, members} = await accountsRig(t, time());
  const north = caller(['site_admin'], {sites: ['north']});
  const mine = await register({phone: '+8613800000001', site: 'north'}, north);
  const others = [
    await register({phone: '+8613800000002', site: 'south'}),
    await register({phone: '+8613800000003'}),
    await register({phone: '+8613800000004'}, caller(['operator'], {tenant: 'other'})),
  ];
  await t.throwsAsync(register({phone: '+8613800000005'}, north), refused('forbidden'));
  for (const site of ['south', 'nowhere']) {
    await t.throwsAsync(register({phone: '+8613800000006', site}, north), refused('not_found'));
  }
  for (const {id} of others) {
    await t.throwsAsync(
      store.read(db => desk.seen(db, north, id)),
      refused('not_found'),
    );
    const look = {fields: ['phone'], reason: 'curious'} as const;
    await t.throwsAsync(
      store.transaction(tx => desk.look(tx, north, id, look)),
      refused('not_found'),
    );
    await t.throwsAsync(
      store.transaction(tx => desk.change(tx, north, id, {name: 'x'})),
      refused('not_found'),
    );
  }
  const find = (phone: string) => store.transaction(tx => desk.findByPhone(tx, north, phone));
  t.is((await find('+8613800000001'))?.id, mine.id);
  t.is(await find('+8613800000002'), undefined);
  t.is(await find('+8613800000004'), undefined);
  const query = {tenant: 'ten', sites: north.sites, after: '', limit: 10};
  t.deepEqual(await store.read(db => members.list(db, query)), [mine]);
});

test('a person is shown to who gives a reason, and the look is written down with its fields', async t => {
  const {register, store, desk, audit, clock} = await accountsRig(t, time());
  const {id} = await register();
  const paper = {id_type: 'resident_id', id_number: '11010519491231002X'};
  await store.transaction(tx => desk.keep(tx, caller(), id, paper));
  await clock.advance(HOUR_MS);
  const look = {fields: ['name', 'id_number'], reason: 'lost card at the desk'} as const;
  const shown = await store.transaction(tx => desk.look(tx, caller(['auditor']), id, look));
  t.deepEqual(shown, {name: '陈小明', id_number: '11010519491231002X'});
  const page = {after: '', limit: 50};
  const rows = await store.read(db => audit.of(db, {tenant: 'ten', subjectId: id}, page));
  t.like(rows.at(-1), {
    ...{actor: 'k-1', action: 'person.read', reason: 'lost card at the desk'},
    ...{detail: 'name,id_number', atWall: clock.wallMs()},
  });
  t.false(JSON.stringify(rows).includes('小明'));
});

test('nobody changes, freezes or invites whoever may do more than himself', async t => {
  const {person, store, desk, access, register} = await accountsRig(t, time());
  const boss = await person('+8613800000001', ['operator']);
  const admin = caller(['site_admin']);
  const staff = caller(['staff']);
  const north = caller(['site_admin'], {sites: ['north']});
  for (const by of [admin, staff]) {
    const freeze = {isFrozen: true, reason: 'revolt'};
    await t.throwsAsync(
      store.transaction(tx => desk.freeze(tx, by, boss.id, freeze)),
      refused('forbidden'),
    );
    await t.throwsAsync(
      store.transaction(tx => desk.change(tx, by, boss.id, {phone: '+8613800000009'})),
      refused('forbidden'),
    );
    await t.throwsAsync(
      store.transaction(tx => access.invite(tx, by, boss.id)),
      refused('forbidden'),
    );
  }
  const {id} = await register({phone: '+8613800000002', site: 'north'});
  const give = (
    by: typeof admin,
    roles: readonly ['operator' | 'site_admin'],
    at: string[] | null,
  ) => store.transaction(tx => access.set(tx, by, id, {roles, sites: at}));
  await t.throwsAsync(give(admin, ['operator'], null), refused('forbidden'));
  await t.throwsAsync(give(north, ['site_admin'], null), refused('forbidden'));
  await t.throwsAsync(give(north, ['site_admin'], ['south']), refused('forbidden'));
  await t.notThrowsAsync(give(north, ['site_admin'], ['north']));
});
