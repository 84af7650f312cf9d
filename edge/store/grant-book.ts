import type {Clock, Millis, UnixMillis} from '../../protocols/base/clock.js';
import {
  type GrantOp,
  type GrantStateRow,
  type GrantStateTable,
  hashWith,
  hashWithout,
} from '../../protocols/cloud/grant-state.js';
import type {
  CardCredential,
  CodeCredential,
  Credential,
  Grant,
  QrCredential,
  TokenIssuer,
} from '../../protocols/site/grant.js';
import type {BayId, CardUid, CredentialId, GrantId, SessionId} from '../../protocols/site/ids.js';
import {normalisePlate} from '../../protocols/site/plate-text.js';
import type {GrantBook} from '../domain/lot/grant-book.js';

/** A one-entry grant that was used, and the stay that used it: only that one gives it back. */
export interface GrantUse {
  readonly grant: GrantId;
  readonly session: SessionId;
}

/** What the book is filled with at the start. */
export interface BookContents {
  readonly rows: readonly GrantStateRow[];
  readonly revoked: readonly string[];
  readonly used: readonly GrantUse[];
  /** Tokens and codes that are good once, and were used. */
  readonly spent: readonly string[];
  /** When the cloud last confirmed it, by the wall clock; undefined = never. */
  readonly confirmedWallMs: UnixMillis | undefined;
}

/** Marks the digest of a code that lies under this gateway's pepper. */
export const PEPPERED = 'p';

function insertInto<Key, Id>(index: Map<Key, Set<Id>>, key: Key, id: Id): void {
  const ids = index.get(key);
  if (ids === undefined) index.set(key, new Set([id]));
  else ids.add(id);
}

function removeFrom<Key, Id>(index: Map<Key, Set<Id>>, key: Key, id: Id): void {
  const ids = index.get(key);
  ids?.delete(id);
  if (ids?.size === 0) index.delete(key);
}

/** Grants, credentials and tombstones in memory: every answer of a swipe, without the disk. */
export class StoredGrantBook implements GrantBook {
  readonly #clock: Clock;
  readonly #grants = new Map<string, Grant>();
  readonly #grantsByNumber = new Map<string, Set<GrantId>>();
  readonly #credentials = new Map<string, Credential>();
  readonly #cardsByUid = new Map<CardUid, Set<CredentialId>>();
  readonly #codesByDigest = new Map<string, Set<CredentialId>>();
  readonly #codesByEpoch = new Map<number, Set<CredentialId>>();
  readonly #grantsByCredential = new Map<CredentialId, Set<GrantId>>();
  readonly #grantsByPoint = new Map<BayId, Set<GrantId>>();
  readonly #grantsByPlate = new Map<string, Set<GrantId>>();
  readonly #issuers = new Map<string, TokenIssuer>();
  readonly #revoked = new Set<string>();
  readonly #used = new Map<GrantId, SessionId>();
  readonly #spent = new Set<string>();
  readonly #isTimeKnown: () => boolean;
  /** Monotonic instant of the last confirmation of this run. */
  #confirmedMs: Millis | undefined;
  /** By the wall clock, from an earlier run. */
  #recalledWallMs: UnixMillis | undefined;

  /** `isTimeKnown`: whether the wall clock may be compared with that of an earlier run. */
  constructor(clock: Clock, contents: BookContents, isTimeKnown: () => boolean) {
    this.#clock = clock;
    this.#isTimeKnown = isTimeKnown;
    this.#recalledWallMs = contents.confirmedWallMs;
    for (const row of contents.rows) this.put(row);
    for (const id of contents.revoked) this.#revoked.add(id);
    for (const use of contents.used) this.markUsed(use);
    for (const id of contents.spent) this.#spent.add(id);
  }

  cardByUid(uid: CardUid): CardCredential | undefined {
    const found = this.#best(this.#cardsByUid.get(uid));
    return found?.kind === 'card' ? found : undefined;
  }

  /** `digest` under this gateway's pepper, without its mark. */
  codeByDigest(digest: string): CodeCredential | undefined {
    const found = this.#best(this.#codesByDigest.get(`${PEPPERED}${digest}`));
    return found?.kind === 'code' && found.epoch === this.codeEpoch() ? found : undefined;
  }

  /** Of the newest codes, by whose salt all tries are judged; 0 without codes. */
  codeEpoch(): number {
    return Math.max(0, ...this.#codesByEpoch.keys());
  }

  qrsOf(grant: Grant): readonly QrCredential[] {
    return grant.credentials.flatMap(id => {
      const found = this.#credentials.get(id);
      return found?.kind === 'qr' ? [found] : [];
    });
  }

  /** Keys of the cloud that sign QR tokens, by the numbers that tokens name them by. */
  issuers(): Iterable<TokenIssuer> {
    return this.#issuers.values();
  }

  grantByNumber(number: string): Grant | undefined {
    const [id] = this.#grantsByNumber.get(number) ?? [];
    return id === undefined ? undefined : this.#grants.get(id);
  }

  grantById(id: GrantId): Grant | undefined {
    return this.#grants.get(id);
  }

  grantsOf(credential: CredentialId): readonly Grant[] {
    return this.#grantsIn(this.#grantsByCredential.get(credential));
  }

  grantsAt(point: BayId): readonly Grant[] {
    return this.#grantsIn(this.#grantsByPoint.get(point));
  }

  grantsOfPlate(plate: string): readonly Grant[] {
    return this.#grantsIn(this.#grantsByPlate.get(plate));
  }

  isRevoked(id: GrantId | CredentialId): boolean {
    return this.#revoked.has(id);
  }

  isUsed(grant: GrantId): boolean {
    return this.#used.has(grant);
  }

  isSpent(id: string): boolean {
    return this.#spent.has(id);
  }

  /** Infinity when the cloud never confirmed, or nobody can tell how long ago it did. */
  ageMs(): Millis {
    if (this.#confirmedMs !== undefined) return this.#clock.nowMs() - this.#confirmedMs;
    if (this.#recalledWallMs === undefined || !this.#isTimeKnown()) return Number.POSITIVE_INFINITY;
    // A wall clock behind the stored instant has lost the time: the age is then unknown, not zero.
    const ageMs = this.#clock.wallMs() - this.#recalledWallMs;
    return ageMs >= 0 ? ageMs : Number.POSITIVE_INFINITY;
  }

  rowOf(table: GrantStateTable, id: string): GrantStateRow | undefined {
    if (table === 'grant') {
      const row = this.#grants.get(id);
      return row && {table, row};
    }
    if (table === 'issuer') {
      const row = this.#issuers.get(id);
      return row && {table, row};
    }
    const row = this.#credentials.get(id);
    return row && {table, row};
  }

  rows(): readonly GrantStateRow[] {
    return [
      ...[...this.#grants.values()].map(row => ({table: 'grant', row}) as const),
      ...[...this.#credentials.values()].map(row => ({table: 'credential', row}) as const),
      ...[...this.#issuers.values()].map(row => ({table: 'issuer', row}) as const),
    ];
  }

  /** The state hash that `ops` lead to from these rows, whose hash is `hash`. */
  hashAfter(hash: string, ops: readonly GrantOp[]): string {
    const changed = new Map<string, GrantStateRow | undefined>();
    let result = hash;
    for (const op of ops) {
      const id = op.op === 'put' ? op.row.id : op.id;
      const key = `${op.table} ${id}`;
      const before = changed.has(key) ? changed.get(key) : this.rowOf(op.table, id);
      const after = op.op === 'put' ? op : undefined;
      if (before !== undefined) result = hashWithout(result, before);
      if (after !== undefined) result = hashWith(result, after);
      changed.set(key, after);
    }
    return result;
  }

  /** These rows instead of all that are here; what was used and withdrawn stays. */
  replace(rows: readonly GrantStateRow[]): void {
    for (const {table, row} of this.rows()) this.drop(table, row.id);
    for (const row of rows) this.put(row);
  }

  apply(op: GrantOp): void {
    if (op.op === 'put') this.put(op);
    else this.drop(op.table, op.id);
  }

  put(entry: GrantStateRow): void {
    this.drop(entry.table, entry.row.id);
    if (entry.table === 'credential') {
      this.#credentials.set(entry.row.id, entry.row);
      this.#index(entry.row, insertInto);
      return;
    }
    if (entry.table === 'issuer') {
      this.#issuers.set(entry.row.id, entry.row);
      return;
    }
    this.#grants.set(entry.row.id, entry.row);
    insertInto(this.#grantsByNumber, entry.row.number, entry.row.id);
    this.#indexGrant(entry.row, insertInto);
  }

  drop(table: GrantStateTable, id: string): void {
    const known = this.rowOf(table, id);
    if (known?.table === 'credential') {
      this.#credentials.delete(id);
      this.#index(known.row, removeFrom);
    }
    if (known?.table === 'issuer') this.#issuers.delete(id);
    if (known?.table === 'grant') {
      this.#grants.delete(id);
      removeFrom(this.#grantsByNumber, known.row.number, known.row.id);
      this.#indexGrant(known.row, removeFrom);
    }
  }

  revoked(): readonly string[] {
    return [...this.#revoked];
  }

  used(): readonly GrantUse[] {
    return [...this.#used].map(([grant, session]) => ({grant, session}));
  }

  spent(): readonly string[] {
    return [...this.#spent];
  }

  revoke(id: string): void {
    this.#revoked.add(id);
  }

  markUsed({grant, session}: GrantUse): void {
    this.#used.set(grant, session);
  }

  markUnused(grant: GrantId): void {
    this.#used.delete(grant);
  }

  markSpent(id: string): void {
    this.#spent.add(id);
  }

  markUnspent(id: string): void {
    this.#spent.delete(id);
  }

  /** Drop tombstone and use of an ended grant: its own end refuses it from now on. */
  forget(id: string): void {
    this.#revoked.delete(id);
    this.#used.delete(id as GrantId);
  }

  confirm(): void {
    this.#confirmedMs = this.#clock.nowMs();
  }

  /** Of several credentials that look alike, the one that may open: neither revoked nor suspended. */
  #best(ids: Iterable<CredentialId> | undefined): Credential | undefined {
    let found: Credential | undefined;
    for (const id of ids ?? []) {
      const one = this.#credentials.get(id);
      if (one?.state === 'active' && !this.#revoked.has(id)) return one;
      found ??= one;
    }
    return found;
  }

  #grantsIn(ids: Iterable<GrantId> | undefined): readonly Grant[] {
    return [...(ids ?? [])].flatMap(id => this.#grants.get(id) ?? []);
  }

  #indexGrant({id, credentials, points, plates = []}: Grant, change: typeof insertInto): void {
    for (const point of points) change(this.#grantsByPoint, point, id);
    for (const credential of credentials) change(this.#grantsByCredential, credential, id);
    for (const plate of plates) change(this.#grantsByPlate, normalisePlate(plate), id);
  }

  #index(row: Credential, change: typeof insertInto): void {
    if (row.kind === 'card') change(this.#cardsByUid, row.uid, row.id);
    if (row.kind !== 'code') return;
    change(this.#codesByDigest, row.digest, row.id);
    change(this.#codesByEpoch, row.epoch, row.id);
  }

  /** When the cloud last confirmed it, by the wall clock; undefined while nobody knows. */
  confirmedWallMs(): UnixMillis | undefined {
    if (this.#confirmedMs === undefined) return this.#recalledWallMs;
    if (!this.#isTimeKnown()) return undefined;
    return Math.round(this.#clock.wallMs() - this.ageMs()) as UnixMillis;
  }

  /** From another copy, by the wall clock. */
  recallConfirmation(confirmedWallMs: UnixMillis): void {
    this.#recalledWallMs = confirmedWallMs;
  }
}
