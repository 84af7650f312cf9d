import type {Clock, Millis, Timer, UnixMillis} from '../../protocols/base/clock.js';
import {
  readTime,
  startTime,
  stepTime,
  type TimeInput,
  type TimeReading,
  type TimeState,
} from '../domain/time/time-machine.js';

/** assumed: a clock that follows a time server is off by less. */
const SYSTEM_ERROR_MS: Millis = 1000;

/**
 * The clock that everything on the site uses: durations by the system's monotonic clock, the time of
 * day as well as this gateway knows it, never behind the floor. The system's own wall clock is one
 * source among others. @see sync.md 5.4
 */
export class SiteClock implements Clock {
  readonly #system: Clock;
  readonly #listeners: (() => void)[] = [];
  #state: TimeState;

  /** `builtMs`: it is not earlier than the program is old. */
  constructor(system: Clock, builtMs: number) {
    this.#system = system;
    this.#state = startTime(builtMs, system.nowMs());
  }

  nowMs(): Millis {
    return this.#system.nowMs();
  }

  wallMs(): UnixMillis {
    return this.read().utcMs;
  }

  /** What the next run is to start from; undefined while the time was never known. */
  floorToKeep(): UnixMillis | undefined {
    return this.#state.isLearnt ? this.read().floorMs : undefined;
  }

  /** `listener` runs after each word of a source. */
  onWord(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** What the time of day is, and what that is worth. */
  read(): TimeReading {
    return readTime(this.#state, this.#system.nowMs(), this.#system.wallMs());
  }

  /** A signed message said `utcMs` at some instant within the last `roundTripMs`. */
  offer(utcMs: UnixMillis, roundTripMs: Millis): void {
    const errorMs = roundTripMs / 2;
    this.#take({kind: 'word', source: 'cloud', utcMs: utcMs + errorMs, errorMs});
  }

  /** The system's clock follows a time server, or does not. */
  hearSystem(isSynchronised: boolean): void {
    if (!isSynchronised) {
      this.#take({kind: 'ntpLost'});
      return;
    }
    const utcMs = this.#system.wallMs();
    this.#take({kind: 'word', source: 'ntp', utcMs, errorMs: SYSTEM_ERROR_MS});
  }

  /** Known before this run. */
  recall(floorMs: UnixMillis): void {
    this.#take({kind: 'recall', floorMs});
  }

  timer(name: string, afterMs: Millis, callback: () => void): Timer {
    return this.#system.timer(name, afterMs, callback);
  }

  sleep(afterMs: Millis, signal?: AbortSignal): Promise<void> {
    return this.#system.sleep(afterMs, signal);
  }

  waitUntil(atMs: Millis, callback: () => void): Timer {
    return this.#system.waitUntil(atMs, callback);
  }

  #take(input: TimeInput): void {
    this.#state = stepTime(this.#state, input, this.#system.nowMs());
    if (input.kind === 'word') for (const listener of this.#listeners) listener();
  }
}
