import type {Millis} from '../../protocols/base/clock.js';
import {
  type DwinFrame,
  decodeDwinFrame,
  encodeDwinFrame,
  pageOf,
  readDwinText,
} from '../../protocols/dwin/frame.js';
import type {LineDevice, Transmission} from '../wire/line-device.js';
import {DEFAULT_TURNAROUND_MS} from './modbus-slave.js';

export interface DwinOptions {
  /** Only a name on the line: the panel answers whoever asks. */
  readonly unit: string;
  readonly hasCrc?: boolean;
  readonly turnaroundMs?: Millis;
}

const LONGEST_TEXT_WORDS = 64;

/** A DWIN touch panel: variables, a page, and fingers on it. */
export class Dwin implements LineDevice {
  readonly unit: string;
  isUnplugged = false;
  page = 0;
  readonly #hasCrc: boolean;
  readonly #turnaroundMs: Millis;
  readonly #words = new Map<number, number>();

  constructor({unit, hasCrc = false, turnaroundMs = DEFAULT_TURNAROUND_MS}: DwinOptions) {
    this.unit = unit;
    this.#hasCrc = hasCrc;
    this.#turnaroundMs = turnaroundMs;
  }

  /** What a text variable shows; undefined when it is no GBK. */
  text(address: number): string | undefined {
    return readDwinText(this.#read(address, LONGEST_TEXT_WORDS));
  }

  /** A finger on a key that puts `key` into the variable. */
  press(address: number, key: number): void {
    this.#words.set(address, key);
  }

  word(address: number): number {
    return this.#words.get(address) ?? 0;
  }

  receive(bytes: Uint8Array): readonly Transmission[] {
    if (this.isUnplugged) return [];
    const decoded = decodeDwinFrame(bytes, this.#hasCrc);
    const reply = decoded.kind === 'frame' ? this.#serve(decoded.frame) : undefined;
    if (!reply) return [];
    return [{afterMs: this.#turnaroundMs, bytes: encodeDwinFrame(reply, this.#hasCrc)}];
  }

  #serve(frame: DwinFrame): DwinFrame | undefined {
    if (frame.kind === 'read') {
      const words = this.#read(frame.address, frame.quantity);
      return {kind: 'values', address: frame.address, words};
    }
    if (frame.kind !== 'write') return undefined;
    const page = pageOf(frame);
    if (page !== undefined) this.page = page;
    for (const [index, word] of frame.words.entries()) {
      this.#words.set(frame.address + index, word);
    }
    return {kind: 'ack'};
  }

  #read(address: number, quantity: number): readonly number[] {
    return Array.from({length: quantity}, (_, index) => this.word(address + index));
  }
}
