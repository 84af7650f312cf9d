import type {SiteDeviceConfig} from '../../config/schema.js';
import {makeReadDevice} from './make-read-device.js';
import type {DeviceParts, SiteDevice} from './site-device.js';

/** The device of an entry of the site file; undefined for kinds that do nothing by themselves. */
export function makeDevice(config: SiteDeviceConfig, parts: DeviceParts): SiteDevice | undefined {
  return makeReadDevice(config, parts);
}
