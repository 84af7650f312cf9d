import type {DeviceHealth} from '../../../drivers/bus/contract.js';
import type {CodeEntry} from '../../../drivers/keypad/code-entry.js';
import type {CardRead, OfflineReason, OsdpReader} from '../../../drivers/osdp/contract.js';
import {OsdpUnit} from '../../../drivers/osdp/osdp-unit.js';
import type {DeviceConfig} from '../../config/bus-schema.js';
import {OSDP_KEY_BYTES} from '../../config/device-secrets.js';
import {cardText} from './card-device.js';
import {createEntry} from './keypad-devices.js';
import {OsdpKeyFile} from './osdp-key-file.js';
import type {DeviceParts, SiteDevice} from './site-device.js';

export type OsdpReaderConfig = Extract<DeviceConfig, {kind: 'osdp-reader'}>;

/** Somebody has to bring the reader in before it is of use. */
const UNCOMMISSIONED: ReadonlySet<OfflineReason> = new Set(['noKey', 'notSecure', 'wrongKey']);

/** An OSDP reader. What collectors have not taken of it is journalled; its keypad always is. */
export class OsdpDevice implements SiteDevice {
  readonly reader: OsdpReader;
  readonly config: OsdpReaderConfig;
  readonly #parts: DeviceParts;
  readonly #entry: CodeEntry;
  #isUncommissioned = false;
  #last = '';

  constructor(config: OsdpReaderConfig, parts: DeviceParts) {
    this.config = config;
    this.#parts = parts;
    const {id, clock, entropy, reports} = parts;
    const kept = new OsdpKeyFile(parts.pathBeside(`osdp-${id}`));
    const own = config.key ? [parts.secret(config.key, `key of ${id}`, OSDP_KEY_BYTES)] : [];
    this.#entry = createEntry(parts, config.maxDigits);
    this.reader = new OsdpUnit({
      id,
      clock,
      bus: parts.line().frames,
      random: length => entropy.bytes(length),
      address: config.address,
      keys: [...kept.read(), ...own],
      requireSecure: config.requireSecure,
      install: config.install,
      pollMs: config.pollMs,
      onKeySet: set => {
        kept.keep(set);
        reports.onEvent('keySet', {keyId: set.keyId, isProven: set.isProven});
      },
      onTrouble: reports.onTrouble,
    });
    this.#listen();
  }

  get health(): DeviceHealth {
    return this.reader.health;
  }

  describe(): string {
    return this.#last;
  }

  close(): void {
    this.#entry.close();
    this.reader.close();
  }

  #listen(): void {
    const {reports, taken} = this.#parts;
    this.reader.listen({
      onCard: card => {
        this.#last = cardText(card.uid);
        if (!taken.has('card')) this.#journalCard(card);
      },
      onKey: (key, _reader, atMs) => this.#entry.press(key, atMs),
      onInput: (input, value) => {
        if (!taken.has(`input ${input}`)) reports.onEvent('input', {input, value});
      },
      onLocalStatus: ({isTampered, isPowerBad}) =>
        reports.onEvent('tamper', {isTampered, isPowerBad}),
      onHealth: health => {
        if (health === 'offline') this.#entry.lose();
        reports.onHealth(health);
      },
      onOffline: why => {
        reports.onEvent('offline', {why});
        if (UNCOMMISSIONED.has(why)) this.#turn(true, why);
      },
      onOnline: isSecure => {
        reports.onEvent('online', {isSecure});
        this.#turn(false, isSecure ? 'Secure Channel' : 'in clear');
      },
    });
  }

  #journalCard({uid, bits, reader}: CardRead): void {
    this.#parts.reports.onEvent('card', {uid, bits, reader});
  }

  #turn(isStanding: boolean, detail: string): void {
    if (isStanding === this.#isUncommissioned) return;
    this.#isUncommissioned = isStanding;
    this.#parts.reports.onFault('UNCOMMISSIONED', isStanding, detail);
  }
}
