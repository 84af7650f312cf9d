import {Kysely, Migrator} from 'kysely';
import {errorText, StoreError} from '../../../protocols/base/errors.js';
import type {CloudEngine} from './cloud-engine.js';
import type {CloudReader, CloudSchema, CloudTransaction} from './cloud-schema.js';
import {CommitGroup} from './commit-group.js';
import type {EventWriter} from './event-writer.js';
import {cloudMigrations} from './migrations.js';
import {NotReady} from './not-ready.js';
import type {YieldTurn} from './postgres-driver.js';
import {openPostgres} from './postgres-engine.js';
import {openSqlite} from './sqlite-engine.js';

/** A transaction that lost against another worker is tried again this often. */
const MAX_TRIES = 6;
/** So often work may want something that is made outside: a lease has a few codes, some of which clash. */
const MAX_WAITS = 32;

export interface CloudStoreOptions {
  /** Make no new file. */
  readonly mustExist?: boolean | undefined;
  /** Lets what is asked of PostgreSQL in one turn go out in one write; left out, each goes at once. */
  readonly yieldTurn?: YieldTurn | undefined;
}

/**
 * The cloud's own database: SQLite in a file, or PostgreSQL shared by several workers. Durable at each
 * commit, checked by reading back.
 *
 * SQLite has one connection: within `transaction` only the transaction handed in may be asked, for
 * anything else waits for its end.
 */
export class CloudStore {
  readonly #db: Kysely<CloudSchema>;
  readonly #engine: CloudEngine;
  /** Undefined: each transaction has a connection and a commit of its own. */
  readonly #group: CommitGroup | undefined;
  #isClosed = false;
  #trouble: string | undefined;

  private constructor(engine: CloudEngine) {
    this.#engine = engine;
    this.#db = new Kysely({dialect: engine.dialect});
    const {isOpen} = engine;
    this.#group = isOpen && new CommitGroup({db: this.#db, isOpen});
  }

  /**
   * `location`: path of a SQLite file, `:memory:`, or a `postgres://` address.
   * @throws StoreError `store/open` when it cannot be opened, `store/foreign` when it is not a database
   *   of this program or of a newer one, `store/not-durable` when a commit is not safe on disk
   */
  static async open(
    location: string,
    {mustExist = false, yieldTurn}: CloudStoreOptions = {},
  ): Promise<CloudStore> {
    const isPostgres = /^postgres(?:ql)?:\/\//.test(location);
    const store = new CloudStore(
      isPostgres ? openPostgres(location, yieldTurn) : openSqlite(location, mustExist),
    );
    try {
      await store.#prepare();
      return store;
    } catch (error) {
      await store.close().catch(() => {});
      const fault = error instanceof StoreError ? error : store.#engine.faultOf(error);
      if (fault && OPEN_CODES.has(fault.code)) throw fault;
      throw new StoreError(
        'store/open',
        `cannot open the database: ${errorText(error)}`,
        {},
        error,
      );
    }
  }

  /** The fast way for what ingest writes. */
  get events(): EventWriter {
    return this.#engine.events;
  }

  /** Other processes may write to it. */
  get isShared(): boolean {
    return this.#engine.isShared;
  }

  /** Code of the fault that the last transaction ended with; undefined when it was committed. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Ask without a transaction. @throws StoreError */
  async read<Result>(work: (db: CloudReader) => Promise<Result>): Promise<Result> {
    try {
      return await work(this.#db);
    } catch (error) {
      throw this.#engine.faultOf(error) ?? error;
    }
  }

  /** All or nothing, durable when it settles. `work` may run more than once: what it changes outside of
   *  the database must bear that. @throws StoreError */
  async transaction<Result>(work: (tx: CloudTransaction) => Promise<Result>): Promise<Result> {
    let waits = 0;
    for (let tries = 1; ; ) {
      try {
        const result = await (this.#group?.run(work) ?? this.#db.transaction().execute(work));
        this.#trouble = undefined;
        return result;
      } catch (error) {
        if (error instanceof NotReady) {
          waits += 1;
          if (waits > MAX_WAITS) throw error.giveUp;
          await error.ready();
          continue;
        }
        const fault = this.#engine.faultOf(error);
        this.#trouble = fault?.code ?? this.#trouble;
        tries += 1;
        if (fault?.code !== 'store/conflict' || tries > MAX_TRIES) throw fault ?? error;
      }
    }
  }

  /** After a commit that deleted what nobody may read any more. @throws StoreError */
  scrub(tables: readonly (keyof CloudSchema)[]): Promise<void> {
    return this.read(db => this.#engine.scrub(db, tables));
  }

  /** Can the database be asked at this moment? */
  async answers(): Promise<boolean> {
    if (this.#isClosed) return false;
    try {
      await this.#db.selectFrom('gateway').select('gw').limit(1).execute();
      return true;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#db.destroy();
  }

  async #prepare(): Promise<void> {
    const migrations = cloudMigrations(this.#engine.types);
    await this.#engine.assertOurs(this.#db, Object.keys(migrations));
    const provider = {getMigrations: () => Promise.resolve(migrations)};
    const {error} = await new Migrator({db: this.#db, provider}).migrateToLatest();
    if (error) throw error;
    await this.#engine.assertDurable(this.#db);
  }
}

const OPEN_CODES = new Set(['store/foreign', 'store/not-durable']);
