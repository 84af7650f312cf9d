import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import Database from 'better-sqlite3';
import {toHex} from '../../protocols/base/bytes.js';
import {type HousePlan, housePlant} from '../plan/house-plan.js';
import {siteYaml} from '../plan/site-plan.js';
import {Child} from './child.js';
import {median, percentile, rounded} from './median.js';
import type {DaemonReport} from './shower-daemon.js';
import type {LineReport} from './shower-line.js';

/** Ten stalls with Xintai meters, ten with pulse sensors and their boards, each played by a process of its own. */
const PARTS = {
  xintai: {xintai: 10, pulse: 0, areMetersApart: true},
  pulse: {xintai: 0, pulse: 10, areMetersApart: true, areBoardsBesidePosts: true},
} as const satisfies Readonly<Record<string, HousePlan>>;
/** As in `edge/install/example-bathhouse.yaml`. */
const HOUSE: HousePlan = {...PARTS.pulse, xintai: 10};
const CODES = 240;
/** Until every stall has had its first bather. */
const WARM_UP_MS = 28_000;
const WINDOW_MS = 75_000;
const COMMITS = 200;

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

/** One row in a durable transaction of its own: what no decision can be faster than. */
function commitMs(folder: string): number {
  const database = new Database(join(folder, 'commit.db'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('CREATE TABLE row (body TEXT)');
  const insert = database.prepare('INSERT INTO row VALUES (?)');
  const times = Array.from({length: COMMITS}, (_, no) => {
    const startMs = performance.now();
    insert.run(`row ${no} `.repeat(30));
    return performance.now() - startMs;
  });
  database.close();
  return median(times);
}

async function siteOf(folder: string): Promise<ReadonlyMap<string, Child>> {
  const lines = new Map<string, Child>();
  const paths = new Map<string, string>();
  for (const [name, plan] of Object.entries(PARTS)) {
    const line = new Child('shower-line', JSON.stringify(plan));
    lines.set(name, line);
    const said = await line.next<{readonly paths: Readonly<Record<string, string>>}>();
    for (const [at, path] of Object.entries(said.paths)) paths.set(at, path);
  }
  writeFileSync(join(folder, 'secret.key'), toHex(new Uint8Array(32).fill(5)));
  const linkOf = (name: string, baudRate: number) =>
    ({kind: 'serial', path: paths.get(name) ?? '', baudRate}) as const;
  const text = siteYaml({
    ...{siteId: 'bench', collectors: [], database: './bench.db', pagePort: 0, cloud: undefined},
    ...{secretKeyFile: './secret.key', language: 'en', plant: housePlant(HOUSE, linkOf)},
  });
  writeFileSync(join(folder, 'site.yaml'), text);
  return lines;
}

/** 20 stalls in use, their posts on two lines at 38,400 baud and the Xintai meters on one at 9600: how long the enter key takes to the valve, and water to the display. */
export async function run(): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));
  const lines = await siteOf(folder);
  const daemon = new Child('shower-daemon', folder, CODES);
  const {codes} = await daemon.next<{readonly codes: readonly string[]}>();
  const share = codes.length / lines.size;
  for (const [index, line] of [...lines.values()].entries()) {
    line.say(`codes ${codes.slice(index * share, (index + 1) * share).join(' ')}`);
  }
  await pause(WARM_UP_MS);
  daemon.say('report');
  await daemon.next();
  await pause(WINDOW_MS);
  daemon.say('report');
  const {codeDigestMs, cpuUs, ms} = await daemon.next<DaemonReport>();
  const reports: LineReport[] = [];
  for (const line of lines.values()) {
    line.say('report');
    reports.push(await line.next<LineReport>());
  }
  const commit = commitMs(folder);
  await daemon.end();
  for (const line of lines.values()) await line.end();
  rmSync(folder, {recursive: true});
  const enter = reports.flatMap(({enterToValveMs}) => enterToValveMs);
  const lags = reports.flatMap(({displayLagMs}) => displayLagMs);
  const cycle = Math.max(...reports.map(report => median(report.cycleMs)));
  const digest = median(codeDigestMs);
  const p99 = percentile(enter, 0.99);
  return {
    bench: 'shower',
    ...{stalls: 20, showers: enter.length},
    unheard: reports.reduce((sum, {unheard}) => sum + unheard, 0),
    enterToValveP50Ms: rounded(percentile(enter, 0.5), 1),
    enterToValveP99Ms: rounded(p99, 1),
    cycleMs: rounded(cycle, 1),
    codeDigestMs: rounded(digest, 1),
    commitMs: rounded(commit, 2),
    // Of the aim: 1.15 cycles, a commit and a digest.
    p99OfAim: rounded(p99 / (1.15 * cycle + commit + digest)),
    displayLagP99Ms: rounded(percentile(lags, 0.99), 1),
    coreShare: rounded(cpuUs / (ms * 1000)),
  };
}
