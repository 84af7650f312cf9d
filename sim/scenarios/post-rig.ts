import type {Clock} from '../../protocols/base/clock.js';
import {asId, type CardUid} from '../../protocols/site/ids.js';
import {EmergencyButton} from '../devices/emergency-button.js';
import {ParkingLock} from '../devices/parking-lock.js';
import type {LineDevice} from '../wire/line-device.js';
import {DeviceRig, type DeviceRigOptions} from './device-rig.js';

export interface PostOptions extends Omit<DeviceRigOptions, 'site'> {
  /** `reader` of the collector, as the site file has it. */
  readonly reader: string;
  /** D-1, as the line has it. */
  readonly display: string;
  /** What speaks as D-1. */
  readonly twin: LineDevice;
  /** `devices` of the site file. */
  readonly devices?: string;
  /** `sensor` of the bay; left out: the lock's own. */
  readonly sensor?: string;
  /** Other devices of the line. */
  readonly beside?: readonly {
    readonly entry: string;
    readonly make: (clock: Clock) => LineDevice;
  }[];
}

/** A collector with one bay, whose reader and display are those of a test, on the real daemon. */
export class PostRig {
  readonly rig: DeviceRig;
  readonly lock: ParkingLock;

  constructor(t: {teardown(end: () => Promise<void>): void}, options: PostOptions) {
    const {beside = [], twin, ...rest} = options;
    this.rig = new DeviceRig(t, {...rest, site: siteOf(options)});
    const {clock} = this.rig;
    this.lock = new ParkingLock({clock, unit: 5});
    const button = new EmergencyButton({clock, unit: 9});
    const others = beside.map(({make}) => make(clock));
    this.rig.line('line').attach(this.lock, button, twin, ...others);
  }

  /** Until the bay can be opened and its display has its first words. */
  async open(): Promise<void> {
    const {clock} = this.rig;
    this.rig.start();
    await clock.until(() => this.rig.edge.site.state().bays[0]?.health === 'ok', 30_000);
    await clock.advance(3000);
  }

  /** A card of this number may park here. */
  async admit(uid: string): Promise<void> {
    const card = await this.rig.office.card({uid: asId<CardUid>(uid)});
    await this.rig.office.give(card, ['A-001']);
  }

  /** Until the arm lies flat. */
  untilOpen(): Promise<void> {
    return this.rig.clock.until(() => this.lock.position === 0, 10_000);
  }
}

function siteOf(options: PostOptions): string {
  const {reader, display, sensor = '{from: lock}', devices = '[]', beside = []} = options;
  const others = beside.map(({entry}) => `      - ${entry}`).join('\n');
  return `
devices: ${devices}
buses:
  - id: line-1
    link: {kind: serial, path: line}
    devices:
      - {id: L-1, kind: parking-lock, address: 5}
      - {id: E-1, kind: emergency-button, address: 9}
      - ${display}
${others}
collectors:
  - id: C1
    zone: A
    kind: plain
    reader: ${reader}
    display: D-1
    button: E-1
    minCardSecurity: uid
    bays: [{id: A-001, lock: L-1, sensor: ${sensor}}]
`;
}
