import {toHex} from '../../protocols/base/bytes.js';
import type {StoreDatabase} from './database.js';

/** Where an event stood before it was numbered anew: the epoch, its number and chain hash there. */
export interface Origin {
  readonly epoch: Uint8Array;
  readonly seq: number;
  readonly h: Uint8Array;
}

/** The same as it goes out, in hex. */
export type SentOrigin = readonly [epoch: string, seq: number, h: string];

interface CarriedRow {
  readonly seq: number;
  readonly epoch: Uint8Array;
  readonly first_seq: number;
  readonly h: Uint8Array;
}

/**
 * First places of events that were carried over. The cloud may hold them from that time without this
 * gateway knowing it, as when an old copy of the file is put back; told where they come from, it shows
 * them once.
 */
export class Origins {
  readonly #database: StoreDatabase;

  constructor(database: StoreDatabase) {
    this.#database = database;
  }

  /** Event `seq` stood at `origin` first. */
  put(seq: number, {epoch, seq: first, h}: Origin): void {
    this.#database
      .statement('INSERT OR REPLACE INTO carried (seq, epoch, first_seq, h) VALUES (?, ?, ?, ?)')
      .run(seq, epoch, first, h);
  }

  /** Row `from.seq` has become row `to`, never a higher one; what was its first place stays. */
  move(from: Origin, to: number): void {
    const held = this.#database.statement('SELECT * FROM carried WHERE seq = ?').get(from.seq) as
      | CarriedRow
      | undefined;
    this.#database.statement('DELETE FROM carried WHERE seq = ?').run(from.seq);
    this.put(to, held ? {epoch: held.epoch, seq: held.first_seq, h: held.h} : from);
  }

  /** Those of the rows from `fromSeq` on, up to the first that has none. */
  read(fromSeq: number, limit: number): readonly SentOrigin[] {
    const rows = this.#database.read('outbox', () =>
      this.#database
        .statement('SELECT * FROM carried WHERE seq >= ? AND seq < ? ORDER BY seq')
        .all(fromSeq, fromSeq + limit),
    ) as CarriedRow[];
    const hole = rows.findIndex(({seq}, index) => seq !== fromSeq + index);
    const unbroken = hole === -1 ? rows : rows.slice(0, hole);
    return unbroken.map(({epoch, first_seq, h}) => [toHex(epoch), first_seq, toHex(h)]);
  }

  /** Rows up to `seq` are gone. */
  dropTo(seq: number): void {
    this.#database.statement('DELETE FROM carried WHERE seq <= ?').run(seq);
  }
}
