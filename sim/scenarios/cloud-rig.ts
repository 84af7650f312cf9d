import type {KeyObject} from 'node:crypto';
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import Database from 'better-sqlite3';
import {type Cloud, type CloudOptions, startCloud} from '../../cloud-sync/api/server.js';
import type {SyncLog} from '../../cloud-sync/log.js';
import {readCloudKey} from '../../cloud-sync/uplink/cloud-key.js';
import type {Act, ActOutcome, CommandSink} from '../../cloud-sync/uplink/command-sink.js';
import type {SessionSetup} from '../../cloud-sync/uplink/session.js';
import {Uplink} from '../../cloud-sync/uplink/uplink.js';
import {SiteClock} from '../../edge/runtime/site-clock.js';
import {SiteStore} from '../../edge/store/site-store.js';
import type {SiteFact} from '../../protocols/site/events.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import type {VirtualClock} from '../clock/virtual-clock.js';
import {type MessageFaults, NO_FAULTS} from '../wire/faulty-way.js';
import {FileCopies} from './model/file-copies.js';
import {TappedTransport} from './tapped-transport.js';

export interface CloudRigOptions {
  readonly clock: VirtualClock;
  readonly signingKey: KeyObject;
  readonly seed?: number;
  readonly faults?: MessageFaults;
  /** Both databases in memory, where the machine has a file system for it: tens of thousands of syncs
   *  are otherwise minutes of waiting for a disk that this test is not about. */
  readonly inMemory?: boolean;
  /** Quota of the gateway's database. */
  readonly maxBytes?: number;
  /** Default: the thin cloud with its own broker. */
  readonly start?: (options: CloudOptions) => Promise<Cloud>;
  /** What the gateway has besides: default, grants and commands alone. */
  readonly setup?: Partial<SessionSetup>;
}

export interface FeedEvent {
  /** Gateway, epoch and number. */
  readonly id: string;
  readonly seq: number;
  readonly kind: string;
  readonly body: unknown;
}

/** A command as the cloud shows it. */
export interface ShownCommand {
  readonly id: string;
  readonly state: string;
  readonly why: string | null;
  readonly traceparent: string;
}

interface Answered<Body> {
  readonly status: number;
  readonly body: Body;
}

const API_KEY = 'rig-key';
const MEMORY_DISK = '/dev/shm';
const GATEWAY_FILE = 'lot.db';
const EPOCH_FILE = '.epoch';
const CLOUD_FILE = 'cloud.db';

/** A gateway's real store and uplink against the real cloud, on memory links and virtual time. */
export class CloudRig {
  readonly clock: VirtualClock;
  readonly entropy: SeededEntropy;
  readonly transport: TappedTransport;
  readonly log: string[] = [];
  /** Commands that reached the arm, in order. */
  readonly opened: Act[] = [];
  /** What the arm makes of a command. */
  outcome: ActOutcome = {kind: 'done'};
  /** How long the arm is on its way; 0: done at once. */
  travelMs = 0;
  store: SiteStore;
  #uplink: Uplink | undefined;
  readonly #setup: Partial<SessionSetup>;
  readonly #folder: string;
  readonly #maxBytes: number | undefined;
  readonly #signingKey: KeyObject;
  readonly #start: (options: CloudOptions) => Promise<Cloud>;
  readonly #gatewayCopies: FileCopies;
  readonly #cloudCopies: FileCopies;
  #copiedEpoch = '';
  #hasSite = false;
  #cloud: Cloud | undefined;
  /** A connection of its own sees what is committed, and nothing else. */
  #onlooker: Database.Database | undefined;

  private constructor(options: CloudRigOptions) {
    this.clock = options.clock;
    this.#signingKey = options.signingKey;
    this.#maxBytes = options.maxBytes;
    this.#setup = options.setup ?? {};
    this.#start = options.start ?? startCloud;
    this.entropy = new SeededEntropy(options.seed ?? 1);
    const parent = options.inMemory && existsSync(MEMORY_DISK) ? MEMORY_DISK : tmpdir();
    this.#folder = mkdtempSync(join(parent, 'latchkey-cloud-'));
    const copies = (name: string, ...endings: string[]) =>
      new FileCopies(join(this.#folder, name), join(this.#folder, `copy of ${name}`), endings);
    this.#gatewayCopies = copies(GATEWAY_FILE, EPOCH_FILE);
    this.#cloudCopies = copies(CLOUD_FILE);
    this.transport = new TappedTransport({
      clock: this.clock,
      entropy: this.entropy,
      faults: options.faults ?? NO_FAULTS,
      cloud: () => this.#cloud,
    });
    this.store = this.#openStore();
  }

  static async open(options: CloudRigOptions): Promise<CloudRig> {
    const rig = new CloudRig(options);
    await rig.startCloud();
    rig.#uplink = rig.#newUplink();
    return rig;
  }

  get uplink(): Uplink {
    return this.#uplink as Uplink;
  }

  get edgeFile(): string {
    return join(this.#folder, 'lot.db');
  }

  get cloudFile(): string {
    return join(this.#folder, CLOUD_FILE);
  }

  get cloud(): Cloud {
    return this.#cloud as Cloud;
  }

  /** Start the uplink and wait until the cloud has answered. */
  async connect(): Promise<void> {
    this.uplink.start();
    await this.clock.until(() => this.uplink.status().link === 'up');
  }

  async startCloud(): Promise<void> {
    this.#cloud = await this.#start({
      clock: this.clock,
      entropy: this.entropy,
      log: this.#log('cloud'),
      database: this.cloudFile,
      signingKey: this.#signingKey,
      apiKey: API_KEY,
    });
  }

  async stopCloud(): Promise<void> {
    const cloud = this.#cloud;
    this.#cloud = undefined;
    await cloud?.close();
  }

  /** Power off and on again at the gateway. */
  restartEdge(): void {
    this.uplink.stop();
    this.store.close();
    this.store = this.#openStore();
    this.#uplink = this.#newUplink();
  }

  /** Copy the gateway's files as they lie there, whatever is going on. */
  copyGateway(): void {
    this.#gatewayCopies.take();
    this.#copiedEpoch = this.store.outbox.epoch();
  }

  /** Put the last copy back, as one does with an old card, and start. Without one, or with one from
   *  before the last numbering, just restart: that one would be fenced as a clone. */
  restoreGateway(withEpochFile: boolean): void {
    const isOfNow = this.#copiedEpoch === this.store.outbox.epoch();
    this.uplink.stop();
    this.store.close();
    if (isOfNow) this.#gatewayCopies.putBack(withEpochFile ? [] : [EPOCH_FILE]);
    this.store = this.#openStore();
    this.#uplink = this.#newUplink();
  }

  copyCloud(): void {
    this.#cloudCopies.take();
  }

  /** Put the cloud's last copy back; false when none was taken. */
  async restoreCloud(): Promise<boolean> {
    await this.stopCloud();
    const isBack = this.#cloudCopies.putBack();
    await this.startCloud();
    return isBack;
  }

  /** Journal `count` bay events at once. */
  append(count: number, kind: 'bay' | 'decision' = 'bay'): void {
    const fact = (): SiteFact => (kind === 'bay' ? bayFact() : decisionFact(this.entropy.ulid()));
    this.store.journal.append(Array.from({length: count}, fact), this.store.stampNow());
  }

  async api<Body>(
    method: string,
    path: string,
    body?: object,
    key?: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Answered<Body>> {
    const headers: Record<string, string> = {authorization: `Bearer ${API_KEY}`, ...more};
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (key !== undefined) headers['idempotency-key'] = key;
    const request = new Request(`http://cloud${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : {body: JSON.stringify(body)}),
    });
    const response = await this.cloud.fetch(request);
    return {status: response.status, body: (await response.json()) as Body};
  }

  /** Order the arm of A-012; `key`: of this order alone. The site is made with the first. */
  async order(
    key: string,
    body: object = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answered<ShownCommand>> {
    if (!this.#hasSite) {
      this.#hasSite = true;
      const site = {id: 'lot-1', name: 'lot-1', kind: 'public', zone: 'Asia/Shanghai'};
      await this.api('POST', '/v1/sites', site);
      await this.api('PUT', '/v1/sites/lot-1/gateways/gw-1');
      await this.api('POST', '/v1/sites/lot-1/points', {id: 'A-012', kind: 'bay'});
    }
    const wish = {kind: 'open', reason: 'a guest', ...body};
    const path = '/v1/sites/lot-1/points/A-012/commands';
    return this.api<ShownCommand>('POST', path, wish, key, headers);
  }

  /** How a command stands. */
  async command(id: string): Promise<ShownCommand> {
    return (await this.api<ShownCommand>('GET', `/v1/commands/${id}`)).body;
  }

  /** Order, and let time go on until it is known what came of it, or that nobody knows. */
  async ordered(key: string, body: object = {}): Promise<ShownCommand> {
    const {body: made} = await this.clock.settle(this.order(key, body));
    return this.settled(made.id);
  }

  /** Let time go on until it is known what came of a command, or that nobody knows. */
  async settled(id: string): Promise<ShownCommand> {
    for (;;) {
      const command = await this.command(id);
      if (!['pending', 'sent', 'delivered'].includes(command.state)) return command;
      await this.clock.advance(100);
    }
  }

  /** Whether the cloud has an event of the gateway, in its place or as an early copy. */
  isStored(seq: number): boolean {
    this.#onlooker ??= new Database(join(this.#folder, CLOUD_FILE), {readonly: true});
    return this.#onlooker.prepare('SELECT 1 FROM ev WHERE seq = ?').get(seq) !== undefined;
  }

  /** What the cloud has committed of the gateway's events. */
  stored(): readonly {readonly seq: number; readonly body: string; readonly h: Buffer}[] {
    this.#onlooker ??= new Database(this.cloudFile, {readonly: true});
    const query = 'SELECT seq, body, h FROM ev ORDER BY epoch_no, seq';
    return this.#onlooker.prepare<[], {seq: number; body: string; h: Buffer}>(query).all();
  }

  /** Every event the cloud shows. */
  async feed(): Promise<readonly FeedEvent[]> {
    const events: FeedEvent[] = [];
    for await (const page of this.feedPages()) events.push(...page);
    return events;
  }

  /** The same for more than memory should hold. */
  async *feedPages(): AsyncGenerator<readonly FeedEvent[]> {
    let after = '0.0';
    for (;;) {
      const path = `/v1/gateways/gw-1/events?after=${after}&limit=1000`;
      const {body} = await this.api<{events: FeedEvent[]; next: string}>('GET', path);
      if (body.events.length === 0) return;
      yield body.events;
      after = body.next;
    }
  }

  async close(): Promise<void> {
    this.uplink.stop();
    await this.stopCloud();
    this.store.close();
    this.#onlooker?.close();
    rmSync(this.#folder, {recursive: true});
  }

  #openStore(): SiteStore {
    return new SiteStore({
      path: this.edgeFile,
      site: 'lot-1',
      secretKey: new Uint8Array(32),
      clock: this.clock,
      entropy: this.entropy,
      clockState: () => 'ok',
      ...(this.#maxBytes === undefined ? {} : {maxBytes: this.#maxBytes}),
    });
  }

  #newUplink(): Uplink {
    return new Uplink({
      clock: this.clock,
      entropy: this.entropy,
      log: this.#log('uplink'),
      address: {tenant: 'demo', gateway: 'gw-1'},
      boot: this.store.boot,
      firmware: '0.1.0',
      cloudKey: readCloudKey(this.cloud.publicKey),
      transport: this.transport,
      outbox: this.store.outbox,
      grants: this.store.grants,
      commands: this.#commandSink(),
      time: new SiteClock(this.clock, 0),
      startSpreadMs: 0,
      ...this.#setup,
    });
  }

  #commandSink(): CommandSink {
    return {
      earlier: id => this.store.commands.earlier(id),
      accept: (act, answer, begun) => {
        const claim = this.store.commands.claim(act.id, this.store.stampNow());
        if (claim.kind === 'dup') return claim;
        this.opened.push(act);
        const {outcome} = this;
        if (outcome.kind === 'done' && this.travelMs > 0) {
          begun();
          this.clock.timer('an arm', this.travelMs, () => this.#settle(act, outcome, answer));
        } else this.#settle(act, outcome, answer);
        return claim;
      },
      reject: (act, result, why) => this.#journal(act, result, why),
    };
  }

  #settle(act: Act, outcome: ActOutcome, answer: (outcome: ActOutcome) => void): void {
    this.store.commands.settle(act.id, outcome);
    this.#journal(act, outcome.kind, outcome.kind === 'done' ? null : outcome.why);
    answer(outcome);
  }

  #journal(act: Act, result: string, why: string | null): void {
    const {id: command, trace} = act;
    const body = {command, result, why, ...(trace !== undefined && {trace})};
    this.store.journal.append([{kind: 'command', body}], this.store.stampNow());
  }

  #log(who: string): SyncLog {
    const add = (level: string) => (message: string, fields?: object) => {
      this.log.push(`${level} ${who} ${message} ${JSON.stringify(fields ?? {})}`);
    };
    return {debug: () => {}, info: add('info'), warn: add('warn'), error: add('error')};
  }
}

function bayFact(): SiteFact {
  const body = {bay: 'A-012', arm: 'down', occupancy: 'vacant', online: true, saleable: true};
  return {kind: 'bay', body} as SiteFact;
}

function decisionFact(attempt: string): SiteFact {
  const tried = {attempt, tryNo: 1, result: 'ALLOW', reason: null, grant: null};
  return {kind: 'decision', body: {...tried, holder: null, bay: null, degraded: false}} as SiteFact;
}
