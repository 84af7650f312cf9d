import type {Clock} from '../../protocols/base/clock.js';
import {type HidDriverType, HidLibrary} from './hid-library.js';
import type {HidMatch, HidSource} from './hid-source.js';
import {ScannedHid} from './scanned-hid.js';

/** node-hid is loaded at its first use: a gateway without USB devices needs none of its libraries. */
const NODE_HID = new HidLibrary(() => import('node-hid'));

export interface HidPortOptions {
  readonly match: HidMatch;
  /** One for the whole process. `libusb` takes a keyboard wedge away from the console of the gateway. */
  readonly driverType: HidDriverType;
  readonly clock: Clock;
}

/**
 * A USB device that sends HID reports. Codes: `port/missing` it is not there, `port/denied` no
 * permission, `port/ambiguous` two fit, `port/lost` unplugged, `port/hid-library` libusb or libudev is
 * missing; the daemon lives on with each.
 * @throws UsageError `usage/hid-driver` when another driver type was chosen before.
 */
export function createHidPort({match, driverType, clock}: HidPortOptions): HidSource {
  NODE_HID.choose(driverType);
  return new ScannedHid({library: NODE_HID, match, clock});
}
