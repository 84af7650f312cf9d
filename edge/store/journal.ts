import {equalBytes, toHex} from '../../protocols/base/bytes.js';
import {CHAIN_START, chainHash} from '../../protocols/cloud/chain.js';
import {type SiteFact, URGENT_EVENTS} from '../../protocols/site/events.js';
import type {StoreDatabase} from './database.js';
import {EpochFile} from './epoch-file.js';
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

/** Reads of a long table go by key and in pages, so that nothing holds the write-ahead log. */
const PAGE_ROWS = 500;

interface MetaRow {
  readonly epoch: Uint8Array;
  readonly acked: number;
  readonly base_seq: number;
  readonly base_hash: Uint8Array;
}

/**
 * The gap-free, hash-chained list of everything that happened at the site; its rows are the outbox.
 * An epoch is one unbroken numbering: it begins with event 1 on `CHAIN_START`.
 */
export class Journal {
  readonly boot: string;
  readonly #database: StoreDatabase;
  readonly #file: EpochFile;
  readonly #newEpoch: () => Uint8Array;
  readonly #listeners = new Set<() => void>();

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
    },
  ) {
    this.#database = database;
    this.#file = new EpochFile(database.path);
    this.#newEpoch = options.newEpoch;
    this.boot = options.boot;
    const doubt = this.#doubt();
    if (doubt !== undefined) this.startNewEpoch(doubt, options.stamp);
    else this.#file.write(this.#meta().epoch);
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

  tip(): ChainTip {
    const row = this.#database.statement('SELECT seq, h FROM ev ORDER BY seq DESC LIMIT 1').get() as
      | {readonly seq: number; readonly h: Uint8Array}
      | undefined;
    return row === undefined ? this.base() : {seq: row.seq, hash: new Uint8Array(row.h)};
  }

  /** Append `facts` in order, within the running transaction or as one of their own. */
  append(facts: readonly SiteFact[], stamp: Stamp): SeqRange {
    return this.#database.transact('journal', () => {
      const {seq, hash} = this.tip();
      let tip: ChainTip = {seq, hash};
      for (const fact of facts) tip = this.#insert(fact, tip, stamp);
      if (facts.length > 0) this.#database.afterCommit(() => this.#announce());
      return {firstSeq: seq + 1, lastSeq: tip.seq};
    });
  }

  /** `listener` runs after each commit that added rows; the result ends it. */
  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Number anew under a fresh epoch, and say why in an event. Unconfirmed events are carried over
   * from 1 on in their order; confirmed ones are dropped, since their numbers belong to the old epoch.
   */
  startNewEpoch(why: string, stamp: Stamp): void {
    const epoch = this.#newEpoch();
    this.#database.transact('new epoch', () => {
      const {acked} = this.#meta();
      this.#database.statement('DELETE FROM ev WHERE seq <= ?').run(acked);
      const count = this.#renumber();
      this.#database.statement("UPDATE sqlite_sequence SET seq = ? WHERE name = 'ev'").run(count);
      this.#database
        .statement('UPDATE meta SET epoch = ?, acked = 0, base_seq = 0, base_hash = ?')
        .run(epoch, CHAIN_START);
      this.append([{kind: 'epoch.new', body: {why}}], stamp);
    });
    // A cut before this line leaves two different copies: the next start makes yet another epoch.
    this.#file.write(epoch);
  }

  #insert(fact: SiteFact, tip: ChainTip, stamp: Stamp): ChainTip {
    const body = JSON.stringify(fact.body);
    const seq = tip.seq + 1;
    const hash = chainHash(tip.hash, seq, body);
    this.#database
      .statement(
        `INSERT INTO ev (seq, prio, boot, mono, wall, clk, kind, body, h)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        ...[seq, URGENT_EVENTS.has(fact.kind) ? 1 : 0, this.boot],
        ...[Math.round(stamp.nowMs), stamp.wallMs, stamp.clk, fact.kind, body, hash],
      );
    return {seq, hash};
  }

  /** Give the rows that are left the numbers 1, 2, 3 and a new chain; returns how many. */
  #renumber(): number {
    let tip: ChainTip = {seq: 0, hash: CHAIN_START};
    let from = 0;
    for (;;) {
      const rows = this.#database
        .statement('SELECT seq, body FROM ev WHERE seq > ? ORDER BY seq LIMIT ?')
        .all(from, PAGE_ROWS) as {readonly seq: number; readonly body: string}[];
      for (const row of rows) {
        const seq = tip.seq + 1;
        const hash = chainHash(tip.hash, seq, row.body);
        this.#database
          .statement('UPDATE ev SET seq = ?, h = ? WHERE seq = ?')
          .run(seq, hash, row.seq);
        tip = {seq, hash};
        from = row.seq;
      }
      if (rows.length < PAGE_ROWS) return tip.seq;
    }
  }

  #doubt(): string | undefined {
    const {epoch, acked} = this.#meta();
    const copy = this.#file.read();
    const agrees = copy !== undefined && equalBytes(copy, new Uint8Array(epoch));
    if (this.#database.formerRun.fresh) return copy === undefined ? undefined : 'database_new';
    if (!agrees) return copy === undefined ? 'epoch_file_missing' : 'epoch_mismatch';
    return this.tip().seq < acked ? 'acked_ahead' : undefined;
  }

  #meta(): MetaRow {
    return this.#database
      .statement('SELECT epoch, acked, base_seq, base_hash FROM meta')
      .get() as MetaRow;
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}
