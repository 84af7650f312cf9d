import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {HOUR_MS, MINUTE_MS} from '../../../protocols/base/units.js';
import {asId, type PersonId} from '../../../protocols/site/ids.js';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import type {StretchCode} from '../../platform/stretch.js';
import {SiteStore} from '../../store/site-store.js';
import {STAFF} from '../fixture-lot.js';
import {rightsOf} from './roles.js';
import {StaffDesk} from './staff-desk.js';

/** As costly as nothing: what scrypt is worth its own test says. */
const stretch: StretchCode = async (digits, salt) => {
  const {createHash} = await import('node:crypto');
  return createHash('sha256').update(salt).update(digits).digest();
};
const PIN = '471903';
const wang = asId<PersonId>('wang');

function setUp(t: ExecutionContext) {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-staff-'));
  t.teardown(() => rmSync(folder, {recursive: true, force: true}));
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const entropy = new SeededEntropy();
  const store = new SiteStore({
    ...{path: join(folder, 'lot.db'), site: 'lot-1', secretKey: new Uint8Array(32)},
    ...{clock, entropy, clockState: () => 'ok' as const},
  });
  t.teardown(() => store.close());
  const start = () =>
    new StaffDesk({staff: STAFF, store: store.staff, clock, entropy, stretch, site: 'lot-1'});
  return {clock, store, start, desk: start()};
}

/** Somebody who has set his PIN. */
async function withPin(desk: StaffDesk, person = 'wang'): Promise<string> {
  const result = await desk.setPin(person, desk.giveCode(person) ?? '', PIN);
  if (result.kind !== 'in') throw new TypeError(result.kind);
  return result.token;
}

test('nobody has a PIN before he set one with a code that is good once, for 15 minutes', async t => {
  const {clock, desk} = setUp(t);
  t.true(desk.isUnset);
  t.is((await desk.logIn('wang', PIN)).kind, 'wrong');
  const code = desk.giveCode('wang') ?? '';
  t.regex(code, /^\d{8}$/);
  t.is((await desk.setPin('li', code, PIN)).kind, 'wrong', 'a code is for one person');
  const set = await desk.setPin('wang', code, PIN);
  t.is(set.kind, 'in');
  t.false(desk.isUnset);
  t.is((await desk.setPin('wang', code, '111111')).kind, 'wrong', 'a code is good once');
  t.is((await desk.logIn('wang', PIN)).kind, 'in');
  const late = desk.giveCode('li') ?? '';
  await clock.advance(15 * MINUTE_MS);
  t.is((await desk.setPin('li', late, PIN)).kind, 'wrong');
  t.is(desk.giveCode('mallory'), undefined);
});

test('five wrong PINs lock a person out, longer each time; a card and whoever is in do not suffer', async t => {
  const {clock, desk} = setUp(t);
  const token = await withPin(desk);
  const session = desk.sessionOf(token);
  if (!session) return t.fail('not in');
  await desk.setCard(session, '04a1b2c3');
  const kinds: string[] = [];
  for (let tries = 0; tries < 5; tries += 1) kinds.push((await desk.logIn('wang', '000000')).kind);
  t.deepEqual(kinds, ['wrong', 'wrong', 'wrong', 'wrong', 'locked']);
  t.like(await desk.logIn('wang', PIN), {kind: 'locked', leftMs: MINUTE_MS});
  t.is((await desk.logInByCard('04A1B2C3')).kind, 'in');
  t.is(desk.sessionOf(token)?.member.id, wang);
  await clock.advance(MINUTE_MS);
  t.like(await desk.logIn('wang', '000000'), {kind: 'locked', leftMs: 2 * MINUTE_MS});
  await clock.advance(2 * MINUTE_MS);
  t.is((await desk.logIn('wang', PIN)).kind, 'in');
  t.is((await desk.logInByCard('DEADBEEF')).kind, 'wrong');
});

test('a session lasts a shift, outlives a restart, and ends with log-out or a new PIN', async t => {
  const {clock, desk, start, store} = setUp(t);
  const token = await withPin(desk);
  await clock.advance(HOUR_MS);
  const again = start();
  t.is(again.sessionOf(token)?.member.id, wang);
  t.is(again.sessionOf(token)?.csrf, desk.sessionOf(token)?.csrf);
  t.is(again.sessionOf(`${token}0`), undefined);
  t.is(again.sessionOf(undefined), undefined);
  await clock.advance(11 * HOUR_MS);
  t.is(again.sessionOf(token), undefined);
  t.deepEqual(store.staff.sessions(), []);
  const second = await desk.logIn('wang', PIN);
  if (second.kind !== 'in') return t.fail(second.kind);
  desk.logOut(second.token);
  t.is(desk.sessionOf(second.token), undefined);
  const third = await desk.logIn('wang', PIN);
  if (third.kind !== 'in') return t.fail(third.kind);
  await desk.setPin('wang', desk.giveCode('wang') ?? '', '998877');
  t.is(desk.sessionOf(third.token), undefined);
  t.is((await desk.logIn('wang', PIN)).kind, 'wrong');
});

test('what lies in the database lets nobody in', async t => {
  const {desk, store} = setUp(t);
  const token = await withPin(desk);
  const [session] = store.staff.sessions();
  const kept = JSON.stringify([store.staff.pinOf(wang), session]);
  t.false(kept.includes(PIN));
  t.false(kept.includes(token));
  t.not(Buffer.from(session?.tokenSum ?? '').toString('hex'), token);
});

test('log-ins wait in line, four of them, and the next one is told so', async t => {
  const {desk} = setUp(t);
  await withPin(desk);
  const kinds = await Promise.all(
    Array.from({length: 6}, () => desk.logIn('wang', PIN).then(({kind}) => kind)),
  );
  t.deepEqual(kinds, ['in', 'in', 'in', 'in', 'busy', 'busy']);
});

test('~EC-7 a shared account takes calls and nothing that a name must stand for', t => {
  t.deepEqual(rightsOf({role: 'supervisor', shared: true}), ['answer']);
  t.false(rightsOf({role: 'guard', shared: false}).includes('settle'));
  t.false(rightsOf({role: 'installer', shared: false}).includes('answer'));
  t.true(rightsOf({role: 'supervisor', shared: false}).includes('settle'));
});
