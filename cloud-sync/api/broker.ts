import {createServer, type Server} from 'node:net';
import type {Duplex} from 'node:stream';
import {Aedes, type Client, type PublishPacket} from 'aedes';
import {SyncError} from '../../protocols/base/errors.js';
import {MAX_PAYLOAD_BYTES} from '../../protocols/cloud/payload.js';
import {isTopicSegment, parseTopic} from '../../protocols/cloud/topics.js';
import type {DropCounter} from '../drop-counter.js';
import type {BrokerPort, OnMessage} from './broker-port.js';
import type {ShownCertificate} from './identity/certificate-desk.js';
import {PacketSizeGuard} from './packet-size-guard.js';

export interface BrokerOptions {
  /** The only tenant this broker serves. */
  readonly tenant: string;
  readonly drops: DropCounter;
  /** Who may come: by the certificate that a connection showed, or without one. Left out: everybody. */
  readonly admits?: (shown: ShownCertificate | undefined, clientId: string) => Promise<boolean>;
  readonly onMessage: OnMessage;
}

/** Topic and packet identifier come on top of the payload. */
const MAX_PACKET_BYTES = MAX_PAYLOAD_BYTES + 512;
const DRAIN_TIMEOUT_MS = 20_000;
/**
 * No limit, so that nothing waits in the emitter's queue: there a few connections that do not read would
 * hold up what all others send, and a long queue that is let go at once overflows the stack. What waits
 * for one connection is bounded below.
 */
const CONCURRENCY = 0;
/** Well above a snapshot of a large site on a slow line. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

/** Answers to a connection, by the codes of MQTT 3.1.1. */
const NOT_AUTHORIZED = Object.assign(new Error('not authorized'), {returnCode: 5 as const});
const UNAVAILABLE = Object.assign(new Error('server unavailable'), {returnCode: 3 as const});

/**
 * The embedded MQTT broker: gateways publish below their own `u/`, hear their own `d/`, retain nothing
 * but `u/st`, and leave no session behind. It stores nothing that a restart would miss.
 * @see sync.md 7, topics and embedded broker
 */
export class Broker implements BrokerPort {
  readonly #options: BrokerOptions;
  readonly #aedes: Aedes;
  readonly #shown = new WeakMap<Duplex, ShownCertificate>();
  readonly #clients = new Map<string, Client>();
  #server: Server | undefined;

  private constructor(options: BrokerOptions, aedes: Aedes) {
    this.#options = options;
    this.#aedes = aedes;
    aedes.preConnect = (_client, packet, done) =>
      done(null, packet.clean === true && isTopicSegment(packet.clientId));
    aedes.authenticate = (client, _username, _password, done) => {
      if (!options.admits) return done(null, true);
      const shown = this.#shown.get(client.conn as Duplex);
      options.admits(shown, client.id).then(
        isAdmitted => {
          if (!isAdmitted) options.drops.drop('connect.refused', {gateway: client.id});
          done(isAdmitted ? null : NOT_AUTHORIZED, isAdmitted);
        },
        () => done(UNAVAILABLE, false),
      );
    };
    aedes.authorizePublish = (client, packet, done) => done(this.#refusal(client, packet));
    aedes.authorizeSubscribe = (client, subscription, done) => {
      const own = subscription.topic === `v1/${options.tenant}/${client.id}/d/#`;
      done(null, own ? subscription : null);
    };
    aedes.on('client', client => this.#clients.set(client.id, client));
    aedes.on('clientDisconnect', client => {
      if (this.#clients.get(client.id) === client) this.#clients.delete(client.id);
    });
    aedes.on('publish', (packet, client) => {
      if (client) this.#take(client.id, packet.topic, packet.payload);
    });
  }

  /** It stands as long as this process does. */
  get isUp(): boolean {
    return !this.#aedes.closed;
  }

  static async open(options: BrokerOptions): Promise<Broker> {
    const aedes = await Aedes.createBroker({
      concurrency: CONCURRENCY,
      drainTimeout: DRAIN_TIMEOUT_MS,
      maxTopicLevels: 8,
    });
    return new Broker(options, aedes);
  }

  /** End the connection of a gateway, if it has one here. */
  hangUp(gateway: string): void {
    this.#clients.get(gateway)?.close();
  }

  /** Take over one byte stream, from a socket or from memory, and what it showed of itself. */
  attach(stream: Duplex, shown?: ShownCertificate): void {
    if (shown) this.#shown.set(stream, shown);
    const guard = new PacketSizeGuard(MAX_PACKET_BYTES);
    this.#aedes.handle(stream);
    // Chunks pass by here as the broker reads them, before it parses them.
    stream.on('data', (chunk: Uint8Array) => {
      if (guard.accepts(chunk)) return;
      this.#options.drops.drop('packet/too_large', {});
      stream.destroy();
    });
  }

  /** Listen on TCP; resolves with the port. @throws SyncError `cloud/listen` */
  listen(host: string, port: number): Promise<number> {
    const server = createServer(socket => this.attach(socket));
    this.#server = server;
    return new Promise((resolve, reject) => {
      // For good: a later error, such as too many open files, ends one connection and not the process.
      server.on('error', error => {
        const where = {host, port};
        reject(
          new SyncError('cloud/listen', `MQTT ${host}:${port}: ${error.message}`, where, error),
        );
      });
      server.listen(port, host, () => {
        const address = server.address();
        resolve(typeof address === 'object' && address ? address.port : port);
      });
    });
  }

  /**
   * Always at QoS 0: aedes looks up who is away before it delivers at QoS 1, and drops that message as a duplicate
   * when a later one at QoS 0 has passed it meanwhile (aedes 1.2.0, lib/client.js, dedupe). A connection without a
   * session loses nothing by it, and what is sent in order arrives in order.
   */
  publish(topic: string, payload: Uint8Array): void {
    const gateway = parseTopic(topic)?.gateway ?? '';
    const conn = this.#clients.get(gateway)?.conn as Duplex | undefined;
    if (conn && conn.writableLength > MAX_WAITING_BYTES) {
      this.#options.drops.drop('publish/not_read', {gateway});
      return;
    }
    const packet = {cmd: 'publish', topic, qos: 0, retain: false, dup: false} as const;
    this.#aedes.publish({...packet, payload: Buffer.from(payload)}, () => {});
  }

  async close(): Promise<void> {
    await new Promise<void>(resolve => this.#aedes.close(() => resolve()));
    const server = this.#server;
    if (server) await new Promise<void>(resolve => server.close(() => resolve()));
  }

  #refusal(client: Client | null, packet: PublishPacket): Error | null {
    // Without a client it is the cloud itself that publishes.
    if (!client) return null;
    const prefix = `v1/${this.#options.tenant}/${client.id}/u/`;
    const allowed =
      packet.topic.startsWith(prefix) && (!packet.retain || packet.topic === `${prefix}st`);
    if (allowed) return null;
    this.#options.drops.drop('publish/forbidden', {gateway: client.id, topic: packet.topic});
    return new SyncError('cloud/forbidden', 'not a topic of this gateway');
  }

  #take(gateway: string, text: string, payload: Buffer | string): void {
    const topic = parseTopic(text);
    if (topic?.direction !== 'up') {
      this.#options.drops.drop('topic', {gateway, topic: text.slice(0, 200)});
      return;
    }
    this.#options.onMessage(gateway, topic.name, Buffer.from(payload), 'both');
  }
}
