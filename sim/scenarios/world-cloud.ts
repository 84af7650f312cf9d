import {generateKeyPairSync} from 'node:crypto';
import {type Duplex, duplexPair} from 'node:stream';
import {type Cloud, startCloud} from '../../cloud-sync/api/server.js';
import {createGatewayUplink, type GatewayUplink} from '../../cloud-sync/uplink/gateway-uplink.js';
import {MqttTransport} from '../../cloud-sync/uplink/mqtt-transport.js';
import type {EdgeDaemon} from '../../edge/runtime/edge-daemon.js';
import {UsageError} from '../../protocols/base/errors.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import type {VirtualClock} from '../clock/virtual-clock.js';
import type {GrantChannel} from './card-office.js';

/** An event as the cloud's API gives it out. */
export interface CloudEvent {
  readonly seq: number;
  readonly kind: string;
  readonly body: Readonly<Record<string, unknown>>;
}

interface GatewaySummary {
  readonly id: string;
  readonly grants: {readonly current: boolean};
  readonly revocations: {readonly version: number; readonly held: number};
}

const API_KEY = 'lk_world';
const FIRST_GATEWAY = 'gw-1';
/** How long a change may take to reach a gateway that is online. */
const DELIVERY_LIMIT_MS = 10_000;
const SILENT = {debug() {}, info() {}, warn() {}, error() {}};

/** The real thin cloud beside a world, and the cable of one gateway to it that a scenario can cut. */
export class WorldCloud {
  readonly channel: GrantChannel;
  readonly #cloud: Cloud;
  readonly #clock: VirtualClock;
  readonly #gateway: string;
  readonly #streams = new Set<Duplex>();
  #uplink: GatewayUplink | undefined;
  #edge: EdgeDaemon | undefined;
  #isCut = false;

  private constructor(cloud: Cloud, clock: VirtualClock, gateway: string) {
    this.#cloud = cloud;
    this.#clock = clock;
    this.#gateway = gateway;
    const home = `/v1/gateways/${gateway}`;
    this.channel = {
      putCard: ({id, holder, uid, secretHex, state}) =>
        this.#send('POST', `${home}/cards`, {id, holder, uid, secretHex, state}),
      putGrant: ({number: _number, rev: _rev, leaseUntil: _lease, ...grant}) =>
        this.#send('POST', `${home}/grants`, grant),
      revoke: id => this.#send('DELETE', `${home}/grants/${id}`),
    };
  }

  static async start(clock: VirtualClock): Promise<WorldCloud> {
    const cloud = await startCloud({
      clock,
      entropy: new SeededEntropy(77),
      log: SILENT,
      database: ':memory:',
      signingKey: generateKeyPairSync('ed25519').privateKey,
      apiKey: API_KEY,
      tenant: 'demo',
    });
    return new WorldCloud(cloud, clock, FIRST_GATEWAY);
  }

  /** The cable of another gateway to the same cloud. The cloud closes with its first gateway. */
  neighbour(gateway: string): WorldCloud {
    return new WorldCloud(this.#cloud, this.#clock, gateway);
  }

  /** Connect a gateway that has just started. */
  join(edge: EdgeDaemon): void {
    const uplink = createGatewayUplink({
      clock: this.#clock,
      entropy: new SeededEntropy(78),
      log: SILENT,
      broker: 'mqtt://in-memory',
      tenant: 'demo',
      gateway: this.#gateway,
      boot: edge.store.boot,
      firmware: '0.0.0-sim',
      publicKeyPem: this.#cloud.publicKey,
      notBefore: this.#clock.wallMs(),
      transport: new MqttTransport({kind: 'stream', open: () => this.#openStream()}),
      outbox: edge.store.outbox,
      grants: edge.grants,
      commands: edge.site.remoteOrders,
      startSpreadMs: 0,
    });
    this.#uplink = uplink;
    this.#edge = edge;
    edge.site.connectCloud(uplink);
    uplink.start();
  }

  /** The gateway is switched off. */
  leave(): void {
    this.#uplink?.stop();
    this.#uplink = undefined;
  }

  isOnline(): boolean {
    return this.#uplink?.isOnline() ?? false;
  }

  unsent(): number {
    const outbox = this.#edge?.store.outbox;
    return outbox ? outbox.head() - outbox.acked() : 0;
  }

  clockState() {
    return this.#uplink?.clockState() ?? 'floor';
  }

  /** The internet goes: open connections die, new ones find nobody. */
  cut(): void {
    this.#isCut = true;
    for (const stream of this.#streams) stream.destroy();
    this.#streams.clear();
  }

  restore(): void {
    this.#isCut = false;
  }

  /** Ask the API. @throws UsageError `sim/cloud` for an answer that is not 2xx */
  async get<Body>(path: string): Promise<Body> {
    const response = await this.request('GET', path);
    if (!response.ok) throw new UsageError('sim/cloud', `GET ${path}: ${response.status}`);
    return (await response.json()) as Body;
  }

  request(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const request = new Request(`http://cloud.test${path}`, {
      method,
      headers: {
        authorization: `Bearer ${API_KEY}`,
        ...(body === undefined ? {} : {'content-type': 'application/json'}),
        ...headers,
      },
      ...(body === undefined ? {} : {body: JSON.stringify(body)}),
    });
    return Promise.resolve(this.#cloud.fetch(request));
  }

  /** All events that the cloud holds of the gateway, by sequence. */
  async events(kind?: string): Promise<readonly CloudEvent[]> {
    const all: CloudEvent[] = [];
    for (let query = '?limit=200'; ; ) {
      const page = await this.get<{events: CloudEvent[]; next: string}>(
        `/v1/gateways/${this.#gateway}/events${query}`,
      );
      if (page.events.length === 0) break;
      all.push(...page.events);
      query = `?limit=200&after=${page.next}`;
    }
    return kind === undefined ? all : all.filter(event => event.kind === kind);
  }

  async close(): Promise<void> {
    this.leave();
    for (const stream of this.#streams) stream.destroy();
    if (this.#gateway === FIRST_GATEWAY) await this.#cloud.close();
  }

  #openStream(): Duplex {
    const [near, far] = duplexPair();
    if (this.#isCut) {
      near.destroy();
      return near;
    }
    for (const stream of [near, far]) {
      this.#streams.add(stream);
      stream.once('close', () => this.#streams.delete(stream));
    }
    this.#cloud.attach(far);
    return near;
  }

  async #send(method: string, path: string, body?: unknown): Promise<void> {
    const response = await this.request(method, path, body);
    if (!response.ok) {
      throw new UsageError('sim/cloud', `${method} ${path}: ${await response.text()}`);
    }
    if (this.isOnline()) await this.#delivered();
  }

  /** Until the gateway holds what the cloud holds. */
  async #delivered(): Promise<void> {
    const untilMs = this.#clock.nowMs() + DELIVERY_LIMIT_MS;
    while (this.#clock.nowMs() < untilMs) {
      const {gateways} = await this.get<{gateways: readonly GatewaySummary[]}>('/v1/gateways');
      const held = gateways.find(one => one.id === this.#gateway);
      if (held?.grants.current && held.revocations.held === held.revocations.version) return;
      await this.#clock.advance(20);
    }
    throw new UsageError('sim/cloud', `not delivered within ${DELIVERY_LIMIT_MS} ms`);
  }
}
