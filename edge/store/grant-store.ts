import {fromHex, toHex} from '../../protocols/base/bytes.js';
import type {Clock, Millis, UnixMillis} from '../../protocols/base/clock.js';
import {MINUTE_MS} from '../../protocols/base/units.js';
import {
  type GrantOp,
  type GrantStateRow,
  hashOfState,
  hashWith,
  hashWithout,
} from '../../protocols/cloud/grant-state.js';
import {pepperDigest} from '../../protocols/credential/keypad-code.js';
import type {
  CardCredential,
  CodeCredential,
  Grant,
  QrCredential,
} from '../../protocols/site/grant.js';
import type {GrantId} from '../../protocols/site/ids.js';
import type {StoreDatabase} from './database.js';
import {PEPPERED, StoredGrantBook} from './grant-book.js';
import type {Journal} from './journal.js';
import type {SecretBox} from './secret-box.js';
import type {Stamp} from './stamp.js';

/** Changes from version `from` to version `to`; `hash` is the state hash that must result. */
export interface StoredDelta {
  readonly from: number;
  readonly to: number;
  readonly ops: readonly GrantOp[];
  readonly hash: string;
}

export interface StoredSnapshot {
  readonly ver: number;
  readonly hash: string;
  readonly rows: readonly GrantStateRow[];
}

type OpenCredential =
  | Omit<CardCredential, 'secretHex'>
  | CodeCredential
  | Omit<QrCredential, 'secretHex'>;

/** `version`: the delta starts elsewhere. `hash`: the result would differ. Nothing changed in either. */
export type GrantsApplied = 'applied' | 'version' | 'hash';

/** A confirmation older than this is written again: each contact would wear the flash for nothing. */
const CONFIRMATION_STEP_MS: Millis = 10 * MINUTE_MS;

/** The state hash that `ops` lead to from the book's present rows. */
function hashAfter(book: StoredGrantBook, hash: string, ops: readonly GrantOp[]): string {
  const changed = new Map<string, GrantStateRow | undefined>();
  let result = hash;
  for (const op of ops) {
    const id = op.op === 'put' ? op.row.id : op.id;
    const key = `${op.table} ${id}`;
    const before = changed.has(key) ? changed.get(key) : book.rowOf(op.table, id);
    const after = op.op === 'put' ? op : undefined;
    if (before !== undefined) result = hashWithout(result, before);
    if (after !== undefined) result = hashWith(result, after);
    changed.set(key, after);
  }
  return result;
}

/** The versioned grants of the site, on disk and as the book that decisions are made from. */
export class GrantStore {
  readonly book: StoredGrantBook;
  readonly #database: StoreDatabase;
  readonly #journal: Journal;
  readonly #box: SecretBox;
  readonly #clock: Clock;
  readonly #stampNow: () => Stamp;
  readonly #pepper: () => Uint8Array;
  #confirmationStoredMs: Millis = Number.NEGATIVE_INFINITY;

  /** @throws StoreError `store/secret-key` when the card secrets were stored under another key */
  constructor(
    database: StoreDatabase,
    parts: {
      readonly journal: Journal;
      readonly box: SecretBox;
      readonly clock: Clock;
      readonly stampNow: () => Stamp;
      /** 32 bytes, asked for when the first code comes. */
      readonly pepper: () => Uint8Array;
    },
  ) {
    this.#database = database;
    this.#journal = parts.journal;
    this.#box = parts.box;
    this.#clock = parts.clock;
    this.#stampNow = parts.stampNow;
    this.#pepper = parts.pepper;
    const contents = {
      rows: [...this.#storedGrants(), ...this.#storedCredentials()],
      revoked: this.#column<string>('SELECT id FROM revoked'),
      used: this.#column<GrantId>('SELECT "grant" FROM grant_use'),
      spent: this.#column<string>('SELECT jti FROM used'),
      confirmedWallMs:
        this.#column<UnixMillis | null>('SELECT confirmed_wall FROM meta')[0] ?? undefined,
    };
    this.book = new StoredGrantBook(parts.clock, contents, () => this.#stampNow().clk !== 'floor');
  }

  /** Version 0 = none ever arrived. */
  current(): {readonly ver: number; readonly hash: string} {
    return this.#database
      .statement('SELECT grants_version AS ver, grants_hash AS hash FROM meta')
      .get() as {readonly ver: number; readonly hash: string};
  }

  /** Version of the revocations applied; 0 = none. */
  revocations(): number {
    return this.#column<number>('SELECT revocations FROM meta')[0] ?? 0;
  }

  applyDelta({from, to, ops: sent, hash}: StoredDelta): GrantsApplied {
    const ops = sent.map(op => (op.op === 'put' ? {...op, ...this.#kept(op)} : op));
    const current = this.current();
    if (to === current.ver && hash === current.hash) return 'applied';
    if (from !== current.ver) return 'version';
    if (hashAfter(this.book, current.hash, ops) !== hash) return 'hash';
    this.#database.transact('grants', () => {
      for (const op of ops) {
        if (op.op === 'put') this.#write(op);
        else this.#erase(op.table, op.id);
      }
      this.#setVersion(to, hash);
      this.#database.afterCommit(() => {
        for (const op of ops) this.book.apply(op);
      });
    });
    return 'applied';
  }

  /** Replace everything. Tombstones stay: what was revoked is not brought back by an older row. */
  applySnapshot({ver, hash, rows: sent}: StoredSnapshot): GrantsApplied {
    if (hashOfState(sent) !== hash) return 'hash';
    const rows = sent.map(row => this.#kept(row));
    this.#database.transact('grant snapshot', () => {
      this.#database.statement('DELETE FROM "grant"').run();
      this.#database.statement('DELETE FROM credential').run();
      for (const row of rows) this.#write(row);
      this.#setVersion(ver, hash);
      this.#database.afterCommit(() => {
        for (const {table, row} of this.book.rows()) this.book.drop(table, row.id);
        for (const row of rows) this.book.put(row);
      });
    });
    return 'applied';
  }

  /** Withdraw grants and cards by id, for good and ahead of every version. Idempotent. */
  applyRevocations(ver: number, ids: readonly string[]): void {
    const {wallMs} = this.#stampNow();
    this.#database.transact('revocations', () => {
      for (const id of ids) {
        this.#database
          .statement(
            'INSERT INTO revoked (id, version, wall) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
          )
          .run(id, ver, wallMs);
      }
      this.#database.statement('UPDATE meta SET revocations = max(revocations, ?)').run(ver);
      this.#database.afterCommit(() => {
        for (const id of ids) this.book.revoke(id);
      });
    });
  }

  /** The cloud has just confirmed that `current()` is up to date. */
  touch(): void {
    this.book.confirm();
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#confirmationStoredMs < CONFIRMATION_STEP_MS) return;
    // An instant of a lost clock would make the book seem younger or older at the next start.
    if (this.#stampNow().clk === 'floor') return;
    this.#database.transact('confirmation', () =>
      this.#database.statement('UPDATE meta SET confirmed_wall = ?').run(this.#clock.wallMs()),
    );
    this.#confirmationStoredMs = nowMs;
  }

  #setVersion(version: number, hash: string): void {
    this.#database
      .statement('UPDATE meta SET grants_version = ?, grants_hash = ?')
      .run(version, hash);
    this.#journal.append([{kind: 'grants.applied', body: {version, hash}}], this.#stampNow());
  }

  #write(entry: GrantStateRow): void {
    if (entry.table === 'grant') {
      this.#database
        .statement('INSERT OR REPLACE INTO "grant" (id, rev, body) VALUES (?, ?, ?)')
        .run(entry.row.id, entry.row.rev, JSON.stringify(entry.row));
      return;
    }
    const {secretHex, ...open} = {secretHex: undefined, ...entry.row};
    const secret = secretHex === undefined ? null : this.#box.seal(fromHex(secretHex), open.id);
    this.#database
      .statement('INSERT OR REPLACE INTO credential (id, rev, body, secret) VALUES (?, ?, ?, ?)')
      .run(open.id, open.rev, JSON.stringify(open), secret);
  }

  #erase(table: GrantOp['table'], id: string): void {
    this.#database.statement(`DELETE FROM "${table}" WHERE id = ?`).run(id);
  }

  #storedGrants(): GrantStateRow[] {
    return this.#column<string>('SELECT body FROM "grant"').map(body => ({
      table: 'grant',
      row: JSON.parse(body) as Grant,
    }));
  }

  #storedCredentials(): GrantStateRow[] {
    const stored = this.#database.statement('SELECT body, secret FROM credential').all() as {
      readonly body: string;
      readonly secret: Uint8Array | null;
    }[];
    return stored.map(({body, secret}) => {
      const open = JSON.parse(body) as OpenCredential;
      if (open.kind === 'code') return {table: 'credential', row: open};
      const secretHex = secret === null ? undefined : toHex(this.#box.open(secret, open.id));
      return {table: 'credential', row: {...open, secretHex}};
    });
  }

  /** The row as it may lie on this disk: a code under the pepper, whose key lies elsewhere. */
  #kept(entry: GrantStateRow): GrantStateRow {
    if (entry.table !== 'credential' || entry.row.kind !== 'code') return entry;
    const {row} = entry;
    if (row.digest.startsWith(PEPPERED)) return entry;
    const digest = `${PEPPERED}${pepperDigest(this.#pepper(), fromHex(row.digest))}`;
    return {table: 'credential', row: {...row, digest}};
  }

  #column<Value>(sql: string): readonly Value[] {
    return this.#database.statement(sql).pluck().all() as Value[];
  }
}
