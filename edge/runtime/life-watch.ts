import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {errorText} from '../../protocols/base/errors.js';
import {PROVE_WRITE_MS, stuckParts, type VitalSigns} from '../domain/vitals/vital-signs.js';
import type {Log} from '../platform/log.js';

/** A site that runs, as whoever feeds the watchdog sees it. */
export interface LivingSite {
  /** A write of no other use, in place. @throws StoreError */
  proveWrite(): void;
  readonly isDurable: boolean;
  stillLines(nowMs: Millis): VitalSigns['lines'];
}

export interface LifeWatchOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Undefined while the site is started anew. */
  readonly site: () => LivingSite | undefined;
  /** Tells the system that all is well; after `limitMs` without it the system ends this process. */
  readonly feed: () => void;
  readonly limitMs: Millis;
}

/** Two beats may be lost before the system bites. */
const BEATS_IN_LIMIT = 3;

/**
 * Feeds the watchdog of the system while event loop, store and lines are alive, and only then: a timer
 * alone would feed it for ever in a daemon that does nothing else any more. @see ecosystem.md I-9
 */
export class LifeWatch {
  readonly #options: LifeWatchOptions;
  readonly #everyMs: Millis;
  #siteMs: Millis;
  #writtenMs: Millis;
  #dueMs: Millis;
  #triedMs = Number.NEGATIVE_INFINITY;
  #stuck: readonly string[] = [];
  #told = '';
  #timer: Timer | undefined;

  constructor(options: LifeWatchOptions) {
    this.#options = options;
    this.#everyMs = options.limitMs / BEATS_IN_LIMIT;
    const nowMs = options.clock.nowMs();
    this.#siteMs = nowMs;
    this.#writtenMs = nowMs;
    this.#dueMs = nowMs;
    this.#beat();
  }

  /** What stood still at the last beat; empty while all lives. */
  get stuck(): readonly string[] {
    return this.#stuck;
  }

  close(): void {
    this.#timer?.cancel();
  }

  #beat(): void {
    const {clock, feed} = this.#options;
    const nowMs = clock.nowMs();
    const signs = this.#feel(nowMs);
    const stuck = stuckParts(signs, nowMs, nowMs - this.#dueMs);
    this.#stuck = stuck;
    if (stuck.length === 0) feed();
    this.#tell(stuck.join(', '));
    this.#dueMs = nowMs + this.#everyMs;
    this.#timer = clock.timer('life watch', this.#everyMs, () => this.#beat());
  }

  #feel(nowMs: Millis): VitalSigns {
    const site = this.#options.site();
    if (site) this.#siteMs = nowMs;
    if (site && nowMs - this.#triedMs >= PROVE_WRITE_MS) this.#proveWrite(site, nowMs);
    return {
      siteMs: this.#siteMs,
      writtenMs: this.#writtenMs,
      isDurable: site?.isDurable ?? false,
      lines: site?.stillLines(nowMs) ?? [],
    };
  }

  /** A write that failed is tried again at the next beat. */
  #proveWrite(site: LivingSite, nowMs: Millis): void {
    try {
      site.proveWrite();
      this.#triedMs = nowMs;
      this.#writtenMs = nowMs;
    } catch (thrown) {
      this.#options.log.warn('watchdog.no-write', {error: errorText(thrown)});
    }
  }

  #tell(stuck: string): void {
    if (stuck === this.#told) return;
    this.#told = stuck;
    if (stuck === '') this.#options.log.notice('watchdog.fed', {});
    else this.#options.log.error('watchdog.starved', {stuck});
  }
}
