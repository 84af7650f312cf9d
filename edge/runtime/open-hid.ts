import type {HidDriverType} from '../../drivers/port/hid-library.js';
import type {HidSource} from '../../drivers/port/hid-source.js';
import type {HidConfig} from '../config/link-schema.js';
import type {SiteConfig} from '../config/schema.js';

/** Makes the USB device that a place in the site file stands for; a simulated site makes others. */
export type OpenHid = (hid: HidConfig, driverType: HidDriverType, name: string) => HidSource;

/**
 * One choice for the whole process: as soon as anything types, it must be taken away from the console of
 * the gateway, which would otherwise read every code along.
 */
export function hidDriverOf({devices}: SiteConfig): HidDriverType {
  const types = devices.some(
    device =>
      device.kind === 'hid-keypad' ||
      (device.kind === 'hid-scanner' && device.format === 'keyboard'),
  );
  return types ? 'libusb' : 'hidraw';
}
