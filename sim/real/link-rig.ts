import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import Sqlite from 'better-sqlite3';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {toHex} from '../../protocols/base/bytes.js';
import {CHAIN_START, chainHash} from '../../protocols/cloud/chain.js';
import type {SiteFact} from '../../protocols/site/events.js';
import {TcpProxy} from '../wire/tcp-proxy.js';
import {CloudProcess, type CloudSite, cloudSite, type Ends} from './cloud-process.js';
import {Gateway} from './gateway.js';
import {rest, until} from './peer-process.js';

interface StoredRow {
  readonly seq: number;
  readonly kind: string;
  readonly body: string;
  readonly h: Buffer;
}

interface GatewayView {
  readonly id: string;
}

const clock = new SystemClock();
const entropy = new SystemEntropy(clock);

/** The cloud as it is started in earnest, with a database file and a broker of its own or another one. */
export class LinkCloud {
  site: CloudSite;
  process: CloudProcess;

  private constructor(site: CloudSite, cloud: CloudProcess) {
    this.site = site;
    this.process = cloud;
  }

  static async start(ends: Ends, folder: string, broker?: string): Promise<LinkCloud> {
    const site = cloudSite(folder, join(folder, 'cloud.db'), broker);
    return new LinkCloud(site, await CloudProcess.start(ends, site));
  }

  /** End it, and start it anew on the same database with another broker. */
  async moveTo(ends: Ends, broker: Pick<CloudSite, 'broker' | 'mqttPort'>): Promise<void> {
    await this.process.end();
    this.site = {...this.site, ...broker};
    this.process = await CloudProcess.start(ends, this.site);
  }

  /** In the order of the cloud's numbers. */
  rows(gateway: string): readonly StoredRow[] {
    const file = new Sqlite(this.site.database, {readonly: true, timeout: 5000});
    try {
      const query = 'SELECT seq, kind, body, h FROM ev WHERE gw = ? ORDER BY epoch_no, seq';
      return file.prepare<[string], StoredRow>(query).all(gateway);
    } finally {
      file.close();
    }
  }

  async view(gateway: string): Promise<GatewayView | undefined> {
    const {gateways} = await this.process.api<{gateways: GatewayView[]}>('GET', '/v1/gateways');
    return gateways.find(one => one.id === gateway);
  }
}

/** A gateway whose way to the broker goes through our hands. It is started once and left alone. */
export class FaultyGateway {
  readonly gateway: Gateway;
  readonly link: TcpProxy;
  readonly #name: string;
  readonly #cloud: LinkCloud;

  private constructor(t: ExecutionContext, cloud: LinkCloud, link: TcpProxy, name: string) {
    this.gateway = new Gateway(t, clock, cloud.site.signingKey, link.port, name);
    this.link = link;
    this.#name = name;
    this.#cloud = cloud;
  }

  static async start(
    t: ExecutionContext,
    cloud: LinkCloud,
    name: string,
    brokerPort = cloud.process.mqttPort,
  ): Promise<FaultyGateway> {
    const link = await TcpProxy.open(clock, brokerPort);
    t.teardown(() => link.close());
    return new FaultyGateway(t, cloud, link, name);
  }

  get unsent(): number {
    return this.gateway.uplink.status().unsent;
  }

  /** Journal so many events, each with a body of its own that does not pack; every third is urgent. */
  journal(count: number): void {
    const {store} = this.gateway;
    const facts = Array.from({length: count}, (_, index) => (index % 3 ? stayFact() : decision()));
    store.journal.append(facts, store.stampNow());
  }

  /** Journal `count` events every `everyMs` as long as `work` takes. */
  async whileBusy(count: number, everyMs: number, work: () => Promise<void>): Promise<void> {
    let isOver = false;
    const load = async () => {
      for (; !isOver; await rest(everyMs)) this.journal(count);
    };
    const loading = load();
    try {
      await work();
    } finally {
      isOver = true;
      await loading;
    }
  }

  drained(limitMs: number): Promise<void> {
    const isDone = () => this.gateway.uplink.status().link === 'up' && this.unsent === 0;
    return until(`${this.#name} has sent all`, isDone, limitMs);
  }

  /** What the cloud holds is the journal: all of it, once, in order, on its chain, in one numbering. */
  async assertSame(t: ExecutionContext): Promise<void> {
    const {outbox} = this.gateway.store;
    const own = outbox.read(1, Number.MAX_SAFE_INTEGER);
    const stored = this.#cloud.rows(this.#name);
    t.is(own.length, outbox.head());
    t.deepEqual(
      stored.map(({seq, kind, body}) => ({seq, kind, body})),
      own.map(({seq, kind, body}) => ({seq, kind, body})),
    );
    let hash = CHAIN_START;
    for (const {seq, body, h} of stored) {
      hash = chainHash(hash, seq, body);
      if (toHex(hash) !== h.toString('hex')) t.fail(`the chain breaks at ${seq}`);
    }
    t.like(await this.#cloud.view(this.#name), {faults: [], gaps: [], conflicts: 0});
  }
}

const noise = () => toHex(entropy.bytes(24));

function decision(): SiteFact {
  const tried = {attempt: entropy.ulid(), tryNo: 1, result: 'ALLOW', reason: null};
  const who = {grant: noise(), holder: noise(), bay: 'A-012', degraded: false};
  return {kind: 'decision', body: {...tried, ...who}} as unknown as SiteFact;
}

function stayFact(): SiteFact {
  const body = {session: entropy.ulid(), holder: noise(), bay: 'A-012', note: noise()};
  return {kind: 'session', body} as unknown as SiteFact;
}
