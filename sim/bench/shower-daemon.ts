import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {loadSiteConfig} from '../../edge/config/load.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {createJsonLog} from '../../edge/platform/json-log.js';
import {type StretchCode, stretchCode} from '../../edge/platform/stretch.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {EdgeDaemon} from '../../edge/runtime/edge-daemon.js';
import {systemFeeds, systemHid, systemLinks} from '../../edge/runtime/system-links.js';
import {ConfigError} from '../../protocols/base/errors.js';
import {TimeServer} from '../clock/time-server.js';
import {showerRight} from '../scenarios/shower-right.js';
import {StoreChannel} from '../scenarios/store-channel.js';
import {answer} from './child.js';

/** What the daemon says of itself when it is asked; since it was asked before. */
export interface DaemonReport {
  readonly codeDigestMs: readonly number[];
  readonly cpuUs: number;
  readonly ms: number;
}

const FIRST_CODE = 20_190_001;

/** `FOLDER CODES`: the real daemon on the bathhouse of that folder, with so many codes. Says their digits. */
export async function run([folder = '', count = '']: readonly string[]): Promise<undefined> {
  const clock = new SystemClock();
  const entropy = new SystemEntropy(clock);
  const path = join(folder, 'site.yaml');
  const loaded = loadSiteConfig(readFileSync(path, 'utf8'), path);
  if (!loaded.ok) throw new ConfigError('config/invalid', loaded.problems.join('\n'));
  const {config} = loaded;
  let digestsMs: number[] = [];
  const stretch: StretchCode = async (digits, salt) => {
    const startMs = performance.now();
    const stretched = await stretchCode(digits, salt);
    digestsMs.push(performance.now() - startMs);
    return stretched;
  };
  const daemon = new EdgeDaemon({
    ...{config, clock, entropy, stretch, builtMs: 0, warnings: [], version: '0.0.0-bench'},
    databasePath: join(folder, 'bench.db'),
    secrets: {readFile: name => readFileSync(join(folder, name), 'utf8'), env: () => undefined},
    log: createJsonLog({clock, level: 'info', destination: {write: () => {}}}),
    ...{openLink: systemLinks(clock, entropy), openHid: systemHid(clock)},
    ...{openFeed: systemFeeds(clock, entropy), ntp: new TimeServer()},
  });
  const channel = new StoreChannel(() => daemon.grants);
  const stalls = config.bath?.stalls.map(({id}) => id) ?? [];
  const codes: string[] = [];
  for (let no = 0; no < Number(count); no += 1) {
    const digits = `${FIRST_CODE + no}`;
    const place = {site: config.site.id, nowMs: clock.wallMs(), stalls};
    const {credential, grant} = showerRight({...place, no, digits});
    await channel.putCredential(credential);
    await channel.putGrant(grant);
    codes.push(digits);
  }
  answer({codes});
  let [startMs, cpu] = [performance.now(), process.cpuUsage()];
  for await (const _ of process.stdin) {
    const {user, system} = process.cpuUsage(cpu);
    const ms = performance.now() - startMs;
    answer({codeDigestMs: digestsMs, cpuUs: user + system, ms} satisfies DaemonReport);
    [digestsMs, startMs, cpu] = [[], performance.now(), process.cpuUsage()];
  }
  await daemon.close();
  return undefined;
}
