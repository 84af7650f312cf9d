import type {CollectorId, DeviceId} from '../../../protocols/site/ids.js';

/** What a fire panel of the building has done here. */
export interface FirePanelConfig {
  readonly panel: DeviceId;
  /** Barriers and door strikes of its zone. */
  readonly opens: readonly DeviceId[];
  /** Stalls whose water stops. */
  readonly stops: readonly CollectorId[];
}

/** What is held open while these panels tell of a fire: what lies in two zones, until both are quiet. */
export function heldOpen(
  panels: readonly FirePanelConfig[],
  fires: ReadonlySet<DeviceId>,
): ReadonlySet<DeviceId> {
  return new Set(panels.filter(({panel}) => fires.has(panel)).flatMap(({opens}) => opens));
}
