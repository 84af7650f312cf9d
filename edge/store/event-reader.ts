import type {Database} from 'better-sqlite3';
import {equalBytes} from '../../protocols/base/bytes.js';
import {chainHash} from '../../protocols/cloud/chain.js';
import type {CarriedEvent} from './carried-event.js';
import type {Disk} from './disk.js';
import type {Origin} from './origins.js';
import {type Row, readableRows} from './readable-rows.js';

interface ReadEvent extends CarriedEvent {
  readonly seq: number;
  readonly h: Uint8Array;
}

interface FormerEpoch {
  readonly last_seq: number;
  readonly epoch: Buffer;
}

/** Some events of a file that was set aside, oldest first. */
export interface EventPage {
  /** Those with a chain that holds, each with the place where it stood. */
  readonly events: readonly (CarriedEvent & {readonly seq: number})[];
  /** Everything up to this number has been looked at. */
  readonly upTo: number;
}

/** Reads the events of a damaged file beside the database, a page at a time; it stays as it is. */
export class EventReader {
  readonly #database: Database;
  readonly #pages: Generator<readonly Row[], boolean>;
  readonly #former: readonly FormerEpoch[];
  readonly #epoch: unknown;
  #before: ReadEvent | undefined;

  /** @throws SqliteError when it cannot be opened or read at all */
  constructor(disk: Disk, path: string, afterSeq: number, pageRows: number) {
    this.#database = disk.connect(path, {readonly: true});
    const first = (table: string) => this.#all(`SELECT * FROM ${table}`);
    this.#former = first('former_epoch') as unknown as readonly FormerEpoch[];
    this.#epoch = first('meta')[0]?.['epoch'];
    this.#pages = readableRows(this.#database, 'ev', afterSeq, pageRows);
  }

  /** Undefined at the end. */
  next(): EventPage | undefined {
    const page = this.#pages.next();
    if (page.done) return undefined;
    const rows = page.value as unknown as readonly ReadEvent[];
    const [first, last] = [rows[0]?.seq ?? 0, rows.at(-1)?.seq ?? 0];
    const carried = this.#carried(first, last);
    const events = rows.filter(row => this.#isSound(row));
    return {
      upTo: last,
      events: events.map(row => ({...row, origin: carried.get(row.seq) ?? this.#placeOf(row)})),
    };
  }

  close(): void {
    this.#database.close();
  }

  /** Its text is what was hashed into the chain, as far as the row before is there to tell. */
  #isSound(row: ReadEvent): boolean {
    const before = this.#before;
    this.#before = row;
    if (before?.seq === row.seq - 1) {
      return equalBytes(chainHash(before.h, row.seq, row.body), new Uint8Array(row.h));
    }
    try {
      JSON.parse(row.body);
      return true;
    } catch {
      return false;
    }
  }

  /** The cloud may hold an event that this file has not marked so. */
  #placeOf({seq, h}: ReadEvent): Origin | undefined {
    const epoch = this.#former.find(({last_seq: last}) => seq <= last)?.epoch ?? this.#epoch;
    return epoch instanceof Uint8Array ? {epoch, seq, h} : undefined;
  }

  #carried(first: number, last: number): ReadonlyMap<unknown, Origin> {
    const rows = this.#all('SELECT * FROM carried WHERE seq BETWEEN ? AND ?', first, last);
    return new Map(
      rows.map(row => {
        const {epoch, first_seq: seq, h} = row as {epoch: Buffer; first_seq: number; h: Buffer};
        return [row['seq'], {epoch, seq, h}];
      }),
    );
  }

  /** None where the table cannot be read, or is not there. */
  #all(sql: string, ...values: readonly number[]): readonly Row[] {
    try {
      return this.#database.prepare(sql).all(...values) as Row[];
    } catch {
      return [];
    }
  }
}
