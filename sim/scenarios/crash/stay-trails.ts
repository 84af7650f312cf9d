import type {SessionRecord} from '../../../edge/domain/lot/contract.js';
import type {Millis} from '../../../protocols/base/clock.js';
import type {SiteEventBodies} from '../../../protocols/site/events.js';
import {ONE_ENTRY} from './crash-lines.js';
import type {JournalRow} from './order-trails.js';

type SessionBody = SiteEventBodies['session'];

interface Trail {
  readonly openedWallMs: number;
  readonly openedInLife: number;
  readonly lostBeforeMs: Millis;
  readonly last: SessionBody;
}

/** The two clocks round apart. */
export const ROUNDING_MS: Millis = 2;
/** And once more with every start that a stay outlives: what was off is known to the millisecond. */
const ROUNDING_PER_LIFE_MS: Millis = 1;

/** Every stay, as the journal tells it: opened once, closed once, and as long as the clock on the wall says. */
export class StayTrails {
  readonly counts = {opened: 0, closed: 0};
  readonly #trails = new Map<string, Trail>();
  readonly #toleranceMs: Millis;
  readonly #offMs: Millis;
  #lives = 0;
  /** The most that nobody can charge: the time off, and that of lives that began without knowing the time. */
  #lostMs: Millis = 0;
  /** The same, when the time was last known: a row without it is dated too early by all that was lost since. */
  #lostWhenKnownMs: Millis = 0;

  /** `toleranceMs`: how far what is charged may be from what the clock on the wall says. `offMs`: how long
   *  the site is off between two lives; a life that ends before it knows the time cannot charge it. */
  constructor(toleranceMs: Millis = ROUNDING_MS, offMs: Millis = 0) {
    this.#toleranceMs = toleranceMs;
    this.#offMs = offMs;
  }

  /** Bays with a stay that has not ended. */
  lettingIn(): ReadonlySet<string> {
    const open = [...this.#trails.values()].filter(({last}) => last.phase !== 'closed');
    return new Set(open.map(({last}) => last.bay));
  }

  /** What one life of the site has journalled. */
  take(rows: readonly JournalRow[]): readonly string[] {
    this.#lives += 1;
    this.#lostMs += this.#offMs;
    // Cut off amid learning the time, a life may not have stored what that adds to its stays.
    if (rows.some(({clk}) => clk === 'floor')) this.#lostMs += spanOf(rows);
    const problems = rows.flatMap(row => {
      if (row.clk !== 'floor') this.#lostWhenKnownMs = this.#lostMs;
      return row.kind === 'session' ? this.#step(row.body, row.wallMs) : [];
    });
    return problems;
  }

  compare(bodies: readonly string[], open: readonly string[]): readonly string[] {
    const problems: string[] = [];
    if (bodies.length !== this.#trails.size) {
      problems.push(`${bodies.length} stays in the table, ${this.#trails.size} in the journal`);
    }
    const takenBays = new Set<string>();
    for (const body of bodies) {
      const row = JSON.parse(body) as SessionRecord;
      const last = this.#trails.get(row.id)?.last;
      // A start counts on from its own clock, and only the table says how far the stay had come.
      if (last?.phase !== row.phase || row.durationMs < last.durationMs) {
        const held = `${row.phase} ${row.durationMs}`;
        problems.push(`stay ${row.id}: table ${held}, journal ${last?.phase} ${last?.durationMs}`);
      }
      if ((row.phase === 'closed') === open.includes(row.id)) {
        problems.push(`stay ${row.id} is ${row.phase} and kept as the opposite`);
      }
      if (row.phase === 'closed') continue;
      if (takenBays.has(row.bay)) problems.push(`${row.bay} has two stays`);
      takenBays.add(row.bay);
    }
    return problems;
  }

  /** A one-entry grant is used up exactly while an arm is on its way for it, or when somebody drove in or still may. */
  compareUses(used: readonly string[], underway: readonly string[]): readonly string[] {
    const stays = [...this.#trails.values()]
      .filter(({last}) => last.grant && isUse(last))
      .map(({last}) => `${last.grant}`);
    const held = new Set([...stays, ...underway]);
    const wanted = [...held].filter(grant => grant.startsWith(ONE_ENTRY)).sort();
    const isSame = JSON.stringify(wanted) === JSON.stringify([...used].sort());
    return isSame ? [] : [`uses ${used.join(' ')}, by the journal ${wanted.join(' ')}`];
  }

  #step(body: SessionBody, wallMs: number): readonly string[] {
    const before = this.#trails.get(body.session);
    const opened = before ?? {
      openedWallMs: wallMs,
      openedInLife: this.#lives,
      lostBeforeMs: this.#lostWhenKnownMs,
    };
    const {openedWallMs, openedInLife, lostBeforeMs} = opened;
    this.#trails.set(body.session, {openedWallMs, openedInLife, lostBeforeMs, last: body});
    if (body.phase === 'closed') this.counts.closed += 1;
    if (!before) {
      this.counts.opened += 1;
      return body.phase === 'open_wait_car' ? [] : [`stay ${body.session} begins ${body.phase}`];
    }
    const problems: string[] = [];
    if (before.last.phase === 'closed') {
      problems.push(`stay ${body.session} goes on as ${body.phase} after its end`);
    }
    const byWallMs = wallMs - before.openedWallMs;
    const lives = this.#lives - openedInLife;
    const roundingMs = this.#toleranceMs + lives * ROUNDING_PER_LIFE_MS;
    const overMs = body.durationMs - byWallMs;
    if (overMs > roundingMs || overMs < -roundingMs - (this.#lostMs - lostBeforeMs)) {
      problems.push(`stay ${body.session}: charged ${body.durationMs} ms of ${byWallMs} ms`);
    }
    return problems;
  }
}

/** From the first to the last thing that a life wrote. */
function spanOf(rows: readonly JournalRow[]): Millis {
  return (rows.at(-1)?.wallMs ?? 0) - (rows[0]?.wallMs ?? 0);
}

function isUse({phase, closeCause}: SessionBody): boolean {
  return phase !== 'closed' || closeCause !== 'never_entered';
}
