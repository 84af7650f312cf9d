import {createPublicKey} from 'node:crypto';
import type {Duplex} from 'node:stream';
import {Broker} from '../../cloud-sync/api/broker.js';
import type {OnMessage} from '../../cloud-sync/api/broker-port.js';
import {assembleParts} from '../../cloud-sync/api/cloud-parts.js';
import type {Cloud, CloudOptions} from '../../cloud-sync/api/server.js';
import {CloudStore} from '../../cloud-sync/api/store/cloud-store.js';
import {DropCounter} from '../../cloud-sync/drop-counter.js';

const TENANT = 'demo';

/**
 * The cloud behind a broker that stands elsewhere and may be swapped: everything between broker and
 * database goes on, while sessions, subscriptions and what was retained go with the old broker. On memory
 * links, so in virtual time; without an HTTP interface.
 */
export class CloudWithoutBroker implements Cloud {
  readonly httpUrl = undefined;
  readonly mqttUrl = undefined;
  readonly mqttsUrl = undefined;
  readonly publicKey: string;
  readonly #store: CloudStore;
  readonly #drops: DropCounter;
  readonly #parts: ReturnType<typeof assembleParts>;
  #broker: Broker | undefined;

  private constructor(options: CloudOptions, store: CloudStore) {
    const key = createPublicKey(options.signingKey);
    this.publicKey = key.export({format: 'pem', type: 'spki'}).toString();
    this.#store = store;
    this.#drops = new DropCounter(options.log);
    this.#parts = assembleParts({
      ...{...options, store, drops: this.#drops, tenant: TENANT},
      publish: (topic, payload) => this.#broker?.publish(topic, payload),
    });
  }

  static async start(options: CloudOptions): Promise<CloudWithoutBroker> {
    const cloud = new CloudWithoutBroker(options, await CloudStore.open(options.database));
    await cloud.startBroker();
    return cloud;
  }

  /** A broker that knows nothing. */
  async startBroker(): Promise<void> {
    const onMessage: OnMessage = (...message) => this.#parts.desk.take(...message);
    this.#broker = await Broker.open({tenant: TENANT, drops: this.#drops, onMessage});
    // As the way to a broker elsewhere does each time that it stands anew.
    this.#parts.sessions.forget();
  }

  async stopBroker(): Promise<void> {
    const broker = this.#broker;
    this.#broker = undefined;
    await broker?.close();
  }

  attach(stream: Duplex): void {
    if (this.#broker) this.#broker.attach(stream);
    else stream.destroy();
  }

  fetch(): Response {
    return new Response(null, {status: 404});
  }

  dropped(): Readonly<Record<string, number>> {
    return this.#drops.counts();
  }

  async close(): Promise<void> {
    const {commands, ingest, grantSync, siteConfigs} = this.#parts;
    await commands.stop();
    await ingest.close();
    await grantSync.close();
    await siteConfigs.close();
    await this.stopBroker();
    await this.#store.close();
  }
}
