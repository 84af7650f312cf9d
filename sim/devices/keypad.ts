import type {KeypadKey} from '../../drivers/keypad/contract.js';
import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {encodePadRegisters, type PadStroke} from '../../protocols/profiles/keypad-profile.js';
import type {LineDevice, Transmission} from '../wire/line-device.js';
import {DEFAULT_TURNAROUND_MS, exceptionReply, readRegisters, serveFrame} from './modbus-slave.js';

export interface KeypadOptions {
  readonly clock: Clock;
  readonly unit: number;
  readonly turnaroundMs?: Millis;
}

/** How long a finger rests on a key. */
const PRESS_MS: Millis = 80;
/** Distance of two bounces of a worn contact. */
const BOUNCE_MS: Millis = 15;

/** A keypad on a line whose worn contacts bounce, and whose keys can stick. It reports every closing. */
export class Keypad implements LineDevice {
  readonly unit: number;
  isUnplugged = false;
  /** Closings beyond the first at each press, within 40 ms of each other. */
  bounces = 0;
  readonly #clock: Clock;
  readonly #turnaroundMs: Millis;
  readonly #timers = new Set<Timer>();
  #strokes: readonly PadStroke[] = [];
  #strokeCount = 0;
  #heldUntilMs: Millis = Number.NEGATIVE_INFINITY;
  #held: KeypadKey | undefined;
  #chatter: Timer | undefined;

  constructor(options: KeypadOptions) {
    this.unit = options.unit;
    this.#clock = options.clock;
    this.#turnaroundMs = options.turnaroundMs ?? DEFAULT_TURNAROUND_MS;
  }

  press(key: KeypadKey): void {
    for (let closing = 0; closing <= this.bounces; closing += 1) {
      this.#after(closing * BOUNCE_MS, () => this.#close(key));
    }
    this.#held = key;
    this.#heldUntilMs = this.#clock.nowMs() + PRESS_MS;
  }

  /** Type keys `gapMs` apart, start to start. */
  type(keys: string, gapMs: Millis = 300): void {
    for (const [place, key] of [...keys].entries()) {
      this.#after(place * gapMs, () => this.press(key as KeypadKey));
    }
  }

  /** A key stays down. */
  stick(key: KeypadKey): void {
    this.#close(key);
    this.#held = key;
    this.#heldUntilMs = Number.POSITIVE_INFINITY;
  }

  /** A key closes again and again without ever staying down. */
  chatter(key: KeypadKey, everyMs: Millis): void {
    this.#close(key);
    this.#chatter = this.#clock.timer('keypad chatter', everyMs, () => this.chatter(key, everyMs));
  }

  /** Whatever stuck comes free. */
  release(): void {
    this.#heldUntilMs = Number.NEGATIVE_INFINITY;
    this.#chatter?.cancel();
  }

  /** A board that lost its power counts from 0. */
  powerCycle(): void {
    this.#strokes = [];
    this.#strokeCount = 0;
  }

  receive(frame: Uint8Array): readonly Transmission[] {
    if (this.isUnplugged) return [];
    const address = {unit: this.unit, turnaroundMs: this.#turnaroundMs};
    return serveFrame(address, frame, request =>
      request.kind === 'read' && request.functionCode === 4
        ? readRegisters(request, this.#words())
        : exceptionReply(request.functionCode, 1),
    );
  }

  close(): void {
    this.release();
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #close(key: KeypadKey): void {
    const stampMs = Math.floor(this.#clock.nowMs()) & 0xffff;
    this.#strokes = [{key, stampMs}, ...this.#strokes].slice(0, 8);
    this.#strokeCount += 1;
  }

  #words(): readonly number[] {
    const nowMs = this.#clock.nowMs();
    return encodePadRegisters({
      strokeCount: this.#strokeCount,
      held: nowMs < this.#heldUntilMs ? this.#held : undefined,
      clockMs: Math.floor(nowMs),
      strokes: this.#strokes,
    });
  }

  #after(afterMs: Millis, run: () => void): void {
    if (afterMs === 0) {
      run();
      return;
    }
    const timer = this.#clock.timer('keypad', afterMs, () => {
      this.#timers.delete(timer);
      run();
    });
    this.#timers.add(timer);
  }
}
