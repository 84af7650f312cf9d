import type {Clock, Millis} from '../../protocols/base/clock.js';
import {WS101_MODEL} from '../../protocols/milesight/channels.js';
import {decodeUplink} from '../../protocols/milesight/tlv.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';
import {ReportWatch} from '../lifecycle/report-watch.js';
import type {UplinkListener} from '../port/uplink-desk.js';
import type {ButtonFitness, EmergencyButton, EmergencyButtonListener} from './contract.js';

export interface MilesightButtonOptions {
  readonly id: DeviceId;
  readonly clock: Clock;
  readonly listener: EmergencyButtonListener;
  /** How often the button reports without a press; default 18 h, as it is delivered. */
  readonly reportMs?: Millis;
}

/** Source: Milesight WS101 User Guide, Reporting Interval: 1080 min by default. */
const DEFAULT_REPORT_MS: Millis = 64_800_000;
/** `assumed:` low enough to change it, high enough for some months of presses. */
const LOW_BATTERY_PERCENT = 10;

/**
 * A Milesight WS101 call button behind a LoRaWAN gateway: its uplinks are handed to `onUplink`. Each press is a
 * call, short, long or double: who needs help does not choose. It has no sounder and no lamp that a gateway could
 * hold. Source: Milesight-IoT/SensorDecoders, ws-series/ws101/README.md.
 */
export class MilesightButton implements EmergencyButton, UplinkListener {
  readonly id: DeviceId;
  readonly #options: MilesightButtonOptions;
  readonly #reports: ReportWatch;
  #line: ButtonFitness | undefined;
  #closed = false;

  constructor(options: MilesightButtonOptions) {
    const {id, clock, listener, reportMs = DEFAULT_REPORT_MS} = options;
    this.id = id;
    this.#options = options;
    this.#reports = new ReportWatch({
      ...{clock, name: id, reportMs},
      onHealth: health => listener.onHealth(health),
    });
  }

  get line(): ButtonFitness | undefined {
    return this.#line;
  }

  get health(): DeviceHealth {
    return this.#reports.health;
  }

  /** The call goes out before anything that the same uplink says of the battery. */
  onUplink(payload: Uint8Array): void {
    if (this.#closed) return;
    const {values} = decodeUplink(payload, WS101_MODEL);
    if (values.size === 0) return;
    const {clock, listener} = this.#options;
    if (values.has('press')) listener.onPress(1, clock.nowMs());
    this.#reports.heard();
    const battery = values.get('batteryPercent');
    if (battery === undefined) return;
    const line = battery <= LOW_BATTERY_PERCENT ? 'low_battery' : 'ok';
    if (line === this.#line) return;
    this.#line = line;
    listener.onLine(line);
  }

  onFeed(isUp: boolean): void {
    if (!this.#closed && !isUp) this.#reports.lost();
  }

  /** Nothing at the button can be held on or off from here. */
  signal(): void {}

  close(): void {
    this.#closed = true;
    this.#reports.close();
  }
}
