import type {Clock, Entropy, Millis, Timer} from '../../protocols/base/clock.js';
import {SECOND_MS} from '../../protocols/base/units.js';
import {MAX_PAYLOAD_BYTES} from '../../protocols/cloud/payload.js';
import {parseTopic} from '../../protocols/cloud/topics.js';
import type {DropCounter} from '../drop-counter.js';
import type {SyncLog} from '../log.js';
import {
  type BrokerAddress,
  type BrokerTls,
  openBrokerStream,
  readBrokerAddress,
} from '../uplink/broker-stream.js';
import {openMqttClient} from '../uplink/mqtt-client.js';
import {MqttConnection} from '../uplink/mqtt-connection.js';
import {type MqttVersion, MqttVersionMemory} from '../uplink/mqtt-version.js';
import type {BrokerPort, Delivery, OnMessage} from './broker-port.js';

export interface BrokerSite {
  /** `mqtt://` or `mqtts://`. */
  readonly url: string;
  readonly tls?: BrokerTls;
}

export interface OutsideBrokerOptions {
  readonly site: BrokerSite;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: SyncLog;
  readonly drops: DropCounter;
  readonly tenant: string;
  readonly onMessage: OnMessage;
  /** Presence is heard anew; what was missed meanwhile is not known. */
  readonly onPresence: () => void;
}

const CONNECT_TIMEOUT_MS = 10_000;
const FIRST_RETRY_MS: Millis = SECOND_MS;
const LAST_RETRY_MS: Millis = 10 * SECOND_MS;

/**
 * A broker that stands elsewhere: mosquitto, EMQX, any cluster. Workers share the duty by a shared
 * subscription, each message for one of them, in whatever order; a second connection hears what every
 * worker has to know. Two connections, because a broker does not say for which of two subscriptions of
 * one client a message came. @see sync.md 7, when the fleet grows
 */
export class OutsideBroker implements BrokerPort {
  readonly #log: SyncLog;
  readonly #duty: Line;
  readonly #presence: Line;

  /** Connects in the background, for as long as it takes, again and again.
   *  @throws ConfigError `config/broker` when the address is no MQTT address */
  constructor(options: OutsideBrokerOptions) {
    const {tenant, onPresence, log} = options;
    this.#log = log;
    const address = readBrokerAddress(options.site.url);
    const own = (name: string) => `v1/${tenant}/+/u/${name}`;
    this.#duty = new Line(options, address, {
      delivery: 'duty',
      filters: [`$share/ingest/${own('+')}`],
      onOpen: () => {},
    });
    this.#presence = new Line(options, address, {
      delivery: 'presence',
      filters: ['st', 'hello', 'hb', 'res'].map(own),
      onOpen: onPresence,
    });
  }

  get isUp(): boolean {
    return this.#duty.isUp && this.#presence.isUp;
  }

  publish(topic: string, payload: Uint8Array, qos: 0 | 1, expiryS?: number): void {
    this.#duty.publish(topic, payload, qos, expiryS);
  }

  /** A broker elsewhere ends no connection for us: its own list of revoked certificates has to. */
  hangUp(gateway: string): void {
    this.#log.warn('broker.hangs_up_by_itself', {gateway});
  }

  close(): Promise<void> {
    this.#duty.close();
    this.#presence.close();
    return Promise.resolve();
  }
}

/** The address without what it takes to come in, as gateways are told it. */
export function publicUrl({url}: BrokerSite): string {
  const {host, port, isTls} = readBrokerAddress(url);
  return `${isTls ? 'mqtts' : 'mqtt'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

interface LineUse {
  readonly delivery: Delivery;
  readonly filters: readonly string[];
  readonly onOpen: () => void;
}

/** One connection after another, with full jitter between two that fail. */
class Line {
  readonly #options: OutsideBrokerOptions;
  readonly #address: BrokerAddress;
  readonly #use: LineUse;
  readonly #versions = new MqttVersionMemory();
  #connection: MqttConnection;
  #timer: Timer | undefined;
  #retryMs = FIRST_RETRY_MS;
  #isUp = false;

  constructor(options: OutsideBrokerOptions, address: BrokerAddress, use: LineUse) {
    this.#options = options;
    this.#address = address;
    this.#use = use;
    this.#connection = this.#connect();
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  publish(topic: string, payload: Uint8Array, qos: 0 | 1, expiryS?: number): void {
    const expiry = expiryS === undefined ? {} : {expiryS};
    this.#connection.publish(topic, payload, {qos, retain: false, ...expiry});
  }

  close(): void {
    this.#isUp = false;
    this.#timer?.cancel();
    this.#connection.end();
  }

  #connect(): MqttConnection {
    const {log} = this.#options;
    const {delivery, filters} = this.#use;
    return new MqttConnection({
      open: version => this.#client(version),
      versions: this.#versions,
      filter: filters,
      log,
      listener: {
        onOpen: () => {
          this.#isUp = true;
          this.#retryMs = FIRST_RETRY_MS;
          log.info('broker.up', {delivery});
          this.#use.onOpen();
        },
        onMessage: (topic, payload) => this.#take(topic, payload),
        onClose: why => {
          if (this.#isUp) log.warn('broker.lost', {delivery, why});
          this.#isUp = false;
          this.#retry();
        },
      },
    });
  }

  #retry(): void {
    const {clock, entropy} = this.#options;
    const afterMs = 1 + entropy.fraction() * this.#retryMs;
    this.#retryMs = Math.min(LAST_RETRY_MS, this.#retryMs * 2);
    this.#timer = clock.timer('cloud.broker', afterMs, () => {
      this.#connection = this.#connect();
    });
  }

  #client(version: MqttVersion) {
    const random = Buffer.from(this.#options.entropy.bytes(8)).toString('hex');
    return openMqttClient(() => openBrokerStream(this.#address, this.#options.site.tls), {
      clientId: `latchkey-cloud-${this.#use.delivery}-${random}`,
      ...{version, connectTimeoutMs: CONNECT_TIMEOUT_MS, address: this.#address},
    });
  }

  #take(text: string, payload: Uint8Array): void {
    const {drops, tenant, onMessage} = this.#options;
    const topic = parseTopic(text);
    if (topic?.direction !== 'up' || topic.tenant !== tenant) {
      drops.drop('topic', {topic: text.slice(0, 200)});
    } else if (payload.length > MAX_PAYLOAD_BYTES) {
      drops.drop('packet/too_large', {gateway: topic.gateway});
    } else {
      onMessage(topic.gateway, topic.name, payload, this.#use.delivery);
    }
  }
}
