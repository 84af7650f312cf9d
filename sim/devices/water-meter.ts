import type {Millis} from '../../protocols/base/clock.js';
import type {ModbusReply, ModbusRequest} from '../../protocols/modbus/pdu.js';
import {
  decodeFloat,
  encodeMeterRegisters,
  XINTAI_METER_PROFILE,
} from '../../protocols/profiles/water-meter-profile.js';
import type {LineDevice, Transmission} from '../wire/line-device.js';
import {DEFAULT_TURNAROUND_MS, exceptionReply, serveFrame} from './modbus-slave.js';
import {WaterPipe, type WaterPipeOptions} from './water-pipe.js';

export interface WaterMeterOptions extends WaterPipeOptions {
  readonly unit: number;
  readonly turnaroundMs?: Millis;
  /** Prepaid water at power-up; default: plenty. */
  readonly remainingMl?: number;
}

const ML_PER_M3 = 1_000_000;
const PLENTY_ML = 10_000_000;

/** The Xintai meter: counts, keeps a valve, and shuts it by itself when its credit is used up. */
export class WaterMeter implements LineDevice {
  readonly unit: number;
  readonly pipe: WaterPipe;
  isUnplugged = false;
  lowBattery = false;
  /** Reports the valve as broken, whatever it does. */
  reportsFault = false;
  readonly orders: ('open' | 'close')[] = [];
  readonly #turnaroundMs: Millis;
  /** Pipe volume at which the total of the display was 0. */
  #zeroUl = 0;
  /** Pipe volume at which the credit is used up. */
  #emptyAtMl: number;

  constructor(options: WaterMeterOptions) {
    this.unit = options.unit;
    this.pipe = new WaterPipe(options);
    this.#turnaroundMs = options.turnaroundMs ?? DEFAULT_TURNAROUND_MS;
    this.#emptyAtMl = this.pipe.totalMl + (options.remainingMl ?? PLENTY_ML);
  }

  /** What the display says. */
  get totalMl(): number {
    return Math.floor((this.pipe.volumeUl - this.#zeroUl) / 1000);
  }

  get remainingMl(): number {
    return Math.max(0, this.#emptyAtMl - this.pipe.totalMl);
  }

  /** A new battery, a service man: it counts from 0 again. */
  reset(): void {
    this.#zeroUl = this.pipe.volumeUl;
  }

  /** The firmware looks at its credit, whoever asks or not. */
  tick(): void {
    if (this.remainingMl === 0 && this.pipe.valve === 'open') this.pipe.order('close');
  }

  receive(frame: Uint8Array): readonly Transmission[] {
    this.tick();
    if (this.isUnplugged) return [];
    const address = {unit: this.unit, turnaroundMs: this.#turnaroundMs};
    return serveFrame(address, frame, request => this.#serve(request));
  }

  #serve(request: ModbusRequest): ModbusReply {
    const {functionCode} = request;
    const {block, valve, remaining} = XINTAI_METER_PROFILE;
    if (request.kind === 'read' && functionCode === 3) {
      const from = request.address - block.register;
      if (from < 0 || from + request.quantity > block.quantity) return exceptionReply(3, 2);
      const values = this.#words().slice(from, from + request.quantity);
      return {kind: 'registers', functionCode, values};
    }
    if (request.kind === 'writeOne' && functionCode === 6) {
      if (request.address !== valve.register) return exceptionReply(6, 2);
      if (request.value !== 1 && request.value !== 2) return exceptionReply(6, 3);
      this.#order(request.value === 1 ? 'open' : 'close');
      return {kind: 'written', functionCode, address: request.address, value: request.value};
    }
    if (request.kind === 'writeRegisters') {
      const [first, second] = request.values;
      if (request.address !== remaining || first === undefined || second === undefined) {
        return exceptionReply(functionCode, 2);
      }
      const volumeMl = Math.round(decodeFloat([first, second], 'little') * ML_PER_M3);
      this.#emptyAtMl = this.pipe.totalMl + volumeMl;
      return {kind: 'written', functionCode: 16, address: remaining, value: 2};
    }
    return exceptionReply(functionCode, 1);
  }

  #order(order: 'open' | 'close'): void {
    this.orders.push(order);
    if (order === 'open' && this.remainingMl === 0) return;
    this.pipe.order(order);
  }

  #words(): readonly number[] {
    return encodeMeterRegisters({
      totalMl: this.totalMl,
      flowMlPerMin: this.pipe.flowMlPerMin,
      pipeEmpty: false,
      remainingMl: this.remainingMl,
      batteryMv: this.lowBattery ? 3000 : 3600,
      lowBattery: this.lowBattery,
      valve: this.reportsFault ? 'fault' : this.pipe.valve,
    });
  }
}
