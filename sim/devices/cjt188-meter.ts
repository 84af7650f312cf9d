import {concatBytes} from '../../protocols/base/bytes.js';
import type {Millis} from '../../protocols/base/clock.js';
import {
  CJT188_CONTROL,
  CJT188_ERROR_BIT,
  CJT188_REPLY_BIT,
  CJT188_WAKE,
  type Cjt188Frame,
  decodeCjt188,
  encodeCjt188,
} from '../../protocols/cjt188/frame.js';
import {
  type Cjt188Maker,
  encodeReading,
  encodeValveReply,
  STANDARD_CJT188_MAKER,
  valveOrderOf,
} from '../../protocols/cjt188/water-meter.js';
import type {LineAddress, LineDevice, Transmission} from '../wire/line-device.js';
import {WaterPipe, type WaterPipeOptions} from './water-pipe.js';

export interface Cjt188MeterOptions extends WaterPipeOptions {
  /** 14 digits, maker's code first. */
  readonly address: string;
  readonly maker?: Cjt188Maker;
  readonly turnaroundMs?: Millis;
}

const DEFAULT_TURNAROUND_MS: Millis = 60;
const ANY = /^A{14}$/;

/** A meter of CJ/T 188-2004 on its line: counts in steps of 10 l and keeps a valve. */
export class Cjt188Meter implements LineDevice {
  readonly unit: LineAddress;
  readonly pipe: WaterPipe;
  isUnplugged = false;
  lowBattery = false;
  /** Answers everything with an error. */
  refuses = false;
  readonly orders: ('open' | 'close')[] = [];
  readonly #options: Cjt188MeterOptions;
  readonly #maker: Cjt188Maker;
  #zeroMl = 0;

  constructor(options: Cjt188MeterOptions) {
    this.unit = `cjt188:${options.address}`;
    this.pipe = new WaterPipe(options);
    this.#options = options;
    this.#maker = options.maker ?? STANDARD_CJT188_MAKER;
  }

  reset(): void {
    this.#zeroMl = this.pipe.totalMl;
  }

  receive(frame: Uint8Array): readonly Transmission[] {
    const start = frame.findIndex(byte => byte !== CJT188_WAKE);
    if (start < 0 || this.isUnplugged) return [];
    const decoded = decodeCjt188(frame.subarray(start));
    if (decoded.kind !== 'frame') return [];
    const {address} = this.#options;
    const request = decoded.frame;
    if (request.address !== address && !ANY.test(request.address)) return [];
    const reply = this.refuses ? undefined : this.#answer(request);
    const control = request.control | CJT188_REPLY_BIT | (reply ? 0 : CJT188_ERROR_BIT);
    const data = reply ?? Uint8Array.of(request.data[2] ?? 0, 0, 0);
    const bytes = encodeCjt188({type: request.type, address, control, data});
    const wake = new Uint8Array(2).fill(CJT188_WAKE);
    const afterMs = this.#options.turnaroundMs ?? DEFAULT_TURNAROUND_MS;
    return [{afterMs, bytes: concatBytes(wake, bytes)}];
  }

  #answer({control, data}: Cjt188Frame): Uint8Array | undefined {
    const serial = data[2] ?? 0;
    const {lowBattery} = this;
    if (control === CJT188_CONTROL.read) {
      const totalMl = this.pipe.totalMl - this.#zeroMl;
      return encodeReading({totalMl, valve: this.pipe.valve, lowBattery}, serial, this.#maker);
    }
    const order = control === CJT188_CONTROL.write ? valveOrderOf(data) : undefined;
    if (!order) return undefined;
    this.orders.push(order);
    this.pipe.order(order);
    return encodeValveReply({valve: this.pipe.valve, lowBattery}, serial, this.#maker);
  }
}
