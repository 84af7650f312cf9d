import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import type {DeviceHealth} from '../bus/contract.js';

export interface ReportWatchOptions {
  readonly clock: Clock;
  /** Whose reports they are, for whoever looks at timers. */
  readonly name: string;
  /** How often the device reports by itself. */
  readonly reportMs: Millis;
  readonly onHealth: (health: DeviceHealth) => void;
}

/** Radio has its delays: a report counts as missed a tenth of the period late. */
const LATENESS = 1.1;

/** Health of a device that nobody can ask: one report missed is suspect, two are offline. */
export class ReportWatch {
  readonly #options: ReportWatchOptions;
  #health: DeviceHealth = 'unknown';
  #timer: Timer | undefined;

  /** One that has not spoken yet has its first periods too. */
  constructor(options: ReportWatchOptions) {
    this.#options = options;
    this.#watch();
  }

  get health(): DeviceHealth {
    return this.#health;
  }

  heard(): void {
    this.#turn('ok');
    this.#watch();
  }

  /** What carries the reports is gone: only a report makes it `ok` again. */
  lost(): void {
    this.#turn('offline');
  }

  close(): void {
    this.#timer?.cancel();
  }

  #turn(health: DeviceHealth): void {
    if (health === this.#health) return;
    this.#health = health;
    this.#options.onHealth(health);
  }

  #watch(missed = 0): void {
    this.#timer?.cancel();
    if (missed === 2) return;
    const {clock, name, reportMs} = this.#options;
    const afterMs = reportMs * (missed === 0 ? LATENESS : 1);
    this.#timer = clock.timer(`reports of ${name}`, afterMs, () => {
      if (this.#health !== 'offline') this.#turn(missed === 0 ? 'suspect' : 'offline');
      this.#watch(missed + 1);
    });
  }
}
