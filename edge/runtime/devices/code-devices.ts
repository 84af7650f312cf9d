import type {DeviceHealth} from '../../../drivers/bus/contract.js';
import type {CodeReader, CodeReaderListener} from '../../../drivers/code-reader/contract.js';
import {Gm65Scanner} from '../../../drivers/code-reader/gm65-scanner.js';
import {HidCodeReader} from '../../../drivers/code-reader/hid-code-reader.js';
import {SerialCodeReader} from '../../../drivers/code-reader/serial-code-reader.js';
import type {Clock, Millis, Timer} from '../../../protocols/base/clock.js';
import {GM65_ZONE_MAPS} from '../../../protocols/code-reader/gm65-zones.js';
import {SCANNER_FAMILIES} from '../../../protocols/code-reader/scanner-family.js';
import type {OwnDeviceConfig} from '../../config/schema.js';
import type {DeviceParts, SiteDevice} from './site-device.js';

/** A triggered scanner gives up looking after a while of its own: it is told again. `assumed:` */
const LOOK_AGAIN_MS: Millis = 10_000;

export function createCodeScanner(
  config: Extract<OwnDeviceConfig, {kind: 'code-scanner'}>,
  parts: DeviceParts,
): SiteDevice {
  const {id, clock, reports} = parts;
  const {onTrouble} = reports;
  const {family, mode, zones} = config;
  return new CodeDevice(parts, listener => {
    const common = {id, clock, link: parts.openLink(config.link), listener, onTrouble};
    return family === 'gm65'
      ? new Gm65Scanner({...common, mode, zones: GM65_ZONE_MAPS[zones]})
      : new SerialCodeReader({...common, family: SCANNER_FAMILIES[family]});
  });
}

export function createHidScanner(
  config: Extract<OwnDeviceConfig, {kind: 'hid-scanner'}>,
  parts: DeviceParts,
): SiteDevice {
  const {id, clock, reports} = parts;
  const {onTrouble} = reports;
  const {format} = config;
  return new CodeDevice(
    parts,
    listener =>
      new HidCodeReader({
        ...{id, clock, source: parts.openHid(config.hid), format, listener, onTrouble},
      }),
  );
}

/** A scanner. What it reads is a collector's to judge; without one it is journalled by its digest. */
class CodeDevice implements SiteDevice {
  readonly #parts: DeviceParts;
  readonly #reader: CodeReader;
  #look: Timer | undefined;
  #last = '';

  constructor(parts: DeviceParts, make: (listener: CodeReaderListener) => CodeReader) {
    this.#parts = parts;
    const {clock, reports} = parts;
    this.#reader = make({
      onCode: ({text}) => {
        this.#take(text);
        this.#lookAgain(clock);
      },
      onReadError: error => {
        reports.onEvent('codeUnread', {error});
        parts.codes?.onUnread();
        this.#lookAgain(clock);
      },
      onHealth: health => {
        reports.onHealth(health);
        this.#look?.cancel();
        if (health === 'ok') this.#lookAgain(clock);
      },
    });
  }

  get health(): DeviceHealth {
    return this.#reader.health;
  }

  describe(): string {
    return this.#last;
  }

  async close(): Promise<void> {
    this.#look?.cancel();
    await this.#reader.close();
  }

  #take(text: string): void {
    const {codes, digest, reports} = this.#parts;
    const code = new TextEncoder().encode(text);
    this.#last = `a code of ${code.length} bytes`;
    if (codes) codes.onToken(text);
    else reports.onEvent('code', {digest: digest(code), length: code.length});
  }

  #lookAgain(clock: Clock): void {
    this.#look?.cancel();
    if (!this.#reader.look(true)) return;
    this.#look = clock.timer(`look ${this.#parts.id}`, LOOK_AGAIN_MS, () => {
      this.#lookAgain(clock);
    });
  }
}
