import {basename, dirname, resolve} from 'node:path';
import {toHex} from '../../protocols/base/bytes.js';
import type {Entropy} from '../../protocols/base/clock.js';
import {EdgeError, errorText} from '../../protocols/base/errors.js';
import {finishRestore} from '../backup/restore-backup.js';
import type {SiteConfig} from '../config/schema.js';
import type {SecretReader} from '../config/secrets.js';
import type {LampState} from '../domain/lamp/lamp.js';
import type {CopyAnswer} from '../page/config-actions.js';
import type {PageWarning} from '../page/view.js';
import type {Log} from '../platform/log.js';
import type {LogTap} from '../platform/log-tap.js';
import type {NtpSource} from '../platform/ntp.js';
import {systemDisk} from '../platform/safe-disk.js';
import {EdgeDaemon, threadsNeeded} from '../runtime/edge-daemon.js';
import type {LivingSite} from '../runtime/life-watch.js';
import type {OpenFeed} from '../runtime/open-feed.js';
import type {OpenHid} from '../runtime/open-hid.js';
import type {OpenLink} from '../runtime/open-link.js';
import type {PortSight} from '../runtime/port-watch.js';
import {ConfigDesk} from '../runtime/site-config/config-desk.js';
import type {SiteFileRole} from '../runtime/site-config/contract.js';
import {siteTextProblems} from '../runtime/site-config/site-check.js';
import {SiteFiles} from '../runtime/site-config/site-files.js';
import type {CloudLink} from '../runtime/site-runtime.js';
import type {UpdatedSite} from '../update/update-desk.js';
import {AccessFile} from './access-file.js';
import {awaitIdentity, type CloudWay, cloudWay, enrolledName} from './cloud-way.js';
import {type CommandMachine, type CommandResult, failed} from './command.js';
import {openPage} from './open-page.js';
import {pageAccessPath, pageAccessText} from './page-access.js';
import {readSiteFile} from './site-file.js';
import {type SiteRun, SiteSupervisor, type StartedSite} from './site-supervisor.js';

/** The way to the cloud, made by the caller: this side knows nothing of MQTT. */
export interface DaemonUplink extends CloudLink {
  start(): void;
  stop(): void;
}

/** What a daemon needs beyond what every command does. */
export interface DaemonMachine extends CommandMachine {
  readonly entropy: Entropy;
  readonly log: Log;
  /** Levels and followers of that log; left out: nobody follows it. */
  readonly logTap?: LogTap;
  readonly openLink: OpenLink;
  readonly openHid: OpenHid;
  readonly openFeed: OpenFeed;
  readonly portSight?: PortSight | undefined;
  readonly ntp: NtpSource;
  readonly builtMs: number;
  readonly threadPoolSize: number;
  secretReader(folder: string): SecretReader;
  connectCloud(way: CloudWay, daemon: EdgeDaemon): DaemonUplink | Promise<DaemonUplink>;
}

/** A site that runs until `close`. What it consists of changes when a new site file is tried. */
export interface RunningSite {
  readonly kind: 'running';
  readonly daemon: EdgeDaemon;
  readonly config: SiteConfig;
  readonly pageUrl: string;
  /** For who feeds a watchdog; undefined while the site is started anew. */
  living(): LivingSite | undefined;
  /** For who brings new releases; undefined while the site is started anew. */
  updated(): UpdatedSite | undefined;
  /** What the lamp on the box is to show; undefined while the site is started anew. */
  lamp(): LampState | undefined;
  /** Settles when the site ended by itself, since no site file runs any more. */
  readonly ended: Promise<CommandResult>;
  close(): Promise<void>;
}

export type RunOutcome = RunningSite | {readonly kind: 'refused'; readonly result: CommandResult};

/** One run of the site, with one site file. */
interface Run extends SiteRun {
  readonly updated: UpdatedSite;
  readonly daemon: EdgeDaemon;
  readonly config: SiteConfig;
  readonly pageUrl: string;
}

const TOKEN_BYTES = 16;
const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];

/**
 * `latchkey run`: the whole site of a site file, until `close`. Every reason not to start is told at
 * once. A new site file from the cloud or from `latchkey config apply` is tried in the same process.
 */
export async function runSite(
  path: string,
  version: string,
  machine: DaemonMachine,
): Promise<RunOutcome> {
  const {clock, log, entropy} = machine;
  const unfinished = completeRestore(path, log);
  if (unfinished !== undefined) return refused(unfinished);
  const files = new SiteFiles(path, systemDisk);
  const desk: ConfigDesk = new ConfigDesk({
    ...{files, clock, log},
    problemsOf: (text, isFromCloud) => {
      const secrets = machine.secretReader(dirname(path));
      const running = supervisor.current?.config;
      return siteTextProblems(text, {fileName: basename(path), running, isFromCloud, secrets});
    },
    restart: file => supervisor.restart(file),
  });
  const tokens = {
    page: toHex(entropy.bytes(TOKEN_BYTES)),
    config: toHex(entropy.bytes(TOKEN_BYTES)),
  };
  const supervisor: SiteSupervisor<Run> = new SiteSupervisor<Run>({
    ...{clock, log, desk},
    start: file => startRun({path, version, machine, desk, tokens, files}, file),
    keepCopy: async run => {
      const pathOf = (inner: string) => resolve(dirname(path), inner);
      const copy = await run.daemon.keepCopy('config', {path, pathOf});
      log.notice('config.copied', {copy});
    },
  });
  const started = await supervisor.open();
  if (started.kind === 'refused') {
    await supervisor.close();
    return refused(...started.problems);
  }
  return runningSite(supervisor, started.run);
}

/** A restore that a power cut left half done ends here; why it cannot, or undefined. */
function completeRestore(path: string, log: Log): string | undefined {
  try {
    const plan = finishRestore(resolve(path));
    if (plan) log.notice('restore.completed', {files: plan.placed.map(({to}) => to)});
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof EdgeError)) throw thrown;
    return thrown.message;
  }
}

function runningSite(supervisor: SiteSupervisor<Run>, first: Run): RunningSite {
  let latest = first;
  const now = (): Run => {
    latest = supervisor.current ?? latest;
    return latest;
  };
  return {
    kind: 'running',
    get daemon() {
      return now().daemon;
    },
    get config() {
      return now().config;
    },
    get pageUrl() {
      return now().pageUrl;
    },
    lamp: () => supervisor.current?.daemon.site.state().lamp,
    updated: () => supervisor.current?.updated,
    living: () => supervisor.current?.daemon.living(),
    ended: supervisor.ended.then(problems => failed(...problems)),
    close: () => supervisor.close(),
  };
}

/** What every run of this process has in common. */
interface Process {
  readonly path: string;
  readonly version: string;
  readonly machine: DaemonMachine;
  readonly desk: ConfigDesk;
  readonly files: SiteFiles;
  /** For the page, and for who brings a new site file: the same at each run, so that open pages go on. */
  readonly tokens: {readonly page: string; readonly config: string};
}

async function startRun(process: Process, file: SiteFileRole): Promise<StartedSite<Run>> {
  const {version, machine, files} = process;
  const site = readSiteFile(files.pathOf(file), machine);
  if (site.kind === 'problems') return {kind: 'refused', problems: site.problems};
  const {config, pathOf} = site;
  const started: Started = {path: pathOf(config.database), closers: []};
  try {
    const running = await start(config, {...process, pathOf, started});
    const page = running.pageUrl;
    machine.log.info('daemon.running', {site: config.site.id, page, version, file});
    const watched = running.daemon.watched();
    const updated = running.daemon.updated(async () => {
      const copy = await running.daemon.keepCopy('update', {path: process.path, pathOf});
      machine.log.notice('update.copied', {copy});
    });
    return {
      kind: 'running',
      run: {...running, watched, updated, close: () => closeAll(started.closers)},
    };
  } catch (thrown) {
    await closeAll(started.closers);
    if (thrown instanceof EdgeError) return {kind: 'refused', problems: [thrown.message]};
    if (file === 'trial') return {kind: 'refused', problems: [errorText(thrown)]};
    throw thrown;
  }
}

type Closer = () => void | Promise<void>;

/** What has been opened so far, to be closed in reverse. */
interface Started {
  readonly path: string;
  readonly closers: Closer[];
}

interface StartParts extends Process {
  readonly pathOf: (path: string) => string;
  readonly started: Started;
}

async function start(
  config: SiteConfig,
  {path, version, machine, started, desk, tokens, pathOf}: StartParts,
): Promise<Omit<Run, 'close' | 'watched' | 'updated'>> {
  const {clock, entropy, log, openLink, openHid, openFeed, ntp, builtMs} = machine;
  const {path: databasePath, closers} = started;
  const secrets = machine.secretReader(dirname(path));
  const warnings = startWarnings(config, machine);
  for (const {code, subject} of warnings) log.warn('start.warning', {code, subject});
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
    ports: machine.portSight,
    ntp,
    builtMs,
  };
  let way: CloudWay | undefined;
  const gatewayName = () => enrolledName(way, machine);
  let isAwaited = config.cloud !== undefined && 'identity' in config.cloud;
  const isEnrolling = (): boolean => isAwaited && daemon.site.isLinkUp !== true;
  const options = {...parts, warnings, configDesk: desk, gatewayName, isEnrolling};
  const daemon: EdgeDaemon = new EdgeDaemon(options);
  closers.push(() => daemon.close());
  const {logTap} = machine;
  const made = {daemon, config, desk, tokens, clock: daemon.clock, entropy, log, logTap};
  const keepCopy = (by: string) => copyForDevice(daemon, {path, pathOf, by, log});
  const page = await openPage({...made, keepCopy});
  closers.push(() => page.close());
  const access = pageAccessText({
    url: page.url,
    token: tokens.page,
    configToken: tokens.config,
  });
  const accessFile = new AccessFile(pageAccessPath(databasePath), access, {clock, log});
  closers.push(() => accessFile.close());
  accessFile.keep();
  const connect = async (found: CloudWay): Promise<void> => {
    way = found;
    const uplink = await machine.connectCloud(found, daemon);
    daemon.site.connectCloud(uplink);
    closers.push(() => uplink.stop());
    uplink.start();
  };
  const known = cloudWay(config, {pathOf, secrets, machine});
  if (known) isAwaited = false;
  if (known) await connect(known);
  else closers.push(awaitIdentity({config, pathOf, secrets, machine, connect}));
  return {daemon, config, pageUrl: page.url};
}

async function copyForDevice(
  daemon: EdgeDaemon,
  {
    by,
    log,
    ...site
  }: Pick<StartParts, 'path' | 'pathOf'> & {readonly by: string; readonly log: Log},
): Promise<CopyAnswer> {
  log.info('device.copying', {by});
  try {
    const file = await daemon.keepCopy('device', site);
    log.notice('device.copied', {copy: file});
    return {kind: 'copied', file};
  } catch (thrown) {
    const why = errorText(thrown);
    log.error('device.no-copy', {error: why});
    return {kind: 'failed', why};
  }
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
