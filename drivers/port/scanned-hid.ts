import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {errorText, LinkError} from '../../protocols/base/errors.js';
import type {HidDevice, HidInfo, HidLibrary} from './hid-library.js';
import type {HidListener, HidMatch, HidSource} from './hid-source.js';

export interface ScannedHidOptions {
  readonly library: Pick<HidLibrary, 'list' | 'open'>;
  readonly match: HidMatch;
  readonly clock: Clock;
}

/** Nothing tells of a plug, and enumerating disturbs the bus: only while the device is absent. */
const SCAN_EVERY_MS: Millis = 3000;

/**
 * The life of a HID device: looked for every 3 s while it is absent, opened once, dropped at its first
 * error with listeners removed and the object thrown away. Source: device notes 8.
 */
export class ScannedHid implements HidSource {
  readonly name: string;
  readonly #options: ScannedHidOptions;
  #listener: HidListener | undefined;
  #device: HidDevice | undefined;
  #scan: Timer | undefined;
  /** Everything that is under way: an enumeration, an opening, a release. */
  #busy: Promise<void> = Promise.resolve();
  #lossTold = false;
  #closed = false;

  constructor(options: ScannedHidOptions) {
    const {vendorId, productId, serialNumber} = options.match;
    const place = `${hex(vendorId)}:${hex(productId)}`;
    this.name = serialNumber === undefined ? `hid ${place}` : `hid ${place} ${serialNumber}`;
    this.#options = options;
  }

  get isUp(): boolean {
    return this.#device !== undefined;
  }

  open(listener: HidListener): void {
    if (this.#listener || this.#closed) return;
    this.#listener = listener;
    this.#look();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#scan?.cancel();
    this.#drop();
    await this.#busy;
  }

  /** One thing after the other: a device is never opened twice, nor while it is still being released. */
  #look(): void {
    this.#busy = this.#busy.then(() => this.#findAndOpen());
  }

  async #findAndOpen(): Promise<void> {
    if (this.#closed) return;
    try {
      const {library, match} = this.#options;
      const path = this.#pathOf(await library.list(), match);
      if (this.#closed) return;
      const device = await library.open(path);
      if (this.#closed) await release(device);
      else this.#begin(device);
    } catch (error) {
      this.#fail(error instanceof LinkError ? error : this.#openFailure(error));
    }
  }

  #pathOf(infos: readonly HidInfo[], match: HidMatch): string {
    const fitting = infos.filter(info => fits(info, match));
    // One device has a line for each of its collections: paths count, not lines.
    const [path, second] = new Set(fitting.flatMap(info => info.path ?? []));
    if (path === undefined) throw this.#failure('port/missing', 'is not there');
    if (second !== undefined) {
      throw this.#failure(
        'port/ambiguous',
        'fits several devices: name its serial number, usage page or interface',
      );
    }
    return path;
  }

  #begin(device: HidDevice): void {
    this.#device = device;
    device.on('error', error => {
      if (this.#device !== device) return;
      this.#drop();
      this.#fail(this.#failure('port/lost', `is lost: ${errorText(error)}`));
    });
    device.on('data', report => {
      if (this.#device === device) this.#listener?.onReport(Uint8Array.from(report));
    });
    this.#lossTold = false;
    this.#listener?.onUp();
  }

  #drop(): void {
    const device = this.#device;
    this.#device = undefined;
    if (device) this.#busy = this.#busy.then(() => release(device));
  }

  #fail(reason: LinkError): void {
    if (this.#closed) return;
    const {clock} = this.#options;
    this.#scan = clock.timer(`scan ${this.name}`, SCAN_EVERY_MS, () => this.#look());
    if (this.#lossTold) return;
    this.#lossTold = true;
    this.#listener?.onDown(reason);
  }

  #openFailure(error: unknown): LinkError {
    const text = errorText(error);
    if (/permission denied|EACCES|access/i.test(text)) {
      return this.#failure('port/denied', `may not be opened by this user: ${text}`, error);
    }
    return this.#failure('port/lost', `cannot be opened: ${text}`, error);
  }

  #failure(code: string, what: string, cause?: unknown): LinkError {
    return new LinkError(code, `${this.name} ${what}`, {device: this.name}, cause);
  }
}

/** The driver says 0 or nothing where it does not know; that fits everything. */
function fits(info: HidInfo, match: HidMatch): boolean {
  const open = (known: number | undefined, wanted: number | undefined) =>
    wanted === undefined || known === undefined || known === 0 || known === wanted;
  return (
    info.vendorId === match.vendorId &&
    info.productId === match.productId &&
    (match.serialNumber === undefined || info.serialNumber === match.serialNumber) &&
    open(info.usagePage, match.usagePage) &&
    open(info.usage, match.usage) &&
    (match.interfaceNumber === undefined ||
      info.interface < 0 ||
      info.interface === match.interfaceNumber)
  );
}

/** An error between the last listener and the close would end the process, so one listener stays for it. */
async function release(device: HidDevice): Promise<void> {
  device.removeAllListeners('data');
  device.removeAllListeners('error');
  device.on('error', () => {});
  try {
    await device.close();
  } catch {
    // A device that is gone cannot be closed; the object is thrown away either way.
  }
  device.removeAllListeners('error');
}

function hex(value: number): string {
  return value.toString(16).padStart(4, '0');
}
