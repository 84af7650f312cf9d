import {
  REFERENCE_TEMPERATURE_PROFILE,
  type TemperatureProfile,
} from '../../protocols/profiles/temperature-profile.js';
import type {LineDevice, Transmission} from '../wire/line-device.js';
import {DEFAULT_TURNAROUND_MS, exceptionReply, readRegisters, serveFrame} from './modbus-slave.js';

export interface TemperatureInputOptions {
  readonly unit: number;
  readonly profile?: TemperatureProfile;
}

/** A transmitter with one probe, which can be torn off. */
export class TemperatureInput implements LineDevice {
  readonly unit: number;
  isUnplugged = false;
  milliCelsius: number | 'none' = 20_000;
  readonly #profile: TemperatureProfile;

  constructor({unit, profile = REFERENCE_TEMPERATURE_PROFILE}: TemperatureInputOptions) {
    this.unit = unit;
    this.#profile = profile;
  }

  receive(frame: Uint8Array): readonly Transmission[] {
    if (this.isUnplugged) return [];
    const address = {unit: this.unit, turnaroundMs: DEFAULT_TURNAROUND_MS};
    return serveFrame(address, frame, request =>
      request.kind === 'read'
        ? readRegisters(request, this.#words())
        : exceptionReply(request.functionCode, 1),
    );
  }

  #words(): readonly number[] {
    const {register, noProbe, milliCelsiusPerUnit} = this.#profile;
    const words = new Array<number>(register + 1).fill(0);
    const units =
      this.milliCelsius === 'none' ? noProbe : Math.round(this.milliCelsius / milliCelsiusPerUnit);
    words[register] = units & 0xffff;
    return words;
  }
}
