import type {StoreDatabase} from './database.js';
import {guarded} from './sqlite-fault.js';
import type {Stamp} from './stamp.js';

/** What became of a command from afar. */
export type StoredOutcome =
  | {readonly kind: 'done'}
  | {readonly kind: 'refused'; readonly why: string}
  | {readonly kind: 'failed'; readonly why: string}
  /** It went out, and nothing tells whether it was done. */
  | {readonly kind: 'unproven'; readonly why: string};

export type CommandClaim =
  | {readonly kind: 'claimed'}
  /** `outcome` is undefined while the first is still running or when a restart cut it short. */
  | {readonly kind: 'dup'; readonly outcome: StoredOutcome | undefined};

/** Ids of commands, on disk before anything moves, so that no copy of a message acts twice. */
export class CommandLog {
  readonly #database: StoreDatabase;

  constructor(database: StoreDatabase) {
    this.#database = database;
  }

  /** Commit `id` as taken, or tell what became of it. */
  claim(id: string, stamp: Stamp): CommandClaim {
    return this.#database.transact('command', () => {
      const {changes} = this.#database
        .statement('INSERT INTO cmd_seen (id, wall, mono) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
        .run(id, stamp.wallMs, Math.round(stamp.nowMs));
      return changes > 0 ? {kind: 'claimed'} : {kind: 'dup', outcome: outcomeOf(this.#row(id))};
    });
  }

  /** What was claimed before under this id. */
  earlier(id: string): Extract<CommandClaim, {kind: 'dup'}> | undefined {
    const row = this.#row(id);
    return row && {kind: 'dup', outcome: outcomeOf(row)};
  }

  /** Store what became of it; the first outcome stays. */
  settle(id: string, outcome: StoredOutcome): void {
    this.#database.transact('command outcome', () =>
      this.#database
        .statement('UPDATE cmd_seen SET outcome = ? WHERE id = ? AND outcome IS NULL')
        .run(JSON.stringify(outcome), id),
    );
  }

  #row(id: string): CommandSeen | undefined {
    return guarded('command', () =>
      this.#database.statement('SELECT outcome FROM cmd_seen WHERE id = ?').get(id),
    ) as CommandSeen | undefined;
  }
}

interface CommandSeen {
  readonly outcome: string | null;
}

function outcomeOf(row: CommandSeen | undefined): StoredOutcome | undefined {
  return row?.outcome ? (JSON.parse(row.outcome) as StoredOutcome) : undefined;
}
