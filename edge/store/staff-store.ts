import type {UnixMillis} from '../../protocols/base/clock.js';
import type {PersonId} from '../../protocols/site/ids.js';
import type {StoreDatabase} from './database.js';
import {guarded} from './sqlite-fault.js';

export interface StoredPin {
  readonly salt: Uint8Array;
  readonly digest: Uint8Array;
}

export interface StoredSession {
  /** SHA-256 of what the browser holds. */
  readonly tokenSum: Uint8Array;
  readonly person: PersonId;
  readonly endsWallMs: UnixMillis;
}

/** PINs, cards and sessions of the staff, all of them as digests. */
export class StaffStore {
  readonly #database: StoreDatabase;

  constructor(database: StoreDatabase) {
    this.#database = database;
  }

  /** @throws StoreError the faults of a read */
  pinOf(person: PersonId): StoredPin | undefined {
    return guarded('staff', () =>
      this.#database.statement('SELECT salt, digest FROM staff_pin WHERE person = ?').get(person),
    ) as StoredPin | undefined;
  }

  /** Whether nobody can log in yet. @throws StoreError the faults of a read */
  hasNoPin(): boolean {
    return guarded(
      'staff',
      () => this.#database.statement('SELECT 1 FROM staff_pin LIMIT 1').get() === undefined,
    );
  }

  /** In place of the one before, and the end of what was begun with that one. @throws StoreError */
  putPin(person: PersonId, {salt, digest}: StoredPin, nowWallMs: UnixMillis): void {
    this.#database.transact('staff', () => {
      this.#database
        .statement(
          `INSERT INTO staff_pin (person, salt, digest, set_wall) VALUES (?, ?, ?, ?)
           ON CONFLICT (person) DO UPDATE SET salt = excluded.salt, digest = excluded.digest,
             set_wall = excluded.set_wall`,
        )
        .run(person, salt, digest, nowWallMs);
      this.#database.statement('DELETE FROM staff_session WHERE person = ?').run(person);
    });
  }

  /** @throws StoreError the faults of a read */
  ownerOf(cardDigest: Uint8Array): PersonId | undefined {
    const row = guarded('staff', () =>
      this.#database.statement('SELECT person FROM staff_card WHERE digest = ?').get(cardDigest),
    ) as {readonly person: PersonId} | undefined;
    return row?.person;
  }

  /** One card a person; undefined takes it away. @throws StoreError the faults of a write */
  putCard(person: PersonId, digest: Uint8Array | undefined): void {
    this.#database.transact('staff', () => {
      this.#database.statement('DELETE FROM staff_card WHERE person = ?').run(person);
      if (digest === undefined) return;
      this.#database
        .statement('INSERT OR REPLACE INTO staff_card (digest, person) VALUES (?, ?)')
        .run(digest, person);
    });
  }

  /** @throws StoreError the faults of a read */
  sessions(): readonly StoredSession[] {
    return guarded('staff', () =>
      this.#database
        .statement(
          `SELECT token_sum AS tokenSum, person, ends_wall AS endsWallMs FROM staff_session
           ORDER BY ends_wall`,
        )
        .all(),
    ) as readonly StoredSession[];
  }

  /** @throws StoreError the faults of a write */
  putSession({tokenSum, person, endsWallMs}: StoredSession): void {
    this.#database.transact('staff', () =>
      this.#database
        .statement('INSERT INTO staff_session (token_sum, person, ends_wall) VALUES (?, ?, ?)')
        .run(tokenSum, person, endsWallMs),
    );
  }

  /** @throws StoreError the faults of a write */
  endSession(tokenSum: Uint8Array): void {
    this.#database.transact('staff', () =>
      this.#database.statement('DELETE FROM staff_session WHERE token_sum = ?').run(tokenSum),
    );
  }
}
