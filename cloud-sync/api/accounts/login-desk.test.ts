import test from 'ava';
import {DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {accountsRig, caller, PASSWORD} from './accounts-rig.js';
import type {OpenedSession} from './login-desk.js';
import {Passwords} from './password.js';

const turn = () => new Promise<void>(resolve => setImmediate(resolve));
const time = () => ({clock: new VirtualClock({yieldTurn: turn}), entropy: new SeededEntropy()});
const PHONE = '+8613800005678';
const STRANGER = {address: '203.0.113.9'};

test('~B3 five wrong passwords lock a login for a minute, then for longer each time, also for the right one', async t => {
  const {person, logIn, clock} = await accountsRig(t, time());
  const {id} = await person(PHONE);
  for (let no = 0; no < 5; no += 1) t.is(await logIn(PHONE, 'wrong'), 'login_refused');
  t.is(await logIn(PHONE), 'login_locked');
  await clock.advance(MINUTE_MS);
  t.is(await logIn(PHONE, 'wrong again'), 'login_refused');
  await clock.advance(MINUTE_MS);
  t.is(await logIn(PHONE), 'login_locked', 'two minutes now');
  await clock.advance(MINUTE_MS);
  t.like(await logIn(PHONE), {member: id});
});

test('~B3 a lock survives a restart, and counts tries of all workers together', async t => {
  const rig = await accountsRig(t, time());
  await rig.person(PHONE);
  for (let no = 0; no < 4; no += 1) t.is(await rig.logIn(PHONE, 'wrong'), 'login_refused');
  const stored = await rig.store.read(db => db.selectFrom('login_guard').selectAll().execute());
  t.deepEqual(stored.map(({wrong}) => wrong).sort(), [4, 4], 'of the login, of the address');
  t.false(JSON.stringify(stored).includes('13800005678'));
  const many = Array.from({length: 20}, (_, no) => rig.logIn(PHONE, `wrong ${no}`, STRANGER));
  const codes = await Promise.all(many);
  t.is(
    codes.filter(code => code === 'login_refused').length,
    1,
    'the fifth; the rest came too late',
  );
});

test('nobody learns from an answer, or from how long it takes, who is registered or why it was no', async t => {
  const rig = await accountsRig(t, time());
  const frozen = await rig.person('+8613800000002');
  const freeze = {isFrozen: true, reason: 'stolen card'};
  await rig.person(PHONE);
  await rig.store.transaction(tx => rig.desk.freeze(tx, caller(), frozen.id, freeze));
  const noAccess = await rig.register({phone: '+8613800000003'});
  t.truthy(noAccess.id);
  const tries: readonly (readonly [string | undefined, string, string])[] = [
    [PHONE, 'wrong', 'ten'],
    ['+8613811111111', PASSWORD, 'ten'],
    [undefined, PASSWORD, 'ten'],
    [PHONE, PASSWORD, 'other'],
    [PHONE, PASSWORD, 'no such tenant'],
    [frozen.phone, PASSWORD, 'ten'],
    ['+8613800000003', PASSWORD, 'ten'],
  ];
  for (const [phone, password, tenant] of tries) {
    const codes: unknown[] = [];
    for (let no = 0; no < 6; no += 1) {
      const sinceMs = rig.clock.nowMs();
      codes.push(await rig.logIn(phone, password, {tenant, address: `10.${tries.length}.0.${no}`}));
      t.is(rig.clock.nowMs() - sinceMs, SECOND_MS);
    }
    t.deepEqual(codes, [...Array(5).fill('login_refused'), 'login_locked'], `${phone} ${tenant}`);
  }
});

test('an unknown phone costs a guesser the same work as a known one', async t => {
  const derived: string[] = [];
  class Counting extends Passwords {
    override isRight(password: string, stored: string | undefined): Promise<boolean> {
      derived.push(stored === undefined ? 'decoy' : 'stored');
      return super.isRight(password, stored);
    }
  }
  const passwords = new Counting(new SeededEntropy(2), {n: 2, r: 1, p: 1});
  const stored = await passwords.make(PASSWORD);
  t.true(await passwords.isRight(PASSWORD, stored));
  t.false(await passwords.isRight('wrong', stored));
  t.false(await passwords.isRight(PASSWORD, undefined));
  t.false(await passwords.isRight(PASSWORD, 'not ours'));
  t.deepEqual(derived, ['stored', 'stored', 'decoy', 'stored']);
  t.not(await passwords.make(PASSWORD), stored, 'each has a salt of its own');
});

test('a stranger who locks a login locks nobody out of the place where he always logs in', async t => {
  const {person, logIn, clock} = await accountsRig(t, time());
  const {id} = await person(PHONE);
  const home = {address: '198.51.100.7'};
  t.like(await logIn(PHONE, PASSWORD, home), {member: id});
  for (let no = 0; no < 6; no += 1) await logIn(PHONE, 'guess', STRANGER);
  t.is(await logIn(PHONE, PASSWORD, STRANGER), 'login_locked');
  t.like(await logIn(PHONE, PASSWORD, home), {member: id});
  // At his own place five wrong tries lock him as well.
  for (let no = 0; no < 5; no += 1) t.is(await logIn(PHONE, 'typo', home), 'login_refused');
  t.is(await logIn(PHONE, PASSWORD, home), 'login_locked');
  await clock.advance(DAY_MS);
  t.like(await logIn(PHONE, PASSWORD, home), {member: id});
});

test('one address cannot lock a whole site out: it is locked itself, and its regulars still log in', async t => {
  const {person, logIn} = await accountsRig(t, time());
  const site = {address: '198.51.100.7'};
  const regular = await person('+8613800000001');
  t.like(await logIn(regular.phone, PASSWORD, site), {member: regular.id});
  const victims = Array.from({length: 40}, (_, no) => `+86139000000${String(no).padStart(2, '0')}`);
  const newcomer = await person(victims[39]);
  let refused = 0;
  for (const phone of victims.slice(0, 39)) {
    for (let no = 0; no < 5; no += 1) {
      refused += (await logIn(phone, 'guess', site)) === 'login_refused' ? 1 : 0;
    }
  }
  // Each no takes a second: the first lock of a minute ends meanwhile.
  t.true(refused >= 30 && refused <= 32, 'six logins are locked, and not thirty-nine');
  t.is(await logIn(newcomer.phone, PASSWORD, site), 'login_locked');
  t.like(await logIn(newcomer.phone, PASSWORD, STRANGER), {member: newcomer.id});
  t.like(await logIn(regular.phone, PASSWORD, site), {member: regular.id});
  t.is(await logIn(regular.phone, 'wrong', site), 'login_locked', 'and gives away nobody');
});

test('a session ends unused, at its end, at logout, and is never the one that somebody brought along', async t => {
  const {person, logIn, login, clock, store, sessions, access} = await accountsRig(t, time());
  const {id, token: first} = await person(PHONE);
  const open = async () => (await logIn(PHONE)) as OpenedSession;
  const [one, two] = [await open(), await open()];
  t.is(new Set([first, one.token, two.token]).size, 3);
  t.like(await login.callerOf(one.token), {kind: 'person', id, tenant: 'ten', member: id});
  await store.read(db => sessions.end(db, id, one.id));
  t.is(await login.callerOf(one.token), undefined);
  t.truthy(await login.callerOf(two.token));
  const forged = [
    ...[two.token.slice(0, -1), `${two.token.slice(0, -1)}_`, `ls_${two.id}_${'A'.repeat(43)}`],
    ...['ls_', `ls_${two.id}`, two.token.toLowerCase(), `lk${two.token.slice(2)}`],
  ];
  for (const token of forged) t.is(await login.callerOf(token), undefined, token);
  await clock.advance(13 * DAY_MS);
  t.truthy(await login.callerOf(two.token), 'used within 14 days');
  await clock.advance(13 * DAY_MS);
  t.truthy(await login.callerOf(two.token));
  await clock.advance(14 * DAY_MS);
  t.is(await login.callerOf(two.token), undefined);
  await store.transaction(tx => access.set(tx, caller(), id, {roles: ['staff'], sites: ['north']}));
  const staff = await open();
  t.deepEqual((await login.callerOf(staff.token))?.sites, new Set(['north']));
  for (let hour = 0; hour < 11; hour += 1) {
    await clock.advance(HOUR_MS);
    t.truthy(await login.callerOf(staff.token));
  }
  await clock.advance(HOUR_MS);
  t.is(await login.callerOf(staff.token), undefined, 'twelve hours, used or not');
  await login.tidy();
  t.deepEqual(await store.read(db => db.selectFrom('person_session').selectAll().execute()), []);
});

test('of a session and an invitation the database holds hashes, and of a password what scrypt made', async t => {
  const {person, store, register, access} = await accountsRig(t, time());
  const {token} = await person(PHONE);
  const {id} = await register({phone: '+8613900001111'});
  const give = {roles: ['member'], sites: null} as const;
  await store.transaction(tx => access.set(tx, caller(), id, give));
  const {invitation} = await store.transaction(tx => access.invite(tx, caller(), id));
  const rows = JSON.stringify([
    await store.read(db => db.selectFrom('person_session').selectAll().execute()),
    await store.read(db => db.selectFrom('login').selectAll().execute()),
  ]);
  for (const secret of [token, invitation]) t.false(rows.includes(secret.slice(-43)));
  t.false(rows.includes(PASSWORD));
  t.regex(rows, /scrypt\$2\$1\$1\$/);
});

test('an invitation sets a password once, within three days, and the newest alone', async t => {
  const {register, store, access, login, logIn, outcome, clock} = await accountsRig(t, time());
  const {id} = await register();
  await t.throwsAsync(
    store.transaction(tx => access.invite(tx, caller(), id)),
    {message: /no access/},
  );
  const give = {roles: ['member'], sites: null} as const;
  await store.transaction(tx => access.set(tx, caller(), id, give));
  const invite = async () =>
    (await store.transaction(tx => access.invite(tx, caller(), id))).invitation;
  t.is(await logIn(PHONE), 'login_refused', 'no password yet');
  const [old, newest] = [await invite(), await invite()];
  const redeem = (invitation: string) => outcome(login.redeem(invitation, PASSWORD));
  t.is(await redeem(old), 'login_refused');
  t.is(await redeem(`inv_${id}_${'A'.repeat(43)}`), 'login_refused');
  t.is(await redeem('inv_'), 'login_refused');
  t.like(await redeem(newest), {member: id});
  t.is(await redeem(newest), 'login_refused');
  t.like(await logIn(PHONE), {member: id});
  const late = await invite();
  await clock.advance(3 * DAY_MS);
  t.is(await redeem(late), 'login_refused');
});

test('a changed password ends all other sessions; the old one is guessed no more often than a login', async t => {
  const {person, logIn, login, outcome} = await accountsRig(t, time());
  const {token: first} = await person(PHONE);
  const current = (await logIn(PHONE)) as OpenedSession;
  const change = async (old: string) => {
    const by = await login.callerOf(current.token);
    if (!by) return 'no session';
    return outcome(login.changePassword(by, {old, wanted: 'another one 22', session: current.id}));
  };
  t.is(await change('wrong'), 'login_refused');
  t.is(await change(PASSWORD), undefined as never);
  t.is(await login.callerOf(first), undefined);
  t.truthy(await login.callerOf(current.token));
  t.is(await logIn(PHONE), 'login_refused');
  t.like(await logIn(PHONE, 'another one 22'), {member: current.member});
  for (let no = 0; no < 5; no += 1) t.is(await change('guess'), 'login_refused');
  t.is(await change('another one 22'), 'login_locked');
});

test('what a login may do changes at once, and ends when it is taken', async t => {
  const {person, login, store, access} = await accountsRig(t, time());
  const {id, token} = await person(PHONE, ['staff'], ['north']);
  t.true((await login.callerOf(token))?.scopes.has('commands:write'));
  await store.transaction(tx => access.set(tx, caller(), id, {roles: ['member'], sites: null}));
  t.false((await login.callerOf(token))?.scopes.has('commands:write'));
  t.is(await store.transaction(tx => access.take(tx, caller(), id)), 1);
  t.is(await login.callerOf(token), undefined);
});
