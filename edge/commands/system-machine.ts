import {join} from 'node:path';
import {SystemEntropy} from '../platform/entropy.js';
import type {Host} from '../platform/host.js';
import {createJsonLog} from '../platform/json-log.js';
import {LogTap} from '../platform/log-tap.js';
import {SystemNtp} from '../platform/ntp.js';
import {listSerialPorts, resolvePort} from '../platform/serial-ports.js';
import {SystemClock} from '../platform/system-clock.js';
import {readTextFile} from '../platform/text-file.js';
import {systemFeeds, systemHid, systemLinks} from '../runtime/system-links.js';
import type {DaemonMachine} from './run.js';

/** A daemon on the same machine that says nothing for so long hangs. */
const ANSWER_LIMIT_MS = 5000;

/** This machine, with `connectCloud` as its way to the cloud. */
export function systemMachine(
  host: Host,
  connectCloud: DaemonMachine['connectCloud'],
): DaemonMachine {
  const clock = new SystemClock();
  const entropy = new SystemEntropy(clock);
  const logTap = new LogTap(() => clock.nowMs());
  return {
    clock,
    entropy,
    log: createJsonLog({clock, level: 'info', tap: logTap}),
    logTap,
    openLink: systemLinks(clock, entropy),
    openHid: systemHid(clock),
    openFeed: systemFeeds(clock, entropy),
    portSight: {ownPid: host.pid, list: listSerialPorts, resolve: resolvePort},
    ntp: new SystemNtp(),
    builtMs: host.builtMs(),
    threadPoolSize: host.threadPoolSize(),
    readText: readTextFile,
    env: name => host.env(name),
    request: (url, {signal = AbortSignal.timeout(ANSWER_LIMIT_MS), ...options}) =>
      fetch(url, {...options, signal}),
    secretReader: folder => host.secretReader(folder),
    connectCloud,
  };
}

/** Folder of the installed release, set by its start script. */
export const RELEASE = 'LATCHKEY_RELEASE';

/** Version of the installed release as its manifest says it, or that of the package where none is installed. */
export function systemVersion(host: Pick<Host, 'env'>): string {
  const release = host.env(RELEASE);
  const own = release === undefined ? undefined : versionIn(join(release, 'manifest.json'));
  const packed = new URL('../../../package.json', import.meta.url).pathname;
  return own ?? versionIn(packed) ?? '0.0.0-unknown';
}

function versionIn(path: string): string | undefined {
  const file = readTextFile(path);
  const {version}: {version?: string} = file.kind === 'text' ? JSON.parse(file.text) : {};
  return version;
}
