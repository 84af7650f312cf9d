import type {StoreDatabase} from './database.js';
import {guarded, isGone} from './sqlite-fault.js';

/** Where one direction of a sealed link keeps its counters, as its driver asks for it. */
export interface StoredCounter {
  /** All counters below it are spent; 0 at first. */
  load(): bigint;
  /** Returns when the same is on the disk for `below`; never goes back. */
  reserve(below: bigint): void;
  /** Grows whenever counters are skipped while the site runs: who holds some loads anew. */
  leaps(): number;
}

/** More frames than a site seals while its disk is away. */
const LEAP = 2n ** 24n;
/** More than in the time between two copies. */
const OLD_COPY_LEAP = 2n ** 32n;

/** How counters of frames that are sealed here are named. */
const OUTGOING = '.out';

/**
 * Counters of sealed frames, by name. A counter must never come twice under one key, also not after
 * a power cut: a nonce used twice under one AES-GCM key gives the key stream away. So what is sealed
 * here leaps wherever something may have been spent without a trace. What collectors sealed stays as
 * it is known: they count on from where they are, and one that was told to be further would be refused
 * for as long as it takes to get there. The price: what a wiretap recorded between an older copy and
 * its return is taken once more, until the collector's next frame, its heartbeat at the latest.
 */
export class FrameCounters {
  readonly #database: StoreDatabase;
  readonly #unstored = new Map<string, bigint>();
  #leaps = 0;

  constructor(database: StoreDatabase) {
    this.#database = database;
  }

  /**
   * Skip what may have been spent without a trace: the file was damaged, or the last run reserved in
   * memory only.
   */
  leap(): void {
    this.#leapBy(LEAP);
  }

  /** The file may be an older copy, put back: skip what may have been spent since it was made. */
  leapFar(): void {
    this.#leapBy(OLD_COPY_LEAP);
    this.#leaps += 1;
  }

  all(): readonly (readonly [name: string, below: string])[] {
    return this.#database
      .statement('SELECT name, CAST(below AS TEXT) FROM counter')
      .raw()
      .all() as [string, string][];
  }

  /** Take them from an older copy: whatever was sealed since is left out by a leap. */
  adopt(counters: readonly (readonly [name: string, below: string])[]): void {
    for (const [name, below] of counters) {
      const leap = name.endsWith(OUTGOING) ? OLD_COPY_LEAP : 0n;
      this.#reserve(name, BigInt(below) + leap);
    }
  }

  of(name: string): StoredCounter {
    return {
      load: () => this.#load(name),
      reserve: below => this.#reserve(name, below),
      leaps: () => this.#leaps,
    };
  }

  /** Bring to the disk what memory reserved alone. */
  settle(): void {
    for (const [name, below] of this.#unstored) this.#store(name, below);
    this.#unstored.clear();
  }

  #leapBy(count: bigint): void {
    this.#database.transact('counter', () =>
      this.#database
        .statement(`UPDATE counter SET below = below + ? WHERE name LIKE '%${OUTGOING}'`)
        .run(count),
    );
  }

  #load(name: string): bigint {
    // As text: a column read as a JavaScript number would round counters above 2^53.
    const row = guarded('counter', () =>
      this.#database
        .statement('SELECT CAST(below AS TEXT) AS below FROM counter WHERE name = ?')
        .get(name),
    ) as {readonly below: string} | undefined;
    return BigInt(row?.below ?? 0);
  }

  /** A disk that is gone must not silence a collector: the leap of the next start makes up for it. */
  #reserve(name: string, below: bigint): void {
    try {
      this.#store(name, below);
    } catch (thrown) {
      if (!isGone(thrown)) throw thrown;
      this.#unstored.set(name, below);
    }
  }

  #store(name: string, below: bigint): void {
    this.#database.transact('counter', () =>
      this.#database
        .statement(
          `INSERT INTO counter (name, below) VALUES (?, ?)
           ON CONFLICT (name) DO UPDATE SET below = max(below, excluded.below)`,
        )
        .run(name, below),
    );
  }
}
