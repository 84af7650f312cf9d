import type {Millis} from '../../../protocols/base/clock.js';
import {MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';

/** What shows that a daemon is alive, all on its monotonic clock. */
export interface VitalSigns {
  /** When the site that runs was last there; older than now while it is started anew. */
  readonly siteMs: Millis;
  /** When a write was last on the disk. */
  readonly writtenMs: Millis;
  /** False while the site runs from memory, and says so: a new start cures no disk. */
  readonly isDurable: boolean;
  /** How long each line has stood still with work to do; undefined: it has none, or no port. */
  readonly lines: readonly {readonly id: string; readonly stillMs: Millis | undefined}[];
}

/** `loop`: this judgement itself came late. */
export type StuckPart = 'loop' | 'site' | 'store' | `line ${string}`;

/** A write is made so often for no other reason than to see that it can be: 288 a day, 3 MB of wear. */
export const PROVE_WRITE_MS: Millis = 5 * MINUTE_MS;
/** One more look than the write takes its turn. */
const WRITE_LIMIT_MS: Millis = PROVE_WRITE_MS + MINUTE_MS;
/** The slowest turn of a line at 1200 baud takes 5 s. */
const LINE_LIMIT_MS: Millis = 15 * SECOND_MS;
/** A trial of a site file closes the site and starts it again, five times at the most. */
const SITE_LIMIT_MS: Millis = 2 * MINUTE_MS;
/** Judged so much later than meant, the loop is as good as dead to whoever stands at a post. */
const LATE_LIMIT_MS: Millis = 10 * SECOND_MS;

/**
 * What of a daemon stands still though it should not, `lateMs` after the judgement was due: empty while
 * it lives. Only then is the system's watchdog fed. @see ecosystem.md I-9
 */
export function stuckParts(
  {siteMs, writtenMs, isDurable, lines}: VitalSigns,
  nowMs: Millis,
  lateMs: Millis,
): readonly StuckPart[] {
  const stuck: StuckPart[] = [];
  if (lateMs > LATE_LIMIT_MS) stuck.push('loop');
  if (nowMs - siteMs > SITE_LIMIT_MS) stuck.push('site');
  if (isDurable && nowMs - writtenMs > WRITE_LIMIT_MS) stuck.push('store');
  for (const {id, stillMs} of lines) {
    if (stillMs !== undefined && stillMs > LINE_LIMIT_MS) stuck.push(`line ${id}`);
  }
  return stuck;
}
