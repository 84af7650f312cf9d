import type {CollectorId, DeviceId} from '../../../protocols/site/ids.js';
import type {ShowerTariff} from '../../../protocols/site/shower-tariff.js';
import type {DisplayMessage} from '../lot/display-message.js';
import type {Shower} from './shower-state.js';

export interface StallConfig {
  readonly id: CollectorId;
  /** The meter whose valve is that of the stall. */
  readonly meter: DeviceId;
  /** For showers that begin now. */
  readonly tariff: ShowerTariff;
  /** A probe in its pipe tells how hot the water is. */
  readonly hasProbe: boolean;
}

/** A stall of a bath: what its meter and valve say, and who is under it. */
export interface StallState {
  readonly config: StallConfig;
  /** Of the latest reading; undefined: none came since the start, or its meter is gone. */
  readonly meterMl: number | undefined;
  readonly valve: Shower['valve'];
  /** Undefined: nothing tells. */
  readonly milliCelsius: number | undefined;
  readonly shower: Shower | undefined;
  /** Newest words for its display. */
  readonly shown: DisplayMessage | undefined;
}

export function newStall(config: StallConfig): StallState {
  const unknown = {meterMl: undefined, milliCelsius: undefined} as const;
  return {config, ...unknown, valve: 'unknown', shower: undefined, shown: undefined};
}
