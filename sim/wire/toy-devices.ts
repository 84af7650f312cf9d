import {concatBytes} from '../../protocols/base/bytes.js';
import type {Millis} from '../../protocols/base/clock.js';
import type {LineDevice, Transmission} from './line-device.js';

/**
 * A board of the 8A/80 family as far as a line can tell: five bytes, no length field, XOR of all before
 * as the last, and a reply that takes up to a second. For proofs of the line; the device itself is in
 * `sim/devices`.
 */
export class ToyBoard implements LineDevice {
  readonly unit: string;
  readonly #address: number;
  turnaroundMs: Millis = 1000;

  constructor(address: number) {
    this.#address = address;
    this.unit = `toy-board:${address}`;
  }

  receive(frame: Uint8Array): readonly Transmission[] {
    if (frame.length !== 5 || frame[1] !== this.#address || xorOf(frame) !== 0) return [];
    if (frame[0] !== 0x80) return [];
    const body = Uint8Array.of(0x80, this.#address, frame[2] ?? 0, 0x11);
    const bytes = concatBytes(body, Uint8Array.of(xorOf(body)));
    return [{afterMs: this.turnaroundMs, bytes}];
  }
}

/**
 * A reader that speaks like OSDP as far as a line can tell: mark, address, length and sequence number,
 * replies of any length up to 1440 bytes, and no answer to a number out of turn.
 */
export class ToyReader implements LineDevice {
  readonly unit: string;
  readonly #address: number;
  readonly numbers: number[] = [];
  replyBytes = 8;
  turnaroundMs: Millis = 3;

  constructor(address: number) {
    this.#address = address;
    this.unit = `toy-reader:${address}`;
  }

  receive(frame: Uint8Array): readonly Transmission[] {
    if (frame.length !== 6 || frame[0] !== 0x53 || frame[1] !== this.#address) return [];
    if (xorOf(frame) !== 0) return [];
    const number = frame[4] ?? 0;
    this.numbers.push(number);
    const reply = new Uint8Array(this.replyBytes);
    reply.set([0x53, this.#address | 0x80, reply.length & 0xff, reply.length >> 8, number]);
    reply[reply.length - 1] = xorOf(reply);
    return [{afterMs: this.turnaroundMs, bytes: reply}];
  }
}

/** XOR of all bytes: 0 for a whole frame that ends with that of the bytes before. */
export function xorOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum ^ byte, 0);
}
