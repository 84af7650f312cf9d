import type {Millis} from '../../protocols/base/clock.js';
import {
  decodePadRegisters,
  type PadRegisters,
  REFERENCE_KEYPAD_PROFILE,
} from '../../protocols/profiles/keypad-profile.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth, RegisterBus} from '../bus/contract.js';
import {PolledUnit, type TroubleListener} from '../lifecycle/polled-unit.js';
import type {Keypad, KeypadKey, KeypadListener} from './contract.js';

export interface ModbusKeypadOptions {
  readonly id: DeviceId;
  readonly bus: RegisterBus;
  readonly unit: number;
  readonly listener: KeypadListener;
  /** Start to start; default 100: a person sees the star follow the finger. */
  readonly pollMs?: Millis;
  readonly onTrouble?: TroubleListener | undefined;
}

const DEFAULT_POLL_MS: Millis = 100;
/** The board's clock turns over: a press that looks older is as old as it can be. */
const CLOCK_MASK = 0xffff;

/** A keypad on a line, with a ring of its latest keys. Source: device notes 4.5. */
export class ModbusKeypad implements Keypad {
  readonly id: DeviceId;
  readonly #listener: KeypadListener;
  readonly #poll: PolledUnit;
  /** Counter of the last poll; undefined before the first, whose presses nobody can date. */
  #count: number | undefined;
  #held: string | undefined;

  constructor(options: ModbusKeypadOptions) {
    const {id, bus, unit, listener, pollMs = DEFAULT_POLL_MS, onTrouble} = options;
    this.id = id;
    this.#listener = listener;
    const {register, quantity} = REFERENCE_KEYPAD_PROFILE.status;
    this.#poll = new PolledUnit({
      name: id,
      bus,
      // The keys that somebody types are a code.
      read: {unit, table: 'input', address: register, quantity, isSecret: true},
      periodMs: () => pollMs,
      onValues: (values, atMs) => this.#read(values, atMs),
      onHealth: health => {
        if (health === 'offline') this.#forget();
        listener.onHealth(health);
      },
      onTrouble,
    });
  }

  get health(): DeviceHealth {
    return this.#poll.health;
  }

  close(): void {
    this.#poll.close();
  }

  /** What is in the ring when the keypad comes back was typed to nobody, however long ago. */
  #forget(): void {
    this.#count = undefined;
    this.#held = undefined;
  }

  #read(words: readonly number[], atMs: Millis): void {
    const registers = decodePadRegisters(words);
    if (!registers) return;
    const before = this.#count;
    this.#count = registers.strokeCount;
    if (before !== undefined) this.#tellKeys(registers, before, atMs);
    if (registers.held !== this.#held) {
      this.#held = registers.held;
      this.#listener.onHeld(registers.held as KeypadKey | undefined, atMs);
    }
  }

  /** More presses than the ring holds, or a counter that a restart set back: the typing has holes. */
  #tellKeys(registers: PadRegisters, before: number, atMs: Millis): void {
    const fresh = (registers.strokeCount - before) & CLOCK_MASK;
    if (fresh > registers.strokes.length) {
      this.#listener.onKeysLost(atMs);
      return;
    }
    for (const {key, stampMs} of registers.strokes.slice(0, fresh).reverse()) {
      const ageMs = (registers.clockMs - stampMs) & CLOCK_MASK;
      this.#listener.onKey(key as KeypadKey, atMs - ageMs);
    }
  }
}
