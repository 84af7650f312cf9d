import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {StoreError, UsageError} from '../../protocols/base/errors.js';
import {DAY_MS, MINUTE_MS} from '../../protocols/base/units.js';
import {type GrantOp, type GrantStateRow, hashOfState} from '../../protocols/cloud/grant-state.js';
import type {SiteFact} from '../../protocols/site/events.js';
import type {CardCredential, Grant} from '../../protocols/site/grant.js';
import {asId, type DeviceId, type GrantId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import type {AlarmRecord} from '../domain/alarms/alarm-record.js';
import type {ActuationRecord, LotRecord, SessionRecord} from '../domain/lot/contract.js';
import {SiteStore} from './site-store.js';

const SECRET = '00112233445566778899aabbccddeeff';
const KEY = new Uint8Array(32).fill(9);
const yieldTurn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

class Site {
  readonly folder = mkdtempSync(join(tmpdir(), 'latchkey-'));
  readonly path = join(this.folder, 'lot.db');
  readonly entropy = new SeededEntropy(3);
  readonly #t: ExecutionContext;
  readonly clock = new VirtualClock({yieldTurn});
  secretKey: Uint8Array = KEY;

  constructor(t: ExecutionContext) {
    this.#t = t;
    t.teardown(() => rmSync(this.folder, {recursive: true}));
  }

  open(): SiteStore {
    const {path, clock, entropy, secretKey} = this;
    const store = new SiteStore({
      ...{path, site: 'lot-1', secretKey, clock, entropy, clockState: () => 'ok'},
    });
    this.#t.teardown(() => store.close());
    return store;
  }
}

function grant(id: string, change: Partial<Grant> = {}): GrantStateRow {
  const row: Grant = {
    id: asId(id),
    number: '1',
    kind: 'park',
    holder: asId('h-1'),
    holderMask: '陈**',
    credentials: [asId('k-1')],
    points: [asId('A-012')],
    validFrom: 0 as UnixMillis,
    validUntil: 9_000 as UnixMillis,
    weekly: [{days: [1], fromMinute: 0, toMinute: 60}],
    entries: 'one',
    state: 'active',
    rev: 1,
    leaseUntil: 9_000 as UnixMillis,
    ...change,
  };
  return {table: 'grant', row};
}

function card(id: string, change: Partial<CardCredential> = {}): GrantStateRow {
  const row: CardCredential = {
    kind: 'card',
    id: asId(id),
    holder: asId('h-1'),
    uid: asId('0104F2A7B3'),
    secretHex: SECRET,
    state: 'active',
    rev: 1,
    ...change,
  };
  return {table: 'credential', row};
}

const put = (row: GrantStateRow): GrantOp => ({op: 'put', ...row});
const OPENED: SiteFact = {kind: 'epoch.new', body: {why: 'opened'}};

function actuation(id: string, state: ActuationRecord['state']): ActuationRecord {
  return {
    id: asId(id),
    bay: asId('A-012'),
    desired: 'down',
    state,
    tryNo: 1,
    cause: {kind: 'relock', session: null},
    why: null,
    startedMs: 5,
    startedWallMs: 5 as UnixMillis,
  };
}

function session(id: string, phase: SessionRecord['phase']): SessionRecord {
  return {
    id: asId(id),
    bay: asId('A-012'),
    phase,
    grant: asId('g-1'),
    holder: null,
    actuation: null,
    openedMs: 5,
    openedWallMs: 5 as UnixMillis,
    closeCause: null,
    durationMs: 0,
  };
}

function alarm(id: string, state: AlarmRecord['state']): AlarmRecord {
  return {
    ...{id: asId(id), kind: 'TAMPER', state, bay: null, collector: null, device: null, count: 1},
    ...{escalation: 0, ring: 'normal', raisedMs: 0, raisedWallMs: 0 as UnixMillis},
    ...{ackedBy: null, closedBy: null, detail: ''},
  };
}

test('~E5 what was not final comes back after a restart as it last stood, the rest does not', t => {
  const site = new Site(t);
  const store = site.open();
  const stamp = store.stampNow();
  const range = store.lot.commit({
    facts: [OPENED],
    records: [
      {table: 'actuation', row: actuation('a-1', 'queued')},
      {table: 'actuation', row: actuation('a-2', 'sent')},
      {table: 'session', row: session('s-1', 'open_wait_car')},
      {table: 'session', row: session('s-2', 'closed')},
      {table: 'alarm', row: alarm('al-1', 'acked')},
      {table: 'alarm', row: alarm('al-2', 'closed')},
      {table: 'guesses', agesMs: [9000]},
      {table: 'guesses', agesMs: [12_000.4, 0]},
    ],
    stamp,
  });
  t.deepEqual(range, {firstSeq: 1, lastSeq: 1});
  for (const state of [
    'moving',
    'confirmed',
    'failed',
    'aborted',
    'expired',
    'interrupted',
  ] as const) {
    const records = [{table: 'actuation', row: actuation(`a-${state}`, state)} as const];
    store.lot.commit({facts: [], records, stamp});
  }
  store.lot.commit({
    facts: [],
    records: [{table: 'actuation', row: actuation('a-2', 'confirmed')}],
    stamp,
  });
  store.close();
  t.deepEqual(site.open().lot.openRecords(), {
    actuations: [actuation('a-1', 'queued'), actuation('a-moving', 'moving')],
    sessions: [session('s-1', 'open_wait_car')],
    alarms: [alarm('al-1', 'acked')],
    lockTests: [],
    lockouts: [],
    showers: [],
    guessAgesMs: [12_000, 0],
    care: [],
  });
});

test('~E22 what is known of a lock is kept over restarts, the newest of each', t => {
  const site = new Site(t);
  const store = site.open();
  const stamp = store.stampNow();
  const row = {lock: asId<DeviceId>('L-1'), identity: 'one', movedUp: true, movedDown: false};
  const other = {...row, lock: asId<DeviceId>('L-2')};
  for (const kept of [row, other, {...row, identity: 'two', movedDown: true}]) {
    store.lot.commit({facts: [], records: [{table: 'lockTest', row: kept}], stamp});
  }
  store.close();
  t.deepEqual(site.open().lot.openRecords().lockTests, [
    {...row, identity: 'two', movedDown: true},
    other,
  ]);
});

test('~X1 facts and records are stored together or not at all', t => {
  const site = new Site(t);
  const store = site.open();
  const stamp = store.stampNow();
  const use: LotRecord = {table: 'grantUse', grant: asId('g-1'), session: asId('s-1')};
  store.lot.commit({facts: [OPENED], records: [use], stamp});
  const second: LotRecord = {...use, session: asId('s-2')};
  const refused = t.throws(
    () =>
      store.lot.commit({
        facts: [OPENED],
        records: [{table: 'session', row: session('s-2', 'open_wait_car')}, second],
        stamp,
      }),
    {instanceOf: StoreError},
  );
  t.is(refused?.code, 'store/used');
  t.is(store.outbox.head(), 1);
  t.deepEqual(store.lot.openRecords().sessions, []);
});

test('a one-entry grant is used once, also after a restart, unless its session gives it back', t => {
  const site = new Site(t);
  let store = site.open();
  const stamp = store.stampNow();
  const id = asId<GrantId>('g-1');
  t.false(store.book.isUsed(id));
  store.lot.commit({
    facts: [],
    records: [{table: 'grantUse', grant: id, session: asId('s-1')}],
    stamp,
  });
  t.true(store.book.isUsed(id));
  store.close();
  store = site.open();
  t.true(store.book.isUsed(id));
  store.lot.commit({
    facts: [],
    records: [{table: 'grantUnused', grant: id, session: asId('s-9')}],
    stamp,
  });
  t.true(store.book.isUsed(id));
  store.lot.commit({
    facts: [],
    records: [{table: 'grantUnused', grant: id, session: asId('s-1')}],
    stamp,
  });
  t.false(store.book.isUsed(id));
  store.close();
  t.false(site.open().book.isUsed(id));
});

test('codes under another key are asked for again, a spoilt key is put aside, and neither keeps cards out', t => {
  const site = new Site(t);
  let store = site.open();
  const pepper = `${site.path}.pepper`;
  const rows: readonly GrantStateRow[] = [];
  store.grants.takePart({i: 0, isLast: true, ver: 5, hash: hashOfState(rows), rows});
  store.pepper();
  store.close();
  store = site.open();
  t.is(store.grants.current().ver, 5, 'the same key asks for nothing');
  store.close();
  writeFileSync(pepper, '');
  store = site.open();
  t.deepEqual([store.grants.current().ver, store.grants.standing], [0, 'sure']);
  t.true(existsSync(`${pepper}.damaged-1`));
  t.is(readFileSync(pepper, 'utf8').trim().length, 64);
  store.grants.takePart({i: 0, isLast: true, ver: 6, hash: hashOfState(rows), rows});
  store.close();
  store = site.open();
  t.is(store.grants.current().ver, 6);
  store.close();
  rmSync(pepper);
  mkdirSync(pepper);
  store = site.open();
  t.regex(store.trouble ?? '', /lot\.db\.pepper: expected a key file of this user, .*EISDIR/);
});

test('closed records go after the retention, open ones stay', async t => {
  const site = new Site(t);
  const store = site.open();
  store.lot.commit({
    facts: [],
    records: [
      {table: 'session', row: session('s-1', 'parked')},
      {table: 'session', row: session('s-2', 'closed')},
      {table: 'alarm', row: alarm('al-2', 'closed')},
      {table: 'guesses', agesMs: [9000]},
      {table: 'guesses', agesMs: [12_000.4, 0]},
    ],
    stamp: store.stampNow(),
  });
  store.commands.claim('c-1', store.stampNow());
  t.is(store.prune(), 0);
  await site.clock.advance(31 * DAY_MS);
  t.is(store.prune(), 3);
  t.is(store.lot.openRecords().sessions.length, 1);
});

test('a store that was not closed counts as an unclean stop', t => {
  const site = new Site(t);
  const store = site.open();
  t.is(store.startCause, 'start');
  const left = new Site(t);
  for (const suffix of ['', '-wal', '.epoch']) {
    copyFileSync(`${site.path}${suffix}`, `${left.path}${suffix}`);
  }
  t.is(left.open().startCause, 'unclean');
  store.close();
  store.close();
  t.is(site.open().startCause, 'start');
});

test('a delta applies whole, is journalled, and decides from then on', t => {
  const site = new Site(t);
  const store = site.open();
  const rows = [grant('g-1'), card('k-1')];
  const hash = hashOfState(rows);
  t.is(store.grants.applyDelta({from: 0, to: 1, ops: rows.map(put), hash}), 'applied');
  t.deepEqual(store.grants.current(), {ver: 1, hash});
  const found = store.book.cardByUid(asId('0104F2A7B3'));
  t.is(found?.secretHex, SECRET);
  t.deepEqual(
    store.book.grantsOf(asId('k-1')).map(row => row.id as string),
    ['g-1'],
  );
  t.is(store.book.grantById(asId('g-1'))?.holderMask, '陈**');
  const [event] = store.outbox.read(1, 10);
  t.is(event?.kind, 'grants.applied');
  t.is(event?.body, JSON.stringify({version: 1, hash}));
});

test('a delta from elsewhere, or with another result, changes nothing', t => {
  const site = new Site(t);
  const store = site.open();
  const ops = [put(grant('g-1'))];
  const hash = hashOfState([grant('g-1')]);
  t.is(store.grants.applyDelta({from: 1, to: 2, ops, hash}), 'version');
  t.is(store.grants.applyDelta({from: 0, to: 1, ops, hash: hashOfState([])}), 'hash');
  t.is(store.grants.current().ver, 0);
  t.is(store.book.grantById(asId('g-1')), undefined);
  t.is(store.outbox.head(), 0);
});

test('a delta that arrives twice is applied once', t => {
  const site = new Site(t);
  const store = site.open();
  const delta = {from: 0, to: 1, ops: [put(grant('g-1'))], hash: hashOfState([grant('g-1')])};
  t.is(store.grants.applyDelta(delta), 'applied');
  t.is(store.grants.applyDelta(delta), 'applied');
  t.is(store.outbox.head(), 1);
});

test('later ops of one delta build on earlier ones', t => {
  const site = new Site(t);
  const store = site.open();
  const changed = grant('g-1', {rev: 2, credentials: [asId('k-2')]});
  const ops: GrantOp[] = [
    put(grant('g-1')),
    put(changed),
    put(card('k-1')),
    {op: 'drop', table: 'credential', id: 'k-1'},
    {op: 'drop', table: 'grant', id: 'never was'},
  ];
  t.is(store.grants.applyDelta({from: 0, to: 1, ops, hash: hashOfState([changed])}), 'applied');
  t.deepEqual(store.book.grantsOf(asId('k-1')), []);
  t.is(store.book.grantsOf(asId('k-2')).length, 1);
  t.is(store.book.cardByUid(asId('0104F2A7B3')), undefined);
  store.close();
  t.deepEqual(site.open().book.rows(), [changed]);
});

test('a snapshot replaces everything at once, over a restart too', t => {
  const site = new Site(t);
  const store = site.open();
  const old = [grant('g-1'), card('k-1')];
  store.grants.applyDelta({from: 0, to: 1, ops: old.map(put), hash: hashOfState(old)});
  const rows = [grant('g-2'), card('k-2', {secretHex: undefined})];
  t.is(store.grants.takePart({i: 0, isLast: true, ver: 9, hash: hashOfState(old), rows}), 'hash');
  t.deepEqual(store.book.rows(), old);
  t.is(
    store.grants.takePart({i: 0, isLast: true, ver: 9, hash: hashOfState(rows), rows}),
    'applied',
  );
  t.deepEqual(store.book.rows(), rows);
  store.close();
  const again = site.open();
  t.deepEqual(again.book.rows(), rows);
  t.deepEqual(again.grants.current(), {ver: 9, hash: hashOfState(rows)});
});

test('the budget of a grant comes back as it was sent, by a change and in a whole state, over a restart', t => {
  const site = new Site(t);
  const store = site.open();
  const sent = (fen: number) => grant('g-1', {kind: 'shower', budget: {fen, seconds: 1800}});
  const budgetOf = (from: SiteStore) => from.book.grantById(asId('g-1'))?.budget;
  const ops = [put(sent(320)), put(grant('g-2'))];
  const hash = hashOfState([sent(320), grant('g-2')]);
  t.is(store.grants.applyDelta({from: 0, to: 1, ops, hash}), 'applied');
  t.deepEqual(budgetOf(store), {fen: 320, seconds: 1800});
  store.close();
  const again = site.open();
  t.deepEqual(budgetOf(again), {fen: 320, seconds: 1800});
  t.is(again.book.grantById(asId('g-2'))?.budget, undefined);
  const whole = {i: 0, isLast: true, ver: 2, hash: hashOfState([sent(150)]), rows: [sent(150)]};
  t.is(again.grants.takePart(whole), 'applied');
  again.close();
  t.deepEqual(budgetOf(site.open()), {fen: 150, seconds: 1800});
});

test('~G13 a revocation beats every later grant, also after a restart and a snapshot', t => {
  const site = new Site(t);
  const store = site.open();
  store.grants.applyRevocations(4, ['g-1', 'k-9']);
  store.grants.applyRevocations(3, ['g-1']);
  t.is(store.grants.revocations(), 4);
  const rows = [grant('g-1', {rev: 99})];
  store.grants.takePart({i: 0, isLast: true, ver: 1, hash: hashOfState(rows), rows});
  t.true(store.book.isRevoked(asId('g-1')));
  store.close();
  const again = site.open();
  t.true(again.book.isRevoked(asId('g-1')));
  t.true(again.book.isRevoked(asId('k-9')));
  t.false(again.book.isRevoked(asId('g-2')));
  t.is(again.grants.revocations(), 4);
});

test('of two cards with one number the usable one is found', t => {
  const site = new Site(t);
  const store = site.open();
  const rows = [card('k-1'), card('k-2', {state: 'suspended'}), card('k-3')];
  store.grants.takePart({i: 0, isLast: true, ver: 1, hash: hashOfState(rows), rows});
  t.is(store.book.cardByUid(asId('0104F2A7B3'))?.id as string, 'k-1');
  store.grants.applyRevocations(1, ['k-1']);
  t.is(store.book.cardByUid(asId('0104F2A7B3'))?.id as string, 'k-3');
  store.grants.applyRevocations(2, ['k-3']);
  t.is(store.book.cardByUid(asId('0104F2A7B3'))?.id as string, 'k-1');
});

test('card secrets do not stand in the file, and open only under their key', t => {
  const site = new Site(t);
  const store = site.open();
  const rows = [card('k-1')];
  store.grants.takePart({i: 0, isLast: true, ver: 1, hash: hashOfState(rows), rows});
  store.close();
  const content = readFileSync(site.path);
  t.false(content.includes(Buffer.from(SECRET, 'hex')));
  t.false(content.includes(SECRET));
  t.true(content.includes('0104F2A7B3'));
  site.secretKey = new Uint8Array(32).fill(8);
  const refused = t.throws(() => site.open(), {instanceOf: StoreError});
  t.is(refused?.code, 'store/secret-key');
  site.secretKey = new Uint8Array(31);
  t.throws(() => site.open(), {instanceOf: UsageError});
  site.secretKey = KEY;
  t.deepEqual(site.open().book.rows(), rows);
});

test('the age of the book counts from the last confirmation, over restarts', async t => {
  const site = new Site(t);
  const store = site.open();
  t.is(store.book.ageMs(), Number.POSITIVE_INFINITY);
  store.grants.touch();
  await site.clock.advance(5 * MINUTE_MS);
  t.is(store.book.ageMs(), 5 * MINUTE_MS);
  store.grants.touch();
  t.is(store.book.ageMs(), 0);
  store.close();
  await site.clock.advance(MINUTE_MS);
  // The second contact came too soon to be written: the age errs towards old.
  t.is(site.open().book.ageMs(), 6 * MINUTE_MS);
});

test('a wall clock that lost its time leaves the age unknown, never young', t => {
  const site = new Site(t);
  const store = site.open();
  store.grants.touch();
  store.close();
  site.clock.stepWall(-365 * DAY_MS);
  t.is(site.open().book.ageMs(), Number.POSITIVE_INFINITY);
});

test('~E13 a command is claimed once, also after a restart, and its first outcome stays', t => {
  const site = new Site(t);
  const store = site.open();
  t.deepEqual(store.commands.claim('c-1', store.stampNow()), {kind: 'claimed'});
  t.deepEqual(store.commands.claim('c-1', store.stampNow()), {kind: 'dup', outcome: undefined});
  store.commands.settle('c-1', {kind: 'failed', why: 'OBSTACLE'});
  store.commands.settle('c-1', {kind: 'done'});
  store.close();
  const again = site.open();
  t.deepEqual(again.commands.claim('c-1', again.stampNow()), {
    kind: 'dup',
    outcome: {kind: 'failed', why: 'OBSTACLE'},
  });
  t.deepEqual(again.commands.claim('c-2', again.stampNow()), {kind: 'claimed'});
});
