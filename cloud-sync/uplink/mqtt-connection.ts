import type {IConnackPacket, MqttClient} from 'mqtt';
import {errorText} from '../../protocols/base/errors.js';
import type {SyncLog} from '../log.js';
import type {MqttVersion, MqttVersionMemory} from './mqtt-version.js';
import type {Connection, ConnectionListener, PublishOptions} from './transport.js';

export interface MqttConnectionOptions {
  readonly open: (version: MqttVersion) => MqttClient;
  readonly versions: MqttVersionMemory;
  readonly filter: string | readonly string[];
  readonly listener: ConnectionListener;
  readonly log: SyncLog | undefined;
}

/** Beyond this a message goes without the broker's own confirmation, which nothing rests on. */
const MAX_IN_FLIGHT = 32;
/** Into a link that takes nothing any more, at most this is written; then all but batches is dropped. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
/** "Unacceptable protocol version" of 3.1.1, "Unsupported Protocol Version" of 5. */
const WRONG_VERSION: ReadonlySet<number | undefined> = new Set([1, 0x84]);

/** One connection, of one client of MQTT.js, or of a second where the broker refuses the first for its
 *  version. */
export class MqttConnection implements Connection {
  readonly #options: MqttConnectionOptions;
  #client: MqttClient;
  #isSecondTry = false;
  #isOpen = false;
  #speaks5 = false;
  #ended = false;
  #inFlight = 0;
  #maxInFlight = MAX_IN_FLIGHT;
  #why: string | undefined;

  constructor(options: MqttConnectionOptions) {
    this.#options = options;
    this.#client = this.#start();
  }

  publish(topic: string, payload: Uint8Array, options: PublishOptions): void {
    if (this.#ended || !this.#client.connected) return;
    const isStalled = this.#client.stream.writableLength > MAX_BUFFERED_BYTES;
    if (isStalled && options.qos === 0) return;
    const confirmed = options.qos === 1 && this.#inFlight < this.#maxInFlight;
    if (confirmed) this.#inFlight += 1;
    const {retain, expiryS} = options;
    const properties = this.#speaks5 && expiryS !== undefined && {messageExpiryInterval: expiryS};
    const wish = {qos: confirmed ? 1 : 0, retain, ...(properties ? {properties} : {})} as const;
    this.#client.publish(topic, Buffer.from(payload), wish, error => {
      if (confirmed) this.#inFlight -= 1;
      // What did not arrive is sent again from the journal; here it is only told.
      const reason = reasonOf(error);
      if (reason !== undefined) this.#note('broker.refused_message', {topic, reason});
    });
  }

  end(): void {
    this.#ended = true;
    this.#client.end(true);
  }

  #start(): MqttClient {
    const {open, versions, listener} = this.#options;
    const version = versions.next();
    const client = open(version);
    const isCurrent = () => client === this.#client && !this.#ended;
    client.on('connect', packet => this.#onConnect(version, packet));
    client.on('message', (topic, payload) => {
      if (isCurrent()) listener.onMessage(topic, payload);
    });
    client.on('disconnect', packet => {
      const {reasonCode, properties} = packet;
      this.#why = `the broker hangs up: ${properties?.reasonString ?? `reason ${reasonCode}`}`;
    });
    client.on('error', error => {
      this.#why ??= errorText(error);
      const isVersion = WRONG_VERSION.has(reasonOf(error));
      if (isCurrent() && !this.#isOpen && isVersion) this.#onWrongVersion(version);
    });
    client.on('close', () => {
      if (!isCurrent()) return;
      if (!this.#isOpen && this.#why === undefined) versions.refused(version);
      this.#close(this.#why ?? 'connection lost');
    });
    return client;
  }

  #onConnect(version: MqttVersion, packet: IConnackPacket): void {
    const {versions, filter, listener} = this.#options;
    this.#isOpen = true;
    this.#speaks5 = version === 5;
    versions.opened(version);
    this.#maxInFlight = Math.min(MAX_IN_FLIGHT, packet.properties?.receiveMaximum ?? MAX_IN_FLIGHT);
    this.#note('broker.connected', {mqtt: version === 5 ? '5' : '3.1.1'});
    const filters = typeof filter === 'string' ? filter : [...filter];
    this.#client.subscribe(filters, {qos: 1}, error => {
      if (error) this.#close(errorText(error));
      else if (!this.#ended) listener.onOpen();
    });
  }

  /** Try the other version at once, but only one: a broker that refuses both is left in peace. */
  #onWrongVersion(version: MqttVersion): void {
    this.#options.versions.refused(version);
    if (this.#isSecondTry) return;
    this.#isSecondTry = true;
    this.#why = undefined;
    const refused = this.#client;
    this.#client = this.#start();
    refused.end(true);
  }

  #note(event: string, fields: object): void {
    this.#options.log?.debug(event, () => ({...fields}));
  }

  #close(why: string): void {
    if (this.#ended) return;
    this.end();
    this.#options.listener.onClose(why);
  }
}

/** The code by which a broker refuses something. */
function reasonOf(error: Error | undefined): number | undefined {
  const code = (error as {code?: unknown} | undefined)?.code;
  return typeof code === 'number' ? code : undefined;
}
