import {createHash} from 'node:crypto';
import {equalBytes} from '../../protocols/base/bytes.js';
import {StoreError} from '../../protocols/base/errors.js';
import {
  EMPTY_STATE_HASH,
  type GrantStateRow,
  type GrantStateTable,
  hashOfBoth,
  hashOfState,
} from '../../protocols/cloud/grant-state.js';
import type {StoreDatabase} from './database.js';
import type {GrantRows, SealedRow} from './grant-rows.js';

/** One part of a whole state, as it may lie on this disk. */
export interface GrantPart {
  readonly ver: number;
  /** Hash of the whole. */
  readonly hash: string;
  /** Number of the part, from 0. */
  readonly i: number;
  readonly isLast: boolean;
  readonly rows: readonly GrantStateRow[];
}

/** Parts before `next`, up to and with the row `after`. */
export interface StagedParts {
  readonly ver: number;
  readonly hash: string;
  readonly next: number;
  readonly after: {readonly table: GrantStateTable; readonly id: string};
}

/**
 * `applied`: it was the last one, and the whole is in force. `staged`: kept until the others are there.
 * `hash`: the whole is not what was promised, and all parts are gone. `part`: one of them was damaged on
 * the disk; it and those after it are gone. `ignored`: not the part that comes next.
 */
export type PartTaken = 'applied' | 'staged' | 'hash' | 'part' | 'ignored';

type StagedRow = SealedRow & {readonly section: GrantStateTable};

interface KeptPart {
  readonly part: number;
  readonly sum: string;
  readonly digest: Uint8Array;
}

interface LastPart {
  readonly part: number;
  readonly ver: number;
  readonly hash: string;
  readonly section: GrantStateTable;
  readonly id: string;
}

/**
 * Collects a whole state part by part, each in a transaction of its own, so that neither a cut link nor a
 * power cut costs more than one part. Nothing of it counts before all are there and add up to what was
 * promised. @see sync.md 8, state
 */
export class GrantStaging {
  readonly #database: StoreDatabase;
  readonly #rows: GrantRows;

  constructor(database: StoreDatabase, rows: GrantRows) {
    this.#database = database;
    this.#rows = rows;
  }

  /** Undefined when nothing waits, and while the disk is out of use: then the cloud begins anew. */
  staged(): StagedParts | undefined {
    try {
      const last = this.#database.read('staged grants', () => this.#last());
      return last && partsUpTo(last);
    } catch (thrown) {
      if (thrown instanceof StoreError) return undefined;
      throw thrown;
    }
  }

  /** `apply` puts the whole in force, within the transaction that keeps its last part. */
  take(part: GrantPart, apply: (rows: readonly GrantStateRow[]) => void): PartTaken {
    return this.#database.transact('grant part', () => {
      const last = this.#last();
      if (!isNext(part, last)) return 'ignored';
      if (part.i === 0) this.clear();
      this.#keep(part);
      return part.isLast ? this.#finish(part, apply) : 'staged';
    });
  }

  /** Within the running transaction. */
  clear(): void {
    this.#dropFrom(0);
  }

  /** What lay on the disk for a while is looked at once more before doors open by it. */
  #finish(part: GrantPart, apply: (rows: readonly GrantStateRow[]) => void): PartTaken {
    const rows: GrantStateRow[] = [];
    let hash = EMPTY_STATE_HASH;
    for (const {part: i, sum, digest} of this.#keptParts()) {
      const stored = this.#storedRows(i);
      if (!equalBytes(digestOf(stored), new Uint8Array(digest))) {
        this.#dropFrom(i);
        return 'part';
      }
      for (const row of stored) rows.push(this.#rows.opened(row.section, row));
      hash = hashOfBoth(hash, sum);
    }
    if (hash !== part.hash) {
      this.clear();
      return 'hash';
    }
    apply(rows);
    return 'applied';
  }

  #keep({i, ver, hash, rows}: GrantPart): void {
    const insert = this.#database.statement(
      `INSERT OR REPLACE INTO staged_row (part, section, id, rev, body, secret)
       VALUES (?, ?, ?, ?, ?, ?)`,
    );
    for (const entry of rows) {
      const {id, rev, body, secret} = this.#rows.sealed(entry);
      insert.run(i, entry.table, id, rev, body, secret);
    }
    const last = rows.at(-1);
    this.#database
      .statement(
        `INSERT INTO staged_part (part, ver, hash, sum, digest, last_section, last_id)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        ...[i, ver, hash, hashOfState(rows), digestOf(this.#storedRows(i))],
        ...[last?.table ?? '', last?.row.id ?? ''],
      );
  }

  #storedRows(part: number): readonly StagedRow[] {
    return this.#database
      .statement('SELECT section, id, rev, body, secret FROM staged_row WHERE part = ?')
      .all(part) as StagedRow[];
  }

  #keptParts(): readonly KeptPart[] {
    return this.#database
      .statement('SELECT part, sum, digest FROM staged_part ORDER BY part')
      .all() as KeptPart[];
  }

  #last(): LastPart | undefined {
    return this.#database
      .statement(
        `SELECT part, ver, hash, last_section AS section, last_id AS id FROM staged_part
         ORDER BY part DESC LIMIT 1`,
      )
      .get() as LastPart | undefined;
  }

  #dropFrom(part: number): void {
    for (const table of ['staged_row', 'staged_part']) {
      this.#database.statement(`DELETE FROM ${table} WHERE part >= ?`).run(part);
    }
  }
}

/** Of a whole part at once: thousands of row hashes would hold up everything when the last part comes. */
function digestOf(rows: readonly StagedRow[]): Uint8Array {
  const hash = createHash('sha256');
  for (const {section, id, rev, body, secret} of rows) {
    hash.update(JSON.stringify([section, id, rev, body]));
    if (secret) hash.update(secret);
  }
  return hash.digest();
}

function partsUpTo({part, ver, hash, section, id}: LastPart): StagedParts {
  return {ver, hash, next: part + 1, after: {table: section, id}};
}

/** The first part of a version that is not older than what waits, or the one after the last. */
function isNext({i, ver, hash, isLast, rows}: GrantPart, last: LastPart | undefined): boolean {
  // Without rows nobody could say where the next one begins.
  if (rows.length === 0 && !isLast) return false;
  if (last?.ver === ver && last.hash === hash) return i === last.part + 1;
  return i === 0 && ver >= (last?.ver ?? 0);
}
