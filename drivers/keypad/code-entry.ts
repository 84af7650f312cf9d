import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import type {DeviceHealth} from '../bus/contract.js';
import type {EntryListener, KeypadKey, KeypadListener} from './contract.js';
import {
  type EntryEffect,
  type EntryInput,
  type EntryTimer,
  NOTHING_TYPED,
  stepEntry,
} from './keypad-machine.js';

export interface CodeEntryOptions {
  /** How timers and faults name the place. */
  readonly name: string;
  readonly clock: Clock;
  readonly listener: EntryListener;
  /** Longest code, default 12. */
  readonly maxDigits?: number;
}

const DEFAULT_MAX_DIGITS = 12;

/**
 * What a person types on the keypad of one place, from whatever tells its keys: a Modbus or USB keypad
 * (made with `ear`) or the keys of an OSDP reader (`press`). Source: requirements B6.
 */
export class CodeEntry {
  readonly #options: CodeEntryOptions;
  readonly #timers = new Map<EntryTimer, Timer>();
  #state = NOTHING_TYPED;
  #closed = false;

  constructor(options: CodeEntryOptions) {
    this.#options = options;
  }

  /** Digits that stand now. */
  get count(): number {
    return this.#state.digits.length;
  }

  get isFaulty(): boolean {
    return this.#state.stuck !== undefined;
  }

  /** `atMs`: when the key went down, which may be a little ago. */
  press(key: KeypadKey, atMs: Millis): void {
    this.#take({kind: 'press', key, atMs});
  }

  hold(key: KeypadKey | undefined, atMs: Millis): void {
    this.#take({kind: 'held', key, atMs});
  }

  /** Keys went missing, or the keypad did: what was typed is worth nothing. */
  lose(): void {
    this.#take({kind: 'lost', atMs: this.#options.clock.nowMs()});
  }

  /** The ear for a keypad of its own; a keypad that is gone takes what was typed with it. */
  ear(onHealth: (health: DeviceHealth) => void): KeypadListener {
    return {
      onKey: (key, atMs) => this.press(key, atMs),
      onHeld: (key, atMs) => this.hold(key, atMs),
      onKeysLost: () => this.lose(),
      onHealth: health => {
        if (health === 'offline') this.lose();
        onHealth(health);
      },
    };
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #take(input: EntryInput): void {
    if (this.#closed) return;
    const {maxDigits = DEFAULT_MAX_DIGITS} = this.#options;
    const {state, effects} = stepEntry(this.#state, input, maxDigits);
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: EntryEffect): void {
    const {listener, name} = this.#options;
    switch (effect.kind) {
      case 'entry':
        listener.onEntry(effect.digits, effect.atMs);
        break;
      case 'progress':
        listener.onProgress(effect.count, effect.atMs);
        break;
      case 'cleared':
        listener.onCleared(effect.why, effect.atMs);
        break;
      case 'command':
        listener.onCommand(effect.key, effect.atMs);
        break;
      case 'fault':
        listener.onFault(
          effect.isStanding,
          effect.isStanding ? `${name}: a key is stuck` : `${name}: no key is stuck any more`,
        );
        break;
      case 'arm':
        this.#arm(effect.timer, effect.afterMs);
        break;
      case 'disarm':
        this.#timers.get(effect.timer)?.cancel();
        break;
      default:
        unreachable(effect, 'entry effect');
    }
  }

  #arm(timer: EntryTimer, afterMs: Millis): void {
    if (this.#closed) return;
    const {clock, name} = this.#options;
    this.#timers.get(timer)?.cancel();
    const due = () => this.#take({kind: 'due', timer, atMs: clock.nowMs()});
    this.#timers.set(timer, clock.timer(`keypad ${timer} ${name}`, afterMs, due));
  }
}
