import {StoreError} from '../../protocols/base/errors.js';
import {chainHash} from '../../protocols/cloud/chain.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {LotRecord, OpenRecords} from '../domain/lot/contract.js';
import {readPressCounts} from './care-rows.js';
import type {CarriedEvent} from './carried-event.js';
import type {StoreDatabase} from './database.js';
import type {StoredGrantBook} from './grant-book.js';
import type {ChainTip, Journal, SeqRange} from './journal.js';
import type {LotCommit} from './lot-commit.js';
import {keyOf, LotRing, type UnstoredEvents} from './lot-ring.js';
import {isOpen, isUpserted, LotRows, type UpsertedRecord} from './lot-rows.js';
import {isGone} from './sqlite-fault.js';
import type {Stamp} from './stamp.js';

/** What a site does when its quota has no room at all. @see sync.md 3.3 */
export type FullDiskPolicy = 'fail_closed' | 'open_counted';

/** Steps whose loss a disk that swallowed a sync can be made to forget. */
const REMEMBERED_STEPS = 64;
/** More pages than a commit ever adds to the file. */
const COMMIT_PAGES = 64;

interface StoredStep {
  readonly commit: LotCommit;
  readonly range: SeqRange;
  /** Where its events stand: the epoch, and the chain hash before the first. */
  readonly epoch: Uint8Array;
  readonly before: Uint8Array;
}

/** A commit that was told to have failed, and may be there all the same. */
interface Doubt {
  readonly changes: readonly LotCommit[];
  readonly tip: ChainTip;
  readonly steps: readonly StoredStep[];
}

/**
 * Facts and records of the lot, stored before anything acts on them.
 *
 * On a disk that fails for good or that others have filled, and at the end of the quota where the owner
 * wants it so, the lot goes on from memory: the newest 2,000 events are kept for when the disk is back, the others are counted.
 */
export class LotStore {
  readonly #database: StoreDatabase;
  readonly #journal: Journal;
  readonly #rows: LotRows;
  readonly #whenFull: FullDiskPolicy;
  readonly #ring = new LotRing();
  /** The newest steps on the disk, in case it loses them. */
  readonly #recent: StoredStep[] = [];
  /** All that is not final, as it stands on the disk. */
  readonly #open = new Map<string, UpsertedRecord>();
  #isAdrift: boolean;
  #doubt: Doubt | undefined;

  constructor(
    database: StoreDatabase,
    parts: {
      readonly journal: Journal;
      readonly book: StoredGrantBook;
      readonly site: string;
      readonly whenFull: FullDiskPolicy;
    },
  ) {
    this.#database = database;
    this.#journal = parts.journal;
    this.#rows = new LotRows(database, parts.book, parts.site);
    this.#whenFull = parts.whenFull;
    this.#isAdrift = !database.isDurable;
    for (const record of this.#openRows()) this.#open.set(keyOf(record), record);
  }

  /** True while what is committed lives in memory only. */
  get isAdrift(): boolean {
    return this.#isAdrift;
  }

  /** Events that only memory has. */
  get unstored(): UnstoredEvents | undefined {
    return this.#ring.unstored;
  }

  /**
   * Store everything in one transaction, on the disk when this returns.
   * @throws StoreError `store/used` when a one-entry grant, token or code was used before, and memory
   * knows it from then on; `store/full` when the quota is reached, `store/adrift` when it would be used
   * in memory only; nothing at all is stored then
   */
  commit(...changes: readonly LotCommit[]): SeqRange {
    if (this.#isAdrift) return this.#keep(changes);
    try {
      return this.#store(changes);
    } catch (thrown) {
      if (!this.#goesOn(thrown)) throw thrown;
      this.#isAdrift = true;
      return this.#keep(changes);
    }
  }

  /** A run before this one counted events that never reached the disk: they ended with its memory. */
  tellUnstored(stamp: Stamp): void {
    if (!this.#database.isDurable) return;
    const row = this.#database
      .statement('SELECT n AS count, first_wall AS firstWallMs, last_wall AS lastWallMs FROM lost')
      .get() as UnstoredEvents;
    if (row.count > 0) this.#tellLost(row, 'they were in memory only when the power went', stamp);
  }

  /** Rows that were not final when the daemon stopped, oldest first. */
  openRecords(): OpenRecords {
    return this.#rows.openRecords();
  }

  /** What each button had counted, as far as calls of it were stored. */
  pressCounts(): ReadonlyMap<DeviceId, number> {
    return readPressCounts(this.#database);
  }

  /** Bring to the disk what memory kept. True: nothing is left in memory. */
  settle(stamp: Stamp): boolean {
    if (!this.#isAdrift) return true;
    if (!this.#database.comeBack()) return false;
    try {
      this.#endDoubt();
      for (let next = this.#ring.first; next; next = this.#ring.first) {
        this.#store([next]);
        this.#ring.shift();
      }
      const {lost, unstored} = this.#ring;
      const note = 'the disk took nothing, and memory holds no more';
      if (unstored) this.#tellLost(lost, note, stamp);
    } catch (thrown) {
      if (!(thrown instanceof StoreError)) throw thrown;
      return false;
    }
    this.#ring.clear();
    this.#isAdrift = false;
    return true;
  }

  /** The disk was found to have less than it took: put back what is missing. */
  putBack(): void {
    const {seq} = this.#journal.tip();
    const missing = this.#recent.filter(({range}) => range.firstSeq > seq);
    for (const step of missing) {
      this.#store([step.commit]);
      // It stands at another place from now on.
      this.#recent.splice(this.#recent.indexOf(step), 1);
    }
  }

  /**
   * The newest events after number `seq`, as far as memory has them, with the place they had: the cloud
   * may hold them from there.
   */
  eventsAfter(seq: number): readonly CarriedEvent[] {
    const {boot} = this.#journal;
    return this.#recent
      .filter(({range}) => range.firstSeq > seq)
      .flatMap(({commit: {facts, stamp}, range, epoch, before}) => {
        const around = {boot, mono: Math.round(stamp.nowMs), wall: stamp.wallMs, clk: stamp.clk};
        let h = before;
        return facts.map(({kind, body}, index) => {
          const place = range.firstSeq + index;
          const text = JSON.stringify(body);
          h = chainHash(h, place, text);
          return {...around, kind, body: text, origin: {epoch, seq: place, h}};
        });
      });
  }

  /** Another file took the place of the old one: everything open goes into it. */
  putBackOpen(stamp: Stamp): void {
    this.#database.transact('open rows put back', () => {
      for (const record of this.#open.values()) this.#rows.write(record, stamp);
    });
    this.#recent.length = 0;
  }

  #store(changes: readonly LotCommit[]): SeqRange {
    let attempted: Doubt | undefined;
    try {
      return this.#database.transact('commit of the lot', () => {
        const hasLanded = attempted !== undefined && this.#journal.hasLanded(attempted.tip);
        if (attempted && hasLanded) this.#takeAsStored(attempted);
        const steps =
          attempted && hasLanded ? attempted.steps : changes.map(commit => this.#put(commit));
        const tip = this.#journal.tip();
        const isNumbered = steps.some(({range}) => range.firstSeq <= range.lastSeq);
        attempted = isNumbered ? {changes, tip, steps} : undefined;
        return {firstSeq: steps[0]?.range.firstSeq ?? tip.seq + 1, lastSeq: tip.seq};
      });
    } catch (thrown) {
      this.#doubt = attempted;
      // Not within the transaction: it would see uses that are rolled back with it.
      if (isUsed(thrown)) this.#learn(changes.flatMap(({records}) => records));
      throw thrown;
    }
  }

  /** The disk is back: is the commit with which it went there after all? Then it is not made twice. */
  #endDoubt(): void {
    const doubt = this.#doubt;
    if (!doubt) return;
    const hasLanded = this.#database.transact('look for a commit', () => {
      const isThere = this.#journal.hasLanded(doubt.tip);
      if (isThere) this.#takeAsStored(doubt);
      return isThere;
    });
    if (hasLanded) this.#ring.leaveOut(doubt.changes);
    this.#doubt = undefined;
  }

  #put(commit: LotCommit): StoredStep {
    const {facts, records, stamp} = commit;
    for (const record of records) this.#rows.write(record, stamp);
    const epoch = this.#journal.storedEpoch();
    const {hash: before} = this.#journal.tip();
    const step = {commit, range: this.#journal.append(facts, stamp), epoch, before};
    this.#rememberLater(step);
    return step;
  }

  /** The sync failed and the commit is there: nothing is written twice, and memory learns of it now. */
  #takeAsStored({steps}: Doubt): void {
    for (const step of steps) {
      this.#learn(step.commit.records);
      this.#rememberLater(step);
    }
  }

  #learn(records: readonly LotRecord[]): void {
    for (const record of records) this.#rows.learn(record);
  }

  #rememberLater(step: StoredStep): void {
    const isHeld = step.commit.facts.length > 0 && step.range.lastSeq < step.range.firstSeq;
    this.#database.afterCommit(() => {
      if (!isHeld) this.#recent.push(step);
      if (this.#recent.length > REMEMBERED_STEPS) this.#recent.shift();
      for (const record of step.commit.records) this.#remember(record);
    });
  }

  /** In memory alone nothing can be used up: a power cut would give it back. */
  #keep(changes: readonly LotCommit[]): SeqRange {
    const records = changes.flatMap(change => change.records);
    if (records.some(({table}) => table === 'grantUse' || table === 'used')) {
      throw new StoreError('store/adrift', 'what is good once cannot be used in memory only');
    }
    for (const change of changes) this.#ring.push(change);
    this.#countUnstored();
    const {seq} = this.#journal.stored();
    return {firstSeq: seq + 1, lastSeq: seq};
  }

  /** In place, in a row that was there from the start: needs no page that a full disk has not. */
  #countUnstored(): void {
    const unstored = this.#ring.unstored;
    if (!unstored || !this.#database.isDurable) return;
    try {
      this.#database.transact('count the unstored', () =>
        this.#database
          .statement('UPDATE lost SET n = ?, first_wall = ?, last_wall = ?')
          .run(unstored.count, unstored.firstWallMs, unstored.lastWallMs),
      );
    } catch (thrown) {
      // A disk that takes not even this: memory goes on counting.
      if (!(thrown instanceof StoreError)) throw thrown;
    }
  }

  #tellLost(lost: UnstoredEvents | undefined, note: string, stamp: Stamp): void {
    this.#database.transact('tell the lost', () => {
      this.#database.statement('UPDATE lost SET n = 0, first_wall = 0, last_wall = 0').run();
      if (lost)
        this.#journal.append([{kind: 'storage', body: {what: 'lost', ...lost, note}}], stamp);
    });
  }

  #goesOn(thrown: unknown): boolean {
    if (isGone(thrown)) return true;
    const isFull = thrown instanceof StoreError && thrown.code === 'store/full';
    if (!isFull) return false;
    if (this.#whenFull === 'open_counted') return true;
    // What others take, and what a disk refuses that has room, is none of the site's doing: it fails.
    return this.#database.ballast.isCrowdedOut() || this.#database.freePages() >= COMMIT_PAGES;
  }

  #remember(record: LotRecord): void {
    if (!isUpserted(record)) return;
    if (isOpen(record)) this.#open.set(keyOf(record), record);
    else this.#open.delete(keyOf(record));
  }

  #openRows(): readonly UpsertedRecord[] {
    const {actuations, sessions, alarms, showers} = this.#rows.openRecords();
    return [
      ...actuations.map(row => ({table: 'actuation', row}) as const),
      ...sessions.map(row => ({table: 'session', row}) as const),
      ...alarms.map(row => ({table: 'alarm', row}) as const),
      ...showers.map(row => ({table: 'shower', row}) as const),
    ];
  }
}

function isUsed(thrown: unknown): boolean {
  return thrown instanceof StoreError && thrown.code === 'store/used';
}
