import type {KeyObject} from 'node:crypto';
import {DOWN_SCHEMAS, type DownMessages} from '../../protocols/cloud/down-messages.js';
import {decodePayload} from '../../protocols/cloud/payload.js';
import {verifyPayload} from '../../protocols/cloud/signing.js';
import {type DownName, type GatewayAddress, parseTopic} from '../../protocols/cloud/topics.js';
import type {DropCounter} from '../drop-counter.js';
import {rawDeflate} from '../raw-deflate.js';

export type DownHandlers = {readonly [Name in DownName]: (message: DownMessages[Name]) => void};

export interface DownlinkReaderOptions {
  readonly address: GatewayAddress;
  readonly cloudKey: KeyObject;
  readonly drops: DropCounter;
  readonly handlers: DownHandlers;
}

/** From bytes off the network to a checked message of the cloud. What is unknown, malformed, oversized
 *  or not signed by the cloud is counted and goes no further. */
export class DownlinkReader {
  readonly #options: DownlinkReaderOptions;

  constructor(options: DownlinkReaderOptions) {
    this.#options = options;
  }

  take(topic: string, payload: Uint8Array): void {
    const {address, drops} = this.#options;
    const parsed = parseTopic(topic);
    const ours = parsed?.tenant === address.tenant && parsed.gateway === address.gateway;
    if (parsed?.direction !== 'down' || !ours) {
      drops.drop('topic', {topic: topic.slice(0, 200)});
      return;
    }
    this.#open(parsed.name, topic, payload);
  }

  #open<Name extends DownName>(name: Name, topic: string, payload: Uint8Array): void {
    const {cloudKey, drops, handlers} = this.#options;
    // TypeScript loses the link between the name and its schema in a mapped type.
    const schema = DOWN_SCHEMAS[name] as unknown as Parameters<
      typeof decodePayload<DownMessages[Name]>
    >[1];
    const decoded = decodePayload(payload, schema, rawDeflate);
    if (!decoded.ok) {
      drops.drop(`${name}/${decoded.fault}`, {where: decoded.where, bytes: payload.length});
    } else if (name !== 'ack' && !verifyPayload(topic, decoded.raw, cloudKey)) {
      drops.drop(`${name}/signature`, {bytes: payload.length});
    } else {
      handlers[name](decoded.value);
    }
  }
}
