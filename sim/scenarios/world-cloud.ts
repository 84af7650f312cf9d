import {generateKeyPairSync} from 'node:crypto';
import {type Duplex, duplexPair} from 'node:stream';
import type {NoticePorts} from '../../cloud-sync/api/calls/notice-port.js';
import type {PaymentProvider} from '../../cloud-sync/api/payments/provider-port.js';
import {type Cloud, type CloudOptions, startCloud} from '../../cloud-sync/api/server.js';
import {createGatewayUplink, type GatewayUplink} from '../../cloud-sync/uplink/gateway-uplink.js';
import {MqttTransport} from '../../cloud-sync/uplink/mqtt-transport.js';
import type {EdgeDaemon} from '../../edge/runtime/edge-daemon.js';
import type {Millis} from '../../protocols/base/clock.js';
import {UsageError} from '../../protocols/base/errors.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {SkewedClock} from '../clock/skewed-clock.js';
import type {VirtualClock} from '../clock/virtual-clock.js';
import {slowPair} from '../wire/slow-pair.js';
import type {GrantChannel} from './card-office.js';
import {
  type Asked,
  CloudClient,
  type CloudCommand,
  type CloudEvent,
  type Sent,
} from './cloud-client.js';

interface GatewaySummary {
  readonly id: string;
  readonly grants: {readonly current: boolean};
  readonly revocations: {readonly version: number; readonly held: number};
}

/** What a cloud begins with. */
export interface CloudPlan {
  readonly database: string;
  readonly providers?: (clock: VirtualClock) => readonly PaymentProvider[];
  readonly noticePorts?: (clock: VirtualClock) => NoticePorts;
  /** Of passwords; left out: a real one, which takes real time. */
  readonly passwordCost?: CloudOptions['passwordCost'];
}

/** Of the world, and of the machine that the cloud runs on. */
interface Clocks {
  readonly truth: VirtualClock;
  readonly own: SkewedClock;
}

interface Risk {
  readonly kind: string;
  readonly grant: string;
  readonly credential: string | null;
  readonly clk: string;
  readonly usedMs: number;
  readonly revokedMs: number;
}

const API_KEY = 'lk_world';
const FIRST_GATEWAY = 'gw-1';
/** How long a change may take to reach a gateway that is online. */
const DELIVERY_LIMIT_MS = 10_000;
const SILENT = {debug() {}, info() {}, warn() {}, error() {}};

/** The real thin cloud beside a world, and the cable of one gateway to it that a scenario can cut. */
export class WorldCloud {
  readonly #api: CloudClient;
  readonly #cloud: Cloud;
  /** The cloud's own wall clock, which a scenario may set wrong. */
  readonly clock: SkewedClock;
  readonly #clock: VirtualClock;
  readonly #gateway: string;
  readonly #streams = new Set<Duplex>();
  #uplink: GatewayUplink | undefined;
  #edge: EdgeDaemon | undefined;
  #isCut = false;
  /** One way, of connections that begin from now on. */
  latencyMs: Millis = 0;

  private constructor(cloud: Cloud, clocks: Clocks, gateway: string) {
    this.#cloud = cloud;
    this.#clock = clocks.truth;
    this.clock = clocks.own;
    this.#gateway = gateway;
    this.#api = new CloudClient({
      url: 'http://cloud.test',
      apiKey: API_KEY,
      gateway,
      fetch: request => cloud.fetch(request),
      afterChange: () => (this.isOnline() ? this.#delivered() : Promise.resolve()),
    });
  }

  /** `database`: one that is filled already. */
  static async start(
    truth: VirtualClock,
    {database = ':memory:', providers, noticePorts, passwordCost}: Partial<CloudPlan> = {},
  ): Promise<WorldCloud> {
    const own = new SkewedClock(truth);
    const cloud = await startCloud({
      clock: own,
      entropy: new SeededEntropy(77),
      log: SILENT,
      database,
      signingKey: generateKeyPairSync('ed25519').privateKey,
      apiKey: API_KEY,
      tenant: 'demo',
      ...(providers && {providers: providers(truth)}),
      ...(noticePorts && {noticePorts: noticePorts(truth)}),
      ...(passwordCost && {passwordCost}),
    });
    return new WorldCloud(cloud, {truth, own}, FIRST_GATEWAY);
  }

  /** Ask the cloud's API. */
  get<Body>(path: string): Promise<Body> {
    return this.#api.get<Body>(path);
  }

  /** Ask anything else of it. */
  send<Body>(method: string, path: string, sent: Sent = {}): Promise<Body> {
    return this.#api.send<Body>(method, path, sent);
  }

  /** Ask the cloud's API as a program with all rights does; a refusal is an answer. */
  ask<Body>(method: string, path: string, body?: object): Promise<Asked<Body>> {
    return this.#api.ask<Body>(method, path, body);
  }

  /** The cable of another gateway to the same cloud. The cloud closes with its first gateway. */
  neighbour(gateway = this.#gateway): WorldCloud {
    return new WorldCloud(this.#cloud, {truth: this.#clock, own: this.clock}, gateway);
  }

  /** Connect a gateway that has just started. */
  join(edge: EdgeDaemon): void {
    const uplink = createGatewayUplink({
      ...edge.uplinkParts(),
      entropy: new SeededEntropy(78),
      log: SILENT,
      broker: 'mqtt://in-memory',
      tenant: 'demo',
      gateway: this.#gateway,
      publicKeyPem: this.#cloud.publicKey,
      transport: new MqttTransport({kind: 'stream', open: () => this.#openStream()}),
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

  /** Under which name the cloud knows this gateway. */
  get gateway(): string {
    return this.#gateway;
  }

  isOnline(): boolean {
    return this.#uplink?.isOnline() ?? false;
  }

  unsent(): number {
    const outbox = this.#edge?.store.outbox;
    return outbox ? outbox.head() - outbox.acked() : 0;
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

  get channel(): GrantChannel {
    return this.#api.channel;
  }

  /** All events that the cloud holds of the gateway, by sequence. */
  events(kind?: string): Promise<readonly CloudEvent[]> {
    return this.#api.events(kind);
  }

  /** Uses that somebody should look at. */
  async risks(): Promise<readonly Risk[]> {
    const path = `/v1/gateways/${this.#gateway}/risks`;
    return (await this.#api.get<{risks: Risk[]}>(path)).risks;
  }

  /** Let the gateway serve `site`, with these bays; what is there stays. */
  addSite(site: string, bays: readonly string[]): Promise<void> {
    return this.#api.addSite(site, bays);
  }

  /** Order an arm from afar. */
  order(
    site: string,
    point: string,
    kind: 'open' | 'close' | 'pulse' = 'open',
  ): Promise<CloudCommand> {
    return this.#api.order({site, point, kind}, 'a guest');
  }

  /** How a command stands. */
  command(id: string): Promise<CloudCommand> {
    return this.#api.command(id);
  }

  async close(): Promise<void> {
    this.leave();
    for (const stream of this.#streams) stream.destroy();
    if (this.#gateway === FIRST_GATEWAY) await this.#cloud.close();
  }

  #openStream(): Duplex {
    const {latencyMs} = this;
    const [near, far] = latencyMs > 0 ? slowPair(this.#clock, latencyMs) : duplexPair();
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

  /** Until the gateway holds what the cloud holds. */
  async #delivered(): Promise<void> {
    const untilMs = this.#clock.nowMs() + DELIVERY_LIMIT_MS;
    while (this.#clock.nowMs() < untilMs) {
      const {gateways} = await this.#api.get<{gateways: readonly GatewaySummary[]}>('/v1/gateways');
      const held = gateways.find(one => one.id === this.#gateway);
      if (held?.grants.current && held.revocations.held === held.revocations.version) return;
      await this.#clock.advance(20);
    }
    throw new UsageError('sim/cloud', `not delivered within ${DELIVERY_LIMIT_MS} ms`);
  }
}
