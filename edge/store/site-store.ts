import {dirname} from 'node:path';
import type {Clock, Entropy, Millis, UnixMillis} from '../../protocols/base/clock.js';
import {ConfigError} from '../../protocols/base/errors.js';
import {MINUTE_MS} from '../../protocols/base/units.js';
import type {ClockState} from '../domain/time/time-machine.js';
import {CallLog} from './call-log.js';
import {CarryOver} from './carry-over.js';
import {CommandLog} from './command-log.js';
import {FrameCounters} from './counters.js';
import type {SlowCommit, StoreDatabase} from './database.js';
import {type Disk, SYSTEM_DISK} from './disk.js';
import type {StoredGrantBook} from './grant-book.js';
import {GrantStore, type GrantsStanding} from './grant-store.js';
import {GrantsFile} from './grants-file.js';
import {Journal, type Rebuilt} from './journal.js';
import {type FullDiskPolicy, LotStore} from './lot-store.js';
import {NoticeStore} from './notice-store.js';
import {openStore, type Refilled} from './open-store.js';
import {JournalOutbox} from './outbox.js';
import {PepperFile} from './pepper.js';
import {levelOf, type StoreLevel} from './quota.js';
import {Retention} from './retention.js';
import {SecretBox} from './secret-box.js';
import {StaffStore} from './staff-store.js';
import type {Stamp} from './stamp.js';
import {StoreCare} from './store-care.js';
import {Telemetry} from './telemetry.js';
import {TimeMarks} from './time-marks.js';

const EPOCH_BYTES = 16;
/** The one cause of a new epoch that says nothing of the file: a gateway got another identity. */
const ENROLLED = 'enrolled';
/** A run that lasts longer was no part of a series of brown-outs. */
const SHORT_RUN_MS: Millis = MINUTE_MS;

export interface SiteStoreOptions {
  /** The database file; `<path>.epoch`, `.lock`, `.grants`, `.good`, `.ballast` and, with codes, `.pepper` lie beside it. */
  readonly path: string;
  readonly site: string;
  /** 32 bytes under which card secrets are stored. */
  readonly secretKey: Uint8Array;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** What the wall clock is worth now. */
  readonly clockState: () => ClockState;
  /** Surely past: what is deleted for its age is older than asked by this. Absent: the wall clock. */
  readonly floorMs?: () => UnixMillis;
  /** Told once, before anything is dated: what an earlier run knew of the time. */
  readonly recallTime?: (floorMs: UnixMillis) => void;
  readonly maxBytes?: number;
  readonly retentionMs?: Millis;
  readonly disk?: Disk;
  /** Default: `fail_closed`. */
  readonly whenFull?: FullDiskPolicy;
}

/** How the store stands, for whoever decides and for whoever looks on. */
export interface StoreCondition {
  readonly level: StoreLevel;
  /** False while what happens lives in memory only. */
  readonly isDurable: boolean;
  readonly grants: GrantsStanding;
  /** Of rights that began before it nobody knows whether they were used; 0: of all it is known. */
  readonly usesSureFromMs: UnixMillis;
}

/** Everything that the site remembers, in one file with one writer. */
export class SiteStore {
  /** Id of this run of the daemon. */
  readonly boot: string;
  /** Whether the run before came to its end. */
  readonly startCause: 'start' | 'unclean';
  /** Runs in a row before this one that ended within a minute, and not in order. */
  readonly shortRuns: number;
  readonly journal: Journal;
  readonly outbox: JournalOutbox;
  readonly lot: LotStore;
  readonly grants: GrantStore;
  readonly book: StoredGrantBook;
  readonly commands: CommandLog;
  readonly counters: FrameCounters;
  readonly time: TimeMarks;
  readonly telemetry: Telemetry;
  readonly notices: NoticeStore;
  readonly staff: StaffStore;
  readonly callLog: CallLog;
  readonly #database: StoreDatabase;
  readonly #retention: Retention;
  readonly #care: StoreCare;
  readonly #disk: Disk;
  readonly #options: SiteStoreOptions;
  readonly #pepperFile: PepperFile;
  #pepper: Uint8Array | undefined;
  #pepperTrouble: string | undefined;
  readonly #startedMs: Millis;
  #isLasting = false;
  #level: StoreLevel = 'roomy';

  /** @throws StoreError see `openStore` and `GrantStore`; nothing stays open then */
  constructor(options: SiteStoreOptions) {
    const {path, site, clock, entropy, maxBytes, disk = SYSTEM_DISK} = options;
    const newEpoch = (): Uint8Array => entropy.bytes(EPOCH_BYTES);
    const stampNow = (): Stamp => this.stampNow();
    const box = new SecretBox(options.secretKey, entropy);
    const nowMs = () => clock.nowMs();
    const opened = openStore({path, site, newEpoch, maxBytes, disk, nowMs});
    const {database, refilled} = opened;
    this.#options = options;
    this.#disk = disk;
    this.#database = database;
    this.boot = entropy.ulid();
    this.startCause = database.formerRun.unclean ? 'unclean' : 'start';
    try {
      const {boot} = this;
      this.time = new TimeMarks(database, boot);
      const {formerFloorMs} = this.time;
      if (formerFloorMs !== undefined) options.recallTime?.(formerFloorMs);
      const rebuilt = refilled && rebuiltBy(refilled);
      const journal = new Journal(database, {boot, newEpoch, stamp: this.stampNow(), rebuilt});
      const level = () => this.#level;
      this.shortRuns = startCounting(database);
      this.#startedMs = clock.nowMs();
      this.journal = journal;
      this.outbox = new JournalOutbox(database, journal, {
        stampNow,
        onOldCopy: why => {
          this.counters.leapFar();
          if (why !== ENROLLED) this.grants.doubtUses();
        },
      });
      this.grants = new GrantStore(database, {
        ...{journal, box, clock, stampNow, isSalvaged: refilled !== undefined},
        surelyMs: options.floorMs,
        pepper: () => this.pepper(),
      });
      this.book = this.grants.book;
      const {whenFull = 'fail_closed'} = options;
      this.lot = new LotStore(database, {journal, book: this.book, site, whenFull});
      this.commands = new CommandLog(database);
      this.counters = new FrameCounters(database);
      this.telemetry = new Telemetry(database, {boot, level});
      this.notices = new NoticeStore(database);
      this.staff = new StaffStore(database);
      this.callLog = new CallLog(database);
      const {grants, lot, counters, telemetry} = this;
      const keepMs = options.retentionMs;
      this.#retention = new Retention(database, {journal, grants, telemetry, level, keepMs});
      const file = new GrantsFile(path, options.secretKey, box);
      const carryOver = new CarryOver(database, {journal, disk, stampNow});
      const parts = {database, journal, grants, lot, counters, file, disk, site, clock, carryOver};
      this.#care = new StoreCare({...parts, stampNow, level});
      this.#pepperFile = new PepperFile(database, entropy);
      if (refilled) this.#care.takeOver(refilled);
      else if (journal.wasInDoubt) counters.leapFar();
      else if (database.formerRun.unclean) counters.leap();
      if (!refilled && journal.mayBeOlder) grants.doubtUses();
      database.repairWith(this.#care);
      this.#care.beginCarrying();
      this.lot.tellUnstored(this.stampNow());
      if (this.#pepperFile.isInUse) this.#tryPepper();
      this.#look();
    } catch (thrown) {
      database.close();
      throw thrown;
    }
  }

  /** Both clocks now. */
  stampNow(): Stamp {
    const {clock, clockState} = this.#options;
    return {nowMs: clock.nowMs(), wallMs: clock.wallMs(), clk: clockState()};
  }

  /**
   * Key under which digests of codes are stored; made when first needed.
   * @throws ConfigError `config/key-file` when the file cannot be read or made
   */
  pepper(): Uint8Array {
    this.#pepper ??= this.#loadPepper();
    return this.#pepper;
  }

  condition(): StoreCondition {
    return {
      level: this.#level,
      isDurable: !this.lot.isAdrift,
      grants: this.grants.standing,
      usesSureFromMs: this.grants.usesSureFromMs,
    };
  }

  /** Once a second, between polls: whatever keeps the database small, sound and copied. */
  tend(): void {
    this.#look();
    this.#noteLasting();
    this.#care.tend();
    this.grants.tend();
    if (this.#database.isDurable) this.prune();
  }

  /** Why a second copy could not be kept, or codes cannot be judged; undefined while all is well. */
  get trouble(): string | undefined {
    return this.#care.trouble ?? this.journal.trouble ?? this.#pepperTrouble;
  }

  /** The slowest commit over 150 ms since the last call. */
  takeSlow(): SlowCommit | undefined {
    return this.#database.takeSlow();
  }

  /** Delete a slice of what is no longer needed; returns how many rows went. Call it when idle. */
  prune(limit?: number): number {
    this.#look();
    const stamp = this.stampNow();
    const wallMs = this.#options.floorMs?.() ?? stamp.wallMs;
    return this.#retention.prune({...stamp, wallMs}, limit);
  }

  get sizeBytes(): number {
    return this.#database.sizeBytes;
  }

  /** Copy the database while it is in use. @throws StoreError */
  copyTo(target: string): Promise<void> {
    return this.#database.copyTo(target);
  }

  /** Share of the quota in use, 0..1. */
  fillLevel(): number {
    return this.#database.fillLevel();
  }

  /** Idempotent. A store that is not closed counts as an unclean stop. */
  close(): void {
    try {
      if (this.#database.isDurable) {
        stopCounting(this.#database);
        this.#care.finish();
      }
    } finally {
      this.#care.endCarrying();
      this.#database.close();
    }
  }

  /** Cards open without it: a key of codes that cannot be read keeps no site from its start. */
  #tryPepper(): void {
    try {
      this.pepper();
    } catch (thrown) {
      if (!(thrown instanceof ConfigError)) throw thrown;
      this.#pepperTrouble = thrown.message;
    }
  }

  /** Codes under a key that is gone open nothing: the cloud is asked for all of them again. */
  #loadPepper(): Uint8Array {
    const {pepper, isOther} = this.#pepperFile.load();
    this.#pepperTrouble = undefined;
    if (isOther) this.grants.askAgain();
    return pepper;
  }

  #noteLasting(): void {
    if (this.#isLasting || this.#options.clock.nowMs() - this.#startedMs < SHORT_RUN_MS) return;
    this.#isLasting = true;
    if (this.#database.isDurable) stopCounting(this.#database);
  }

  #look(): void {
    if (!this.#database.isDurable) return;
    const partition = this.#disk.partitionOf(dirname(this.#options.path));
    this.#level = levelOf(this.#database.fillLevel(), partition, this.#level);
  }
}

/** Every start counts as a short run until it has lasted, or ended in order. */
function startCounting(database: StoreDatabase): number {
  const before = database.statement('SELECT short_runs FROM meta').pluck().get() as number;
  database.transact('start', () =>
    database.statement('UPDATE meta SET short_runs = short_runs + 1').run(),
  );
  return before;
}

function stopCounting(database: StoreDatabase): void {
  database.transact('run', () => database.statement('UPDATE meta SET short_runs = 0').run());
}

function rebuiltBy({why, aside, left}: Refilled): Rebuilt {
  return {why, aside, left: left ?? {acked: 0, known: 0}};
}
