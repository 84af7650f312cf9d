import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import Database from 'better-sqlite3';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {type GrantStateRow, hashOfState} from '../../protocols/cloud/grant-state.js';
import type {Grant} from '../../protocols/site/grant.js';
import {asId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {yieldTurn} from '../platform/event-loop.js';
import type {GrantPart} from './grant-staging.js';
import {SiteStore} from './site-store.js';

const SECRET = 'c4'.repeat(16);
const at = (ms: number) => ms as UnixMillis;

function grant(id: string): GrantStateRow {
  const row: Grant = {
    ...{id: asId(id), number: '4711', kind: 'park', holder: asId('h'), holderMask: ''},
    ...{credentials: [asId('k-1')], points: [asId('A-012')]},
    ...{validFrom: at(0), validUntil: at(9000), weekly: [], entries: 'multi'},
    ...{state: 'active', rev: 1, leaseUntil: at(9000)},
  };
  return {table: 'grant', row};
}

function card(id: string): GrantStateRow {
  const row = {id: asId(id), holder: asId('h'), uid: asId('0104F2A7B3'), secretHex: SECRET};
  return {table: 'credential', row: {kind: 'card', ...row, state: 'active', rev: 1} as never};
}

const OLD = [grant('g-0'), card('k-0')];
const ROWS = [card('k-1'), card('k-2'), grant('g-1'), grant('g-2'), grant('g-3')];
const SLICES = [ROWS.slice(0, 2), ROWS.slice(2, 4), ROWS.slice(4)];

/** The state `ver` in three parts. */
function parts(ver: number, hash = hashOfState(ROWS)): readonly GrantPart[] {
  return SLICES.map((rows, i) => ({ver, hash, i, isLast: i === SLICES.length - 1, rows}));
}

class Site {
  readonly folder = mkdtempSync(join(tmpdir(), 'latchkey-'));
  readonly path = join(this.folder, 'lot.db');
  readonly #clock = new VirtualClock({yieldTurn});
  readonly #entropy = new SeededEntropy(5);

  constructor(t: ExecutionContext) {
    t.teardown(() => rmSync(this.folder, {recursive: true}));
  }

  /** A store that holds `OLD` as version 3. */
  begin(): SiteStore {
    const store = this.open();
    const whole = {ver: 3, hash: hashOfState(OLD), i: 0, isLast: true, rows: OLD};
    store.grants.takePart(whole);
    return store;
  }

  open(): SiteStore {
    return new SiteStore({
      ...{path: this.path, site: 'lot-1', secretKey: new Uint8Array(32).fill(7)},
      ...{clock: this.#clock, entropy: this.#entropy, clockState: () => 'ok'},
    });
  }
}

const take = (store: SiteStore, list: readonly (GrantPart | undefined)[]) =>
  list.map(part => part && store.grants.takePart(part));
const ids = (store: SiteStore) => store.book.rows().map(({row}) => row.id as string);

test('parts count for nothing before the last, over restarts too, and then all at once', t => {
  const site = new Site(t);
  let store = site.begin();
  const [first, second, third] = parts(9);
  for (const [i, part] of [first, second].entries()) {
    t.deepEqual(take(store, [part]), ['staged']);
    t.deepEqual(ids(store), ['g-0', 'k-0']);
    store.close();
    store = site.open();
    t.like(store.grants.staged(), {ver: 9, next: i + 1});
    t.deepEqual(store.grants.current(), {ver: 3, hash: hashOfState(OLD)});
  }
  t.deepEqual(store.grants.staged()?.after, {table: 'grant', id: 'g-2'});
  t.false(readFileSync(site.path).includes(Buffer.from(SECRET, 'hex')));
  t.deepEqual(take(store, [third]), ['applied']);
  t.is(store.grants.staged(), undefined);
  store.close();
  store = site.open();
  t.deepEqual(store.grants.current(), {ver: 9, hash: hashOfState(ROWS)});
  t.deepEqual(ids(store).sort(), ROWS.map(({row}) => row.id as string).sort());
  t.is(store.book.cardByUid(asId('0104F2A7B3'))?.secretHex, SECRET);
  store.close();
});

test('what does not come next is ignored: doubled, ahead, of an older version', t => {
  const site = new Site(t);
  const store = site.begin();
  const [first, second, third] = parts(9);
  t.deepEqual(take(store, [second]), ['ignored']);
  t.deepEqual(take(store, [first, first, third]), ['staged', 'ignored', 'ignored']);
  t.deepEqual(take(store, [...parts(8).slice(0, 1)]), ['ignored']);
  const empty = {ver: 9, hash: hashOfState(ROWS), i: 1, isLast: false, rows: []};
  t.deepEqual(take(store, [empty, second, third]), ['ignored', 'staged', 'applied']);
  store.close();
});

test('a newer version takes the place of what was staged, and so does a change that was applied', t => {
  const site = new Site(t);
  const store = site.begin();
  t.deepEqual(take(store, parts(9).slice(0, 2)), ['staged', 'staged']);
  const [first] = parts(10);
  t.deepEqual(take(store, [first]), ['staged']);
  t.like(store.grants.staged(), {ver: 10, next: 1});
  const rows = [...OLD, grant('g-9')];
  const ops = [{op: 'put', ...grant('g-9')} as const];
  t.is(store.grants.applyDelta({from: 3, to: 4, ops, hash: hashOfState(rows)}), 'applied');
  t.is(store.grants.staged(), undefined);
  store.close();
});

test('a whole that is not what was promised changes nothing, and its parts are gone', t => {
  const site = new Site(t);
  const store = site.begin();
  t.deepEqual(take(store, parts(9, hashOfState(OLD))), ['staged', 'staged', 'hash']);
  t.is(store.grants.staged(), undefined);
  t.deepEqual(ids(store), ['g-0', 'k-0']);
  store.close();
});

test('a part that was damaged on the disk is asked for again, and those before it are kept', t => {
  const site = new Site(t);
  let store = site.begin();
  const [, second, third] = parts(9);
  take(store, parts(9).slice(0, 2));
  store.close();
  for (const damage of [`replace(body, '4711', '4712')`, `substr(body, 3)`]) {
    const file = new Database(site.path);
    file.exec(`UPDATE staged_row SET body = ${damage} WHERE id = 'g-2'`);
    file.close();
    store = site.open();
    t.deepEqual(take(store, [third]), ['part']);
    t.like(store.grants.staged(), {ver: 9, next: 1, after: {id: 'k-2'}});
    t.deepEqual(ids(store), ['g-0', 'k-0']);
    t.deepEqual(take(store, [second]), ['staged']);
    store.close();
  }
  store = site.open();
  t.deepEqual(take(store, [third]), ['applied']);
  store.close();
});

test('~G13 a revocation that comes between two parts works at once, and beats the rows of the snapshot', t => {
  const site = new Site(t);
  let store = site.begin();
  const [first, second, third] = parts(9);
  take(store, [first]);
  store.grants.applyRevocations(1, ['g-2', 'k-1', 'g-0']);
  t.true(store.book.isRevoked(asId('g-0')));
  t.deepEqual(take(store, [second, third]), ['staged', 'applied']);
  for (let round = 0; round < 2; round += 1) {
    t.true(store.book.isRevoked(asId('g-2')));
    t.is(store.book.cardByUid(asId('0104F2A7B3'))?.id as string, 'k-2', 'not the revoked one');
    store.close();
    store = site.open();
  }
  const file = new Database(site.path);
  t.deepEqual(file.prepare("SELECT ends FROM revoked WHERE id = 'g-2'").get(), {ends: 9000});
  file.close();
  store.close();
});
