import type {Clock, Millis, Timer, UnixMillis} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import type {LockReading} from './contract.js';
import {type LockInput, NEW_LOCK, pollPeriodMs, stepLock} from './lock-machine.js';

export interface LockWatchOptions {
  /** Names the timer. */
  readonly name: string;
  readonly clock: Clock;
  /** Start to start of routine polls. */
  readonly pollMs: Millis;
  onReading(reading: LockReading): void;
  /** Read the lock once more, ahead of the sweep; false when nothing came back in time. */
  confirm(): Promise<boolean>;
}

/** Readings of one lock, whatever its protocol: the newest, how often to poll, and the fast ones while watched. */
export class LockWatch {
  readonly #options: LockWatchOptions;
  #state = NEW_LOCK;
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: LockWatchOptions) {
    this.#options = options;
  }

  get latest(): LockReading | undefined {
    return this.#state.latest;
  }

  /** Shortest distance of two routine polls now. */
  periodMs(): Millis {
    const {pollMs, clock} = this.#options;
    return pollPeriodMs(this.#state, pollMs, clock.nowMs());
  }

  /** A valid poll, that came at `atMs`. */
  take(reading: Omit<LockReading, 'atMs' | 'wallMs'>, atMs: Millis): void {
    const {clock} = this.#options;
    const wallMs = Math.floor(clock.wallMs() - (clock.nowMs() - atMs)) as UnixMillis;
    this.#step({kind: 'reading', reading: {...reading, atMs, wallMs}});
  }

  watch(fast: boolean): void {
    this.#step({kind: 'watch', fast, atMs: this.#options.clock.nowMs()});
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #step(input: LockInput): void {
    if (this.#closed) return;
    const {state, effects} = stepLock(this.#state, input);
    this.#state = state;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'tell':
          this.#options.onReading(effect.reading);
          break;
        case 'confirm':
          void this.#confirm();
          break;
        case 'wait':
          this.#wait(effect.afterMs);
          break;
        case 'rest':
          this.#timer?.cancel();
          break;
        default:
          unreachable(effect, 'lock effect');
      }
    }
  }

  async #confirm(): Promise<void> {
    this.#timer?.cancel();
    const answered = await this.#options.confirm();
    this.#step({kind: 'confirmed', atMs: this.#options.clock.nowMs(), answered});
  }

  #wait(afterMs: Millis): void {
    const {clock, name} = this.#options;
    this.#timer?.cancel();
    this.#timer = clock.timer(`watch ${name}`, afterMs, () =>
      this.#step({kind: 'due', atMs: clock.nowMs()}),
    );
  }
}
