import type {CarriedEvent} from './carried-event.js';
import type {StoreDatabase} from './database.js';
import type {EventsLeft} from './salvage.js';

/** A file whose unconfirmed events are to be carried over. */
export interface SalvageSource extends EventsLeft {
  readonly id: number;
  /** Its name beside the database; null: it was gone. */
  readonly file: string | null;
  /** Read up to here. */
  readonly afterSeq: number;
  /** Number there of the newest event that was sound. */
  readonly savedTo: number;
  readonly saved: number;
}

export interface HeldEvent extends CarriedEvent {
  readonly id: number;
  /** It is there too if that file could be read so far. */
  readonly file: string | null;
}

interface HeldRow extends HeldEvent {
  readonly epoch: Uint8Array | null;
  readonly firstSeq: number | null;
  readonly h: Uint8Array | null;
}

const SOURCE = `
  SELECT id, file, acked, known, after_seq AS afterSeq, saved_to AS savedTo, saved
  FROM salvage_source`;

/**
 * The line behind the events of a damaged file: what happens before all of them are carried over is on the
 * disk at once, and numbered after them.
 */
export class HeldEvents {
  readonly #database: StoreDatabase;
  /** What the disk says, as long as `generation` is that of the database. */
  #known: {readonly generation: number; readonly isHolding: boolean} | undefined;

  constructor(database: StoreDatabase) {
    this.#database = database;
  }

  isHolding(): boolean {
    const {generation} = this.#database;
    if (this.#known?.generation !== generation) this.#note(this.#hasAny());
    return this.#known?.isHolding ?? false;
  }

  /** From now on events are held, within the running transaction. The newest file is the first to be read. */
  begin(file: string | undefined, {acked, known}: EventsLeft): void {
    this.#database
      .statement(
        `INSERT INTO salvage_source (id, file, acked, known, after_seq, saved_to, is_read)
         SELECT coalesce(min(id), 0) - 1, ?, ?, ?, ?, ?, ? FROM salvage_source`,
      )
      .run(file ?? null, acked, known, acked, acked, file === undefined ? 1 : 0);
    this.#note(true);
  }

  hold(event: CarriedEvent, file?: string): void {
    const {boot, mono, wall, clk, kind, body, origin} = event;
    this.#database
      .statement(
        `INSERT INTO held_ev (boot, mono, wall, clk, kind, body, file, epoch, first_seq, h)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        ...[boot, mono, wall, clk, kind, body, file ?? null],
        ...[origin?.epoch ?? null, origin?.seq ?? null, origin?.h ?? null],
      );
  }

  /** The file to go on with; undefined: all are read to their end. */
  nextSource(): SalvageSource | undefined {
    return this.#database.statement(`${SOURCE} WHERE is_read = 0 ORDER BY id LIMIT 1`).get() as
      | SalvageSource
      | undefined;
  }

  /** All that were ever read for the events in hand, oldest last. */
  sources(): readonly SalvageSource[] {
    return this.#database.statement(`${SOURCE} ORDER BY id`).all() as SalvageSource[];
  }

  /** `count` events more were saved of it, the newest of them `savedTo`. */
  noteRead({id}: SalvageSource, afterSeq: number, count: number, savedTo: number): void {
    this.#database
      .statement(
        'UPDATE salvage_source SET after_seq = ?, saved = saved + ?, saved_to = ? WHERE id = ?',
      )
      .run(afterSeq, count, savedTo, id);
  }

  noteEnd({id}: SalvageSource): void {
    this.#database.statement('UPDATE salvage_source SET is_read = 1 WHERE id = ?').run(id);
  }

  /** Memory alone had `count` events of `file`. */
  noteKept(file: string, count: number): void {
    this.#database
      .statement('UPDATE salvage_source SET saved = saved + ? WHERE file = ?')
      .run(count, file);
  }

  /** The oldest ones. */
  page(limit: number): readonly HeldEvent[] {
    const rows = this.#database
      .statement('SELECT *, first_seq AS firstSeq FROM held_ev ORDER BY id LIMIT ?')
      .all(limit) as HeldRow[];
    return rows.map(row => {
      const {epoch, firstSeq: seq, h} = row;
      return epoch && seq !== null && h ? {...row, origin: {epoch, seq, h}} : row;
    });
  }

  dropTo(id: number): void {
    this.#database.statement('DELETE FROM held_ev WHERE id <= ?').run(id);
  }

  /** Nothing is left to wait for. */
  end(): void {
    this.#database.statement('DELETE FROM salvage_source').run();
    this.#note(false);
  }

  #note(isHolding: boolean): void {
    this.#known = {generation: this.#database.generation, isHolding};
  }

  #hasAny(): boolean {
    const answer = this.#database.read('held events', () =>
      this.#database.statement('SELECT EXISTS (SELECT 1 FROM salvage_source)').pluck().get(),
    );
    return answer === 1;
  }
}
