import {fromHex} from '../../protocols/base/bytes.js';
import type {MessageFeed} from './message-feed.js';

/** A device that reports by radio. */
export interface UplinkListener {
  /** The application payload of one uplink. */
  onUplink(payload: Uint8Array): void;
  /** The broker or the gateway of the radio is gone, or back: what the device is, only an uplink tells. */
  onFeed(isUp: boolean): void;
  close(): void;
}

/** How a LoRaWAN gateway wraps a payload: as it came, or as text in a field of a JSON object. */
export type UplinkForm = 'bytes' | {readonly field: string; readonly encoding: 'base64' | 'hex'};

export interface UplinkDeskOptions {
  readonly feed: MessageFeed;
  /** The device behind each exact topic. */
  readonly devices: ReadonlyMap<string, UplinkListener>;
  /** Default: `data` in base64, as gateways of this maker and ChirpStack do. */
  readonly form?: UplinkForm;
}

const DEFAULT_FORM: UplinkForm = {field: 'data', encoding: 'base64'};
const MOST_MESSAGE_BYTES = 65_536;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Takes uplinks from the broker of a LoRaWAN gateway to the devices that sent them. */
export class UplinkDesk {
  readonly #options: UplinkDeskOptions;

  constructor(options: UplinkDeskOptions) {
    this.#options = options;
    const {feed, devices} = options;
    const turnAll = (isUp: boolean) => {
      for (const device of devices.values()) device.onFeed(isUp);
    };
    feed.open([...devices.keys()], {
      onMessage: (topic, payload) => this.#take(topic, payload),
      onUp: () => turnAll(true),
      onDown: () => turnAll(false),
    });
  }

  async close(): Promise<void> {
    for (const device of this.#options.devices.values()) device.close();
    await this.#options.feed.close();
  }

  #take(topic: string, message: Uint8Array): void {
    const payload = unwrap(message, this.#options.form ?? DEFAULT_FORM);
    if (payload) this.#options.devices.get(topic)?.onUplink(payload);
  }
}

/** Undefined for what is no wrapped payload: anybody may publish on a broker. */
function unwrap(message: Uint8Array, form: UplinkForm): Uint8Array | undefined {
  if (form === 'bytes') return message;
  if (message.length > MOST_MESSAGE_BYTES) return undefined;
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(message));
    const text = (parsed as Record<string, unknown> | null)?.[form.field];
    if (typeof text !== 'string') return undefined;
    if (form.encoding === 'hex') return fromHex(text);
    return BASE64.test(text) ? Uint8Array.from(Buffer.from(text, 'base64')) : undefined;
  } catch {
    return undefined;
  }
}
