import {
  AA55_ADDRESS,
  AA55_COMMAND,
  type Aa55Line,
  decodeAa55Frame,
  decodeAa55Line,
} from '../../protocols/aa55-display/frame.js';
import {decodeGbk} from '../../protocols/text/gbk.js';
import type {LineDevice, Transmission} from '../wire/line-device.js';

/** An AA55 display of four lines with a voice: it listens and never answers. */
export class Aa55Display implements LineDevice {
  readonly unit: string;
  isUnplugged = false;
  readonly spoken: string[] = [];
  readonly serials: number[] = [];
  readonly #address: number;
  readonly #lines = new Map<number, Aa55Line>();

  constructor(options: {readonly address?: number} = {}) {
    this.#address = options.address ?? AA55_ADDRESS;
    this.unit = `aa55-display:${this.#address}`;
  }

  /** What stands in a line, 1 = the uppermost. */
  line(line: number): Aa55Line | undefined {
    return this.#lines.get(line);
  }

  receive(bytes: Uint8Array): readonly Transmission[] {
    if (this.isUnplugged) return [];
    const decoded = decodeAa55Frame(bytes);
    if (decoded.kind !== 'frame' || decoded.frame.address !== this.#address) return [];
    const {command, data, serial} = decoded.frame;
    this.serials.push(serial);
    if (command === AA55_COMMAND.speak) this.spoken.push(decodeGbk(data) ?? '');
    const line = command === AA55_COMMAND.lineText ? decodeAa55Line(data) : undefined;
    if (line) this.#lines.set(line.line, line);
    return [];
  }
}
