import type {Database, Statement} from 'better-sqlite3';
import type {Millis} from '../../protocols/base/clock.js';
import {StoreError} from '../../protocols/base/errors.js';
import {Ballast} from './ballast.js';
import {
  type Connection,
  type ConnectionOptions,
  type DatabaseIdentity,
  type FormerRun,
  openConnection,
  openInMemory,
  reopenConnection,
  takeLock,
} from './connection.js';
import {type Disk, SYSTEM_DISK} from './disk.js';
import {makePrivate} from './private-file.js';
import {setAside} from './set-aside.js';
import {guarded, guardedAsync, isDamage, isOfTheMedium, wantsRoom} from './sqlite-fault.js';

const DEFAULT_MAX_BYTES = 512 * 1024 * 1024;
/** So often a failing disk is tried before the site runs without it. */
const MOST_REPAIRS = 3;
/** A commit that takes longer keeps people waiting. @see sync.md 3.2 */
const SLOW_MS: Millis = 150;
/** Frames in the write-ahead log from which on an idle moment is used: SQLite does it itself at 256. */
const CHECKPOINT_FRAMES = 128;
/** Of a copy at a time: so long nobody at the arms is answered. */
const COPY_PAGES = 64;

export interface DatabaseOptions extends DatabaseIdentity {
  readonly path: string;
  readonly maxBytes?: number | undefined;
  readonly disk?: Disk | undefined;
  /** Monotonic time, to see how long a commit takes; left out, nobody looks. */
  readonly nowMs?: (() => Millis) | undefined;
}

/** Prepared once for each handle: making them costs as much as a small commit. */
interface Bounds {
  readonly begin: Statement;
  readonly commit: Statement;
}

export interface SlowCommit {
  readonly doing: string;
  readonly tookMs: Millis;
}

/** What the owner of the database does when its handle was replaced. */
export interface Repairs {
  /** The same file, opened and checked anew: whatever it lacks of what memory holds is put back. */
  reopened(): void;
  /** An empty file took its place; the old one lies aside under `path`, if there was one. */
  replaced(path: string | undefined): void;
}

/**
 * The one writing connection to the site's database. Everything is synchronous: a commit is on the
 * disk when `transact` returns.
 *
 * A handle that reported a failure of the disk is not trusted again: it is closed and the file opened
 * and checked anew, at most three times in a row. A damaged file is set aside, never deleted.
 */
export class StoreDatabase {
  readonly path: string;
  readonly formerRun: FormerRun;
  /** Kept for the hour in which others have filled the disk. */
  readonly ballast: Ballast;
  readonly #options: DatabaseOptions & ConnectionOptions;

  readonly #statements = new Map<string, Statement>();
  readonly #afterCommit: (() => void)[] = [];
  #lock: Database | undefined;
  #database: Database | undefined;
  #bounds: Bounds | undefined;
  /** Known without asking the handle, which costs more than the answer is worth. */
  #isWithin = false;
  #generation = 0;
  #repairs: Repairs | undefined;
  #failures = 0;
  #isMemory: boolean;
  #slow: SlowCommit | undefined;
  #isClosed = false;
  #isRepairing = false;

  /**
   * `inMemory`: for a disk that takes nothing; whatever is stored ends with the process.
   * @throws StoreError `store/not-ours`, `store/newer`, `store/damaged`, `store/locked`,
   * `store/pragma`, `store/cannot-open`, `store/readonly`, `store/full`, `store/io`
   */
  constructor(options: DatabaseOptions, inMemory = false) {
    const {path, maxBytes = DEFAULT_MAX_BYTES, disk = SYSTEM_DISK} = options;
    this.#options = {...options, maxBytes, disk};
    this.path = path;
    this.ballast = new Ballast(path, disk);
    this.#isMemory = inMemory;
    this.#lock = inMemory ? undefined : guarded(`lock ${path}`, () => takeLock(path));
    let opened: Connection | undefined;
    try {
      opened = inMemory ? openInMemory(options) : this.#open(`open ${path}`, openConnection);
    } finally {
      if (opened === undefined) this.#lock?.close();
    }
    this.#database = opened.database;
    this.formerRun = opened.formerRun;
  }

  /** Grows whenever something that was read may no longer hold: a rollback, another handle. */
  get generation(): number {
    return this.#generation;
  }

  /** False while nothing that is stored survives the process. */
  get isDurable(): boolean {
    return this.#database !== undefined && !this.#isMemory;
  }

  /** Whom to ask when the handle must be replaced; without anybody a failure is only thrown. */
  repairWith(repairs: Repairs): void {
    this.#repairs = repairs;
  }

  /** The statement of `sql`, prepared once. @throws StoreError `store/io` while the disk is out of use */
  statement(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const prepared = guarded('prepare', () => this.#handle().prepare(sql));
    this.#statements.set(sql, prepared);
    return prepared;
  }

  /**
   * Run `work` as one transaction; called inside another it joins that one. After the outermost
   * commit the callbacks of `afterCommit` run; after a rollback they are forgotten. `work` runs again
   * on a new handle when the old one failed, so it may change nothing but the database.
   * @throws StoreError `store/full` and the other faults of a write; nothing is stored then
   */
  transact<Result>(doing: string, work: () => Result): Result {
    if (this.#isWithin) return work();
    for (;;) {
      try {
        const result = this.#attempt(doing, work);
        if (!this.#isRepairing) this.#failures = 0;
        return result;
      } catch (thrown) {
        if (!this.#makesRoom(thrown) && !this.#repair(thrown)) throw thrown;
      }
    }
  }

  /** Read outside a transaction, on a new handle when the old one failed. */
  read<Result>(doing: string, work: () => Result): Result {
    if (this.#isWithin) return work();
    for (;;) {
      try {
        return guarded(doing, work);
      } catch (thrown) {
        if (!this.#repair(thrown)) throw thrown;
      }
    }
  }

  /** Run `callback` once the running transaction is on the disk: for what memory holds of it. */
  afterCommit(callback: () => void): void {
    if (this.#isWithin) this.#afterCommit.push(callback);
    else callback();
  }

  pragma(name: string): unknown {
    return this.#handle().pragma(name, {simple: true});
  }

  /** Share of the quota in use, 0..1; pages that wait for reuse count as free. */
  fillLevel(): number {
    return (this.#pages('page') - this.#pages('freelist')) / this.#pages('max_page');
  }

  /** Pages that commits may still take within the quota. */
  freePages(): number {
    return this.#pages('max_page') - this.#pages('page') + this.#pages('freelist');
  }

  /**
   * Move the write-ahead log into the file while nobody waits. Passive: it cuts nothing off, so the
   * log keeps its room on a disk that has no other left.
   */
  checkpoint(): void {
    if (!this.isDurable) return;
    const [state] = this.#handle().pragma('wal_checkpoint(NOOP)') as readonly {
      readonly log: number;
      readonly checkpointed: number;
    }[];
    if (!state || state.log - state.checkpointed < CHECKPOINT_FRAMES) return;
    guarded('checkpoint', () => this.#handle().pragma('wal_checkpoint(PASSIVE)'));
  }

  /** Copy the whole database to `target`, a piece at a time: what is stored meanwhile goes into both. */
  async copyTo(target: string): Promise<void> {
    const database = this.#handle();
    guarded(`make ${target}`, () => makePrivate(target));
    await guardedAsync(`copy ${this.path}`, () =>
      database.backup(target, {progress: () => COPY_PAGES}),
    );
  }

  get sizeBytes(): number {
    return this.#pages('page') * Number(this.pragma('page_size'));
  }

  /** Asked every second: the statement is kept. */
  #pages(which: 'page' | 'freelist' | 'max_page'): number {
    return Number(this.statement(`PRAGMA ${which}_count`).pluck().get());
  }

  /** The slowest commit over 150 ms since the last call. */
  takeSlow(): SlowCommit | undefined {
    const slow = this.#slow;
    this.#slow = undefined;
    return slow;
  }

  /** Look at the whole file; what is found is mended like a failure of its handle. */
  checkAll(): void {
    this.read('integrity check', () => {
      const answer = this.#handle().pragma('integrity_check(1)', {simple: true});
      if (answer !== 'ok') throw new StoreError('store/damaged', `${this.path}: ${answer}`);
    });
  }

  /** Try the disk again after it was given up. True: everything is stored on it from now on. */
  comeBack(): boolean {
    if (this.isDurable) return true;
    this.#failures = 0;
    try {
      if (this.#isMemory) this.#leaveMemory();
      else this.#mend(() => this.#replaceHandle());
      return true;
    } catch {
      return false;
    }
  }

  /** Say that this run ended well, and let go of the file. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#repairs = undefined;
    try {
      if (this.isDurable) {
        this.transact('close', () => this.statement('UPDATE meta SET running = 0').run());
      }
    } finally {
      this.#drop();
      this.#lock?.close();
    }
  }

  #attempt<Result>(doing: string, work: () => Result): Result {
    const {nowMs = () => 0} = this.#options;
    const beganMs = nowMs();
    let isStored = false;
    try {
      const result = guarded(doing, () => this.#within(work));
      isStored = true;
      const tookMs = nowMs() - beganMs;
      if (tookMs > SLOW_MS && tookMs > (this.#slow?.tookMs ?? 0)) this.#slow = {doing, tookMs};
      if (this.#afterCommit.length > 0) {
        for (const callback of this.#afterCommit.splice(0)) callback();
      }
      return result;
    } finally {
      this.#afterCommit.length = 0;
      if (!isStored) this.#generation += 1;
    }
  }

  /** Begin, work, commit; whatever is thrown leaves nothing behind. */
  #within<Result>(work: () => Result): Result {
    const database = this.#handle();
    this.#bounds ??= {
      begin: database.prepare('BEGIN IMMEDIATE'),
      commit: database.prepare('COMMIT'),
    };
    this.#bounds.begin.run();
    this.#isWithin = true;
    try {
      const result = work();
      this.#bounds.commit.run();
      return result;
    } catch (thrown) {
      // SQLite may have rolled back by itself, as on a disk that is full.
      if (database.inTransaction) database.exec('ROLLBACK');
      throw thrown;
    } finally {
      this.#isWithin = false;
    }
  }

  /** True when there was no room, and there is some now. */
  #makesRoom(thrown: unknown): boolean {
    return !this.#isMemory && wantsRoom(thrown) && this.ballast.giveUp();
  }

  #open<Opened>(doing: string, open: (options: ConnectionOptions) => Opened): Opened {
    const attempt = () => guarded(doing, () => open(this.#options));
    try {
      return attempt();
    } catch (thrown) {
      if (!wantsRoom(thrown) || !this.ballast.giveUp()) throw thrown;
      return attempt();
    }
  }

  /** True when there is a handle to try again with. */
  #repair(thrown: unknown): boolean {
    if (this.#isMemory || !this.#repairs || !isOfTheMedium(thrown)) return false;
    if (this.#database === undefined) return false;
    for (let fault: unknown = thrown; this.#failures < MOST_REPAIRS; ) {
      this.#failures += 1;
      try {
        this.#mend(() => (isDamage(fault) ? this.#replaceFile() : this.#replaceHandle()));
        return true;
      } catch (next) {
        fault = next;
      }
    }
    this.#drop();
    return false;
  }

  /** What is stored while a handle is replaced proves nothing of the disk yet. */
  #mend(work: () => void): void {
    const before = this.#isRepairing;
    this.#isRepairing = true;
    try {
      work();
    } finally {
      this.#isRepairing = before;
    }
  }

  /** The disk that took nothing at the start is there: with the old file, or an empty one. */
  #leaveMemory(): void {
    const {path} = this;
    this.#lock ??= guarded(`lock ${path}`, () => takeLock(path));
    let aside: string | undefined;
    let opened: Connection;
    try {
      opened = this.#open(`open ${path}`, openConnection);
    } catch (thrown) {
      if (!isDamage(thrown)) throw thrown;
      aside = setAside(path);
      opened = this.#open('make anew', openConnection);
    }
    this.#drop();
    this.#database = opened.database;
    this.#isMemory = false;
    this.#mend(() => {
      if (opened.formerRun.fresh) this.#repairs?.replaced(aside);
      else this.#repairs?.reopened();
    });
  }

  #replaceHandle(): void {
    this.#drop();
    try {
      this.#database = this.#open('open again', reopenConnection);
    } catch (thrown) {
      if (!isDamage(thrown)) throw thrown;
      this.#replaceFile();
      return;
    }
    this.#repairs?.reopened();
  }

  #replaceFile(): void {
    this.#drop();
    const aside = setAside(this.path);
    this.#database = this.#open('make anew', openConnection).database;
    this.#repairs?.replaced(aside);
  }

  #drop(): void {
    this.#generation += 1;
    this.#statements.clear();
    const database = this.#database;
    this.#database = undefined;
    this.#bounds = undefined;
    try {
      database?.close();
    } catch {
      // A handle that failed may fail once more; nothing is expected of it.
    }
  }

  #handle(): Database {
    if (this.#database) return this.#database;
    throw new StoreError('store/io', `${this.path} is out of use until the disk works again`);
  }
}
