import type {Duplex} from 'node:stream';
import {type IClientOptions, MqttClient} from 'mqtt';
import {errorText} from '../../protocols/base/errors.js';
import {
  type BrokerAddress,
  type BrokerTls,
  openBrokerStream,
  readBrokerAddress,
} from './broker-stream.js';
import type {
  Connection,
  ConnectionListener,
  ConnectOptions,
  PublishOptions,
  Transport,
} from './transport.js';

/** Where the broker is: an address, or whatever gives a byte stream to it. */
export type MqttTarget =
  /** `tls` counts for `mqtts:` addresses alone. */
  | {readonly kind: 'url'; readonly url: string; readonly tls?: BrokerTls}
  | {readonly kind: 'stream'; readonly open: () => Duplex};

const KEEPALIVE_S = 30;
const CONNECT_TIMEOUT_MS = 20_000;

/** MQTT 3.1.1 by MQTT.js, with everything switched off that would keep or repeat a message: clean
 *  sessions, no reconnect, no queue, a store that dies with the connection. @see sync.md 0.5, 7 */
export class MqttTransport implements Transport {
  readonly #open: () => Duplex;
  readonly #address: BrokerAddress | undefined;

  /** @throws ConfigError `config/broker` when the address is no MQTT address */
  constructor(target: MqttTarget) {
    if (target.kind === 'stream') {
      this.#open = target.open;
      return;
    }
    const address = readBrokerAddress(target.url);
    this.#address = address;
    this.#open = () => openBrokerStream(address, target.tls);
  }

  connect(options: ConnectOptions, listener: ConnectionListener): Connection {
    return new MqttConnection(this.#client(options), options.subscribe, listener);
  }

  #client(options: ConnectOptions): MqttClient {
    const {username, password} = this.#address ?? {};
    const clientOptions: IClientOptions = {
      clientId: options.clientId,
      protocolVersion: 4,
      clean: true,
      keepalive: KEEPALIVE_S,
      reconnectPeriod: 0,
      connectTimeout: CONNECT_TIMEOUT_MS,
      queueQoSZero: false,
      resubscribe: false,
      will: {
        topic: options.will.topic,
        payload: Buffer.from(options.will.payload),
        qos: 1,
        retain: true,
      },
      ...(username === undefined ? {} : {username}),
      ...(password === undefined ? {} : {password}),
    };
    return new MqttClient(this.#open, clientOptions);
  }
}

class MqttConnection implements Connection {
  readonly #client: MqttClient;
  readonly #listener: ConnectionListener;
  #ended = false;
  #why = 'connection lost';

  constructor(client: MqttClient, filter: string, listener: ConnectionListener) {
    this.#client = client;
    this.#listener = listener;
    client.on('connect', () => {
      client.subscribe(filter, {qos: 1}, error => {
        if (error) this.#close(errorText(error));
        else if (!this.#ended) listener.onOpen();
      });
    });
    client.on('message', (topic, payload) => {
      if (!this.#ended) listener.onMessage(topic, payload);
    });
    client.on('error', error => {
      this.#why = errorText(error);
    });
    client.on('close', () => this.#close(this.#why));
  }

  publish(topic: string, payload: Uint8Array, options: PublishOptions): void {
    if (this.#ended || !this.#client.connected) return;
    // What was not confirmed is asked for again by the cloud; the callback only keeps MQTT.js from
    // reporting a message that died with the connection as an uncaught error.
    this.#client.publish(topic, Buffer.from(payload), options, () => {});
  }

  end(): void {
    this.#ended = true;
    this.#client.end(true);
  }

  #close(why: string): void {
    if (this.#ended) return;
    this.end();
    this.#listener.onClose(why);
  }
}
