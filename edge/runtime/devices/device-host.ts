import type {DeviceHealth} from '../../../drivers/bus/contract.js';
import type {
  DeviceEventData,
  DeviceFaultKind,
  SiteEventBodies,
} from '../../../protocols/site/events.js';
import {asId, type DeviceId} from '../../../protocols/site/ids.js';
import type {LotInput} from '../../domain/lot/contract.js';
import type {Log} from '../../platform/log.js';
import type {DeviceReports, SiteDevice} from './site-device.js';

export interface DeviceHostOptions {
  readonly log: Log;
  readonly dispatch: (input: LotInput) => void;
}

/** A standing device as the page shows it. */
export interface HostedDevice {
  readonly id: DeviceId;
  readonly kind: string;
  readonly health: DeviceHealth;
  readonly reading: string;
}

interface Entry {
  readonly kind: string;
  readonly device: SiteDevice;
}

/** The devices that stand for themselves: what they tell goes to the lot under their name. */
export class DeviceHost {
  readonly #options: DeviceHostOptions;
  readonly #entries = new Map<DeviceId, Entry>();

  constructor(options: DeviceHostOptions) {
    this.#options = options;
  }

  /** Build one device with the reports that carry its name; kinds that do nothing by themselves are none. */
  add(
    id: string,
    kind: string,
    make: (reports: DeviceReports) => SiteDevice | undefined,
  ): SiteDevice | undefined {
    const name: DeviceId = asId(id);
    const device = make(this.reportsOf(name));
    if (device) this.#entries.set(name, {kind, device});
    return device;
  }

  all(): readonly SiteDevice[] {
    return [...this.#entries.values()].map(({device}) => device);
  }

  get(id: DeviceId): SiteDevice | undefined {
    return this.#entries.get(id)?.device;
  }

  list(): readonly HostedDevice[] {
    return [...this.#entries].map(([id, {kind, device}]) => ({
      id,
      kind,
      health: device.health,
      reading: device.describe(),
    }));
  }

  /** Release everything, past any failure. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.#entries.values()].map(async ({device}) => device.close()));
  }

  /** Also for devices that a collector has, where they have more to tell than it hears. */
  reportsOf(device: DeviceId): DeviceReports {
    const {dispatch, log} = this.#options;
    return {
      onHealth: (health: DeviceHealth) =>
        dispatch({kind: 'partHealth', device, collector: undefined, health}),
      onFault: (fault: DeviceFaultKind, isStanding: boolean, detail: string) =>
        dispatch({kind: 'deviceFault', device, fault, isStanding, detail}),
      onSounded: () => dispatch({kind: 'sounded', station: device}),
      onEvent: (event: string, data: DeviceEventData) =>
        dispatch({kind: 'deviceEvent', device, event, data}),
      onOccupancy: (body: Omit<SiteEventBodies['occupancy'], 'counter'>) =>
        dispatch({
          kind: 'deviceFact',
          fact: {kind: 'occupancy', body: {counter: device, ...body}},
        }),
      onTrouble: (code: string, text: string) => log.warn('device.trouble', {device, code, text}),
    };
  }
}
