import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {loadSiteConfig} from '../../edge/config/load.js';
import {SURE_POLLS} from '../../edge/domain/lot/lot-state.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {createJsonLog} from '../../edge/platform/json-log.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {EdgeDaemon} from '../../edge/runtime/edge-daemon.js';
import {systemFeeds, systemHid, systemLinks} from '../../edge/runtime/system-links.js';
import {UsageError} from '../../protocols/base/errors.js';
import type {SiteEventBodies, SiteEventKind} from '../../protocols/site/events.js';
import {TimeServer} from '../clock/time-server.js';
import {CardReader} from '../devices/card-reader.js';
import type {SimCard} from '../devices/sim-card.js';
import {siteYaml} from '../plan/site-plan.js';
import {CardOffice} from '../scenarios/card-office.js';
import {StoreChannel} from '../scenarios/store-channel.js';
import {PseudoTerminal} from '../wire/pseudo-terminal.js';
import {rest, until} from './peer-process.js';

export interface RealSiteOptions {
  /** What the daemon opens as the serial port of its line. */
  readonly linePath: string;
  readonly travelMs?: number;
  readonly rules?: Readonly<Record<string, unknown>>;
}

export const BAY = 'A-001';
const HOLD_MS = 600;

/** A folder of its own for a test, gone with it. */
export function freshFolder(t: Pick<ExecutionContext, 'teardown'>): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-real-'));
  t.teardown(() => rmSync(folder, {recursive: true, force: true, maxRetries: 5}));
  return folder;
}

/** A serial port without hardware, gone with the test. */
export function freshTerminal(t: ExecutionContext, path: string): PseudoTerminal {
  const terminal = new PseudoTerminal(path);
  t.teardown(() => terminal.close());
  return terminal;
}

/** The edge daemon as it runs on site: real time, real database file, real serial ports. One plain
 *  collector with one lock; only the card and its reader are simulated. */
export class RealSite {
  readonly clock = new SystemClock();
  readonly edge: EdgeDaemon;
  readonly office: CardOffice;
  /** Log lines of the daemon, parsed. */
  readonly logged: Record<string, unknown>[] = [];
  readonly config: ReturnType<typeof loadConfig>;
  readonly #reader: CardReader;

  constructor(t: ExecutionContext, options: RealSiteOptions) {
    const {clock} = this;
    const folder = freshFolder(t);
    const readerPath = join(folder, 'ttyREADER');
    this.#reader = new CardReader({clock, farEnd: freshTerminal(t, readerPath)});
    t.teardown(() => this.#reader.close());
    const database = join(folder, 'lot.db');
    const entropy = new SystemEntropy(clock);
    this.config = loadConfig(options, readerPath, database);
    this.edge = new EdgeDaemon({
      config: this.config,
      databasePath: database,
      version: '0.0.0-real',
      secrets: {readFile: () => '05'.repeat(32), env: () => undefined},
      clock,
      entropy,
      log: createJsonLog({
        clock,
        level: 'info',
        destination: {write: line => void this.logged.push(JSON.parse(line))},
      }),
      openLink: systemLinks(clock, entropy),
      openHid: systemHid(clock),
      openFeed: systemFeeds(clock, entropy),
      ntp: new TimeServer(),
      builtMs: 0,
      warnings: [],
    });
    t.teardown(() => this.edge.close());
    const channel = new StoreChannel(() => this.edge.grants);
    this.office = new CardOffice(channel, entropy, () => clock.wallMs());
  }

  /** Until the lock has been heard as often as it takes to trust it after a start. */
  online(limitMs?: number): Promise<void> {
    const isTrusted = () =>
      [...this.edge.site.lot.bays.values()].every(bay => bay.goodPolls >= SURE_POLLS);
    const answers = () => this.#bay().health === 'ok' && isTrusted();
    return until('the lock answers', answers, limitMs);
  }

  get arm(): string {
    return this.#bay().arm;
  }

  alarms(): readonly {readonly kind: string; readonly state: string; readonly id: string}[] {
    return this.edge.site.state().alarms;
  }

  lines(): readonly string[] {
    return this.edge.site.state().lines.map(line => line.state);
  }

  unsent(): number {
    return this.edge.site.state().cloud.unsent;
  }

  /** Journalled events of one kind, oldest first, as the database holds them. */
  events<Kind extends SiteEventKind>(kind: Kind): readonly SiteEventBodies[Kind][] {
    const {outbox} = this.edge.store;
    return outbox
      .read(outbox.low(), Number.MAX_SAFE_INTEGER)
      .filter(row => row.kind === kind)
      .map(row => JSON.parse(row.body) as SiteEventBodies[Kind]);
  }

  /** When the newest order to an arm was given, on the clock of `performance.now`. */
  orderedMs(): number {
    const {outbox} = this.edge.store;
    const rows = outbox.read(outbox.low(), Number.MAX_SAFE_INTEGER);
    const row = rows.findLast(({kind}) => kind === 'actuation');
    if (!row) throw new UsageError('real/absent', 'no arm was ordered');
    const {sinceStartMs} = JSON.parse(row.body) as SiteEventBodies['actuation'];
    return row.monoMs - sinceStartMs;
  }

  /** Hold the card to the reader and take it away again. */
  async tap(card: SimCard): Promise<void> {
    this.#reader.present(card);
    await rest(HOLD_MS);
    this.#reader.remove(card.uid);
  }

  #bay() {
    const [bay] = this.edge.site.state().bays;
    if (!bay) throw new UsageError('real/absent', 'the site has no bay');
    return bay;
  }
}

function loadConfig(options: RealSiteOptions, readerPath: string, database: string) {
  const {linePath, travelMs = 1000, rules} = options;
  const text = siteYaml({
    siteId: 'lot-1',
    collectors: [
      {
        ...{id: 'C1', zone: 'A', arrow: '→', kind: 'plain', bays: [BAY], travelMs},
        lineLink: {kind: 'serial', path: linePath, baudRate: 9600},
        readerLink: {kind: 'serial', path: readerPath, baudRate: 9600},
        keyFile: undefined,
      },
    ],
    database,
    pagePort: 0,
    cloud: undefined,
    language: 'en',
    secretKeyFile: 'secret.key',
    ...(rules ? {rules} : {}),
  });
  const loaded = loadSiteConfig(text, 'real.yaml');
  if (!loaded.ok) throw new UsageError('real/config', loaded.problems.join('\n'));
  return loaded.config;
}
