import type {SiteDeviceConfig} from '../../config/schema.js';
import {CardDevice} from './card-device.js';
import {createCodeScanner, createHidScanner} from './code-devices.js';
import {DisplayDevice, isDisplay, SpaceDevice} from './display-devices.js';
import {FingerprintDevice} from './fingerprint-device.js';
import {createHidKeypad, createKeypad} from './keypad-devices.js';
import {OsdpDevice} from './osdp-device.js';
import type {DeviceParts, SiteDevice} from './site-device.js';

/** Devices that read cards, codes and fingers, and those that show words. */
export function makeReadDevice(
  config: SiteDeviceConfig,
  parts: DeviceParts,
): SiteDevice | undefined {
  switch (config.kind) {
    case 'code-scanner':
      return createCodeScanner(config, parts);
    case 'hid-scanner':
      return createHidScanner(config, parts);
    case 'keypad':
      return createKeypad(config, parts);
    case 'hid-keypad':
      return createHidKeypad(config, parts);
    case 'osdp-reader':
      return new OsdpDevice(config, parts);
    case 'pn532':
      return new CardDevice(config, parts);
    case 'fingerprint':
      return new FingerprintDevice(config, parts);
    case 'space-counter':
      return new SpaceDevice(config, parts);
    default:
      return isDisplay(config) && config.kind !== 'display'
        ? new DisplayDevice(config, parts)
        : undefined;
  }
}
