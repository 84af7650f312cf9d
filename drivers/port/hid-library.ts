import {errorText, LinkError, UsageError} from '../../protocols/base/errors.js';

/**
 * `hidraw`: reads beside the kernel, so a keyboard wedge also types into the console of the gateway.
 * `libusb`: takes the device away from the kernel.
 */
export type HidDriverType = 'hidraw' | 'libusb';

/** One line of the enumeration: a device may have several, one for each collection of usages. */
export interface HidInfo {
  readonly vendorId: number;
  readonly productId: number;
  readonly path?: string | undefined;
  readonly serialNumber?: string | undefined;
  readonly usagePage?: number | undefined;
  readonly usage?: number | undefined;
  readonly interface: number;
}

/** One opened device. `error` comes with a string, not an Error; there is no event for an unplug but it. */
export interface HidDevice {
  on(event: 'data', listener: (report: Uint8Array) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  removeAllListeners(event: 'data' | 'error'): unknown;
  close(): Promise<void>;
}

/** As much of node-hid as is used: its asynchronous half, since the other blocks and has crashed. */
export interface HidApi {
  setDriverType(driverType: HidDriverType): void;
  devicesAsync(): Promise<readonly HidInfo[]>;
  readonly HIDAsync: {open(path: string): Promise<HidDevice>};
}

/**
 * The HID library of a process. It reads its driver type once, before its first use, and ignores every
 * later one silently: so the choice is kept here, and a second one is refused.
 */
export class HidLibrary {
  readonly #load: () => Promise<HidApi>;
  #chosen: HidDriverType | undefined;
  #api: Promise<HidApi> | undefined;
  #listing: Promise<readonly HidInfo[]> | undefined;

  constructor(load: () => Promise<HidApi>) {
    this.#load = load;
  }

  /** @throws UsageError `usage/hid-driver` for another driver type than the one chosen before. */
  choose(driverType: HidDriverType): void {
    if (this.#chosen !== undefined && this.#chosen !== driverType) {
      throw new UsageError(
        'usage/hid-driver',
        `all HID devices of a gateway use one driver: ${this.#chosen} is chosen, ${driverType} cannot be`,
        {chosen: this.#chosen, asked: driverType},
      );
    }
    this.#chosen = driverType;
  }

  /**
   * All devices there are. Enumerating disturbs the bus, so callers at the same time share one.
   * @throws LinkError `port/hid-library` when the library or one below it is missing.
   */
  list(): Promise<readonly HidInfo[]> {
    this.#listing ??= this.#enumerate().finally(() => {
      this.#listing = undefined;
    });
    return this.#listing;
  }

  async open(path: string): Promise<HidDevice> {
    const api = await this.#loaded();
    return api.HIDAsync.open(path);
  }

  async #enumerate(): Promise<readonly HidInfo[]> {
    try {
      const api = await this.#loaded();
      return await api.devicesAsync();
    } catch (error) {
      throw libraryFailure(error);
    }
  }

  /** A failed loading is tried again by the next caller: somebody may install what is missing. */
  #loaded(): Promise<HidApi> {
    this.#api ??= this.#load().then(
      api => {
        api.setDriverType(this.#chosen ?? 'hidraw');
        return api;
      },
      error => {
        this.#api = undefined;
        throw libraryFailure(error);
      },
    );
    return this.#api;
  }
}

function libraryFailure(error: unknown): LinkError {
  if (error instanceof LinkError) return error;
  return new LinkError(
    'port/hid-library',
    `USB devices cannot be read: ${errorText(error)}`,
    {packages: 'libusb-1.0-0 libudev1'},
    error,
  );
}
