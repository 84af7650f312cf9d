import type {SiteConfig} from './schema.js';
import type {SecretReference} from './secrets.js';

/** A secret of a device: a key of so many bytes in hex, or any text. */
export interface DeviceSecret {
  readonly reference: SecretReference;
  /** How messages name it. */
  readonly what: string;
  readonly bytes: number | undefined;
}

export const OSDP_KEY_BYTES = 16;
export const CARD_SITE_KEY_BYTES = 16;
export const FINGERPRINT_PASSWORD_BYTES = 4;

/** Every secret that devices of the site need, so that a missing one is told before anything is opened. */
export function deviceSecrets({buses, devices}: SiteConfig): readonly DeviceSecret[] {
  const found: DeviceSecret[] = [];
  const need = (reference: SecretReference | undefined, what: string, bytes?: number) => {
    if (reference) found.push({reference, what, bytes});
  };
  for (const device of [...buses.flatMap(bus => bus.devices), ...devices]) {
    const {id} = device;
    if (device.kind === 'osdp-reader') need(device.key, `key of ${id}`, OSDP_KEY_BYTES);
    if (device.kind === 'milesight-counter' || device.kind === 'milesight-button') {
      need(device.feed.password, `password of ${id} at its broker`);
    }
    if (device.kind === 'plate-camera' && device.link.kind === 'mqtt') {
      need(device.link.feed.password, `password of ${id} at its broker`);
    }
    if (device.kind === 'fk-display') need(device.password, `password of ${id}`);
    if (device.kind === 'pn532') {
      need(device.sector?.siteKey, `siteKey of ${id}`, CARD_SITE_KEY_BYTES);
    }
    if (device.kind === 'fingerprint') {
      need(device.password, `password of ${id}`, FINGERPRINT_PASSWORD_BYTES);
    }
  }
  return found;
}
