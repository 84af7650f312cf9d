import {asId, type CollectorId, type DeviceId} from '../../../protocols/site/ids.js';
import type {AlarmRecord} from '../alarms/alarm-record.js';

/** What a fire panel of the building has done here. */
export interface FirePanelConfig {
  readonly panel: DeviceId;
  /** Barriers and door strikes of its zone. */
  readonly opens: readonly DeviceId[];
  /** Stalls whose water stops. */
  readonly stops: readonly CollectorId[];
}

/** Panels of which the gateway does not know that their fire is over: staff was called, and nobody has ended that. */
export function firesLeft(
  alarms: readonly Pick<AlarmRecord, 'kind' | 'device'>[],
): ReadonlySet<DeviceId> {
  return new Set(
    alarms.flatMap(({kind, device}) =>
      kind === 'FIRE' && device !== null ? [asId<DeviceId>(device)] : [],
    ),
  );
}

/** What is held open while these panels tell of a fire: what lies in two zones, until both are quiet. */
export function heldOpen(
  panels: readonly FirePanelConfig[],
  fires: ReadonlySet<DeviceId>,
): ReadonlySet<DeviceId> {
  return new Set(panels.filter(({panel}) => fires.has(panel)).flatMap(({opens}) => opens));
}
