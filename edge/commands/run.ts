import {dirname} from 'node:path';
import {toHex} from '../../protocols/base/bytes.js';
import type {Clock, Entropy} from '../../protocols/base/clock.js';
import {EdgeError} from '../../protocols/base/errors.js';
import {asId} from '../../protocols/site/ids.js';
import type {SiteConfig} from '../config/schema.js';
import {resolveSecret, type SecretReader} from '../config/secrets.js';
import type {Page} from '../page/page-server.js';
import type {PageWarning} from '../page/view.js';
import {removeFile, writeFileAtomic} from '../platform/atomic-file.js';
import type {Log} from '../platform/log.js';
import {EdgeDaemon, threadsNeeded} from '../runtime/edge-daemon.js';
import type {OpenFeed} from '../runtime/open-feed.js';
import type {OpenHid} from '../runtime/open-hid.js';
import type {OpenLink} from '../runtime/open-link.js';
import type {CloudLink} from '../runtime/site-runtime.js';
import type {ClockState} from '../store/stamp.js';
import {type CommandMachine, type CommandResult, failed} from './command.js';
import {pageAccessPath, pageAccessText} from './page-access.js';
import {readSiteFile} from './site-file.js';

/** The way to the cloud, made by the caller: this side knows nothing of MQTT. */
export interface DaemonUplink extends CloudLink {
  clockState(): ClockState;
  start(): void;
  stop(): void;
}

export type CloudConfig = NonNullable<SiteConfig['cloud']>;

/** What a daemon needs beyond what every command does. */
export interface DaemonMachine extends CommandMachine {
  readonly entropy: Entropy;
  readonly log: Log;
  readonly openLink: OpenLink;
  readonly openHid: OpenHid;
  readonly openFeed: OpenFeed;
  readonly threadPoolSize: number;
  secretReader(folder: string): SecretReader;
  connectCloud(
    cloud: CloudConfig,
    daemon: EdgeDaemon,
    publicKeyPem: string,
  ): DaemonUplink | Promise<DaemonUplink>;
}

export interface RunningSite {
  readonly kind: 'running';
  readonly daemon: EdgeDaemon;
  readonly config: SiteConfig;
  readonly pageUrl: string;
  close(): Promise<void>;
}

export type RunOutcome = RunningSite | {readonly kind: 'refused'; readonly result: CommandResult};

const TOKEN_BYTES = 16;
const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];

/** `latchkey run`: the whole site of a site file, until `close`. Every reason not to start is told at once. */
export async function runSite(
  path: string,
  version: string,
  machine: DaemonMachine,
): Promise<RunOutcome> {
  const site = readSiteFile(path, machine);
  if (site.kind === 'problems') return refused(...site.problems);
  const {config, pathOf} = site;
  const started: Started = {path: pathOf(config.database), closers: []};
  try {
    const running = await start(config, {path, version, machine, started});
    machine.log.info('daemon.running', {site: config.site.id, page: running.pageUrl, version});
    return {...running, close: () => closeAll(started.closers)};
  } catch (thrown) {
    await closeAll(started.closers);
    if (thrown instanceof EdgeError) return refused(thrown.message);
    throw thrown;
  }
}

type Closer = () => void | Promise<void>;

/** What has been opened so far, to be closed in reverse. */
interface Started {
  readonly path: string;
  readonly closers: Closer[];
}

interface StartParts {
  readonly path: string;
  readonly version: string;
  readonly machine: DaemonMachine;
  readonly started: Started;
}

async function start(
  config: SiteConfig,
  {path, version, machine, started}: StartParts,
): Promise<Omit<RunningSite, 'close'>> {
  const {clock, entropy, log, openLink, openHid, openFeed} = machine;
  const {path: databasePath, closers} = started;
  const secrets = machine.secretReader(dirname(path));
  const warnings = startWarnings(config, machine);
  for (const {code, subject} of warnings) log.warn('start.warning', {code, subject});
  let uplink: DaemonUplink | undefined;
  const clockState = () => uplink?.clockState() ?? 'floor';
  const parts = {
    config,
    databasePath,
    version,
    secrets,
    clock,
    entropy,
    log,
    openLink,
    openHid,
    openFeed,
  };
  const daemon = new EdgeDaemon({...parts, clockState, warnings});
  closers.push(() => daemon.close());
  const token = toHex(entropy.bytes(TOKEN_BYTES));
  const page = await openPage({daemon, config, token, clock, log});
  closers.push(() => page.close());
  const accessPath = pageAccessPath(databasePath);
  writeFileAtomic(accessPath, Buffer.from(pageAccessText({url: page.url, token})));
  closers.push(() => removeFile(accessPath));
  if (config.cloud) {
    const publicKeyPem = resolveSecret(config.cloud.publicKey, 'cloud.publicKey', secrets);
    uplink = await machine.connectCloud(config.cloud, daemon, publicKeyPem);
    daemon.site.connectCloud(uplink);
    closers.push(() => uplink?.stop());
    uplink.start();
  }
  return {kind: 'running', daemon, config, pageUrl: page.url};
}

/** Close everything, the latest first, past any failure. */
async function closeAll(closers: Closer[]): Promise<void> {
  const failures: unknown[] = [];
  for (let close = closers.pop(); close; close = closers.pop()) {
    try {
      await close();
    } catch (thrown) {
      failures.push(thrown);
    }
  }
  if (failures.length > 0) throw failures[0];
}

interface PageParts {
  readonly daemon: EdgeDaemon;
  readonly config: SiteConfig;
  readonly token: string;
  readonly clock: Clock;
  readonly log: Log;
}

async function openPage({daemon, config, token, clock, log}: PageParts): Promise<Page> {
  // The lines are polled already while the web server is read.
  const {startPage} = await import('../page/page-server.js');
  return startPage({
    ...config.page,
    clock,
    log,
    view: daemon.site,
    actions: daemon.site,
    staff: config.staff.map(({id, name}) => ({id: asId(id), name})),
    language: config.site.language,
    token,
  });
}

function startWarnings(config: SiteConfig, {threadPoolSize}: DaemonMachine): PageWarning[] {
  const warnings: PageWarning[] = [];
  if (threadPoolSize < threadsNeeded(config)) {
    warnings.push({
      code: 'threadPoolSmall',
      subject: `UV_THREADPOOL_SIZE=${threadsNeeded(config)}`,
    });
  }
  if (!LOOPBACK.includes(config.page.host)) {
    warnings.push({code: 'pageOnNetwork', subject: config.page.host});
  }
  return warnings;
}

function refused(...lines: readonly string[]): RunOutcome {
  return {kind: 'refused', result: failed(...lines)};
}
