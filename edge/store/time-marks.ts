import type {Millis, UnixMillis} from '../../protocols/base/clock.js';
import type {ClockState} from '../domain/time/time-machine.js';
import type {StoreDatabase} from './database.js';
import type {Stamp} from './stamp.js';

/** The latest instant that is known of the run before. */
export interface FormerStop {
  readonly monoMs: Millis;
  readonly wallMs: UnixMillis;
  readonly clk: ClockState;
}

interface MarkRow {
  readonly boot: string | null;
  readonly monoMs: Millis | null;
  readonly wallMs: UnixMillis | null;
  readonly clk: ClockState | null;
  readonly floorMs: UnixMillis | null;
}

/** A wall clock that was `ok` is off by less: a second, and a day's drift. */
const OK_ERROR_MS: Millis = 10_000;

/** What a start needs to know of the time before it: how far it had come, and when that was. */
export class TimeMarks {
  readonly #database: StoreDatabase;
  readonly #boot: string;
  /** Undefined at the first start. */
  readonly former: FormerStop | undefined;
  /** The site's time is not earlier; undefined when it never knew any. */
  readonly formerFloorMs: UnixMillis | undefined;

  constructor(database: StoreDatabase, boot: string) {
    this.#database = database;
    this.#boot = boot;
    const mark = this.#mark();
    const last = this.#lastEvent();
    this.former = later(mark, last);
    const seenMs = last?.clk === 'ok' ? last.wallMs - OK_ERROR_MS : 0;
    const floorMs = Math.max(mark.floorMs ?? 0, seenMs);
    this.formerFloorMs = floorMs > 0 ? (floorMs as UnixMillis) : undefined;
  }

  /** Keep where this run has come to, in place: no new page, also on a full disk. */
  keep({nowMs, wallMs, clk}: Stamp, floorMs: UnixMillis | undefined): void {
    this.#database.transact('time mark', () =>
      this.#database
        .statement(
          `UPDATE meta SET mark_boot = ?, mark_mono = ?, mark_wall = ?, mark_clk = ?,
             mark_seq = coalesce((SELECT max(seq) FROM ev), base_seq),
             time_floor = coalesce(max(time_floor, ?), time_floor, ?)`,
        )
        .run(this.#boot, Math.round(nowMs), wallMs, clk, floorMs ?? null, floorMs ?? null),
    );
  }

  #mark(): MarkRow {
    return this.#database
      .statement(
        `SELECT mark_boot AS boot, mark_mono AS monoMs, mark_wall AS wallMs, mark_clk AS clk,
           time_floor AS floorMs FROM meta`,
      )
      .get() as MarkRow;
  }

  #lastEvent(): (FormerStop & {readonly boot: string}) | undefined {
    return this.#database
      .statement(
        'SELECT boot, mono AS monoMs, wall AS wallMs, clk FROM ev ORDER BY seq DESC LIMIT 1',
      )
      .get() as (FormerStop & {readonly boot: string}) | undefined;
  }
}

/**
 * Rows of open stays are on the clock of the run that stored them, and that is the one of the latest event: every
 * run begins with its `boot`. A mark of another run was kept by one that was cut off before that, or that could
 * store nothing else; by its clock a stay would lose all that it had come to.
 */
function later(
  {boot, monoMs, wallMs, clk}: MarkRow,
  last: (FormerStop & {readonly boot: string}) | undefined,
): FormerStop | undefined {
  const isMarked = boot !== null && monoMs !== null && wallMs !== null && clk !== null;
  if (last && !(isMarked && boot === last.boot && monoMs >= last.monoMs)) {
    return {monoMs: last.monoMs, wallMs: last.wallMs, clk: last.clk};
  }
  return isMarked ? {monoMs, wallMs, clk} : undefined;
}
