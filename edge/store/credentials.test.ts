import {mkdtempSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {toHex} from '../../protocols/base/bytes.js';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {DAY_MS} from '../../protocols/base/units.js';
import {type GrantStateRow, hashOfState} from '../../protocols/cloud/grant-state.js';
import {codeSalt, digestCode, pepperDigest} from '../../protocols/credential/keypad-code.js';
import type {CodeCredential, Grant, QrCredential} from '../../protocols/site/grant.js';
import {asId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import type {LotRecord} from '../domain/lot/contract.js';
import type {ClockState} from '../domain/time/time-machine.js';
import {SiteStore} from './site-store.js';

const yieldTurn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));
const DIGEST = toHex(digestCode('19057344', codeSalt('lot-1', 1)));

class Site {
  readonly folder = mkdtempSync(join(tmpdir(), 'latchkey-'));
  readonly clock = new VirtualClock({yieldTurn});
  clk: ClockState = 'ok';
  readonly #t: ExecutionContext;
  readonly #entropy = new SeededEntropy(5);

  constructor(t: ExecutionContext) {
    this.#t = t;
    t.teardown(() => rmSync(this.folder, {recursive: true}));
  }

  open(): SiteStore {
    const store = new SiteStore({
      path: join(this.folder, 'lot.db'),
      site: 'lot-1',
      secretKey: new Uint8Array(32),
      clock: this.clock,
      entropy: this.#entropy,
      clockState: () => this.clk,
    });
    this.#t.teardown(() => store.close());
    return store;
  }
}

const at = (ms: number) => ms as UnixMillis;

function code(id: string, more: Partial<CodeCredential> = {}): GrantStateRow {
  const row: CodeCredential = {
    ...{kind: 'code', id: asId(id), holder: asId('h'), digest: DIGEST, epoch: 1, uses: 'one'},
    ...{state: 'active', rev: 1},
    ...more,
  };
  return {table: 'credential', row};
}

function qr(id: string): GrantStateRow {
  const secretHex = 'ab'.repeat(16);
  const row: QrCredential = {
    ...{kind: 'qr', id: asId(id), holder: asId('h'), validFrom: at(1000), secretHex},
    ...{state: 'active', rev: 1},
  };
  return {table: 'credential', row};
}

function grant(credentials: readonly string[]): GrantStateRow {
  const row: Grant = {
    ...{id: asId('g-1'), number: '4711', kind: 'park', holder: asId('h'), holderMask: ''},
    ...{credentials: credentials.map(id => asId(id)), points: [asId('A-012')]},
    ...{validFrom: at(0), validUntil: at(9000), weekly: [], entries: 'multi'},
    ...{state: 'active', rev: 1, leaseUntil: at(9000)},
  };
  return {table: 'grant', row};
}

const ROWS = [grant(['code-1', 'qr-1']), code('code-1'), qr('qr-1')];
const apply = (store: SiteStore, rows: readonly GrantStateRow[] = ROWS) =>
  store.grants.takePart({i: 0, isLast: true, ver: 1, hash: hashOfState(rows), rows});
const commit = (store: SiteStore, ...records: LotRecord[]) =>
  store.lot.commit({facts: [], records, stamp: store.stampNow()});
const used = (id: string, validUntil: number): LotRecord => ({
  table: 'used',
  id,
  validUntil: at(validUntil),
});

test('a code lies under the pepper, whose file nobody else reads; nothing of it or of a secret is in the database', t => {
  const site = new Site(t);
  const store = site.open();
  t.is(apply(store), 'applied');
  const path = join(site.folder, 'lot.db.pepper');
  t.is(statSync(path).mode & 0o777, 0o600);
  const kept = pepperDigest(store.pepper(), Buffer.from(DIGEST, 'hex'));
  t.is(String(store.book.codeByDigest(kept)?.id), 'code-1');
  t.is(store.book.codeByDigest(DIGEST), undefined);
  store.close();
  const again = site.open();
  t.is(String(again.book.codeByDigest(kept)?.id), 'code-1');
  t.like(again.book.qrsOf(ROWS[0]?.row as Grant), [{id: 'qr-1', secretHex: 'ab'.repeat(16)}]);
  t.is(String(again.book.grantByNumber('4711')?.id), 'g-1');
  for (const name of readdirSync(site.folder)) {
    const text = readFileSync(join(site.folder, name)).toString('latin1');
    t.false(text.includes(DIGEST), name);
    t.false(text.includes('ab'.repeat(16)), name);
  }
});

test('the state hash agrees with the cloud’s though the gateway keeps another digest', t => {
  const site = new Site(t);
  const store = site.open();
  apply(store);
  const next = [
    ...ROWS.slice(0, 1),
    code('code-1', {rev: 2, state: 'suspended'}),
    ...ROWS.slice(2),
  ];
  const op = {op: 'put', ...(next[1] as GrantStateRow)} as const;
  const delta = {from: 1, to: 2, ops: [op], hash: hashOfState(next)};
  t.is(store.grants.applyDelta(delta), 'applied');
  t.is(hashOfState(store.book.rows()), hashOfState(next));
});

test('codes of an older epoch are dead: one salt, so one scrypt for each try', t => {
  const store = new Site(t).open();
  apply(store, [code('old'), code('new', {epoch: 2, digest: 'cd'.repeat(32)})]);
  t.is(store.book.codeEpoch(), 2);
  const under = (digest: string) => pepperDigest(store.pepper(), Buffer.from(digest, 'hex'));
  t.is(store.book.codeByDigest(under(DIGEST)), undefined);
  t.is(String(store.book.codeByDigest(under('cd'.repeat(32)))?.id), 'new');
});

test('of two codes that look alike the one that may open is found', t => {
  const store = new Site(t).open();
  apply(store, [code('gone', {state: 'revoked'}), code('live')]);
  const kept = pepperDigest(store.pepper(), Buffer.from(DIGEST, 'hex'));
  t.is(String(store.book.codeByDigest(kept)?.id), 'live');
});

test('~G12 what is good once is a unique row: a second use stores nothing at all, and memory learns of it', t => {
  const site = new Site(t);
  const first = site.open();
  commit(first, used('jti-1', 5000));
  t.true(first.book.isSpent('jti-1'));
  first.close();
  const store = site.open();
  t.true(store.book.isSpent('jti-1'), 'a restart forgets nothing');
  const head = store.outbox.head();
  const fact = {kind: 'epoch.new', body: {why: 'second use'}} as const;
  const twice = () =>
    store.lot.commit({facts: [fact], records: [used('jti-1', 5000)], stamp: store.stampNow()});
  t.throws(twice, {message: /store\/used/});
  t.is(store.outbox.head(), head);
});

test('two uses within one commit store neither and use nothing up: each may be tried by itself', t => {
  const store = new Site(t).open();
  const once = {facts: [], records: [used('jti-1', 5000)], stamp: store.stampNow()};
  t.throws(() => store.lot.commit(once, once), {message: /store\/used/});
  t.false(store.book.isSpent('jti-1'));
  const use = {table: 'grantUse', grant: asId<never>('g-1'), session: asId<never>('s-1')} as const;
  const entry = {facts: [], records: [use], stamp: store.stampNow()};
  t.throws(() => store.lot.commit(entry, entry), {message: /store\/used/});
  t.false(store.book.isUsed(asId('g-1')));
  store.lot.commit(once, entry);
  t.true(store.book.isSpent('jti-1'));
  t.true(store.book.isUsed(asId('g-1')));
});

test('the lockout of a door comes back as it was stored', t => {
  const site = new Site(t);
  const store = site.open();
  const row = {
    ...{door: asId<never>('C1'), fails: 5, lockLeftMs: 90_000, dayTries: 7, dayLeftMs: 80_000_000},
  };
  commit(store, {table: 'lockout', row: {...row, fails: 4, lockLeftMs: 0}});
  commit(store, {table: 'lockout', row});
  store.close();
  t.deepEqual(site.open().lot.openRecords().lockouts, [row]);
});

test('what was used is forgotten a day after its end by a sure clock, a code not while its row is here', t => {
  const site = new Site(t);
  const nowMs = site.clock.wallMs();
  const inStore = (act: (store: SiteStore) => void) => {
    const store = site.open();
    act(store);
    store.close();
  };
  inStore(store => {
    apply(store);
    commit(store, used('over', nowMs), used('later', nowMs + 5 * DAY_MS), used('code-1', nowMs));
  });
  site.clock.stepWall(2 * DAY_MS);
  site.clk = 'floor';
  inStore(store => void store.prune());
  inStore(store => t.true(store.book.isSpent('over'), 'not by a clock that nobody vouches for'));
  site.clk = 'ok';
  inStore(store => void store.prune());
  inStore(store =>
    t.deepEqual(
      ['over', 'later', 'code-1'].map(id => store.book.isSpent(id)),
      [false, true, true],
    ),
  );
});
