import type {Clock, Millis, UnixMillis} from '../../protocols/base/clock.js';
import type {GrantOp, GrantStateRow, GrantStateTable} from '../../protocols/cloud/grant-state.js';
import type {CardCredential, Grant} from '../../protocols/site/grant.js';
import type {CardUid, CredentialId, GrantId} from '../../protocols/site/ids.js';
import type {GrantBook} from '../domain/lot/contract.js';

/** What the book is filled with at the start. */
export interface BookContents {
  readonly rows: readonly GrantStateRow[];
  readonly revoked: readonly string[];
  readonly used: readonly GrantId[];
  /** When the cloud last confirmed it, by the wall clock; undefined = never. */
  readonly confirmedWallMs: UnixMillis | undefined;
}

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

/** Grants, cards and tombstones in memory: every answer of a swipe, without the disk. */
export class StoredGrantBook implements GrantBook {
  readonly #clock: Clock;
  readonly #grants = new Map<string, Grant>();
  readonly #cards = new Map<string, CardCredential>();
  readonly #cardsByUid = new Map<CardUid, Set<CredentialId>>();
  readonly #grantsByCredential = new Map<CredentialId, Set<GrantId>>();
  readonly #revoked = new Set<string>();
  readonly #used = new Set<GrantId>();
  /** Monotonic instant of the last confirmation, -Infinity when unknown. */
  #confirmedMs: Millis = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, contents: BookContents) {
    this.#clock = clock;
    for (const row of contents.rows) this.put(row);
    for (const id of contents.revoked) this.#revoked.add(id);
    for (const grant of contents.used) this.#used.add(grant);
    this.#recallConfirmation(contents.confirmedWallMs);
  }

  /** Of several cards with one number, the one that may open: neither revoked nor suspended. */
  cardByUid(uid: CardUid): CardCredential | undefined {
    let found: CardCredential | undefined;
    for (const id of this.#cardsByUid.get(uid) ?? []) {
      const card = this.#cards.get(id);
      if (card?.state === 'active' && !this.#revoked.has(id)) return card;
      found ??= card;
    }
    return found;
  }

  grantById(id: GrantId): Grant | undefined {
    return this.#grants.get(id);
  }

  grantsOf(credential: CredentialId): readonly Grant[] {
    const found: Grant[] = [];
    for (const id of this.#grantsByCredential.get(credential) ?? []) {
      const grant = this.#grants.get(id);
      if (grant !== undefined) found.push(grant);
    }
    return found;
  }

  isRevoked(id: GrantId | CredentialId): boolean {
    return this.#revoked.has(id);
  }

  isUsed(grant: GrantId): boolean {
    return this.#used.has(grant);
  }

  /** Infinity when the cloud never confirmed, or nobody can tell how long ago it did. */
  ageMs(): Millis {
    return this.#clock.nowMs() - this.#confirmedMs;
  }

  rowOf(table: GrantStateTable, id: string): GrantStateRow | undefined {
    if (table === 'grant') {
      const row = this.#grants.get(id);
      return row && {table, row};
    }
    const row = this.#cards.get(id);
    return row && {table, row};
  }

  rows(): readonly GrantStateRow[] {
    return [
      ...[...this.#grants.values()].map(row => ({table: 'grant', row}) as const),
      ...[...this.#cards.values()].map(row => ({table: 'credential', row}) as const),
    ];
  }

  apply(op: GrantOp): void {
    if (op.op === 'put') this.put(op);
    else this.drop(op.table, op.id);
  }

  put(entry: GrantStateRow): void {
    this.drop(entry.table, entry.row.id);
    if (entry.table === 'credential') {
      this.#cards.set(entry.row.id, entry.row);
      insertInto(this.#cardsByUid, entry.row.uid, entry.row.id);
      return;
    }
    this.#grants.set(entry.row.id, entry.row);
    for (const credential of entry.row.credentials) {
      insertInto(this.#grantsByCredential, credential, entry.row.id);
    }
  }

  drop(table: GrantStateTable, id: string): void {
    const known = this.rowOf(table, id);
    if (known?.table === 'credential') {
      this.#cards.delete(id);
      removeFrom(this.#cardsByUid, known.row.uid, known.row.id);
    }
    if (known?.table === 'grant') {
      this.#grants.delete(id);
      for (const credential of known.row.credentials) {
        removeFrom(this.#grantsByCredential, credential, known.row.id);
      }
    }
  }

  revoke(id: string): void {
    this.#revoked.add(id);
  }

  markUsed(grant: GrantId): void {
    this.#used.add(grant);
  }

  markUnused(grant: GrantId): void {
    this.#used.delete(grant);
  }

  confirm(): void {
    this.#confirmedMs = this.#clock.nowMs();
  }

  /** A wall clock behind the stored instant has lost the time: the age is then unknown, not zero. */
  #recallConfirmation(confirmedWallMs: UnixMillis | undefined): void {
    if (confirmedWallMs === undefined) return;
    const ageMs = this.#clock.wallMs() - confirmedWallMs;
    if (ageMs >= 0) this.#confirmedMs = this.#clock.nowMs() - ageMs;
  }
}
