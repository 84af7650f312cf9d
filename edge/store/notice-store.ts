import {type Notice, noticesHash} from '../../protocols/site/notice.js';
import type {StoreDatabase} from './database.js';
import {guarded} from './sqlite-fault.js';

/** Notices of the lot, kept for the next start. */
export class NoticeStore {
  readonly #database: StoreDatabase;
  #notices: readonly Notice[];
  #held: string;

  constructor(database: StoreDatabase) {
    this.#database = database;
    this.#notices = this.#read();
    this.#held = noticesHash(this.#notices);
  }

  all(): readonly Notice[] {
    return this.#notices;
  }

  /** Of what is on the disk: what could not be stored is not held. */
  held(): string {
    return this.#held;
  }

  /** In place of all that were there; shown even when they cannot be stored.
   *  @throws StoreError the faults of a write */
  take(notices: readonly Notice[]): void {
    this.#notices = notices;
    this.#database.transact('notices', () =>
      this.#database
        .statement(
          `INSERT INTO notice (id, body) VALUES (1, ?)
           ON CONFLICT (id) DO UPDATE SET body = excluded.body`,
        )
        .run(JSON.stringify(notices)),
    );
    this.#held = noticesHash(notices);
  }

  #read(): readonly Notice[] {
    const row = guarded('notices', () =>
      this.#database.statement('SELECT body FROM notice').get(),
    ) as {readonly body: string} | undefined;
    return row ? noticesOf(row.body) : [];
  }
}

/** What cannot be read the cloud brings again. */
function noticesOf(body: string): readonly Notice[] {
  try {
    return JSON.parse(body) as readonly Notice[];
  } catch {
    return [];
  }
}
