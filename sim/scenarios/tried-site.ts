import {generateKeyPairSync} from 'node:crypto';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type Duplex, duplexPair} from 'node:stream';
import {type Cloud, startCloud} from '../../cloud-sync/api/server.js';
import {createGatewayUplink, type GatewayUplink} from '../../cloud-sync/uplink/gateway-uplink.js';
import {MqttTransport} from '../../cloud-sync/uplink/mqtt-transport.js';
import {MemoryFeed} from '../../drivers/port/memory-feed.js';
import {createMemoryHid} from '../../drivers/port/memory-hid.js';
import {createMemoryPair} from '../../drivers/port/memory-link.js';
import type {CommandMachine} from '../../edge/commands/command.js';
import {type DaemonMachine, type RunningSite, runSite} from '../../edge/commands/run.js';
import {yieldTurn} from '../../edge/platform/event-loop.js';
import {createJsonLog} from '../../edge/platform/json-log.js';
import {LogTap} from '../../edge/platform/log-tap.js';
import {readTextFile} from '../../edge/platform/text-file.js';
import type {Timer} from '../../protocols/base/clock.js';
import {UsageError} from '../../protocols/base/errors.js';
import type {SiteEventBodies, SiteEventKind} from '../../protocols/site/events.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {TimeServer} from '../clock/time-server.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {type CollectorPlan, LINE_BAUD_RATE, siteYaml} from '../plan/site-plan.js';
import {SimSite} from '../site/sim-site.js';
import {SwitchedEnd} from '../wire/switched-end.js';

const API_KEY = 'lk_tried';
const SILENT = {debug() {}, info() {}, warn() {}, error() {}};
/** Real sockets of the page need turns of the event loop while virtual time passes. */
const HEARTBEAT_MS = 50;
const GATEWAY = 'gw-1';

/** Three collectors with seven bays each: 21 locks, 3 displays, 3 buttons, 3 readers are 30 devices. */
const COLLECTORS = ['A', 'B', 'C'];
const BAYS = 7;

/**
 * A car park of 30 devices under `latchkey run` as it is: the real supervisor, files, database and page,
 * a real cloud on an in-memory broker, simulated hardware, virtual time.
 */
export class TriedSite {
  readonly folder = mkdtempSync(join(tmpdir(), 'latchkey-tried-'));
  readonly clock: VirtualClock;
  readonly site: SimSite;
  readonly logged: Record<string, unknown>[] = [];
  /** Links that were opened, in order: each start opens all of them. */
  readonly opened: string[] = [];
  readonly uplinks: GatewayUplink[] = [];
  readonly cloud: Cloud;
  /** The internet is gone: connections die, new ones find nobody. */
  isCut = false;
  #running: RunningSite | undefined;
  #starts = 0;
  #isCopying = false;
  #heart: Timer | undefined;
  readonly #ends = new Map<string, SwitchedEnd>();
  readonly #streams = new Set<Duplex>();

  private constructor(cloud: Cloud, clock: VirtualClock) {
    this.clock = clock;
    this.cloud = cloud;
    this.site = new SimSite({
      collectors: PLANS,
      clock: this.clock,
      entropy: new SeededEntropy(3),
      farEnd: name => this.#end(name),
      keys: new Map(),
      pacing: 'frame',
    });
    writeFileSync(this.path('secret.key'), '05'.repeat(32));
    writeFileSync(this.path('cloud.pub'), cloud.publicKey);
    writeFileSync(this.path('site.yaml'), TriedSite.text());
  }

  static async start(): Promise<TriedSite> {
    let tried: TriedSite | undefined;
    const clock = new VirtualClock({
      // Copying is work of the real disk: virtual time must not run past it.
      yieldTurn: async () => {
        do await yieldTurn();
        while (tried?.isCopying);
      },
    });
    const cloud = await startCloud({
      ...{clock, entropy: new SeededEntropy(77), log: SILENT, database: ':memory:'},
      signingKey: generateKeyPairSync('ed25519').privateKey,
      ...{apiKey: API_KEY, tenant: 'demo'},
    });
    tried = new TriedSite(cloud, clock);
    tried.#beat();
    await tried.boot();
    return tried;
  }

  /** The site file; `moved` locks of the first line are said to hang on addresses where nobody answers. */
  static text(moved = 0): string {
    const text = siteYaml({
      siteId: 'lot-1',
      collectors: PLANS,
      database: './lot.db',
      pagePort: 0,
      cloud: {
        broker: 'mqtt://in-memory',
        tenant: 'demo',
        gateway: GATEWAY,
        publicKeyFile: 'cloud.pub',
      },
      language: 'en',
      secretKeyFile: 'secret.key',
    });
    const units = Array.from({length: moved}, (_, index) => index + 1);
    return units.reduce(
      (out, unit) => out.replace(`address: ${unit}\n`, `address: 10${unit}\n`),
      text,
    );
  }

  /** The copy before a trial is under way. */
  get isCopying(): boolean {
    return this.#isCopying;
  }

  #takeLine(line: Record<string, unknown>): void {
    this.logged.push(line);
    const {event, file} = line;
    if (event === 'config.restart' && file === 'trial') this.#isCopying = true;
    if (event === 'device.copying') this.#isCopying = true;
    if (/^(config|device)\.(copied|no-copy)$/.test(String(event))) this.#isCopying = false;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  siteFile(): string {
    return readFileSync(this.path('site.yaml'), 'utf8');
  }

  get running(): RunningSite {
    if (!this.#running) throw new UsageError('sim/absent', 'the daemon is not running');
    return this.#running;
  }

  get state() {
    return this.running.daemon.site.state();
  }

  isOnline(): boolean {
    return this.uplinks.at(-1)?.isOnline() ?? false;
  }

  /** Start the process, and wait until everybody has had the time to answer. */
  async boot(): Promise<void> {
    const outcome = await this.clock.settle(
      runSite(this.path('site.yaml'), '0.0.0', this.#machine()),
    );
    if (outcome.kind === 'refused') {
      throw new UsageError('sim/config', outcome.result.lines.join('\n'));
    }
    this.#running = outcome;
    await this.clock.until(() => this.isOnline(), 60_000);
    await this.clock.advance(31_000);
  }

  /** Advance until `condition` holds, which may be a dear one: it is asked twice a second. */
  async until(condition: () => boolean, limitMs: number): Promise<void> {
    const untilMs = this.clock.nowMs() + limitMs;
    while (!condition()) {
      if (this.clock.nowMs() >= untilMs)
        throw new UsageError('sim/stuck', `not within ${limitMs} ms`);
      await this.clock.advance(500);
    }
  }

  /** The command line on the gateway. */
  commandLine(): CommandMachine {
    return this.#machine();
  }

  events<Kind extends SiteEventKind>(kind: Kind): readonly SiteEventBodies[Kind][] {
    const {outbox} = this.running.daemon.store;
    return outbox
      .read(outbox.low(), Number.MAX_SAFE_INTEGER)
      .filter(row => row.kind === kind)
      .map(row => JSON.parse(row.body) as SiteEventBodies[Kind]);
  }

  /** Ask the cloud as its operator does. */
  async ask(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
    const request = new Request(`http://cloud.test/v1/gateways/${GATEWAY}${path}`, {
      method,
      headers: {authorization: `Bearer ${API_KEY}`, 'content-type': 'application/yaml', ...headers},
      ...(body === undefined ? {} : {body}),
    });
    return await this.clock.settle(Promise.resolve(this.cloud.fetch(request)));
  }

  cutInternet(): void {
    this.isCut = true;
    for (const stream of this.#streams) stream.destroy();
  }

  async stop(): Promise<void> {
    await this.clock.settle(this.#running?.close() ?? Promise.resolve());
    this.#running = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    this.site.close();
    for (const stream of this.#streams) stream.destroy();
    await this.clock.settle(this.cloud.close());
    this.#heart?.cancel();
    rmSync(this.folder, {recursive: true, force: true});
    this.clock.assertIdle();
    const [harm] = this.site.harm;
    if (harm) throw new UsageError('sim/harm', `${harm.bay}: ${harm.what}`);
  }

  #beat(): void {
    this.#heart = this.clock.timer('event loop', HEARTBEAT_MS, () => this.#beat());
  }

  #end(name: string): SwitchedEnd {
    const known = this.#ends.get(name) ?? new SwitchedEnd();
    this.#ends.set(name, known);
    return known;
  }

  #machine(): DaemonMachine {
    const {clock} = this;
    this.#starts += 1;
    return {
      clock,
      entropy: new SeededEntropy(1000 + this.#starts),
      log: createJsonLog({
        clock,
        level: 'info',
        destination: {write: line => this.#takeLine(JSON.parse(line))},
      }),
      logTap: new LogTap(() => clock.nowMs()),
      openLink: (link, name) => {
        const path = link.kind === 'serial' ? link.path : name;
        const pair = createMemoryPair({clock, name: path});
        this.#end(path).switchTo(pair.far);
        this.opened.push(path);
        return pair.link;
      },
      openHid: () => createMemoryHid(clock).source,
      openFeed: () => new MemoryFeed(clock),
      ntp: new TimeServer(),
      builtMs: 0,
      threadPoolSize: 24,
      readText: readTextFile,
      env: () => undefined,
      request: (url, options) => fetch(url, options),
      secretReader: folder => ({
        readFile: path => {
          const file = readTextFile(join(folder, path));
          return file.kind === 'text' ? file.text : undefined;
        },
        env: () => undefined,
      }),
      connectCloud: (way, daemon) => {
        if (way.kind === 'identity') throw new UsageError('sim/absent', 'nobody is enrolled here');
        const {kind: _, ...address} = way;
        const uplink = createGatewayUplink({
          ...daemon.uplinkParts(),
          ...address,
          ...{log: SILENT, startSpreadMs: 0},
          transport: new MqttTransport({kind: 'stream', open: () => this.#openStream()}),
        });
        this.uplinks.push(uplink);
        return uplink;
      },
    };
  }

  #openStream(): Duplex {
    const [near, far] = duplexPair();
    if (this.isCut) {
      near.destroy();
      return near;
    }
    for (const stream of [near, far]) {
      this.#streams.add(stream);
      stream.once('close', () => this.#streams.delete(stream));
    }
    this.cloud.attach(far);
    return near;
  }
}

const PLANS: readonly CollectorPlan[] = COLLECTORS.map((zone, index) => ({
  id: `C${index + 1}`,
  zone,
  arrow: '→',
  kind: 'plain',
  bays: Array.from({length: BAYS}, (_, bay) => `${zone}-00${bay + 1}`),
  lineLink: {kind: 'serial', path: `line-C${index + 1}`, baudRate: LINE_BAUD_RATE},
  readerLink: {kind: 'serial', path: `C${index + 1}`, baudRate: LINE_BAUD_RATE},
  keyFile: undefined,
  pollMs: 2000,
}));
