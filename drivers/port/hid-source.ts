import type {LinkError} from '../../protocols/base/errors.js';

/** What the one owner of a HID device hears. */
export interface HidListener {
  /** One input report as the device sent it. The array is the listener's to keep. */
  onReport(report: Uint8Array): void;
  onUp(): void;
  /** The device is gone; it is looked for by itself. Told once per loss, and once when it is not there at first. */
  onDown(reason: LinkError): void;
}

/** Input reports of one USB device. `close` settles when it is released; nothing is told afterwards. */
export interface HidSource {
  /** Human-readable: `hid 0c2e:0b61`. */
  readonly name: string;
  readonly isUp: boolean;
  open(listener: HidListener): void;
  close(): Promise<void>;
}

/**
 * Which device is meant. The path of a HID device changes at every replug, so it is no name. What is left
 * out does not matter; two devices that both fit are refused.
 */
export interface HidMatch {
  readonly vendorId: number;
  readonly productId: number;
  readonly serialNumber?: string;
  /** 1 with usage 6 = keyboard, 8C = scanner in HID-POS mode. Only the hidraw driver knows it. */
  readonly usagePage?: number;
  readonly usage?: number;
  /** USB interface, where a device has several; the libusb driver always knows it. */
  readonly interfaceNumber?: number;
}
