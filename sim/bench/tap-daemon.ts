import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {loadSiteConfig} from '../../edge/config/load.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {createJsonLog} from '../../edge/platform/json-log.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {EdgeDaemon} from '../../edge/runtime/edge-daemon.js';
import {systemFeeds, systemHid, systemLinks} from '../../edge/runtime/system-links.js';
import {ConfigError} from '../../protocols/base/errors.js';
import {TimeServer} from '../clock/time-server.js';
import {CardOffice} from '../scenarios/card-office.js';
import {StoreChannel} from '../scenarios/store-channel.js';
import {answer} from './child.js';

const SETTLED_LIMIT_MS = 60_000;

/** `FOLDER`: the real daemon on the site of that folder, with one card for each bay. Says their numbers. */
export async function run([folder = '']: readonly string[]): Promise<undefined> {
  const clock = new SystemClock();
  const entropy = new SystemEntropy(clock);
  const path = join(folder, 'site.yaml');
  const loaded = loadSiteConfig(readFileSync(path, 'utf8'), path);
  if (!loaded.ok) throw new ConfigError('config/invalid', loaded.problems.join('\n'));
  const {config} = loaded;
  const daemon = new EdgeDaemon({
    config,
    databasePath: join(folder, 'bench.db'),
    version: '0.0.0-bench',
    secrets: {readFile: name => readFileSync(join(folder, name), 'utf8'), env: () => undefined},
    clock,
    entropy,
    log: createJsonLog({clock, level: 'info', destination: {write: () => {}}}),
    openLink: systemLinks(clock, entropy),
    openHid: systemHid(clock),
    openFeed: systemFeeds(clock, entropy),
    ntp: new TimeServer(),
    builtMs: 0,
    warnings: [],
  });
  const office = new CardOffice(new StoreChannel(() => daemon.grants), entropy, () =>
    clock.wallMs(),
  );
  const uids: string[] = [];
  for (const bay of config.collectors.flatMap(collector => collector.bays)) {
    uids.push((await office.cardFor([bay.id])).uid);
  }
  const untilMs = clock.nowMs() + SETTLED_LIMIT_MS;
  const isSettled = () => daemon.site.state().bays.every(bay => bay.health === 'ok');
  while (!isSettled() && clock.nowMs() < untilMs) await clock.sleep(50);
  answer({uids});
  await new Promise(resolve => process.stdin.resume().once('end', resolve));
  await daemon.close();
  return undefined;
}
