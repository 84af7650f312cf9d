import type {Millis} from '../../protocols/base/clock.js';
import {
  decodeSpaceFrame,
  encodeSpaceFrame,
  type SpaceFrame,
} from '../../protocols/space-counter/frame.js';
import type {LineDevice, Transmission} from '../wire/line-device.js';
import {DEFAULT_TURNAROUND_MS} from './modbus-slave.js';

export interface SpaceCounterOptions {
  readonly info?: number;
  readonly turnaroundMs?: Millis;
}

/** The board for free spaces: it shows a number in a colour and repeats what it was told. */
export class SpaceCounter implements LineDevice {
  readonly unit: string;
  isUnplugged = false;
  /** Every number it was told, oldest first. */
  readonly history: SpaceFrame[] = [];
  readonly #info: number;
  readonly #turnaroundMs: Millis;

  constructor({info = 1, turnaroundMs = DEFAULT_TURNAROUND_MS}: SpaceCounterOptions = {}) {
    this.unit = `space-counter:${info}`;
    this.#info = info;
    this.#turnaroundMs = turnaroundMs;
  }

  get shown(): SpaceFrame | undefined {
    return this.history.at(-1);
  }

  receive(bytes: Uint8Array): readonly Transmission[] {
    if (this.isUnplugged) return [];
    const decoded = decodeSpaceFrame(bytes);
    if (decoded.kind !== 'frame') return [];
    const {frame} = decoded;
    if (frame.direction !== 'request' || frame.info !== this.#info) return [];
    this.history.push(frame);
    const reply = encodeSpaceFrame({...frame, direction: 'reply'});
    return [{afterMs: this.#turnaroundMs, bytes: reply}];
  }
}
