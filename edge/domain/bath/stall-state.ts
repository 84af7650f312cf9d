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
}

/** A stall of a bath: what its meter and valve say, and who is under it. */
export interface StallState {
  readonly config: StallConfig;
  /** Of the latest reading; undefined: none came since the start, or its meter is gone. */
  readonly meterMl: number | undefined;
  readonly valve: Shower['valve'];
  readonly shower: Shower | undefined;
  /** Newest words for its display. */
  readonly shown: DisplayMessage | undefined;
}

export function newStall(config: StallConfig): StallState {
  return {config, meterMl: undefined, valve: 'unknown', shower: undefined, shown: undefined};
}
