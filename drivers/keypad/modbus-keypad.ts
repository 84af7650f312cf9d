import type {Clock, Millis} from '../../protocols/base/clock.js';
import {
  decodePadRegisters,
  decodePadState,
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
  readonly clock: Clock;
  readonly unit: number;
  readonly listener: KeypadListener;
  /** Start to start while somebody types; default 250. */
  readonly pollMs?: Millis;
  readonly onTrouble?: TroubleListener | undefined;
}

const DEFAULT_POLL_MS: Millis = 250;
/** While nobody types: the board keeps the last eight with their times, which are two of a worn key that bounces. */
const IDLE_POLL_MS: Millis = 500;
/** After a key the next one is waited for so long, unless that key ends an entry. */
const TYPING_MS: Millis = 20_000;
const ENDING: ReadonlySet<string> = new Set(['#', '*']);
/** Of a line on which nine others type; so soon nobody has filled the ring of the tenth. */
const UNREAD_MS: Millis = 1500;
const RING_RESENDS = 1;
/** The board's clock turns over: a press that looks older is as old as it can be. */
const CLOCK_MASK = 0xffff;

/**
 * A keypad on a line, with a ring of its latest keys. Source: device notes 4.5. Only its counter is polled, often
 * while somebody types; the ring is 43 bytes, and is read ahead of the sweep when the counter has moved.
 */
export class ModbusKeypad implements Keypad {
  readonly id: DeviceId;
  readonly #options: ModbusKeypadOptions;
  readonly #listener: KeypadListener;
  readonly #poll: PolledUnit;
  /** Counter of the last poll; undefined before the first, whose presses nobody can date. */
  #count: number | undefined;
  #held: string | undefined;
  #typedMs: Millis = Number.NEGATIVE_INFINITY;
  #newestMs: Millis = Number.NEGATIVE_INFINITY;
  #isReading = false;
  #closed = false;

  constructor(options: ModbusKeypadOptions) {
    const {id, bus, unit, listener, pollMs = DEFAULT_POLL_MS, onTrouble} = options;
    this.id = id;
    this.#options = options;
    this.#listener = listener;
    const {register, quantity} = REFERENCE_KEYPAD_PROFILE.state;
    this.#poll = new PolledUnit({
      name: id,
      bus,
      // The keys that somebody types are a code.
      read: {unit, table: 'input', address: register, quantity, isSecret: true},
      isUrgent: () => this.#isTyping || this.#isUnread,
      periodMs: () => (this.#isTyping ? pollMs : Math.max(pollMs, IDLE_POLL_MS)),
      onValues: (values, atMs) => this.#look(values, atMs),
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
    this.#closed = true;
    this.#poll.close();
  }

  get #isTyping(): boolean {
    return this.#newestMs - this.#typedMs < TYPING_MS;
  }

  get #isUnread(): boolean {
    const wasRead = this.#count !== undefined;
    return wasRead && this.#options.clock.nowMs() - this.#newestMs >= UNREAD_MS;
  }

  /** What is in the ring when the keypad comes back was typed to nobody, however long ago. */
  #forget(): void {
    this.#count = undefined;
    this.#held = undefined;
  }

  #look(words: readonly number[], atMs: Millis): void {
    const state = decodePadState(words);
    if (!state) return;
    this.#newestMs = Math.max(this.#newestMs, atMs);
    if (this.#count === undefined) this.#count = state.strokeCount;
    if (state.strokeCount === this.#count) this.#turn(state.held, atMs);
    else void this.#readRing();
  }

  async #readRing(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    const {bus, unit} = this.#options;
    const {register: address, quantity} = REFERENCE_KEYPAD_PROFILE.status;
    const place = {unit, table: 'input', address, quantity, isSecret: true} as const;
    // Whoever has keyed in his code waits for it.
    const outcome = await bus.read({...place, lane: 'command', resends: RING_RESENDS});
    this.#isReading = false;
    if (outcome.kind === 'values' && !this.#closed) this.#read(outcome.values, outcome.atMs);
  }

  #read(words: readonly number[], atMs: Millis): void {
    const registers = decodePadRegisters(words);
    if (!registers) return;
    this.#newestMs = Math.max(this.#newestMs, atMs);
    const isOver = ENDING.has(registers.strokes[0]?.key ?? '');
    this.#typedMs = isOver ? Number.NEGATIVE_INFINITY : atMs;
    const before = this.#count;
    this.#count = registers.strokeCount;
    if (before !== undefined) this.#tellKeys(registers, before, atMs);
    this.#turn(registers.held, atMs);
  }

  /** Keys first: what is down now was pressed before. */
  #turn(held: string | undefined, atMs: Millis): void {
    if (held === this.#held) return;
    this.#held = held;
    this.#listener.onHeld(held as KeypadKey | undefined, atMs);
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
