import type {Duplex} from 'node:stream';
import {connect, type IClientOptions, MqttClient} from 'mqtt';
import type {Clock, Timer} from '../../protocols/base/clock.js';
import {errorText, LinkError} from '../../protocols/base/errors.js';
import {backoffDelayMs, REOPEN_BACKOFF} from './backoff.js';
import type {MessageFeed, MessageFeedListener} from './message-feed.js';

/** Where the broker is: an address, or whatever gives a byte stream to it. */
export type BrokerTarget =
  | {readonly kind: 'url'; readonly url: string}
  | {readonly kind: 'stream'; readonly name: string; readonly open: () => Duplex};

export interface MqttFeedOptions {
  readonly target: BrokerTarget;
  /** Its own at the broker: two with one name throw each other out. */
  readonly clientId: string;
  readonly user?: {readonly name: string; readonly password: string};
  readonly clock: Clock;
  /** Uniform in [0, 1): jitter of the reconnecting. */
  readonly fraction: () => number;
  /** Quality of subscriptions and publications; default 1. */
  readonly qos?: 0 | 1;
}

const KEEPALIVE_S = 30;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * A feed from a broker by MQTT.js, with everything switched off that would keep or repeat a message:
 * clean sessions, no queue, a client that is thrown away with its connection. The feed is up once the
 * broker has taken all subscriptions, and reconnects by its own clock.
 */
export class MqttFeed implements MessageFeed {
  readonly name: string;
  readonly #options: MqttFeedOptions;
  #topics: readonly string[] = [];
  #listener: MessageFeedListener | undefined;
  #client: MqttClient | undefined;
  #retry: Timer | undefined;
  #attempt = 0;
  #isUp = false;
  #lossTold = false;
  #why = 'the broker does not answer';

  constructor(options: MqttFeedOptions) {
    const {target} = options;
    this.name = target.kind === 'url' ? target.url : target.name;
    this.#options = options;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  open(topics: readonly string[], listener: MessageFeedListener): void {
    if (this.#listener) return;
    this.#topics = topics;
    this.#listener = listener;
    this.#connect();
  }

  publish(topic: string, payload: Uint8Array): boolean {
    if (!this.#isUp || !this.#client?.connected) return false;
    const {qos = 1} = this.#options;
    // The callback keeps MQTT.js from reporting a message that died with its connection as an
    // uncaught error; nobody sends it again.
    this.#client.publish(topic, Buffer.from(payload), {qos}, () => {});
    return true;
  }

  async close(): Promise<void> {
    this.#listener = undefined;
    this.#isUp = false;
    this.#retry?.cancel();
    const client = this.#client;
    this.#client = undefined;
    if (client) await endClient(client);
  }

  #connect(): void {
    const client = this.#newClient();
    this.#client = client;
    const isCurrent = () => this.#client === client;
    client.on('connect', () => {
      if (isCurrent()) this.#subscribe(client);
    });
    client.on('message', (topic, payload, {retain}) => {
      // What a broker kept is of any age: the plate of a car that left long ago.
      if (isCurrent() && !retain) this.#listener?.onMessage(topic, Uint8Array.from(payload));
    });
    client.on('error', error => {
      if (isCurrent()) this.#why = errorText(error);
    });
    client.on('close', () => {
      if (isCurrent()) this.#lose();
    });
  }

  #newClient(): MqttClient {
    const {target, clientId, user} = this.#options;
    const options: IClientOptions = {
      clientId,
      protocolVersion: 4,
      clean: true,
      keepalive: KEEPALIVE_S,
      reconnectPeriod: 0,
      connectTimeout: CONNECT_TIMEOUT_MS,
      queueQoSZero: false,
      resubscribe: false,
      ...(user && {username: user.name, password: user.password}),
    };
    return target.kind === 'url'
      ? connect(target.url, options)
      : new MqttClient(target.open, options);
  }

  #subscribe(client: MqttClient): void {
    const {qos = 1} = this.#options;
    client.subscribe([...this.#topics], {qos}, error => {
      if (this.#client !== client) return;
      if (error) {
        this.#why = errorText(error);
        this.#lose();
        return;
      }
      this.#isUp = true;
      this.#attempt = 0;
      this.#lossTold = false;
      this.#listener?.onUp();
    });
  }

  #lose(): void {
    const client = this.#client;
    this.#client = undefined;
    void (client && endClient(client));
    const {clock, fraction} = this.#options;
    const delayMs = backoffDelayMs(REOPEN_BACKOFF, this.#attempt, fraction());
    this.#attempt += 1;
    this.#retry = clock.timer(`feed ${this.name}`, delayMs, () => this.#connect());
    const code = this.#isUp ? 'port/lost' : 'port/missing';
    this.#isUp = false;
    if (this.#lossTold) return;
    this.#lossTold = true;
    this.#listener?.onDown(new LinkError(code, `${this.name}: ${this.#why}`, {feed: this.name}));
  }
}

function endClient(client: MqttClient): Promise<void> {
  return new Promise(resolve => client.end(true, () => resolve()));
}
