import {copyFileSync, existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {MemoryFeed} from '../drivers/port/memory-feed.js';
import {createMemoryHid} from '../drivers/port/memory-hid.js';
import {createMemoryPair} from '../drivers/port/memory-link.js';
import {siteTools} from '../edge/commands/site-tools.js';
import {loadSiteConfig} from '../edge/config/load.js';
import {createPageApp, type PageApp} from '../edge/page/page-app.js';
import {yieldTurn} from '../edge/platform/event-loop.js';
import {createJsonLog} from '../edge/platform/json-log.js';
import type {Log} from '../edge/platform/log.js';
import {LogTap} from '../edge/platform/log-tap.js';
import type {StretchCode} from '../edge/platform/stretch.js';
import {EdgeDaemon} from '../edge/runtime/edge-daemon.js';
import type {Disk} from '../edge/store/disk.js';
import {toHex} from '../protocols/base/bytes.js';
import type {Millis} from '../protocols/base/clock.js';
import {UsageError} from '../protocols/base/errors.js';
import type {SiteEventBodies, SiteEventKind} from '../protocols/site/events.js';
import {asId} from '../protocols/site/ids.js';
import type {LotKind} from '../protocols/site/lot-kind.js';
import {SeededEntropy} from './clock/seeded-entropy.js';
import {SkewedClock} from './clock/skewed-clock.js';
import {TimeServer} from './clock/time-server.js';
import {VirtualClock} from './clock/virtual-clock.js';
import type {SimCard} from './devices/sim-card.js';
import {type CollectorPlan, type PlantPlan, siteYaml} from './plan/site-plan.js';
import {Car} from './plant/car.js';
import {Tenant} from './plant/tenant.js';
import {CardOffice} from './scenarios/card-office.js';
import {StoreChannel} from './scenarios/store-channel.js';
import {type CloudPlan, WorldCloud} from './scenarios/world-cloud.js';
import {SimSite} from './site/sim-site.js';
import {SwitchedEnd} from './wire/switched-end.js';

/** One collector of a world; what is left out is usual. */
export interface WorldCollector {
  readonly id: string;
  readonly bays: readonly string[];
  readonly kind?: 'plain' | 'smart';
  readonly profile?: string;
  readonly zone?: string;
  readonly arrow?: string;
  readonly travelMs?: Millis;
  readonly pollMs?: Millis;
  readonly minCardSecurity?: 'uid' | 'proof';
  readonly more?: NonNullable<CollectorPlan['more']>;
}

export interface WorldOptions {
  readonly collectors: readonly WorldCollector[];
  /** Run the real cloud API beside it, joined by an in-memory broker; on a database of one's own. */
  readonly cloud?: boolean | CloudPlan;
  /** Another lot on the cloud and the clock of this world, which must be closed after it. */
  readonly beside?: World;
  readonly siteId?: string;
  /** With `beside`: what `copyCard` of that gateway gave; this one runs from it, under its name. */
  readonly card?: string;
  readonly rules?: Readonly<Record<string, unknown>>;
  /** Issuers of signed QR tokens, in the words of the site file. */
  readonly tokenKeys?: readonly object[];
  /** Lines and devices beside the collectors; `install` builds what stands there before the daemon starts. */
  readonly plant?: PlantPlan & {readonly install: (world: World) => readonly Installed[]};
  readonly language?: 'zh-CN' | 'en';
  /** Left out: anybody may park. */
  readonly lotKind?: LotKind;
  /** Put devices on the lines that no plan knows, before the daemon starts. */
  readonly equip?: (world: World) => void;
  /** Default: the disk of this machine. */
  readonly disk?: Disk;
  readonly seed?: number;
  /** One scrypt of a code; left out: a real one, which takes real time. */
  readonly stretch?: StretchCode;
  /** Where the wall clock stands at the start, in ms since 1970. */
  readonly wallMs?: number;
}

/** Something of the plant that stops with its world. */
export interface Installed {
  close(): void;
}

export interface StoredEvent<Kind extends SiteEventKind = SiteEventKind> {
  readonly seq: number;
  readonly kind: Kind;
  readonly monoMs: Millis;
  readonly body: SiteEventBodies[Kind];
}

const FIRST_SITE = 'lot-1';

/**
 * A whole site on virtual time: the real edge daemon with a real database file, on simulated lines,
 * collectors, locks and cars. Each world is its own; `close` fails when a timer is left behind or
 * when an arm ever hurt a car.
 */
export class World {
  readonly clock: VirtualClock;
  readonly site: SimSite;
  readonly office: CardOffice;
  readonly cloud: WorldCloud | undefined;
  /** The gateway's own wall clock, which a scenario may set wrong; the cloud's stays right. */
  readonly gatewayClock: SkewedClock;
  readonly timeServer: TimeServer;
  /** Log lines of the daemon, parsed. */
  readonly logged: Record<string, unknown>[] = [];
  readonly #options: WorldOptions;
  readonly #entropy: SeededEntropy;
  readonly #folder: string;
  readonly #feeds = new Map<string, MemoryFeed>();
  readonly #ends = new Map<string, SwitchedEnd>();
  readonly #keys: ReadonlyMap<string, Uint8Array>;
  #installed: readonly Installed[] = [];
  #databasePath: string;
  #starts = 0;
  #log: Log | undefined;
  #edge: EdgeDaemon | undefined;
  #page: PageApp | undefined;

  private constructor(options: WorldOptions, cloud: WorldCloud | undefined, clock: VirtualClock) {
    this.#options = options;
    this.clock = clock;
    this.cloud = cloud;
    this.gatewayClock = new SkewedClock(clock);
    this.timeServer = new TimeServer();
    this.#entropy = new SeededEntropy(options.seed ?? 1);
    this.#folder = mkdtempSync(join(tmpdir(), 'latchkey-world-'));
    this.#databasePath = join(this.#folder, 'lot.db');
    const smart = options.collectors.filter(one => one.kind === 'smart');
    this.#keys = new Map(smart.map(one => [one.id, this.#entropy.bytes(32)]));
    this.site = new SimSite({
      collectors: this.#plans(),
      clock,
      entropy: this.#entropy,
      farEnd: name => this.end(name),
      keys: this.#keys,
      pacing: 'frame',
    });
    const channel = cloud?.channel ?? new StoreChannel(() => this.edge.grants);
    this.office = new CardOffice(channel, this.#entropy, () => clock.wallMs());
  }

  /** Build a world, start its daemon, and wait until every lock has been polled. */
  static async start(options: WorldOptions): Promise<World> {
    const {beside, siteId = FIRST_SITE} = options;
    const wallMs = options.wallMs === undefined ? {} : {wallMs: options.wallMs};
    const clock = beside?.clock ?? new VirtualClock({yieldTurn, ...wallMs});
    const plan = typeof options.cloud === 'object' ? options.cloud : {};
    const cloud = options.cloud ? await WorldCloud.start(clock, plan) : undefined;
    const name = options.card ? undefined : `gw-${siteId}`;
    const world = new World(options, beside?.cloud?.neighbour(name) ?? cloud, clock);
    if (options.card) copyCard(options.card, world.databasePath);
    options.equip?.(world);
    world.#installed = options.plant?.install(world) ?? [];
    world.startEdge();
    await world.settle();
    return world;
  }

  get edge(): EdgeDaemon {
    if (!this.#edge) throw new UsageError('sim/absent', 'the daemon is not running');
    return this.#edge;
  }

  /** The local page, to be asked without a socket. */
  get page(): PageApp['app'] {
    if (!this.#page) throw new UsageError('sim/absent', 'the daemon is not running');
    return this.#page.app;
  }

  /** The log of the running daemon, to write into as a part of it would. */
  get log(): Log {
    if (!this.#log) throw new UsageError('sim/absent', 'the daemon is not running');
    return this.#log;
  }

  /** Token of the page's forms. */
  readonly pageToken = 'world-token';

  get databasePath(): string {
    return this.#databasePath;
  }

  get nowMs(): Millis {
    return this.clock.nowMs();
  }

  advance(byMs: Millis): Promise<void> {
    return this.clock.advance(byMs);
  }

  until(condition: () => boolean, limitMs?: Millis): Promise<void> {
    return this.clock.until(condition, limitMs);
  }

  /** Until every lock has been read and, with a cloud, the link is up. */
  async settle(): Promise<void> {
    await this.until(() => this.edge.site.state().bays.every(bay => bay.health === 'ok'), 30_000);
    await this.advance(2000);
    const {cloud} = this;
    if (cloud) await this.until(() => cloud.isOnline(), 120_000);
  }

  /** Hold a card to a collector and take it away again; settles when it is gone. */
  async tap(collector: string, card: SimCard, holdMs?: Millis): Promise<void> {
    const tenant = new Tenant({clock: this.clock, card});
    await this.clock.settle(tenant.tap(this.site.post(collector), holdMs));
  }

  car(plate = '粤B12345'): Car {
    return new Car({clock: this.clock, plate});
  }

  /** What the display of a collector reads, both lines in one. */
  screen(collector: string): string {
    return this.site.post(collector).screen?.lines.join(' / ') ?? '';
  }

  /** Journalled events of one kind, oldest first. */
  events<Kind extends SiteEventKind>(kind: Kind): readonly StoredEvent<Kind>[] {
    return this.allEvents().filter((event): event is StoredEvent<Kind> => event.kind === kind);
  }

  allEvents(): readonly StoredEvent[] {
    const {outbox} = this.edge.store;
    return outbox.read(outbox.low(), Number.MAX_SAFE_INTEGER).map(row => ({
      seq: row.seq,
      kind: row.kind as SiteEventKind,
      monoMs: row.monoMs,
      body: JSON.parse(row.body) as SiteEventBodies[SiteEventKind],
    }));
  }

  /** Open alarms as the guard's page shows them. */
  alarms() {
    return this.edge.site.state().alarms;
  }

  /** The link that a line (`line-C1`) or a collector (`C1`) hangs on. */
  end(name: string): SwitchedEnd {
    const known = this.#ends.get(name);
    if (known) return known;
    const end = new SwitchedEnd();
    this.#ends.set(name, end);
    return end;
  }

  /** What a device with a feed hears; a fresh one at every start of the gateway. */
  feed(device: string): MemoryFeed {
    const known = this.#feeds.get(device);
    if (known) return known;
    const feed = new MemoryFeed(this.clock);
    this.#feeds.set(device, feed);
    return feed;
  }

  /** The key that a smart collector shares with the gateway. */
  keyOf(collector: string): Uint8Array {
    const key = this.#keys.get(collector);
    if (!key) throw new UsageError('sim/absent', `${collector} has no key`);
    return key;
  }

  /** Switch the gateway on, with whatever database it left. */
  startEdge(): void {
    this.#starts += 1;
    this.#feeds.clear();
    const config = this.#loadConfig();
    const tap = new LogTap(() => this.clock.nowMs());
    const log = createJsonLog({
      clock: this.clock,
      tap,
      level: 'info',
      destination: {write: line => void this.logged.push(JSON.parse(line))},
    });
    const edge = new EdgeDaemon({
      config,
      databasePath: this.#databasePath,
      version: '0.0.0-sim',
      secrets: {readFile: path => this.#secret(path), env: () => undefined},
      clock: this.gatewayClock,
      entropy: new SeededEntropy(1000 + (this.#options.seed ?? 1) * 100 + this.#starts),
      log,
      openLink: (link, name) => {
        const path = link.kind === 'serial' ? link.path : name;
        const pair = createMemoryPair({clock: this.clock, name: path});
        this.end(path).switchTo(pair.far);
        return pair.link;
      },
      openHid: () => createMemoryHid(this.clock).source,
      openFeed: (_, name) => this.feed(name),
      ntp: this.timeServer,
      builtMs: 0,
      warnings: [],
      gatewayName: () => this.cloud?.gateway,
      ...(this.#options.disk ? {disk: this.#options.disk} : {}),
      ...(this.#options.stretch ? {stretch: this.#options.stretch} : {}),
    });
    this.#edge = edge;
    this.#log = log;
    this.cloud?.join(edge);
    this.#page = createPageApp({
      host: '127.0.0.1',
      clock: edge.clock,
      log,
      view: edge.site,
      actions: edge.site,
      staff: config.staff.map(({id, ...rest}) => ({...rest, id: asId(id)})),
      language: config.site.language,
      token: this.pageToken,
      tools: siteTools(edge, tap),
    });
  }

  /** Switch the gateway off in order. */
  async stopEdge(): Promise<void> {
    this.cloud?.leave();
    this.#page?.close();
    this.#page = undefined;
    await this.#edge?.close();
    this.#edge = undefined;
  }

  /** Cut the power of the gateway: what was on its disk at this instant is all that remains. */
  async killEdge(): Promise<void> {
    const remains = join(this.#folder, `after-cut-${this.#starts}.db`);
    copyCard(this.#databasePath, remains);
    await this.stopEdge();
    this.#databasePath = remains;
  }

  /** Copy the card of the gateway, running or not, as it is at this instant; the result names the copy. */
  copyCard(): string {
    const copy = join(this.#folder, `card-${this.nowMs}.db`);
    copyCard(this.#databasePath, copy);
    return copy;
  }

  async close(): Promise<void> {
    // What a failed scenario left running, as water, has last words that take their time.
    await this.clock.settle(this.stopEdge());
    this.site.close();
    for (const installed of this.#installed) installed.close();
    await this.cloud?.close();
    rmSync(this.#folder, {recursive: true, force: true});
    if (!this.#options.beside) this.clock.assertIdle();
    const [harm] = this.site.harm;
    if (harm) throw new UsageError('sim/harm', `${harm.bay}: ${harm.what}`);
  }

  #loadConfig() {
    const text = siteYaml({
      siteId: this.#options.siteId ?? FIRST_SITE,
      collectors: this.#plans(),
      database: this.#databasePath,
      pagePort: 0,
      cloud: undefined,
      language: this.#options.language ?? 'en',
      secretKeyFile: 'secret.key',
      ...(this.#options.lotKind ? {lotKind: this.#options.lotKind} : {}),
      ...(this.#options.plant ? {plant: this.#options.plant} : {}),
      ...(this.#options.tokenKeys ? {tokenKeys: this.#options.tokenKeys} : {}),
      ...(this.#options.rules ? {rules: this.#options.rules} : {}),
    });
    const loaded = loadSiteConfig(text, 'world.yaml');
    if (!loaded.ok) throw new UsageError('sim/config', loaded.problems.join('\n'));
    return loaded.config;
  }

  #secret(path: string): string | undefined {
    if (path === 'secret.key') return toHex(new Uint8Array(32).fill(5));
    const key = this.#keys.get(path.replace('.key', ''));
    return key && toHex(key);
  }

  #plans(): readonly CollectorPlan[] {
    return this.#options.collectors.map(one => ({
      kind: 'plain',
      zone: one.id.replace('C', ''),
      arrow: '→',
      ...one,
      lineLink: {kind: 'serial', path: `line-${one.id}`, baudRate: 9600},
      readerLink: {
        kind: 'serial',
        path: one.id,
        baudRate: one.kind === 'smart' ? 115_200 : 9600,
      },
      keyFile: one.kind === 'smart' ? `${one.id}.key` : undefined,
    }));
  }
}

/** Everything that a gateway keeps beside its database, as it is at this instant. */
function copyCard(from: string, to: string): void {
  for (const suffix of ['', '-wal', '.epoch', '.grants', '.good', '.pepper', '.fence']) {
    if (existsSync(`${from}${suffix}`)) copyFileSync(`${from}${suffix}`, `${to}${suffix}`);
  }
}
