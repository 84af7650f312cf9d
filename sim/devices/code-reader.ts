import type {FarEnd} from '../../drivers/port/byte-link.js';
import {concatBytes} from '../../protocols/base/bytes.js';
import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {wireTimeMs} from '../../protocols/base/units.js';
import {
  decodeGm65Command,
  encodeGm65Reply,
  type Gm65Command,
} from '../../protocols/code-reader/gm65.js';
import {GM65_ZONE_MAPS, type Gm65Zones} from '../../protocols/code-reader/gm65-zones.js';

/** How often a scanner reads a code that stays before it. `assumed:` factory setting of the GM65. */
const REPEAT_MS: Millis = 1000;
const BAUD_RATE = 9600;
const CR = 0x0d;
/** Zones from here on do not exist. `assumed:` */
const ZONES = 0x200;

export interface CodeReaderOptions {
  readonly clock: Clock;
  readonly farEnd: FarEnd;
  readonly zones?: Gm65Zones;
}

/**
 * A GM65 on a serial port: it sends what it reads, and answers commands in the same stream. As it
 * leaves the factory it waits for a trigger and sends no end mark, so an unset one is of no use.
 */
export class CodeReader {
  readonly #clock: Clock;
  readonly #farEnd: FarEnd;
  readonly #zones: Gm65Zones;
  readonly #timers = new Set<Timer>();
  #memory = new Uint8Array(ZONES);
  #flash = new Uint8Array(ZONES);
  #received: Uint8Array = new Uint8Array(0);
  #held: Timer | undefined;
  /** Answers no command any more: its receive line is broken. */
  isDeaf = false;
  /** Takes writes and keeps the old values: another model. */
  isStubborn = false;
  /** How often its flash was written. */
  saves = 0;

  constructor(options: CodeReaderOptions) {
    this.#clock = options.clock;
    this.#farEnd = options.farEnd;
    this.#zones = options.zones ?? GM65_ZONE_MAPS.gm65;
    options.farEnd.onBytes(bytes => this.#hear(bytes));
  }

  /** Set up by somebody else: continuous mode, CR behind each code. */
  preset(): this {
    const {mode, tail} = this.#zones;
    this.#memory[mode.zone] = mode.continuous;
    this.#memory[tail.zone] = tail.cr;
    this.#flash = this.#memory.slice();
    return this;
  }

  zone(address: number): number {
    return this.#memory[address] ?? 0;
  }

  setZone(address: number, value: number): void {
    this.#memory[address] = value;
  }

  /** Show a printed setup code: anybody can. */
  resetByPrintedCode(): void {
    this.#memory = new Uint8Array(ZONES);
  }

  powerCycle(): void {
    this.#memory = this.#flash.slice();
    this.#received = new Uint8Array(0);
  }

  /** A code passes before the glass `times` times, `gapMs` apart. */
  show(text: string, times = 1, gapMs: Millis = 500): void {
    for (let time = 0; time < times; time += 1) {
      this.#after(time * gapMs, () => this.#read(new TextEncoder().encode(text)));
    }
  }

  /** A code stays before the glass until `takeAway`. */
  hold(text: string): void {
    this.takeAway();
    const again = (): void => {
      this.#read(new TextEncoder().encode(text));
      this.#held = this.#clock.timer('scanner repeats', REPEAT_MS, again);
    };
    again();
  }

  takeAway(): void {
    this.#held?.cancel();
    this.#held = undefined;
  }

  /** Only the first bytes of a code arrive; the rest comes `restAfterMs` later, or never. */
  showCut(text: string, length: number, restAfterMs?: Millis): void {
    const bytes = concatBytes(new TextEncoder().encode(text), Uint8Array.of(CR));
    this.#send(bytes.subarray(0, length));
    if (restAfterMs !== undefined)
      this.#after(restAfterMs, () => this.#send(bytes.subarray(length)));
  }

  /** A code in which a byte was spoilt, so that it is no text any more. */
  showDirty(text: string): void {
    const bytes = new TextEncoder().encode(text);
    bytes[Math.floor(bytes.length / 2)] = 0xff;
    this.#read(bytes);
  }

  inject(bytes: Uint8Array): void {
    this.#farEnd.send(bytes);
  }

  unplug(): void {
    this.#farEnd.unplug();
  }

  replug(): void {
    this.#farEnd.replug();
  }

  close(): void {
    this.takeAway();
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #read(code: Uint8Array): void {
    const {mode, tail} = this.#zones;
    const setting = this.zone(mode.zone) & mode.mask;
    if (setting !== mode.continuous && setting !== mode.sense) return;
    const hasTail = (this.zone(tail.zone) & tail.mask) === tail.cr;
    this.#send(hasTail ? concatBytes(code, Uint8Array.of(CR)) : code);
  }

  /** All bytes arrive when the last one has passed the wire. */
  #send(bytes: Uint8Array): void {
    this.#after(wireTimeMs(bytes.length, BAUD_RATE), () => this.#farEnd.send(bytes));
  }

  #after(afterMs: Millis, run: () => void): void {
    const timer = this.#clock.timer('scanner', afterMs, () => {
      this.#timers.delete(timer);
      run();
    });
    this.#timers.add(timer);
  }

  #hear(bytes: Uint8Array): void {
    if (this.isDeaf) return;
    this.#received = concatBytes(this.#received, bytes);
    for (;;) {
      const decoded = decodeGm65Command(this.#received);
      if (decoded.kind === 'wait') return;
      this.#received = this.#received.slice(decoded.used);
      if (decoded.kind === 'frame') this.#send(encodeGm65Reply(this.#serve(decoded.frame)));
    }
  }

  #serve(command: Gm65Command): {readonly status: number; readonly data: Uint8Array} {
    const done = {status: 0, data: Uint8Array.of(0)};
    if (command.kind !== 'save' && command.zone >= ZONES - 0xff) {
      return {status: 1, data: Uint8Array.of(0)};
    }
    switch (command.kind) {
      case 'read':
        return {status: 0, data: this.#memory.slice(command.zone, command.zone + command.count)};
      case 'write':
        if (!this.isStubborn) this.#memory.set(command.data, command.zone);
        return done;
      default:
        this.#flash = this.#memory.slice();
        this.saves += 1;
        return done;
    }
  }
}
