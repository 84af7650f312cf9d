import {existsSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import type {StoreDatabase} from './database.js';
import type {Disk} from './disk.js';
import {EventReader} from './event-reader.js';
import type {HeldEvent, SalvageSource} from './held-events.js';
import type {Journal} from './journal.js';
import type {Stamp} from './stamp.js';

/** A few milliseconds of work: so long nobody at the arms is answered. */
const PORTION_ROWS = 200;

/**
 * Brings the unconfirmed events of a damaged file into the new one, a portion in one commit, and after
 * them whatever happened meanwhile. How far it came is part of the same commit: after a power cut it goes on.
 */
export class CarryOver {
  readonly #database: StoreDatabase;
  readonly #journal: Journal;
  readonly #disk: Disk;
  readonly #stampNow: () => Stamp;
  #reading: {readonly id: number; afterSeq: number; readonly reader: EventReader} | undefined;

  constructor(
    database: StoreDatabase,
    parts: {readonly journal: Journal; readonly disk: Disk; readonly stampNow: () => Stamp},
  ) {
    this.#database = database;
    this.#journal = parts.journal;
    this.#disk = parts.disk;
    this.#stampNow = parts.stampNow;
  }

  get isPending(): boolean {
    return this.#database.isDurable && this.#journal.held.isHolding();
  }

  /** Carry one portion over. @throws StoreError; the portion is tried again with the next call */
  step(): void {
    if (!this.isPending) return;
    const source = this.#database.read('held events', () => this.#journal.held.nextSource());
    try {
      if (source) this.#carryFrom(source);
      else this.#carryHeld();
    } catch (thrown) {
      this.close();
      throw thrown;
    }
  }

  close(): void {
    this.#reading?.reader.close();
    this.#reading = undefined;
  }

  #carryFrom(source: SalvageSource): void {
    const page = this.#readerOf(source)?.next();
    if (!page) this.close();
    else if (this.#reading) this.#reading.afterSeq = page.upTo;
    const {held} = this.#journal;
    this.#database.transact('carry over', () => {
      // On another file, if this one was found damaged meanwhile.
      const now = held.nextSource();
      if (now?.id !== source.id || now.afterSeq !== source.afterSeq) return;
      if (!page) {
        held.noteEnd(source);
        return;
      }
      this.#journal.carryOver(page.events);
      const savedTo = page.events.at(-1)?.seq ?? source.savedTo;
      held.noteRead(source, page.upTo, page.events.length, savedTo);
    });
  }

  #carryHeld(): void {
    const {held} = this.#journal;
    const stamp = this.#stampNow();
    this.#database.transact('carry over', () => {
      if (held.nextSource()) return;
      const sources = held.sources();
      const page = held.page(PORTION_ROWS);
      const fresh = page.filter(event => !isSaved(event, sources));
      this.#journal.carryOver(fresh);
      for (const {file} of fresh) if (file !== null) held.noteKept(file, 1);
      held.dropTo(page.at(-1)?.id ?? 0);
      if (page.length === PORTION_ROWS) return;
      const facts = held.sources().map(rebuiltFact);
      held.end();
      this.#journal.append(facts, stamp);
    });
  }

  /** Undefined when the file is gone or does not even open. */
  #readerOf({id, file, afterSeq}: SalvageSource): EventReader | undefined {
    const reading = this.#reading;
    if (reading?.id === id && reading.afterSeq === afterSeq) return reading.reader;
    this.close();
    const path = join(dirname(this.#database.path), file ?? '');
    if (!existsSync(path)) return undefined;
    try {
      const reader = new EventReader(this.#disk, path, afterSeq, PORTION_ROWS);
      this.#reading = {id, afterSeq, reader};
      return reader;
    } catch {
      return undefined;
    }
  }
}

/** Memory had it, and the file has it too. */
function isSaved({file, origin}: HeldEvent, sources: readonly SalvageSource[]): boolean {
  if (file === null || !origin) return false;
  return sources.some(source => source.file === file && origin.seq <= source.savedTo);
}

function rebuiltFact({file, acked, known, saved}: SalvageSource) {
  const note = file === null ? 'the file was gone' : `set aside as ${basename(file)}`;
  const count = Math.max(0, known - acked - saved);
  const body = {what: 'rebuilt', count, firstWallMs: null, lastWallMs: null, note} as const;
  return {kind: 'storage', body} as const;
}
