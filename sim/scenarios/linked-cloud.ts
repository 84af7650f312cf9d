import {generateKeyPairSync} from 'node:crypto';
import type {ExecutionContext} from 'ava';
import {type Cloud, type CloudOptions, startCloud} from '../../cloud-sync/api/server.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {type Asked, CloudClient} from './cloud-client.js';
import {LinkedGateway, yieldTurns} from './linked-gateway.js';

/** Tuesday, 3 March 2026, 09:00 in Shanghai. */
export const NINE = 1_772_499_600_000;
const TENANT = 'demo';
const API_KEY = 'lk_linked';
const SILENT = {debug() {}, info() {}, warn() {}, error() {}};

/** The whole thin cloud, and the office that asks it. */
export class LinkedCloud {
  readonly clock: VirtualClock;
  readonly cloud: Cloud;
  readonly #t: ExecutionContext;
  readonly #client: CloudClient;
  #gateways = 0;
  #isStopped = false;

  private constructor(t: ExecutionContext, clock: VirtualClock, cloud: Cloud) {
    this.#t = t;
    this.clock = clock;
    this.cloud = cloud;
    this.#client = new CloudClient({
      ...{url: 'http://cloud.test', apiKey: API_KEY, gateway: 'gw-1'},
      fetch: request => cloud.fetch(request),
    });
  }

  static async start(
    t: ExecutionContext,
    options: Partial<CloudOptions> = {},
  ): Promise<LinkedCloud> {
    const clock = new VirtualClock({yieldTurn: yieldTurns, wallMs: NINE});
    const {privateKey: signingKey} = generateKeyPairSync('ed25519');
    const cloud = await startCloud({
      ...{clock, entropy: new SeededEntropy(5), log: SILENT, database: ':memory:'},
      ...{signingKey, apiKey: API_KEY, tenant: TENANT, ...options},
    });
    const linked = new LinkedCloud(t, clock, cloud);
    t.teardown(() => linked.stop());
    return linked;
  }

  /** A gateway of this site, once it is online. */
  async gateway(site: string, gateway: string, profile?: string): Promise<LinkedGateway> {
    const {clock, cloud} = this;
    this.#gateways += 1;
    const seed = 10 + this.#gateways;
    const linked = new LinkedGateway(this.#t, {
      ...{clock, cloud, tenant: TENANT, gateway, site, seed, profile},
    });
    await clock.until(() => linked.isOnline, 10_000);
    return linked;
  }

  /** Nobody asks it any more, and its chores would only make long times longer. */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    await this.clock.settle(this.cloud.close());
  }

  /** What is refused is an answer too. */
  ask<Body>(method: string, path: string, body?: object): Promise<Asked<Body>> {
    return this.clock.settle(this.#client.ask<Body>(method, path, body));
  }

  async get<Body>(path: string): Promise<Body> {
    return (await this.ask<Body>('GET', path)).body;
  }

  async post<Body>(path: string, body: object = {}): Promise<Body> {
    return (await this.ask<Body>('POST', path, body)).body;
  }
}
