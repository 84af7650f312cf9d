import type {Millis} from '../../protocols/base/clock.js';
import {
  decodeFkLine,
  decodeFkSpeech,
  FK_COMMAND,
  type FkColour,
} from '../../protocols/fk-display/commands.js';
import {decodeFkFrame, encodeFkFrame} from '../../protocols/fk-display/frame.js';
import type {LineDevice, Transmission} from '../wire/line-device.js';
import {DEFAULT_TURNAROUND_MS} from './modbus-slave.js';

export interface FkDisplayOptions {
  readonly address: number;
  readonly turnaroundMs?: Millis;
}

export interface FkShownLine {
  readonly text: string;
  readonly colour: FkColour;
}

/** An FK display of four lines with a voice. It forgets its lines when it loses power. */
export class FkDisplay implements LineDevice {
  readonly unit: string;
  isUnplugged = false;
  /** It understands and refuses: acknowledges with 1. */
  isRefusing = false;
  /** Set to 485 mode 1: it obeys and never answers. */
  isMute = false;
  /** Everything it said, oldest first. */
  readonly spoken: string[] = [];
  readonly #address: number;
  readonly #turnaroundMs: Millis;
  readonly #lines = new Map<number, FkShownLine>();

  constructor({address, turnaroundMs = DEFAULT_TURNAROUND_MS}: FkDisplayOptions) {
    this.unit = `fk-display:${address}`;
    this.#address = address;
    this.#turnaroundMs = turnaroundMs;
  }

  /** What stands in a line, 0 = the uppermost. */
  line(line: number): FkShownLine | undefined {
    return this.#lines.get(line);
  }

  restart(): void {
    this.#lines.clear();
  }

  receive(bytes: Uint8Array): readonly Transmission[] {
    if (this.isUnplugged) return [];
    const decoded = decodeFkFrame(bytes);
    if (decoded.kind !== 'frame' || decoded.frame.address !== this.#address) return [];
    const {command, data} = decoded.frame;
    const reply = this.#serve(command, data);
    if (!reply || this.isMute) return [];
    const answer = encodeFkFrame({address: this.#address, command, data: reply});
    return [{afterMs: this.#turnaroundMs, bytes: answer}];
  }

  #serve(command: number, data: Uint8Array): Uint8Array | undefined {
    if (command === FK_COMMAND.connect) {
      return Uint8Array.of(0, 0x31, 0x30, 0x32, 0x34, 0x36, 0x30, 0x31, 0x30, 0x30);
    }
    const isUnderstood = !this.isRefusing && this.#obey(command, data);
    return Uint8Array.of(isUnderstood ? 0 : 1);
  }

  #obey(command: number, data: Uint8Array): boolean {
    if (command === FK_COMMAND.speak) {
      const words = decodeFkSpeech(data);
      if (words === undefined) return false;
      this.spoken.push(words);
      return true;
    }
    const line = command === FK_COMMAND.lineText ? decodeFkLine(data) : undefined;
    if (!line) return false;
    this.#lines.set(line.line, {text: line.text, colour: line.colour});
    return true;
  }
}
