import {basename} from 'node:path';
import {equalBytes, toHex} from '../../protocols/base/bytes.js';
import {errorText} from '../../protocols/base/errors.js';
import {CHAIN_START, chainHash} from '../../protocols/cloud/chain.js';
import {type SiteFact, URGENT_EVENTS} from '../../protocols/site/events.js';
import type {CarriedEvent} from './carried-event.js';
import type {StoreDatabase} from './database.js';
import {EpochFile} from './epoch-file.js';
import {HeldEvents} from './held-events.js';
import {Origins} from './origins.js';
import type {EventsLeft} from './salvage.js';
import {endSetAside} from './set-aside.js';
import type {Stamp} from './stamp.js';

/** Newest event, or the point from which the chain goes on. */
export interface ChainTip {
  readonly seq: number;
  readonly hash: Uint8Array;
}

export interface SeqRange {
  /** `lastSeq + 1` when nothing was appended. */
  readonly firstSeq: number;
  readonly lastSeq: number;
}

const URGENT: ReadonlySet<string> = URGENT_EVENTS;

interface MetaRow {
  readonly epoch: Uint8Array;
  readonly acked: number;
  readonly base_seq: number;
  readonly base_hash: Uint8Array;
  readonly epoch_from: number;
  readonly kept_epoch: Uint8Array | null;
}

/** A new file took the place of one that failed. */
export interface Rebuilt {
  readonly why: string;
  /** Path of the damaged file, whose events are still to be carried over. */
  readonly aside?: string | undefined;
  readonly left: EventsLeft;
  /** Its newest events, as far as memory has them. */
  readonly inMemory?: readonly CarriedEvent[];
}

/**
 * The gap-free, hash-chained list of everything that happened at the site; its rows are the outbox.
 * The first epoch begins with event 1 on `CHAIN_START`. A later one goes on with number and chain, from
 * the oldest event that nobody has confirmed: however many there are, it costs one small commit.
 */
export class Journal {
  readonly boot: string;
  /** At the start it was in doubt which numbers of the file are free. */
  readonly wasInDoubt: boolean;
  /** It may be an older copy, and not only one whose power was cut when its epoch changed. */
  readonly mayBeOlder: boolean;
  readonly origins: Origins;
  /** While it holds, what is appended gets its number later. */
  readonly held: HeldEvents;
  readonly #database: StoreDatabase;
  readonly #file: EpochFile;
  readonly #newEpoch: () => Uint8Array;
  readonly #listeners = new Set<() => void>();
  /** What the disk says, as long as `generation` is that of the database: a lone event reads nothing. */
  #known: {readonly generation: number; meta?: MetaRow; tip?: ChainTip} = {generation: -1};
  /** The newest event that was ever on the disk, whatever became of it. */
  #stored: ChainTip = {seq: 0, hash: CHAIN_START};
  #storedAcked = 0;
  #storedEpoch: Uint8Array = new Uint8Array();
  #trouble: string | undefined;

  /**
   * `boot` names this run of the daemon. Starts a new epoch when the second copy of the epoch differs
   * or the cloud has confirmed more than is here: never number on in doubt.
   */
  constructor(
    database: StoreDatabase,
    options: {
      readonly boot: string;
      readonly newEpoch: () => Uint8Array;
      readonly stamp: Stamp;
      readonly rebuilt?: Rebuilt | undefined;
    },
  ) {
    this.#database = database;
    this.origins = new Origins(database);
    this.held = new HeldEvents(database);
    this.#file = new EpochFile(database.path);
    this.#newEpoch = options.newEpoch;
    this.boot = options.boot;
    const {rebuilt, stamp} = options;
    const doubt = rebuilt ? undefined : this.#doubt(database.formerRun.fresh);
    this.wasInDoubt = doubt !== undefined;
    this.mayBeOlder = this.wasInDoubt && (doubt === 'acked_ahead' || !this.#hasCutItself());
    if (rebuilt) this.#beginAgain(rebuilt, stamp);
    else if (doubt !== undefined) this.startNewEpoch(doubt, stamp);
    else this.keepCopy();
    this.#stored = this.tip();
    this.#storedAcked = this.acked();
    this.#storedEpoch = this.#meta().epoch;
  }

  /** Why the second copy of the epoch is not the newest; undefined while it is. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /**
   * Write the second copy of the epoch if it differs. On a disk that does not take it the site runs all the
   * same: the next start finds two different copies, and begins another epoch.
   */
  keepCopy(): void {
    if (!this.#database.isDurable) return;
    const {epoch} = this.#meta();
    try {
      if (!isSame(this.#file.read(), epoch)) this.#writeCopy(epoch);
      this.#noteCopy(epoch);
      this.#trouble = undefined;
    } catch (thrown) {
      this.#trouble = errorText(thrown);
    }
  }

  #noteCopy(epoch: Uint8Array): void {
    if (isSame(this.#meta().kept_epoch, epoch)) return;
    this.#database.transact('copy of the epoch', () => {
      this.#database.statement('UPDATE meta SET kept_epoch = ?').run(epoch);
      delete this.#fresh().meta;
    });
  }

  /** The second copy is the one that this very file knew last: the power went before it was renewed. */
  #hasCutItself(): boolean {
    const {kept_epoch: kept} = this.#meta();
    const copy = this.#file.read();
    return copy === undefined ? kept === null : isSame(kept, copy);
  }

  #writeCopy(epoch: Uint8Array): void {
    try {
      this.#file.write(epoch);
    } catch (thrown) {
      if (!this.#database.ballast.giveUp()) throw thrown;
      this.#file.write(epoch);
    }
  }

  /** 32 hex digits. */
  epoch(): string {
    return toHex(this.#meta().epoch);
  }

  /** Highest number the cloud has confirmed; 0 before the first. */
  acked(): number {
    return this.#meta().acked;
  }

  /** The newest pruned event; number 0 before the first. */
  base(): ChainTip {
    const {base_seq: seq, base_hash: hash} = this.#meta();
    return {seq, hash: new Uint8Array(hash)};
  }

  /** Lowest number that this epoch ever had. */
  first(): number {
    return this.#meta().epoch_from + 1;
  }

  /** Lowest number of this epoch that is still held; one above the tip when none is. */
  low(): number {
    const {base_seq: base, epoch_from: from} = this.#meta();
    return Math.max(base, from) + 1;
  }

  tip(): ChainTip {
    const known = this.#fresh();
    known.tip ??= this.#readTip();
    return known.tip;
  }

  /** The newest event that was ever on the disk: a handle that was replaced may have less. */
  stored(): ChainTip {
    return this.#stored;
  }

  /** The epoch that the numbers of `stored` belong to, 16 bytes. */
  storedEpoch(): Uint8Array {
    return this.#storedEpoch;
  }

  /** The cloud has everything up to `seq`. */
  setAcked(seq: number): void {
    this.#database.transact('acknowledge', () => {
      this.#database.statement('UPDATE meta SET acked = ?').run(seq);
      delete this.#fresh().meta;
      this.#database.afterCommit(() => {
        this.#storedAcked = seq;
      });
    });
  }

  /** `acked()`, also when the file that knew it is gone. */
  storedAcked(): number {
    return this.#storedAcked;
  }

  /** Delete everything up to `last`, from where the chain then goes on; returns how many rows went. */
  cutTo(last: ChainTip): number {
    return this.#database.transact('prune', () => {
      this.#database
        .statement('UPDATE meta SET base_seq = ?, base_hash = ?')
        .run(last.seq, last.hash);
      const {changes} = this.#database.statement('DELETE FROM ev WHERE seq <= ?').run(last.seq);
      this.origins.dropTo(last.seq);
      this.#known = {generation: this.#known.generation};
      return changes;
    });
  }

  /** Append `facts` in order, within the running transaction or as one of their own. Held ones are not in
   *  the range. */
  append(facts: readonly SiteFact[], stamp: Stamp): SeqRange {
    return this.#database.transact('journal', () => {
      const {boot} = this;
      const {clk, wallMs: wall} = stamp;
      const mono = Math.round(stamp.nowMs);
      const firstSeq = this.tip().seq + 1;
      let tip = this.tip();
      const isHeld = this.held.isHolding();
      for (const {kind, body} of facts) {
        if (isHeld) this.held.hold({boot, mono, wall, clk, kind, body: JSON.stringify(body)});
        if (isHeld) continue;
        // Spelt out: a spread would take as long as the hash.
        tip = this.#insert({boot, mono, wall, clk, kind, body: JSON.stringify(body)}, tip);
      }
      this.#grown(tip, isHeld ? 0 : facts.length);
      return {firstSeq, lastSeq: tip.seq};
    });
  }

  /**
   * True when a commit up to `tip`, whose sync failed, is there all the same: a new handle finds it in the
   * log. Within a transaction; it then counts as made by this one.
   */
  hasLanded(tip: ChainTip): boolean {
    const row = this.#database.statement('SELECT h FROM ev WHERE seq = ?').get(tip.seq) as
      | {readonly h: Uint8Array}
      | undefined;
    if (row === undefined || !equalBytes(new Uint8Array(row.h), tip.hash)) return false;
    this.#grown(tip, 1);
    return true;
  }

  /** Append what another file held, as it was. */
  carryOver(events: readonly CarriedEvent[]): void {
    this.#database.transact('carry over', () => {
      let tip = this.tip();
      for (const event of events) {
        tip = this.#insert(event, tip);
        if (event.origin) this.origins.put(tip.seq, event.origin);
      }
      this.#grown(tip, events.length);
    });
  }

  /** `listener` runs after each commit that added rows; the result ends it. */
  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Begin a fresh epoch, and say why in an event. It takes over, at their numbers, the events that nobody
   * has confirmed; confirmed ones stay behind in the old one. One commit, whatever lies there.
   */
  startNewEpoch(why: string, stamp: Stamp): void {
    const epoch = this.#newEpoch();
    this.#database.transact('new epoch', () => {
      const {acked, epoch: former} = this.#meta();
      const {seq} = this.tip();
      const from = Math.min(acked, seq);
      if (seq > from) this.origins.putFormer(seq, former);
      this.#database
        .statement('UPDATE meta SET epoch = ?, acked = ?, epoch_from = ?')
        .run(epoch, from, from);
      delete this.#fresh().meta;
      this.append([{kind: 'epoch.new', body: {why}}], stamp);
    });
    this.#storedAcked = this.acked();
    this.#storedEpoch = epoch;
    // A cut before this line leaves two different copies: the next start makes yet another epoch.
    this.keepCopy();
  }

  #insert({boot, mono, wall, clk, kind, body}: CarriedEvent, tip: ChainTip): ChainTip {
    const seq = tip.seq + 1;
    const hash = chainHash(tip.hash, seq, body);
    const prio = URGENT.has(kind) ? 1 : 0;
    this.#database
      .statement(
        `INSERT INTO ev (seq, prio, boot, mono, wall, clk, kind, body, h)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(seq, prio, boot, mono, wall, clk, kind, body, hash);
    return {seq, hash};
  }

  /** After a rollback the generation is another one, and the tip is read again. */
  #grown(tip: ChainTip, count: number): void {
    if (count === 0) return;
    this.#fresh().tip = tip;
    this.#database.afterCommit(() => {
      this.#stored = tip;
      this.#announce();
    });
  }

  #fresh(): {meta?: MetaRow; tip?: ChainTip} {
    const {generation} = this.#database;
    if (this.#known.generation !== generation) this.#known = {generation};
    return this.#known;
  }

  #readTip(): ChainTip {
    const row = this.#database.read('journal tip', () =>
      this.#database.statement('SELECT seq, h FROM ev ORDER BY seq DESC LIMIT 1').get(),
    ) as {readonly seq: number; readonly h: Uint8Array} | undefined;
    return row === undefined ? this.base() : {seq: row.seq, hash: new Uint8Array(row.h)};
  }

  /**
   * The handle was replaced by one to the same file. Should the file have less than it once took, or
   * belong to another time, a new epoch begins: true then.
   */
  recheck(stamp: Stamp): boolean {
    const lacks = this.tip().seq < this.#stored.seq;
    const doubt = lacks ? 'rows_lost' : this.#doubt(false);
    if (doubt !== undefined) this.startNewEpoch(doubt, stamp);
    this.#stored = this.tip();
    return doubt !== undefined;
  }

  /** A new file took the place of a damaged one: go on under its own epoch with what is saved. */
  beginAgain(rebuilt: Rebuilt, stamp: Stamp): void {
    this.#beginAgain(rebuilt, stamp);
    this.#stored = this.tip();
  }

  #beginAgain({why, aside, left, inMemory = []}: Rebuilt, stamp: Stamp): void {
    if (this.#database.isDurable) {
      const file = aside === undefined ? undefined : basename(aside);
      this.#database.transact('begin again', () => {
        this.held.begin(file, left);
        this.#database.statement('UPDATE meta SET salvaged = ?').run(file ?? null);
        for (const event of inMemory) this.held.hold(event, file);
        this.append([{kind: 'epoch.new', body: {why}}], stamp);
      });
      endSetAside(this.#database.path);
    }
    this.#storedAcked = 0;
    this.#storedEpoch = this.#meta().epoch;
    this.keepCopy();
  }

  #doubt(isFresh: boolean): string | undefined {
    const {epoch, acked} = this.#meta();
    const copy = this.#file.read();
    if (isFresh) return copy === undefined ? undefined : 'database_new';
    if (!isSame(copy, epoch)) return copy === undefined ? 'epoch_file_missing' : 'epoch_mismatch';
    return this.tip().seq < acked ? 'acked_ahead' : undefined;
  }

  #meta(): MetaRow {
    const known = this.#fresh();
    known.meta ??= this.#database.read('journal', () =>
      this.#database
        .statement('SELECT epoch, acked, base_seq, base_hash, epoch_from, kept_epoch FROM meta')
        .get(),
    ) as MetaRow;
    return known.meta;
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}

function isSame(one: Uint8Array | null | undefined, other: Uint8Array): boolean {
  return one ? equalBytes(new Uint8Array(one), new Uint8Array(other)) : false;
}
