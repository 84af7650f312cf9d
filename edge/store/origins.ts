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

interface FormerRow {
  readonly last_seq: number;
  /** In hex. */
  readonly epoch: string;
}

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
    return this.#database.read('outbox', () => {
      const carried = this.#carried(fromSeq, limit);
      const former = this.#former(fromSeq);
      const lastSeq = former.at(-1)?.last_seq ?? 0;
      const stayed =
        lastSeq < fromSeq ? [] : this.#hashes(fromSeq, Math.min(limit, lastSeq - fromSeq + 1));
      const places: SentOrigin[] = [];
      for (let seq = fromSeq; seq < fromSeq + limit; seq += 1) {
        const h = stayed[seq - fromSeq];
        const epoch = former.find(one => seq <= one.last_seq)?.epoch;
        const place = carried.get(seq) ?? (h && epoch && [epoch, seq, h]);
        if (!place) break;
        places.push(place);
      }
      return places;
    });
  }

  #carried(fromSeq: number, limit: number): ReadonlyMap<number, SentOrigin> {
    const rows = this.#database
      .statement('SELECT * FROM carried WHERE seq >= ? AND seq < ? ORDER BY seq')
      .all(fromSeq, fromSeq + limit) as CarriedRow[];
    return new Map(
      rows.map(({seq, epoch, first_seq, h}) => [seq, [toHex(epoch), first_seq, toHex(h)]]),
    );
  }

  /** Epochs that rows from `fromSeq` on stood under, oldest first: as many as began since they were sent last. */
  #former(fromSeq: number): readonly FormerRow[] {
    return this.#database
      .statement(
        `SELECT last_seq, lower(hex(epoch)) AS epoch FROM former_epoch
         WHERE last_seq >= ? ORDER BY last_seq`,
      )
      .all(fromSeq) as FormerRow[];
  }

  /** In hex. */
  #hashes(fromSeq: number, limit: number): readonly string[] {
    return this.#database
      .statement('SELECT lower(hex(h)) FROM ev WHERE seq >= ? ORDER BY seq LIMIT ?')
      .pluck()
      .all(fromSeq, limit) as string[];
  }

  /** Rows up to `seq` are gone. */
  dropTo(seq: number): void {
    this.#database.statement('DELETE FROM carried WHERE seq <= ?').run(seq);
    this.#database.statement('DELETE FROM former_epoch WHERE last_seq <= ?').run(seq);
  }
}
