import type {Millis, Timer, UnixMillis} from '../../protocols/base/clock.js';
import {errorText} from '../../protocols/base/errors.js';
import {MINUTE_MS, SECOND_MS} from '../../protocols/base/units.js';
import type {SiteFact} from '../../protocols/site/events.js';
import type {ClockState, TimeReading} from '../domain/time/time-machine.js';
import type {Log} from '../platform/log.js';
import type {NtpSource} from '../platform/ntp.js';
import type {FormerStop} from '../store/time-marks.js';
import type {SiteClock} from './site-clock.js';

export interface TimeWatchOptions {
  readonly clock: SiteClock;
  readonly ntp: NtpSource;
  readonly log: Log;
  /** Latest instant of the run before. */
  readonly former: FormerStop | undefined;
  /** Keep where this run has come to, for the next one. */
  readonly keep: () => void;
  readonly journal: (fact: SiteFact) => void;
  readonly onChange: () => void;
  /** How long the gateway was off, once a lost clock has come back. */
  readonly onOffTime: (offMs: Millis) => void;
}

/** While the time is unknown, a time server is waited for more closely. */
const ASK_SOON_MS: Millis = 10 * SECOND_MS;
const ASK_MS: Millis = MINUTE_MS;
const KEEP_MS: Millis = 10 * MINUTE_MS;
/** assumed: a smaller correction misleads nobody who reads the records. */
const STEP_MS: Millis = SECOND_MS;

/**
 * Looks after the site's clock: asks the system, keeps the floor every 10 min, and journals one
 * `clock.step` when the time comes back. @see sync.md 5.4
 */
export class TimeWatch {
  readonly #options: TimeWatchOptions;
  readonly #startedMs: Millis;
  /** What the clock said when it was last judged: at the start, then at each trusted word. */
  #base: {readonly wallMs: number; readonly monoMs: Millis};
  #clk: ClockState;
  #keptMs: Millis = Number.NEGATIVE_INFINITY;
  #unstored: SiteFact | undefined;
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(options: TimeWatchOptions) {
    this.#options = options;
    const {clock} = options;
    this.#startedMs = clock.nowMs();
    clock.onWord(() => this.#review());
    const {utcMs, clk} = clock.read();
    this.#base = {wallMs: utcMs, monoMs: this.#startedMs};
    this.#clk = clk;
  }

  /** Time between the runs; undefined while nobody can tell. */
  offMs(): Millis | undefined {
    const {clock, former} = this.#options;
    const {clk, utcMs} = clock.read();
    if (!former || clk === 'floor' || former.clk === 'floor') return undefined;
    const startedMs = utcMs - (clock.nowMs() - this.#startedMs);
    return Math.max(0, startedMs - former.wallMs);
  }

  start(): void {
    this.#look();
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#keep();
  }

  #look(): void {
    this.#options.ntp.ask(isSynchronised => {
      if (!this.#isClosed) this.#options.clock.hearSystem(isSynchronised);
    });
    this.#review();
    if (this.#unstored) this.#journal(this.#unstored);
    if (this.#options.clock.nowMs() - this.#keptMs >= KEEP_MS) this.#keep();
    const afterMs = this.#clk === 'floor' ? ASK_SOON_MS : ASK_MS;
    this.#timer = this.#options.clock.timer('time watch', afterMs, () => this.#look());
  }

  #review(): void {
    if (this.#isClosed) return;
    const {clock, onChange, onOffTime} = this.#options;
    const reading = clock.read();
    const before = this.#clk;
    this.#clk = reading.clk;
    if (reading.clk !== 'floor') this.#judge(reading);
    if (reading.clk === before) return;
    this.#options.log.info('time.state', {from: before, to: reading.clk});
    if (before === 'floor') {
      this.#keep();
      const offMs = this.offMs();
      if (offMs !== undefined) onOffTime(offMs);
    }
    onChange();
  }

  #judge({utcMs}: TimeReading): void {
    const nowMs = this.#options.clock.nowMs();
    const expectedMs = Math.floor(this.#base.wallMs + (nowMs - this.#base.monoMs));
    this.#base = {wallMs: utcMs, monoMs: nowMs};
    if (Math.abs(utcMs - expectedMs) < STEP_MS) return;
    const body = {fromWallMs: expectedMs as UnixMillis, toWallMs: utcMs};
    this.#options.log.warn('time.step', body);
    this.#journal({kind: 'clock.step', body});
  }

  /** On a full disk it waits: each row has both clocks, so it corrects later as well as now. */
  #journal(fact: SiteFact): void {
    this.#unstored = undefined;
    try {
      this.#options.journal(fact);
    } catch (thrown) {
      this.#unstored = fact;
      this.#options.log.error('time.not-stored', {error: errorText(thrown)});
    }
  }

  #keep(): void {
    this.#keptMs = this.#options.clock.nowMs();
    try {
      this.#options.keep();
    } catch (thrown) {
      this.#options.log.error('time.not-kept', {error: errorText(thrown)});
    }
  }
}
