import {existsSync} from 'node:fs';
import Database from 'better-sqlite3';
import {equalBytes} from '../../../protocols/base/bytes.js';
import type {Millis} from '../../../protocols/base/clock.js';
import {CHAIN_START, chainHash} from '../../../protocols/cloud/chain.js';
import type {SiteEventBodies, SiteEventKind} from '../../../protocols/site/events.js';
import {BAYS, type CrashLine} from './crash-lines.js';
import {type JournalRow, OrderTrails} from './order-trails.js';
import {ROUNDING_MS, StayTrails} from './stay-trails.js';

interface EventRow {
  readonly seq: number;
  readonly kind: SiteEventKind;
  readonly wall: number;
  readonly clk: string;
  readonly body: string;
  readonly h: Uint8Array;
}

/**
 * Compares what a site told its witness with what its database holds after a kill. The witness knows
 * of every frame before the wire does, so it is the judge of "stored first".
 */
export class CrashAudit {
  readonly problems: string[] = [];
  readonly #path: string;
  readonly #orders = new OrderTrails();
  readonly #stays: StayTrails;
  #seq = 0;
  #hash: Uint8Array = CHAIN_START;
  #wallMs = 0;

  /** `offMs`: how long the site is off after each kill. */
  constructor(path: string, offMs: Millis) {
    this.#path = path;
    this.#stays = new StayTrails(ROUNDING_MS, offMs);
  }

  /** Wall time of the newest event. */
  get wallMs(): number {
    return this.#wallMs;
  }

  get counts() {
    return {events: this.#seq, ...this.#orders.counts, ...this.#stays.counts};
  }

  /** Judge one life. `lines`: all that the witness heard of it. */
  check(lines: readonly CrashLine[]): void {
    const rows = this.#isReadable() ? this.#readNew() : [];
    const before = this.problems.length;
    this.#checkFrames(lines, rows);
    this.#checkBoot(lines, rows);
    const lettingIn = this.#stays.lettingIn();
    this.problems.push(...this.#orders.take(rows), ...this.#stays.take(rows));
    this.#checkScreens(lines, rows, lettingIn);
    if (rows.length > 0) this.#checkTables();
    if (this.problems.length > before) {
      this.problems.push(`lines: ${JSON.stringify(lines.slice(-6))}`);
      this.problems.push(`rows: ${JSON.stringify(rows.slice(-6))}`);
    }
  }

  /** No file, or one whose very first transaction was cut off and is still to be rolled back. */
  #isReadable(): boolean {
    if (!existsSync(this.#path)) return false;
    try {
      return this.#query(database => database.pragma('schema_version', {simple: true}) !== 0);
    } catch (thrown) {
      if (this.#seq > 0 || !isHalfMade(thrown)) throw thrown;
      return false;
    }
  }

  /** Rows since the last look, in an unbroken chain. */
  #readNew(): readonly JournalRow[] {
    return this.#query(database => {
      const known = database.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'ev'`).get();
      if (!known) return [];
      const rows = database
        .prepare('SELECT seq, kind, wall, clk, body, h FROM ev WHERE seq > ? ORDER BY seq')
        .all(this.#seq) as EventRow[];
      const last = database.prepare('SELECT h FROM ev WHERE seq = ?').pluck().get(this.#seq);
      if (this.#seq > 0 && !equalBytes(this.#hash, new Uint8Array(last as Uint8Array))) {
        this.problems.push(`event ${this.#seq} was changed`);
      }
      return rows.map(row => this.#link(row));
    });
  }

  #link({seq, kind, wall, clk, body, h}: EventRow): JournalRow {
    if (seq !== this.#seq + 1) this.problems.push(`event ${seq} follows ${this.#seq}`);
    this.#hash = chainHash(this.#hash, seq, body);
    if (!equalBytes(this.#hash, new Uint8Array(h))) this.problems.push(`chain broken at ${seq}`);
    this.#seq = seq;
    this.#wallMs = Math.max(this.#wallMs, wall);
    const event = {kind, body: JSON.parse(body) as SiteEventBodies[SiteEventKind]};
    return {seq, wallMs: wall, clk, ...event} as JournalRow;
  }

  /** Every frame has its committed try, in order, and at most one try per bay had no frame yet. */
  #checkFrames(lines: readonly CrashLine[], rows: readonly JournalRow[]): void {
    for (const bay of BAYS) {
      const tries = rows.flatMap(row =>
        row.kind === 'actuation' && row.body.bay === bay && row.body.state === 'sent' ? [row] : [],
      );
      const frames = lines.flatMap((line, index) =>
        line.kind === 'frame' && line.bay === bay && line.command !== 'stop'
          ? [{command: line.command, index}]
          : [],
      );
      if (tries.length > frames.length + 1) {
        this.problems.push(`${bay}: ${tries.length} tries stored, ${frames.length} frames seen`);
      }
      frames.forEach(({command, index}, place) => {
        const body = tries[place]?.body;
        const wanted = body?.desired === 'down' ? 'lower' : 'raise';
        if (!body || wanted !== command) {
          this.problems.push(`${bay}: frame ${command} acted on before it was stored`);
          return;
        }
        this.#checkCause(body, rows, lines.slice(0, index));
      });
    }
  }

  /** An arm is lowered only for somebody who came in this very life. */
  #checkCause(
    body: SiteEventBodies['actuation'],
    rows: readonly JournalRow[],
    before: readonly CrashLine[],
  ): void {
    const {cause, bay, actuation} = body;
    const begun = rows.some(
      row =>
        row.kind === 'actuation' && row.body.actuation === actuation && row.body.state === 'queued',
    );
    if (!begun) this.problems.push(`${bay}: ${actuation} of a former life was carried on`);
    const asked =
      cause.kind === 'grant'
        ? before.some(line => line.kind === 'tap')
        : cause.kind !== 'operator' ||
          before.some(
            line => line.kind === 'order' && line.bay === bay && line.desired === body.desired,
          );
    if (!asked) this.problems.push(`${bay}: ${actuation} moved though nobody asked`);
  }

  /** A boot closes all that was under way, once. */
  #checkBoot(lines: readonly CrashLine[], rows: readonly JournalRow[]): void {
    const boots = rows.flatMap(row => (row.kind === 'boot' ? [row.body] : []));
    const acted = lines.some(line => line.kind !== 'powerOn');
    if (boots.length > 1 || (acted && boots.length === 0)) {
      this.problems.push(`${boots.length} boots in one life`);
    }
    for (const {interrupted} of boots) {
      const underway = this.#orders.underway();
      if (interrupted !== underway) {
        this.problems.push(`boot interrupted ${interrupted} orders of ${underway}`);
      }
    }
    // Cut off before its first event, a site may find its file without the epoch beside it.
    const isAnew = rows.some(row => row.kind === 'epoch.new' && row.seq > 1);
    if (isAnew) this.problems.push('numbering began anew');
  }

  /** What a person was told is on the disk. `lettingIn`: bays that a former life had opened. */
  #checkScreens(
    lines: readonly CrashLine[],
    rows: readonly JournalRow[],
    lettingIn: ReadonlySet<string>,
  ): void {
    const told = (text: string) =>
      lines.filter(line => line.kind === 'screen' && line.text === text).length;
    for (const bay of BAYS) {
      const orders = rows.flatMap(row =>
        row.kind === 'actuation' && row.body.bay === bay && row.body.desired === 'down'
          ? [row.body.state]
          : [],
      );
      const stays = rows.filter(
        row => row.kind === 'session' && row.body.bay === bay && row.body.phase === 'open_wait_car',
      );
      const isStored = orders.includes('confirmed') || stays.length > 0 || lettingIn.has(bay);
      if (told(`${bay} open / Drive in`) > 0 && !isStored) {
        this.problems.push(`${bay}: said to be open before that was stored`);
      }
      if (told(`${bay} opening / Please wait`) > 0 && !orders.includes('queued')) {
        this.problems.push(`${bay}: said to be opening before that was stored`);
      }
    }
  }

  /** The rows of today agree with the whole of the journal. */
  #checkTables(): void {
    this.#query(database => {
      const bodies = (table: string) =>
        database.prepare(`SELECT body FROM ${table}`).pluck().all() as string[];
      const open = (table: string) =>
        database
          .prepare(`SELECT id FROM ${table} WHERE is_open = 1 ORDER BY id`)
          .pluck()
          .all() as string[];
      this.problems.push(
        ...this.#orders.compare(bodies('actuation'), open('actuation')),
        ...this.#stays.compare(bodies('session'), open('session')),
        ...this.#stays.compareUses(
          database.prepare('SELECT "grant" FROM grant_use ORDER BY 1').pluck().all() as string[],
          this.#orders.grantsUnderway(),
        ),
      );
    });
  }

  #query<Answer>(ask: (database: Database.Database) => Answer): Answer {
    const database = new Database(this.#path, {readonly: true});
    try {
      return ask(database);
    } finally {
      database.close();
    }
  }
}

function isHalfMade(thrown: unknown): boolean {
  return thrown instanceof Database.SqliteError && thrown.code === 'SQLITE_READONLY_ROLLBACK';
}
