import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import Database from 'better-sqlite3';
import {loadSiteConfig} from '../../edge/config/load.js';
import type {SiteConfig} from '../../edge/config/schema.js';
import {UsageError} from '../../protocols/base/errors.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {siteYaml} from '../plan/site-plan.js';
import {CrashAudit} from './crash/crash-audit.js';
import {type CrashLife, type CrashLine, DEAF_BAY} from './crash/crash-lines.js';
import {CRASH_COLLECTORS, CRASH_RULES} from './crash/crash-site.js';
import {SETTLE_MS} from './crash/crash-story.js';

const MAIN = fileURLToPath(new URL('./crash/main.js', import.meta.url));
const SITES = 2;
const KILLS_PER_SITE = 100;
/** A life ends at one of its lines, at a lock's frame, or some time after power on, perhaps while it starts. */
const LONGEST_LINES = 20;
const MOST_FRAMES = 6;
const LONGEST_LIFE_MS = 300;
const POWER_OFF_MS = 3000;

const CONFIG = crashConfig();

type Cut =
  | {readonly kind: 'line' | 'frame'; readonly count: number}
  | {readonly kind: 'time'; readonly afterMs: number};

/** A site that is killed again and again, and what stays of it: its disk, its arms and its cars. */
class CrashingSite {
  readonly audit: CrashAudit;
  readonly problems: string[] = [];
  kills = 0;
  readonly #databasePath: string;
  readonly #chance: SeededEntropy;
  readonly #firstSeed: number;
  readonly #down = new Set<string>();
  readonly #parked = new Set<string>();
  #wallMs = 1_700_000_000_000;

  constructor(folder: string, number: number) {
    this.#databasePath = join(folder, `lot-${number}.db`);
    this.audit = new CrashAudit(this.#databasePath, POWER_OFF_MS + SETTLE_MS);
    this.#chance = new SeededEntropy(number);
    this.#firstSeed = number * 1000;
  }

  /** Power on, run, kill, look. */
  async liveAndDie(): Promise<void> {
    const cut = this.#cut();
    const child = spawn(process.execPath, [MAIN]);
    let complaint = '';
    child.stderr.on('data', (text: Buffer) => {
      complaint += text.toString();
    });
    const lines = await this.#witness(child, cut);
    this.kills += 1;
    if (complaint !== '' || child.signalCode !== 'SIGKILL') {
      this.problems.push(`life ${this.kills} ended by itself: ${complaint}`);
    }
    lines.forEach((line, index) => {
      // The last frame may have left the gateway, or not.
      const isLast = index === lines.length - 1;
      if (!isLast || this.#chance.fraction() < 0.5) this.#remember(line);
    });
    const before = this.audit.problems.length;
    this.audit.check(lines);
    const found = this.audit.problems.slice(before);
    this.problems.push(...found.map(problem => `life ${this.kills}: ${problem}`));
  }

  #witness(child: ChildProcessWithoutNullStreams, cut: Cut): Promise<readonly CrashLine[]> {
    const lines: CrashLine[] = [];
    child.stdin.on('error', () => {});
    child.stdin.write(`${JSON.stringify(this.#life())}\n`);
    function kill() {
      child.kill('SIGKILL');
    }
    createInterface(child.stdout).on('line', text => {
      const line = JSON.parse(text) as CrashLine;
      lines.push(line);
      if (cut.kind === 'time' && line.kind === 'powerOn') setTimeout(kill, cut.afterMs);
      if (isReached(cut, lines)) kill();
      else child.stdin.write('.');
    });
    return new Promise(resolve => child.once('close', () => resolve(lines)));
  }

  #cut(): Cut {
    const luck = this.#chance.fraction();
    const share = this.#chance.fraction();
    if (luck < 0.25) return {kind: 'time', afterMs: share * LONGEST_LIFE_MS};
    return luck < 0.6
      ? {kind: 'line', count: 1 + Math.floor(share * LONGEST_LINES)}
      : {kind: 'frame', count: 1 + Math.floor(share * MOST_FRAMES)};
  }

  #life(): CrashLife {
    this.#wallMs = Math.max(this.#wallMs, this.audit.wallMs) + POWER_OFF_MS;
    return {
      config: CONFIG,
      databasePath: this.#databasePath,
      seed: this.#firstSeed + this.kills + 1,
      wallMs: this.#wallMs,
      down: [...this.#down],
      parked: [...this.#parked],
    };
  }

  #remember(line: CrashLine): void {
    if (line.kind === 'car') this.#parked[line.isIn ? 'add' : 'delete'](line.bay);
    if (line.kind !== 'frame' || line.bay === DEAF_BAY) return;
    if (line.command === 'lower') this.#down.add(line.bay);
    else if (!this.#parked.has(line.bay)) this.#down.delete(line.bay);
  }
}

function crashConfig(): SiteConfig {
  const text = siteYaml({
    siteId: 'lot-1',
    collectors: CRASH_COLLECTORS,
    database: 'named-by-each-site.db',
    pagePort: 0,
    cloud: undefined,
    language: 'en',
    secretKeyFile: 'secret.key',
    rules: CRASH_RULES,
  });
  const loaded = loadSiteConfig(text, 'crash.yaml');
  if (!loaded.ok) throw new UsageError('sim/config', loaded.problems.join('\n'));
  return loaded.config;
}

/** Is the newest line the one at which the site dies? */
function isReached(cut: Cut, lines: readonly CrashLine[]): boolean {
  if (cut.kind === 'time') return false;
  const wanted = lines.filter(line => cut.kind === 'line' || line.kind === 'frame');
  return wanted.length >= cut.count;
}

function integrityOf(path: string): unknown {
  const database = new Database(path);
  const answer = database.pragma('integrity_check', {simple: true});
  database.close();
  return answer;
}

test('X1 killed at 200 random points no arm moves and nothing is shown before it is stored, and no stay is lost or doubled', async t => {
  t.timeout(600_000);
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-crash-'));
  t.teardown(() => rmSync(folder, {recursive: true, force: true}));
  const sites = Array.from({length: SITES}, (_, index) => new CrashingSite(folder, index + 1));
  await Promise.all(
    sites.map(async site => {
      while (site.kills < KILLS_PER_SITE && site.problems.length === 0) await site.liveAndDie();
    }),
  );
  for (const [index, site] of sites.entries()) {
    t.deepEqual(site.problems, []);
    t.is(site.kills, KILLS_PER_SITE);
    t.is(integrityOf(join(folder, `lot-${index + 1}.db`)), 'ok');
    const {tries, interrupted, opened, closed} = site.audit.counts;
    t.true(tries >= 100 && interrupted >= 10, JSON.stringify(site.audit.counts));
    t.true(opened >= 10 && closed >= 8, JSON.stringify(site.audit.counts));
    t.log(JSON.stringify(site.audit.counts));
  }
});
