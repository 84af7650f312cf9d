import test, {type ExecutionContext} from 'ava';
import {rightsRig, TENANT} from '../../cloud-sync/api/credentials/rights-rig.js';
import {tokenOf} from '../../cloud-sync/api/credentials/token-text.js';
import {DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS} from '../../protocols/base/units.js';
import {asId, type CollectorId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {DecisionRig} from './decision-rig.js';

const GATEWAY = 'gw-001';
const STALL: CollectorId = asId('B-9');
const LIVE = 20;
const MONTH_MS = 31 * DAY_MS;

/** The desk of the cloud on its database, and a gateway that is brought what the cloud wants of it. */
async function both(t: ExecutionContext, hasStall = false) {
  const cloud = await rightsRig(t);
  const edge = new DecisionRig({entropy: new SeededEntropy(9), hasStall});
  t.teardown(() => edge.remove());
  edge.start(cloud.clock);
  const deliver = () =>
    cloud.store.read(async db => {
      const limit = {rows: 1000, chars: 10_000_000};
      const {rows} = await cloud.grants.part(db, GATEWAY, undefined, limit);
      const revoked = await cloud.grants.revokedSince(db, GATEWAY, 0, 1000);
      const ids = revoked.map(({id}) => id);
      edge.store.grants.applyRevocations(revoked.at(-1)?.ver ?? 0, ids);
      edge.apply(rows);
    });
  const tokenText = async (right: {readonly number: string}, id: string) => {
    const credential = await cloud.store.read(db => cloud.credentials.get(db, TENANT, id));
    if (!credential) throw new Error(`no credential ${id}`);
    const {number} = right;
    return cloud.store.read(db => tokenOf(db, cloud.tokenKeys, {credential, number}));
  };
  /** Past the time in which one and the same thing shown again is one reading. */
  const pause = () => cloud.clock.advance(MINUTE_MS);
  return {
    ...{cloud, edge, deliver, tokenText},
    scan: async (text: string) => {
      await pause();
      edge.scan(1, text);
      return edge.verdict;
    },
    key: async (digits: string) => {
      await pause();
      await edge.key(1, digits);
      return edge.verdict;
    },
  };
}

test('Q4 on the agreement the tenant has key and QR of one grant; when delivery failed both are issued anew, and the old pair dies', async t => {
  const {cloud, edge, deliver, tokenText, scan, key} = await both(t);
  const {right, made} = await cloud.issue({}, [{kind: 'key'}, {kind: 'qr'}]);
  const [oldKey, oldQr] = made;
  t.deepEqual(right.credentials.length, 2);
  const digits = oldKey?.digits ?? '';
  const old = await tokenText(right, oldQr?.credential.id ?? '');
  t.is(old.text.length, 134);
  await deliver();
  t.is(await key(digits), 'ALLOW');
  t.is(await scan(old.text), 'ALLOW');
  t.is(await scan(old.text), 'ALLOW', 'a lease goes in and out');

  const held = await cloud.locked(right.id);
  const again = await cloud.store.transaction(tx =>
    cloud.desk.reissue(tx, held, {id: oldQr?.credential.id ?? ''}),
  );
  t.deepEqual(
    again.made.map(({credential}) => credential.kind),
    ['key', 'qr'],
  );
  await deliver();
  const [newKey, newQr] = again.made;
  const next = await tokenText(right, newQr?.credential.id ?? '');
  t.is(await key(digits), 'REVOKED');
  t.is(await scan(old.text), 'REVOKED');
  for (const one of [digits, newKey?.digits ?? '']) t.regex(one, /^\d{8}$/);
  t.is(await key(newKey?.digits ?? ''), 'ALLOW');
  t.is(await scan(next.text), 'ALLOW');
  const first = await cloud.store.read(db =>
    cloud.credentials.get(db, TENANT, oldQr?.credential.id ?? ''),
  );
  t.is(first?.replacedBy, newQr?.credential.id);
  t.true(edge.lowered.every(bay => bay === 'A-001'));
});

test('a token with one character changed, of another gateway, of a revoked grant or under a key that nobody delivered opens nothing', async t => {
  const {cloud, edge, deliver, tokenText, scan} = await both(t);
  const {right, made} = await cloud.issue({}, [{kind: 'qr'}]);
  const {text} = await tokenText(right, made[0]?.credential.id ?? '');
  t.is(await scan(text), 'BAD_MAC', 'the key has not been delivered');
  await deliver();
  for (let at = 0; at < text.length; at += 7) {
    const altered = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
    t.not(await scan(altered), 'ALLOW', `character ${at}`);
  }
  const once = await cloud.issue({holder: 'h-2', entries: 'one'}, [{kind: 'qr'}]);
  const other = await tokenText(once.right, once.made[0]?.credential.id ?? '');
  await deliver();
  t.is(await scan(other.text), 'OTHER_SITE', 'good once, and made out to another gateway');
  t.deepEqual(edge.lowered, []);
  t.is(await scan(text), 'ALLOW');
  const held = await cloud.locked(right.id);
  await cloud.store.transaction(tx => cloud.desk.setState(tx, held, 'revoked'));
  await deliver();
  t.is(await scan(text), 'REVOKED');
});

test('a key of tokens is rotated: both are good while the old ones live, and then the old one goes from every gateway', async t => {
  const {cloud, edge, deliver, tokenText, scan} = await both(t);
  const first = await cloud.issue({}, [{kind: 'qr'}]);
  await deliver();
  await cloud.settle(GATEWAY);
  const rotate = () => cloud.store.transaction(tx => cloud.tokenKeys.rotate(tx, TENANT));
  await rotate();
  await t.throwsAsync(rotate(), {message: /two keys are live/});
  const second = await cloud.issue({holder: 'h-2'}, [{kind: 'qr'}]);
  const kidOf = (made: typeof first) => {
    const facts = made.made[0]?.credential.facts;
    return facts?.kind === 'qr' ? facts.keyNumber : 0;
  };
  t.is(kidOf(second), kidOf(first), 'the gateway does not have the new one yet');
  await deliver();
  await cloud.settle(GATEWAY);
  const third = await cloud.issue({holder: 'h-3'}, [{kind: 'qr'}]);
  t.is(kidOf(third), kidOf(first) + 1);
  await deliver();
  const texts = [];
  for (const one of [first, second, third]) {
    texts.push((await tokenText(one.right, one.made[0]?.credential.id ?? '')).text);
  }
  for (const text of texts) t.is(await scan(text), 'ALLOW');
  await cloud.clock.advance(31 * DAY_MS);
  for (const gateway of [GATEWAY, 'gw-002']) await cloud.settle(gateway);
  await cloud.chores();
  await deliver();
  t.deepEqual(
    [...edge.store.book.issuers()].map(({kid}) => kid),
    [kidOf(third)],
  );
});

test('E56 guessing codes: lockout, growing delay and an alarm; 20 live codes have the 8 digits of the rule, so that a month of tries at a stall succeeds with less than 0.1 %', async t => {
  const {cloud, edge, deliver} = await both(t, true);
  const codes: string[] = [];
  for (let no = 1; no <= LIVE; no += 1) {
    const {made} = await cloud.issue({holder: `h-${no}`}, [{kind: 'code'}]);
    codes.push(made[0]?.digits ?? '');
  }
  await deliver();
  t.true(codes.every(code => /^\d{8}$/.test(code)));
  t.is(new Set(codes).size, LIVE);
  const guesses = new SeededEntropy(23);
  const lockMs = () => {
    const stall = edge.run.runner.state.collectors.get(STALL);
    return Math.max(0, (stall?.lockout.lockedUntilMs ?? 0) - cloud.clock.nowMs());
  };
  const waits: number[] = [];
  let tries = 0;
  const sinceMs = cloud.clock.nowMs();
  while (cloud.clock.nowMs() - sinceMs < MONTH_MS) {
    await edge.key(9, `${Math.floor(guesses.fraction() * 1e8)}`.padStart(8, '0'));
    tries += 1;
    if (lockMs() > 0) waits.push(lockMs());
    await cloud.clock.advance(Math.max(SECOND_MS, lockMs()));
  }
  t.deepEqual(
    waits.slice(0, 6),
    [60, 120, 240, 480, 960, 1920].map(s => s * SECOND_MS),
  );
  t.is(Math.max(...waits), HOUR_MS);
  t.true((tries * LIVE) / 1e8 < 0.001, `${tries} tries`);
  t.true(edge.told('alarm').some(({body}) => body.kind === 'CODE_GUESSING'));
});
