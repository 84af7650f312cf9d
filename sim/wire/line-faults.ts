import type {Entropy, Millis} from '../../protocols/base/clock.js';
import {wireTimeMs} from '../../protocols/base/units.js';
import type {LineAddress, Transmission} from './line-device.js';

/** What can be wrong with the way to one device, or, set for the line, to all of them. Rates are 0..1. */
export interface UnitFaults {
  /** Chance of every single bit, either way, to be flipped. */
  readonly bitErrorRate: number;
  /** Chance that the device does not hear a request. */
  readonly requestLoss: number;
  /** Chance that its reply never reaches the master. */
  readonly replyLoss: number;
  /** Added to the turnaround of every reply. */
  readonly lateMs: Millis;
  /** Every reply comes twice. */
  readonly duplicateReply: boolean;
  /** The device listens at another rate: it hears garbage, and so keeps silent. */
  readonly baudMismatch: boolean;
}

export interface LineFaultSettings extends UnitFaults {
  /** The adapter hears itself: all that the master sends comes back to it. */
  readonly echo: boolean;
  /** Shorted: nothing passes either way. */
  readonly stuck: boolean;
}

const SOUND: LineFaultSettings = {
  bitErrorRate: 0,
  requestLoss: 0,
  replyLoss: 0,
  lateMs: 0,
  duplicateReply: false,
  baudMismatch: false,
  echo: false,
  stuck: false,
};

/** Rest between a reply and its duplicate: long enough to be a frame of its own. */
const DUPLICATE_GAP_MS: Millis = 5;

/** The ailments of a line, settable while it runs, random by the injected entropy alone. */
export class LineFaults {
  readonly #entropy: Entropy;
  readonly #baudRate: number;
  readonly #units = new Map<LineAddress, Partial<UnitFaults>>();
  #line: LineFaultSettings = SOUND;

  constructor(options: {readonly entropy: Entropy; readonly baudRate: number}) {
    this.#entropy = options.entropy;
    this.#baudRate = options.baudRate;
  }

  get echo(): boolean {
    return this.#line.echo;
  }

  get stuck(): boolean {
    return this.#line.stuck;
  }

  /** Add faults to the whole line; what is not named stays as it is. */
  set(faults: Partial<LineFaultSettings>): void {
    this.#line = {...this.#line, ...faults};
  }

  /** Add faults to one unit, on top of those of the line. */
  setUnit(unit: LineAddress, faults: Partial<UnitFaults>): void {
    this.#units.set(unit, {...this.#units.get(unit), ...faults});
  }

  clear(): void {
    this.#line = SOUND;
    this.#units.clear();
  }

  clearUnit(unit: LineAddress): void {
    this.#units.delete(unit);
  }

  /** The request as `unit` hears it; undefined when it does not. */
  request(unit: LineAddress, frame: Uint8Array): Uint8Array | undefined {
    const faults = this.#of(unit);
    if (this.#happens(faults.requestLoss)) return undefined;
    if (faults.baudMismatch) return this.#entropy.bytes(frame.length);
    return this.#noisy(frame, faults.bitErrorRate);
  }

  /** A reply of `unit` as the wire carries it: nothing, once or twice. */
  reply(unit: LineAddress, reply: Transmission): readonly Transmission[] {
    const faults = this.#of(unit);
    if (this.#happens(faults.replyLoss)) return [];
    const afterMs = reply.afterMs + faults.lateMs;
    const first = {afterMs, bytes: this.#noisy(reply.bytes, faults.bitErrorRate)};
    if (!faults.duplicateReply) return [first];
    const againMs = afterMs + wireTimeMs(reply.bytes.length, this.#baudRate) + DUPLICATE_GAP_MS;
    return [first, {afterMs: againMs, bytes: first.bytes}];
  }

  #of(unit: LineAddress): UnitFaults {
    const own = this.#units.get(unit);
    if (!own) return this.#line;
    return {
      bitErrorRate: Math.max(this.#line.bitErrorRate, own.bitErrorRate ?? 0),
      requestLoss: Math.max(this.#line.requestLoss, own.requestLoss ?? 0),
      replyLoss: Math.max(this.#line.replyLoss, own.replyLoss ?? 0),
      lateMs: this.#line.lateMs + (own.lateMs ?? 0),
      duplicateReply: this.#line.duplicateReply || own.duplicateReply === true,
      baudMismatch: this.#line.baudMismatch || own.baudMismatch === true,
    };
  }

  /** Asks for no randomness when the answer is certain: a sound line replays the same with any seed. */
  #happens(chance: number): boolean {
    if (chance <= 0) return false;
    return chance >= 1 || this.#entropy.fraction() < chance;
  }

  #noisy(bytes: Uint8Array, bitErrorRate: number): Uint8Array {
    if (bitErrorRate <= 0) return bytes;
    return bytes.map(byte => {
      let noisy = byte;
      for (let bit = 0; bit < 8; bit += 1) if (this.#happens(bitErrorRate)) noisy ^= 1 << bit;
      return noisy;
    });
  }
}
