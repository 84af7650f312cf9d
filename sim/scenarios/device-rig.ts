import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {MemoryFeed} from '../../drivers/port/memory-feed.js';
import {createMemoryHid, type HidEnd} from '../../drivers/port/memory-hid.js';
import {createMemoryPair} from '../../drivers/port/memory-link.js';
import {loadSiteConfig} from '../../edge/config/load.js';
import {yieldTurn} from '../../edge/platform/event-loop.js';
import {createJsonLog} from '../../edge/platform/json-log.js';
import type {StretchCode} from '../../edge/platform/stretch.js';
import {EdgeDaemon} from '../../edge/runtime/edge-daemon.js';
import {UsageError} from '../../protocols/base/errors.js';
import type {DeviceEventData, SiteEventBodies} from '../../protocols/site/events.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {TimeServer} from '../clock/time-server.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {Rs485Line} from '../wire/rs485-line.js';
import {SwitchedEnd} from '../wire/switched-end.js';
import {CardOffice} from './card-office.js';
import {StoreChannel} from './store-channel.js';

interface Teardown {
  teardown(end: () => Promise<void>): void;
}

export interface DeviceRigOptions {
  /** `buses`, `devices` and `collectors` of the site file, as it is written. */
  readonly site: string;
  /** Secrets by the name of the file that holds them. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly language?: 'en' | 'zh-CN';
  /** One scrypt of a code; left out: a real one, which takes real time. */
  readonly stretch?: StretchCode;
}

const head = (language: string) => `
site: {id: lot-1, name: Lot, timezone: Asia/Shanghai, language: ${language}}
profiles: [parkCard]
database: lot.db
contacts: [{name: guard, afterMs: 0}]
rules: {commissioning: replaced}
`;

/**
 * The real daemon on virtual time with whatever devices a site file names. Each link ends in a socket
 * of its path, to which a test plugs the device.
 */
export class DeviceRig {
  readonly clock = new VirtualClock({yieldTurn});
  readonly entropy = new SeededEntropy(7);
  readonly channel: StoreChannel;
  readonly office: CardOffice;
  /** Log lines as they were written. */
  readonly logged: string[] = [];
  readonly #options: DeviceRigOptions;
  readonly #folder = mkdtempSync(join(tmpdir(), 'latchkey-devices-'));
  readonly #ends = new Map<string, SwitchedEnd>();
  readonly #hids = new Map<string, HidEnd>();
  readonly #lines: Rs485Line[] = [];
  #edge: EdgeDaemon | undefined;

  constructor(t: Teardown, options: DeviceRigOptions) {
    this.#options = options;
    this.channel = new StoreChannel(() => this.edge.grants);
    this.office = new CardOffice(this.channel, this.entropy, () => this.clock.wallMs());
    t.teardown(() => this.close());
  }

  get edge(): EdgeDaemon {
    if (!this.#edge) throw new UsageError('sim/absent', 'the daemon is not running');
    return this.#edge;
  }

  /** The wire's end of the port at this path. */
  end(path: string): SwitchedEnd {
    const end = this.#ends.get(path) ?? new SwitchedEnd();
    this.#ends.set(path, end);
    return end;
  }

  /** The line behind the port at this path. */
  line(path: string, baudRate = 9600): Rs485Line {
    const {clock, entropy} = this;
    const line = new Rs485Line({clock, entropy, farEnd: this.end(path), baudRate});
    this.#lines.push(line);
    return line;
  }

  hid(device: string): HidEnd {
    const end = this.#hids.get(device);
    if (!end) throw new UsageError('sim/absent', `no USB device ${device}`);
    return end;
  }

  start(): void {
    const {clock} = this;
    const {site, language = 'en'} = this.#options;
    const loaded = loadSiteConfig(head(language) + site, 'rig.yaml');
    if (!loaded.ok) throw new UsageError('sim/config', loaded.problems.join('\n'));
    this.#edge = new EdgeDaemon({
      config: loaded.config,
      databasePath: join(this.#folder, 'lot.db'),
      version: '0.0.0-sim',
      secrets: {readFile: path => this.#options.secrets?.[path], env: () => undefined},
      clock,
      entropy: this.entropy,
      log: createJsonLog({
        clock,
        level: 'info',
        destination: {write: line => void this.logged.push(line)},
      }),
      openLink: (link, name) => {
        const path = link.kind === 'serial' ? link.path : name;
        const pair = createMemoryPair({clock, name: path});
        this.end(path).switchTo(pair.far);
        return pair.link;
      },
      openHid: (_hid, _driver, name) => {
        const {source, end} = createMemoryHid(clock);
        this.#hids.set(name, end);
        return source;
      },
      openFeed: () => new MemoryFeed(clock),
      ntp: new TimeServer(),
      builtMs: 0,
      warnings: [],
      ...(this.#options.stretch ? {stretch: this.#options.stretch} : {}),
    });
  }

  async stop(): Promise<void> {
    await this.#edge?.close();
    this.#edge = undefined;
  }

  /** What a device has told the journal, oldest first. */
  told(device: string, event: string): readonly DeviceEventData[] {
    const {outbox} = this.edge.store;
    return outbox
      .read(outbox.low(), Number.MAX_SAFE_INTEGER)
      .filter(row => row.kind === 'device.event')
      .map(row => JSON.parse(row.body) as SiteEventBodies['device.event'])
      .filter(body => body.device === device && body.event === event)
      .map(body => body.data);
  }

  /** Kinds of the open alarms of a device. */
  alarmsOf(device: string): readonly string[] {
    const {alarms} = this.edge.site.state();
    return alarms.filter(alarm => alarm.device === device).map(alarm => alarm.kind);
  }

  health(device: string): string | undefined {
    return this.edge.site.state().devices.find(({id}) => id === device)?.health;
  }

  /** Is this text in any file that the gateway has written, or in its log? */
  isWritten(text: string): boolean {
    const files = readdirSync(this.#folder).map(name => readFileSync(join(this.#folder, name)));
    return files.some(file => file.includes(text)) || this.logged.some(line => line.includes(text));
  }

  file(name: string): string {
    return readFileSync(join(this.#folder, name), 'utf8');
  }

  async close(): Promise<void> {
    await this.stop();
    for (const line of this.#lines) line.close();
    rmSync(this.#folder, {recursive: true, force: true});
    this.clock.assertIdle();
  }
}
