import type {Millis} from '../../protocols/base/clock.js';
import {
  type BreakerInput,
  type BreakerState,
  isProbed,
  stepBreaker,
  UNKNOWN_UNIT,
} from './breaker.js';
import type {DeviceHealth, UnitKey} from './contract.js';
import type {UnitGate} from './poll-sweep.js';

export interface UnitWatchOptions {
  /** Uniform in [0, 1), for the jitter of probes. */
  readonly fraction: () => number;
  tell(unit: UnitKey, health: DeviceHealth): void;
}

/**
 * The breakers of a line's units and what is told of them. That a unit is offline is held back while
 * the whole line has been silent with it: either another unit answers and then it is this one's fault,
 * or the line is declared down first, so that whoever hears `offline` knows whose fault it is.
 */
export class UnitWatch {
  readonly #options: UnitWatchOptions;
  readonly #breakers = new Map<UnitKey, BreakerState>();
  readonly #held = new Set<UnitKey>();
  #lastReplyAtMs: Millis = Number.NEGATIVE_INFINITY;

  constructor(options: UnitWatchOptions) {
    this.#options = options;
  }

  /** Health as it has been told. */
  healthOf(unit: UnitKey): DeviceHealth {
    return this.#held.has(unit) ? 'suspect' : this.#of(unit).health;
  }

  gateOf(unit: UnitKey): UnitGate {
    const state = this.#of(unit);
    return {fromMs: state.pollFromMs, isProbe: isProbed(state)};
  }

  areAllSilent(units: ReadonlySet<UnitKey>): boolean {
    if (units.size === 0) return false;
    for (const unit of units) if (this.#of(unit).health !== 'offline') return false;
    return true;
  }

  replied(unit: UnitKey, atMs: Millis): void {
    this.#lastReplyAtMs = atMs;
    this.#held.delete(unit);
    this.#move(unit, {kind: 'reply', atMs});
    this.tellHeld();
  }

  missed(unit: UnitKey, atMs: Millis): void {
    this.#move(unit, {kind: 'miss', atMs, fraction: this.#options.fraction()});
  }

  /** Call after the line was told down. */
  linkLost(units: ReadonlySet<UnitKey>, atMs: Millis): void {
    for (const unit of units) this.#move(unit, {kind: 'linkLost', atMs});
    this.tellHeld();
  }

  linkUp(atMs: Millis): void {
    for (const unit of this.#breakers.keys()) this.#move(unit, {kind: 'linkUp', atMs});
  }

  tellHeld(): void {
    for (const unit of this.#held) {
      this.#held.delete(unit);
      this.#options.tell(unit, 'offline');
    }
  }

  #of(unit: UnitKey): BreakerState {
    return this.#breakers.get(unit) ?? UNKNOWN_UNIT;
  }

  #move(unit: UnitKey, input: BreakerInput): void {
    const before = this.#of(unit);
    const after = stepBreaker(before, input);
    this.#breakers.set(unit, after);
    if (after.health === before.health) return;
    const isLineSilentToo =
      this.#lastReplyAtMs <= (after.silentSinceMs ?? Number.NEGATIVE_INFINITY);
    if (after.health === 'offline' && isLineSilentToo) this.#held.add(unit);
    else this.#options.tell(unit, after.health);
  }
}
