import type {Clock} from '../../protocols/base/clock.js';
import type {HidDevice, HidInfo} from './hid-library.js';
import type {HidSource} from './hid-source.js';
import {ScannedHid} from './scanned-hid.js';

/** The device's side of a HID device in memory. */
export interface HidEnd {
  /** An input report; dropped while unplugged or not opened. */
  send(report: Uint8Array): void;
  unplug(): void;
  replug(): void;
}

const VENDOR = 0x1209;
const PRODUCT = 0x0001;

/** A HID device with its owner's side in one process. It is opened, lost and found as a real one is. */
export function createMemoryHid(clock: Clock): {readonly source: HidSource; readonly end: HidEnd} {
  const end = new MemoryDevice();
  const source = new ScannedHid({
    clock,
    match: {vendorId: VENDOR, productId: PRODUCT},
    library: {list: () => Promise.resolve(end.infos()), open: () => Promise.resolve(end.plugIn())},
  });
  return {source, end};
}

class MemoryDevice implements HidEnd {
  #isPlugged = true;
  #onData: ((report: Uint8Array) => void) | undefined;
  #onError: ((error: unknown) => void) | undefined;

  infos(): readonly HidInfo[] {
    if (!this.#isPlugged) return [];
    return [{vendorId: VENDOR, productId: PRODUCT, path: '/dev/hidraw0', interface: 0}];
  }

  plugIn(): HidDevice {
    return {
      on: (event: 'data' | 'error', listener: (value: Uint8Array) => void) => {
        if (event === 'data') this.#onData = listener;
        else this.#onError = listener as (error: unknown) => void;
      },
      removeAllListeners: event => {
        if (event === 'data') this.#onData = undefined;
        else this.#onError = undefined;
      },
      close: () => Promise.resolve(),
    };
  }

  send(report: Uint8Array): void {
    if (this.#isPlugged) this.#onData?.(report);
  }

  unplug(): void {
    this.#isPlugged = false;
    this.#onError?.('could not read from HID device: device disconnected');
  }

  replug(): void {
    this.#isPlugged = true;
  }
}
