import type {Duplex} from 'node:stream';
import type {SyncLog} from '../log.js';
import {
  type BrokerAddress,
  type BrokerTls,
  openBrokerStream,
  readBrokerAddress,
} from './broker-stream.js';
import {openMqttClient} from './mqtt-client.js';
import {MqttConnection} from './mqtt-connection.js';
import {type MqttVersion, MqttVersionMemory, type VersionShelf} from './mqtt-version.js';
import type {Connection, ConnectionListener, ConnectOptions, Transport} from './transport.js';

/** Where the broker is: an address, or whatever gives a byte stream to it. */
export type MqttTarget =
  /** `tls` counts for `mqtts:` addresses alone. */
  | {readonly kind: 'url'; readonly url: string; readonly tls?: BrokerTls}
  | {readonly kind: 'stream'; readonly open: () => Duplex};

const CONNECT_TIMEOUT_MS = 20_000;
/** Told to a broker of MQTT 5, so that it sends no more at once and nothing larger. */
const RECEIVE_MAXIMUM = 64;
const LARGEST_PACKET_BYTES = 65_536 + 1024;

/** MQTT by MQTT.js, a new client and store for each connection. Complete on 3.1.1; where the broker
 *  speaks 5, it also bounds what comes down. @see sync.md 0.5, 7 */
export class MqttTransport implements Transport {
  readonly #open: () => Duplex;
  readonly #address: BrokerAddress | undefined;
  readonly #versions: MqttVersionMemory;
  readonly #log: SyncLog | undefined;

  /** `log` hears what the broker says beside the contract: its version and the reasons it gives. `shelf`
   *  keeps the version over a restart.
   *  @throws ConfigError `config/broker` when the address is no MQTT address */
  constructor(target: MqttTarget, log?: SyncLog, shelf?: VersionShelf) {
    this.#log = log;
    this.#versions = new MqttVersionMemory(shelf);
    if (target.kind === 'stream') {
      this.#open = target.open;
      return;
    }
    const address = readBrokerAddress(target.url);
    this.#address = address;
    this.#open = () => openBrokerStream(address, target.tls);
  }

  connect(options: ConnectOptions, listener: ConnectionListener): Connection {
    return new MqttConnection({
      open: version => this.#client(options, version),
      versions: this.#versions,
      filter: options.subscribe,
      listener,
      log: this.#log,
    });
  }

  #client({clientId, will}: ConnectOptions, version: MqttVersion) {
    return openMqttClient(this.#open, {
      ...{clientId, version, connectTimeoutMs: CONNECT_TIMEOUT_MS, address: this.#address},
      will: {topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true},
      limits: {receiveMaximum: RECEIVE_MAXIMUM, maximumPacketSize: LARGEST_PACKET_BYTES},
    });
  }
}
