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

/** The first place that is known of each row, in their order. */
const FIRST_PLACES = `
  SELECT seq, epoch, first_seq, h FROM carried WHERE seq >= @fromSeq AND seq < @upto
  UNION ALL
  SELECT ev.seq, former.epoch, ev.seq, ev.h FROM ev JOIN former_epoch AS former
    ON former.last_seq = (SELECT min(last_seq) FROM former_epoch WHERE last_seq >= ev.seq)
    WHERE ev.seq >= @fromSeq AND ev.seq < @upto
      AND ev.seq <= (SELECT max(last_seq) FROM former_epoch)
      AND NOT EXISTS (SELECT 1 FROM carried WHERE carried.seq = ev.seq)
  ORDER BY seq`;

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

  /** Events up to `lastSeq` stood under `epoch` at their present numbers, those aside that stood elsewhere before. */
  putFormer(lastSeq: number, epoch: Uint8Array): void {
    this.#database
      .statement('INSERT INTO former_epoch (last_seq, epoch) VALUES (?, ?) ON CONFLICT DO NOTHING')
      .run(lastSeq, epoch);
  }

  /** Those of the rows from `fromSeq` on, up to the first that has none. */
  read(fromSeq: number, limit: number): readonly SentOrigin[] {
    const rows = this.#database.read('outbox', () =>
      this.#database.statement(FIRST_PLACES).all({fromSeq, upto: fromSeq + limit}),
    ) as CarriedRow[];
    const hole = rows.findIndex(({seq}, index) => seq !== fromSeq + index);
    const unbroken = hole === -1 ? rows : rows.slice(0, hole);
    return unbroken.map(({epoch, first_seq, h}) => [toHex(epoch), first_seq, toHex(h)]);
  }

  /** Rows up to `seq` are gone. */
  dropTo(seq: number): void {
    this.#database.statement('DELETE FROM carried WHERE seq <= ?').run(seq);
    this.#database.statement('DELETE FROM former_epoch WHERE last_seq <= ?').run(seq);
  }
}
