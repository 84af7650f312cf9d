import type {SiteDeviceConfig} from '../../config/schema.js';
import {makePlantDevice} from './make-plant-device.js';
import {makeReadDevice} from './make-read-device.js';
import type {PlantParts} from './plant-parts.js';
import type {SiteDevice} from './site-device.js';

/** The device of an entry of the site file; undefined for kinds that do nothing by themselves. */
export function makeDevice(config: SiteDeviceConfig, parts: PlantParts): SiteDevice | undefined {
  return makeReadDevice(config, parts) ?? makePlantDevice(config, parts);
}
