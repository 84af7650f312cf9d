import {equalBytes} from '../../protocols/base/bytes.js';
import type {Millis, UnixMillis} from '../../protocols/base/clock.js';
import {StoreError} from '../../protocols/base/errors.js';
import {DAY_MS} from '../../protocols/base/units.js';
import {chainHash} from '../../protocols/cloud/chain.js';
import type {StoreDatabase} from './database.js';
import type {Journal} from './journal.js';

const EVERY_MS: Millis = 7 * DAY_MS;
const SLICE_ROWS = 500;

type Phase =
  | {readonly kind: 'idle'}
  | {readonly kind: 'tables'; readonly left: readonly string[]}
  | {readonly kind: 'events'; readonly seq: number; readonly hash: Uint8Array};

/**
 * The full check of the database, a slice at a time while nobody waits: every table but the events by
 * SQLite's own check, the events by their chain, which sees more. Due weekly and after a run that did
 * not end well. @see sync.md 3.4
 */
export class IdleCheck {
  readonly #database: StoreDatabase;
  readonly #journal: Journal;
  #phase: Phase = {kind: 'idle'};
  #isAsked: boolean;

  constructor(database: StoreDatabase, journal: Journal) {
    this.#database = database;
    this.#journal = journal;
    this.#isAsked = database.formerRun.unclean;
  }

  /** Look at everything anew, whatever has been looked at. */
  ask(): void {
    this.#isAsked = true;
    this.#phase = {kind: 'idle'};
  }

  /** Do one slice if a check is due. True when a whole check has just ended well. */
  step(wallMs: UnixMillis): boolean {
    switch (this.#phase.kind) {
      case 'idle':
        if (this.#isDue(wallMs)) this.#phase = {kind: 'tables', left: this.#tables()};
        return false;
      case 'tables':
        this.#checkTable(this.#phase.left);
        return false;
      case 'events':
        return this.#checkEvents(this.#phase.seq, this.#phase.hash, wallMs);
    }
  }

  #isDue(wallMs: UnixMillis): boolean {
    if (this.#isAsked) return true;
    const last = this.#database
      .statement('SELECT checked_wall FROM meta')
      .pluck()
      .get() as UnixMillis;
    // A clock that was set back must not end the checks for years.
    return Math.abs(wallMs - last) >= EVERY_MS;
  }

  #checkTable([name, ...left]: readonly string[]): void {
    if (name !== undefined) {
      this.#demand(() => {
        const answer = this.#database.pragma(`integrity_check("${name}")`);
        return answer === 'ok' ? undefined : `${name}: ${String(answer)}`;
      });
    }
    const {seq, hash} = this.#journal.base();
    this.#phase = left.length > 0 ? {kind: 'tables', left} : {kind: 'events', seq, hash};
  }

  #checkEvents(from: number, before: Uint8Array, wallMs: UnixMillis): boolean {
    const base = this.#journal.base();
    // Pruned meanwhile: the chain goes on from there.
    const start = from < base.seq ? base : {seq: from, hash: before};
    let {seq, hash} = start;
    let count = 0;
    this.#demand(() => {
      ({seq, hash} = start);
      const rows = this.#database
        .statement('SELECT seq, body, h FROM ev WHERE seq > ? ORDER BY seq LIMIT ?')
        .all(start.seq, SLICE_ROWS) as {seq: number; body: string; h: Uint8Array}[];
      count = rows.length;
      for (const row of rows) {
        hash = chainHash(hash, row.seq, row.body);
        if (row.seq !== seq + 1 || !equalBytes(hash, new Uint8Array(row.h))) {
          return `event ${row.seq} does not follow from the one before`;
        }
        seq = row.seq;
      }
      return undefined;
    });
    this.#phase = {kind: 'events', seq, hash};
    if (count === SLICE_ROWS) return false;
    this.#phase = {kind: 'idle'};
    this.#isAsked = false;
    this.#database.transact('checked', () =>
      this.#database.statement('UPDATE meta SET checked_wall = ?').run(wallMs),
    );
    return true;
  }

  /** What is found goes the way of every damage; the check then begins anew. */
  #demand(look: () => string | undefined): void {
    let isMended = false;
    this.#database.read('idle check', () => {
      if (isMended) return;
      isMended = true;
      const problem = look();
      if (problem === undefined) return;
      this.#phase = {kind: 'idle'};
      throw new StoreError('store/damaged', `${this.#database.path}: ${problem}`);
    });
  }

  #tables(): readonly string[] {
    const names = this.#database
      .statement("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
      .pluck()
      .all() as string[];
    return names.filter(name => name !== 'ev');
  }
}
