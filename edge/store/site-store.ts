import type {Clock, Entropy, Millis, UnixMillis} from '../../protocols/base/clock.js';
import type {ClockState} from '../domain/time/time-machine.js';
import {loadOrMakeKey} from '../platform/key-file.js';
import {CommandLog} from './command-log.js';
import {FrameCounters} from './counters.js';
import {StoreDatabase} from './database.js';
import type {StoredGrantBook} from './grant-book.js';
import {GrantStore} from './grant-store.js';
import {Journal} from './journal.js';
import {LotStore} from './lot-store.js';
import {JournalOutbox} from './outbox.js';
import {Retention} from './retention.js';
import {SecretBox} from './secret-box.js';
import type {Stamp} from './stamp.js';
import {TimeMarks} from './time-marks.js';

const EPOCH_BYTES = 16;

export interface SiteStoreOptions {
  /** The database file; `<path>.epoch`, `<path>.lock` and, with codes, `<path>.pepper` lie beside it. */
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
}

/** Everything that the site remembers, in one file with one writer. */
export class SiteStore {
  /** Id of this run of the daemon. */
  readonly boot: string;
  /** Whether the run before came to its end. */
  readonly startCause: 'start' | 'unclean';
  readonly journal: Journal;
  readonly outbox: JournalOutbox;
  readonly lot: LotStore;
  readonly grants: GrantStore;
  readonly book: StoredGrantBook;
  readonly commands: CommandLog;
  readonly counters: FrameCounters;
  readonly time: TimeMarks;
  readonly #database: StoreDatabase;
  readonly #retention: Retention;
  readonly #options: SiteStoreOptions;
  #pepper: Uint8Array | undefined;

  /** @throws StoreError see `StoreDatabase` and `GrantStore`; nothing stays open then */
  constructor(options: SiteStoreOptions) {
    const {path, site, clock, entropy, maxBytes} = options;
    const newEpoch = (): Uint8Array => entropy.bytes(EPOCH_BYTES);
    const stampNow = (): Stamp => this.stampNow();
    const box = new SecretBox(options.secretKey, entropy);
    const database = new StoreDatabase({path, site, newEpoch: newEpoch(), maxBytes});
    this.#options = options;
    this.#database = database;
    this.boot = entropy.ulid();
    this.startCause = database.formerRun.unclean ? 'unclean' : 'start';
    try {
      this.time = new TimeMarks(database, this.boot);
      const {formerFloorMs} = this.time;
      if (formerFloorMs !== undefined) options.recallTime?.(formerFloorMs);
      const journal = new Journal(database, {boot: this.boot, newEpoch, stamp: stampNow()});
      this.journal = journal;
      this.outbox = new JournalOutbox(database, journal, stampNow);
      this.grants = new GrantStore(database, {
        ...{journal, box, clock, stampNow},
        pepper: () => this.pepper(),
      });
      this.book = this.grants.book;
      this.lot = new LotStore(database, {journal, book: this.book, site});
      this.commands = new CommandLog(database);
      this.counters = new FrameCounters(database);
      this.#retention = new Retention(database, journal, options.retentionMs);
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
   * Key under which digests of codes are stored, in a file of its own since the database must not tell
   * them; made when first needed.
   * @throws ConfigError `config/key-file` when the file holds something else
   */
  pepper(): Uint8Array {
    const {path, entropy} = this.#options;
    this.#pepper ??= loadOrMakeKey(`${path}.pepper`, entropy);
    return this.#pepper;
  }

  /** Delete a slice of what is no longer needed; returns how many rows went. Call it when idle. */
  prune(limit?: number): number {
    const stamp = this.stampNow();
    const wallMs = this.#options.floorMs?.() ?? stamp.wallMs;
    return this.#retention.prune({...stamp, wallMs}, limit);
  }

  /** Share of the quota in use, 0..1. */
  fillLevel(): number {
    return this.#database.fillLevel();
  }

  /** Idempotent. A store that is not closed counts as an unclean stop. */
  close(): void {
    this.#database.close();
  }
}
