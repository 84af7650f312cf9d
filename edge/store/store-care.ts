import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {errorText, StoreError} from '../../protocols/base/errors.js';
import type {CarryOver} from './carry-over.js';
import type {FrameCounters} from './counters.js';
import type {Repairs, StoreDatabase} from './database.js';
import type {Disk} from './disk.js';
import type {GrantStore} from './grant-store.js';
import type {GrantsFile} from './grants-file.js';
import {IdleCheck} from './idle-check.js';
import type {Journal} from './journal.js';
import {keepLastGood} from './last-good.js';
import type {LotStore} from './lot-store.js';
import {type Refilled, refill} from './open-store.js';
import {reaches, type StoreLevel} from './quota.js';
import type {Stamp} from './stamp.js';

/** Between two attempts at a disk that was given up. */
const TRY_AGAIN_MS: Millis = 10_000;
/** Without a commit for so long nobody waits for the disk. */
const IDLE_MS: Millis = 2000;
/** The second copy of the grants may cost the flash this much on average, beside the events. */
const GRANTS_BYTES_PER_MS = 5;

/** Portions of a damaged file's events that are waited for: most files have no more. */
const FIRST_PORTIONS = 12;
/** Between two portions whoever is at the arms has his turn. */
const PORTION_PAUSE_MS: Millis = 20;

const USES = ['grant_use', 'used', 'revoked'];
const RIGHTS = ['grant', 'credential'];

export interface CareParts {
  readonly database: StoreDatabase;
  readonly journal: Journal;
  readonly grants: GrantStore;
  readonly lot: LotStore;
  readonly counters: FrameCounters;
  readonly file: GrantsFile;
  readonly carryOver: CarryOver;
  readonly disk: Disk;
  readonly site: string;
  readonly clock: Clock;
  readonly stampNow: () => Stamp;
  readonly level: () => StoreLevel;
}

/**
 * Looks after the database: puts back what a failed disk or a damaged file took, keeps the second
 * copies, and uses the idle moments for checks and checkpoints. @see sync.md 3.3, 3.4
 */
export class StoreCare implements Repairs {
  readonly #parts: CareParts;
  readonly #check: IdleCheck;
  #triedMs: Millis = Number.NEGATIVE_INFINITY;
  #lastSeq = 0;
  #quietSinceMs: Millis;
  #grantsWritten = 0;
  #grantsDueMs: Millis = Number.NEGATIVE_INFINITY;
  #trouble: string | undefined;
  #carrying: Timer | undefined;
  /** This run has not yet seen the disk, and may know less than it. */
  #beganInMemory: boolean;

  constructor(parts: CareParts) {
    this.#parts = parts;
    this.#beganInMemory = !parts.database.isDurable;
    this.#check = new IdleCheck(parts.database, parts.journal);
    this.#quietSinceMs = parts.clock.nowMs();
    this.#grantsWritten = parts.grants.changes;
  }

  /** Why a second copy could not be kept; the database itself may be sound. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** What was found in place of the database has been put into a new one: judge it, and say so. */
  takeOver(refilled: Refilled): void {
    const {grants, counters, file, site} = this.#parts;
    const {whole, fresh} = refilled;
    counters.leap();
    const isSound = whole.has('grant') && whole.has('credential') && grants.isSound();
    // The last good copy may be a week old: what was used or withdrawn since is in the signed picture.
    const isSure = [...USES, 'meta'].every(table => fresh.has(table));
    const isFresh = isSure && RIGHTS.every(table => fresh.has(table));
    const kept = isSound && isFresh ? undefined : file.read(site);
    const picture = isSound && (kept?.ver ?? -1) < grants.current().ver ? undefined : kept;
    if (picture) {
      grants.adopt(picture);
      counters.adopt(picture.counters);
    }
    const isWhole = isSound || picture !== undefined;
    const hasAny = grants.book.rows().length > 0;
    const isLost = !isWhole && !hasAny;
    grants.persistAs({isLost, isWhole: isWhole && !isLost});
    if (!isSure) grants.doubtUses();
  }

  /** Go on with the events of a damaged file: the first of them now, the others between polls. */
  beginCarrying(): void {
    const {carryOver} = this.#parts;
    try {
      for (let portion = 0; portion < FIRST_PORTIONS && carryOver.isPending; portion += 1) {
        carryOver.step();
      }
    } catch (thrown) {
      if (!(thrown instanceof StoreError)) throw thrown;
      // A disk that takes nothing now: it is tried again every second.
    }
    this.#carryOn();
  }

  endCarrying(): void {
    this.#carrying?.cancel();
    this.#carrying = undefined;
    this.#parts.carryOver.close();
  }

  #carryOn(): void {
    const {carryOver, lot, clock, level} = this.#parts;
    // What is carried over needs room that the cloud has to make first, by confirming what is here.
    const hasRoom = !reaches(level(), 'crowded');
    if (this.#carrying || lot.isAdrift || !hasRoom || !carryOver.isPending) return;
    this.#carrying = clock.timer('carry over', PORTION_PAUSE_MS, () => {
      this.#carrying = undefined;
      try {
        carryOver.step();
      } catch (thrown) {
        if (!(thrown instanceof StoreError)) throw thrown;
        return;
      }
      this.#carryOn();
    });
  }

  reopened(): void {
    const {lot, journal, grants, counters, stampNow} = this.#parts;
    lot.putBack();
    const isOlder = journal.recheck(stampNow());
    if (isOlder) counters.leapFar();
    if (this.#beganInMemory) {
      this.#beganInMemory = false;
      grants.join();
      if (isOlder) grants.doubtUses();
    } else if (isOlder || !grants.isPersisted()) {
      // Every use of this run, and all before it, is in memory too.
      grants.persist();
    }
    this.#check.ask();
  }

  replaced(aside: string | undefined): void {
    const {database, disk, journal, grants, lot, counters, stampNow} = this.#parts;
    const stamp = stampNow();
    const acked = journal.storedAcked();
    this.#beganInMemory = false;
    const found = refill(database, disk, 'database_damaged', aside);
    counters.leap();
    grants.persist();
    const inMemory = lot.eventsAfter(acked);
    const ever = Math.max(journal.stored().seq, found.left?.known ?? 0);
    // Without a file nobody has them but memory.
    const known = aside === undefined ? ever - inMemory.length : ever;
    journal.beginAgain({why: 'database_damaged', aside, left: {acked, known}, inMemory}, stamp);
    lot.putBackOpen(stamp);
    this.beginCarrying();
  }

  /** Once a second, between polls. */
  tend(): void {
    const {lot, database, counters, clock, stampNow} = this.#parts;
    const nowMs = clock.nowMs();
    if (lot.isAdrift) {
      // At the end of its quota it has its handle still, and may have room at any moment.
      const mayHaveRoom = database.isDurable && !database.ballast.isCrowdedOut();
      if (mayHaveRoom || nowMs - this.#triedMs >= TRY_AGAIN_MS) {
        this.#triedMs = nowMs;
        if (lot.settle(stampNow())) counters.settle();
      }
      return;
    }
    database.ballast.grow();
    this.#carryOn();
    if (!this.#isQuiet(nowMs)) return;
    if (this.#parts.journal.trouble !== undefined) this.#parts.journal.keepCopy();
    this.#contained(() => this.#keepGrants(nowMs));
    database.checkpoint();
    this.#lookOver();
  }

  /** Nothing may be left to a copy that a stop would never write. */
  finish(): void {
    if (!this.#parts.lot.isAdrift)
      this.#contained(() => this.#keepGrants(Number.POSITIVE_INFINITY));
  }

  #isQuiet(nowMs: Millis): boolean {
    const {seq} = this.#parts.journal.tip();
    if (seq !== this.#lastSeq) {
      this.#lastSeq = seq;
      this.#quietSinceMs = nowMs;
    }
    return nowMs - this.#quietSinceMs >= IDLE_MS;
  }

  /** A large copy is written the more seldom: a grant a minute must not wear the flash out. */
  #keepGrants(nowMs: Millis): void {
    const {grants, counters, file, site} = this.#parts;
    if (grants.changes === this.#grantsWritten || nowMs < this.#grantsDueMs) return;
    const {changes} = grants;
    const sizeBytes = file.write({site, ...grants.picture(), counters: counters.all()});
    this.#grantsWritten = changes;
    this.#grantsDueMs = nowMs + sizeBytes / GRANTS_BYTES_PER_MS;
  }

  #lookOver(): void {
    const {database, disk, level, stampNow} = this.#parts;
    if (!this.#check.step(stampNow().wallMs)) return;
    // A copy needs the room that the events are short of.
    if (reaches(level(), 'crowded')) return;
    this.#contained(() => keepLastGood(database, disk));
  }

  #contained(work: () => void): void {
    try {
      work();
      this.#trouble = undefined;
    } catch (thrown) {
      if (thrown instanceof StoreError) throw thrown;
      this.#trouble = errorText(thrown);
    }
  }
}
