import type {KeyObject} from 'node:crypto';
import {SECOND_MS} from '../../protocols/base/units.js';
import type {Ack, DownMessages, SignedName} from '../../protocols/cloud/down-messages.js';
import {encodePayload} from '../../protocols/cloud/payload.js';
import {signPayload} from '../../protocols/cloud/signing.js';
import {downTopic} from '../../protocols/cloud/topics.js';
import type {SyncLog} from '../log.js';
import {rawDeflate} from '../raw-deflate.js';
import type {BrokerPort} from './broker-port.js';

export interface DownlinkOptions {
  readonly tenant: string;
  readonly signingKey: KeyObject;
  readonly log: SyncLog;
  readonly publish: BrokerPort['publish'];
}

/** State is retried by the broker within a session; acts and answers are not. */
const QOS: Readonly<Record<SignedName, 0 | 1>> = {
  time: 0,
  cmd: 0,
  cfg: 1,
  snap: 1,
  rev: 1,
  site: 1,
  notice: 1,
  crt: 1,
  fence: 1,
};

/** The cloud's voice: signs, encodes and publishes. */
export class Downlink {
  readonly #options: DownlinkOptions;

  constructor(options: DownlinkOptions) {
    this.#options = options;
  }

  send<Name extends SignedName>(
    gateway: string,
    name: Name,
    message: Omit<DownMessages[Name], 'sig'>,
  ): void {
    const topic = downTopic({tenant: this.#options.tenant, gateway}, name);
    const signed = signPayload(topic, message, this.#options.signingKey);
    // The gateway judges an act by its own clock; a broker that can need not even bring a late one.
    const expiryS = 'ttl' in message ? Math.ceil(Number(message.ttl) / SECOND_MS) : undefined;
    this.#publish(topic, signed, QOS[name], expiryS);
  }

  acknowledge(gateway: string, ack: Ack): void {
    this.#publish(downTopic({tenant: this.#options.tenant, gateway}, 'ack'), ack, 0);
  }

  #publish(topic: string, message: object, qos: 0 | 1, expiryS?: number): void {
    const payload = encodePayload(message, rawDeflate);
    if (payload) this.#options.publish(topic, payload, qos, expiryS);
    else this.#options.log.error('message.too_large', {topic});
  }
}
