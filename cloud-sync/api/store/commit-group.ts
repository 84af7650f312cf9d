import {type Kysely, sql} from 'kysely';
import type {CloudSchema, CloudTransaction} from './cloud-schema.js';

type Work<Result> = (tx: CloudTransaction) => Promise<Result>;

interface Waiting {
  readonly work: Work<unknown>;
  readonly done: (result: unknown) => void;
  readonly failed: (error: unknown) => void;
}

export interface CommitGroupOptions {
  readonly db: Kysely<CloudSchema>;
  /** False when the database has ended the transaction by itself, as it does for a full disk. */
  readonly isOpen: () => boolean;
}

/** So many share one commit, lest reads wait for too long. */
const MOST = 32;

/**
 * Several transactions of a database with one connection in one commit, for its sync costs more than all
 * that they write. Each is undone by itself when it fails, none is told before all are on the disk, and
 * those that come while others are at work go with them.
 */
export class CommitGroup {
  readonly #options: CommitGroupOptions;
  readonly #waiting: Waiting[] = [];
  #isRunning = false;

  constructor(options: CommitGroupOptions) {
    this.#options = options;
  }

  run<Result>(work: Work<Result>): Promise<Result> {
    return new Promise((resolve, failed) => {
      this.#waiting.push({work, done: result => resolve(result as Result), failed});
      if (!this.#isRunning) void this.#runAll();
    });
  }

  async #runAll(): Promise<void> {
    this.#isRunning = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      await this.#commitWith(next);
    }
    this.#isRunning = false;
  }

  /** `first` is told of a transaction that does not even begin. */
  async #commitWith(first: Waiting): Promise<void> {
    const taken = [first];
    const tellers: (() => void)[] = [];
    try {
      await this.#options.db.transaction().execute(async tx => {
        tellers.push(await this.#runOne(tx, first, true));
        while (taken.length < MOST) {
          const next = this.#waiting.shift();
          if (!next) return;
          taken.push(next);
          tellers.push(await this.#runOne(tx, next, false));
        }
      });
    } catch (error) {
      for (const {failed} of taken) failed(error);
      return;
    }
    for (const tell of tellers) tell();
  }

  async #runOne(
    tx: CloudTransaction,
    {work, done, failed}: Waiting,
    isFirst: boolean,
  ): Promise<() => void> {
    if (isFirst) {
      // Nothing stands before it: what undoes it undoes the transaction.
      const result = await work(tx);
      return () => done(result);
    }
    await sql`savepoint one_of_group`.execute(tx);
    try {
      const result = await work(tx);
      await sql`release savepoint one_of_group`.execute(tx);
      return () => done(result);
    } catch (error) {
      if (!this.#options.isOpen()) throw error;
      await sql`rollback to savepoint one_of_group`.execute(tx);
      await sql`release savepoint one_of_group`.execute(tx);
      return () => failed(error);
    }
  }
}
