import {execFileSync} from 'node:child_process';
import {
  closeSync,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import Database from 'better-sqlite3';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {SiteStore} from '../../edge/store/site-store.js';
import type {SiteFact} from '../../protocols/site/events.js';
import {asId} from '../../protocols/site/ids.js';
import {median, rounded} from './median.js';

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));
const SAMPLES = 4000;
const BLOCKS = 5;
const BLOCK_ROWS = 1000;
const WEAR_ROWS = 2000;
const BURST = 50;
const SYNC_ROWS = 300;
const MANY_ROWS = 1_000_000;
const FEW_ROWS = 1000;
const FILL_ROWS = 2000;
const GROWN_SAMPLES = 2000;
const RAW_BYTES = 4096;
/** Room for a million rows. */
const MAX_BYTES = 2 ** 31;

/** A decision as a tap makes it. */
const DECISION: SiteFact = {
  kind: 'decision',
  body: {
    ...{attempt: asId('01M80S00000000000000000000'), tryNo: 1, result: 'ALLOW', reason: null},
    ...{grant: asId('01M80S00000000000000000001'), holder: asId('01M80S00000000000000000002')},
    ...{bay: asId('A-012'), degraded: false},
  },
};

/** A durable decision against the least that a disk asks for one, and against SQLite alone. */
export function run([only]: readonly string[]): object {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-journal-'));
  try {
    const rows = new Rows(folder, 'rows');
    const raw = new RawFile(folder);
    const bare = new BareTable(folder);
    const single = compareSingle(rows, raw, bare);
    const speed = compareSpeed(rows, bare);
    const wear = {
      bytesPerEvent: bytesPerEvent(rows, WEAR_ROWS, 1),
      bytesPerEventInBursts: bytesPerEvent(rows, WEAR_ROWS / BURST, BURST),
      fsyncsPerEvent: syncsPerEvent(folder),
    };
    rows.close();
    raw.close();
    bare.close();
    const growth = only === 'quick' ? {} : {insertCostRatio1MTo1k: costOfGrowth(folder)};
    return {bench: 'journal', samples: SAMPLES, ...single, ...speed, ...wear, ...growth};
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

/** The store as the daemon uses it. */
class Rows {
  readonly #store: SiteStore;

  constructor(folder: string, name: string) {
    const clock = new SystemClock();
    this.#store = new SiteStore({
      path: join(folder, `${name}.db`),
      ...{site: 'bench', secretKey: new Uint8Array(32), clock, entropy: new SystemEntropy(clock)},
      clockState: () => 'ok',
      maxBytes: MAX_BYTES,
    });
  }

  commit(count = 1): void {
    const stamp = this.#store.stampNow();
    const facts = count === 1 ? [DECISION] : Array<SiteFact>(count).fill(DECISION);
    this.#store.lot.commit({facts, records: [], stamp});
  }

  close(): void {
    this.#store.close();
  }
}

/** The least: 4 KB appended to a file, and `fdatasync`. */
class RawFile {
  readonly #fd: number;
  readonly #page = Buffer.alloc(RAW_BYTES, 1);

  constructor(folder: string) {
    this.#fd = openSync(join(folder, 'raw'), 'w');
  }

  append(): void {
    writeSync(this.#fd, this.#page);
    fdatasyncSync(this.#fd);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** better-sqlite3 with the same table and the same syncs, and nothing else. */
class BareTable {
  readonly #database: Database.Database;
  readonly #insert: Database.Statement;

  constructor(folder: string) {
    this.#database = new Database(join(folder, 'bare.db'));
    this.#database.pragma('journal_mode = WAL');
    this.#database.pragma('synchronous = FULL');
    this.#database.pragma('wal_autocheckpoint = 256');
    this.#database.exec(
      `CREATE TABLE ev (seq INTEGER PRIMARY KEY AUTOINCREMENT, prio INTEGER, boot TEXT, mono INTEGER,
       wall INTEGER, clk TEXT, kind TEXT, body TEXT, h BLOB) STRICT`,
    );
    this.#insert = this.#database.prepare(
      'INSERT INTO ev (prio, boot, mono, wall, clk, kind, body, h) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
  }

  insert(): void {
    const {kind, body} = DECISION;
    const text = JSON.stringify(body);
    this.#insert.run(1, '01M80S00000000000000000000', 1, 2, 'ok', kind, text, new Uint8Array(32));
  }

  close(): void {
    this.#database.close();
  }
}

/** One of each in turn, so that whatever else the disk does meets all alike. */
function compareSingle(rows: Rows, raw: RawFile, bare: BareTable) {
  const took = {row: [] as number[], raw: [] as number[], bare: [] as number[]};
  for (let count = 0; count < SAMPLES; count += 1) {
    took.row.push(elapsedUs(() => rows.commit()));
    took.raw.push(elapsedUs(() => raw.append()));
    took.bare.push(elapsedUs(() => bare.insert()));
  }
  const at = (values: readonly number[], share: number) =>
    values.toSorted((left, right) => left - right)[Math.floor(share * values.length)] ?? Number.NaN;
  return {
    rowP50Us: rounded(at(took.row, 0.5), 1),
    fdatasyncP50Us: rounded(at(took.raw, 0.5), 1),
    bareRowP50Us: rounded(at(took.bare, 0.5), 1),
    rowP99Us: rounded(at(took.row, 0.99), 1),
    fdatasyncP99Us: rounded(at(took.raw, 0.99), 1),
    ratioP50: rounded(at(took.row, 0.5) / at(took.raw, 0.5)),
    ratioP99: rounded(at(took.row, 0.99) / at(took.raw, 0.99)),
  };
}

/** Rows a second, in blocks that take turns. */
function compareSpeed(rows: Rows, bare: BareTable) {
  const speeds = Array.from({length: BLOCKS}, () => ({
    ours: rowsPerS(() => rows.commit()),
    theirs: rowsPerS(() => bare.insert()),
  }));
  return {
    rowsPerS: Math.round(median(speeds.map(({ours}) => ours))),
    bareRowsPerS: Math.round(median(speeds.map(({theirs}) => theirs))),
    ratioToBare: rounded(median(speeds.map(({ours, theirs}) => ours / theirs))),
  };
}

function rowsPerS(commit: () => void): number {
  const us = elapsedUs(() => {
    for (let count = 0; count < BLOCK_ROWS; count += 1) commit();
  });
  return (BLOCK_ROWS * 1_000_000) / us;
}

/** What reaches the disk for one event, checkpoints included. */
function bytesPerEvent(rows: Rows, commits: number, each: number): number {
  const before = writtenBytes();
  for (let count = 0; count < commits; count += 1) rows.commit(each);
  return Math.round((writtenBytes() - before) / (commits * each));
}

function writtenBytes(): number {
  const io = readFileSync('/proc/self/io', 'utf8');
  return Number(/^write_bytes: (\d+)$/m.exec(io)?.[1]);
}

/** Syncs of a process that commits, less those of one that only opens; null where strace is absent. */
function syncsPerEvent(folder: string): number | null {
  try {
    const syncs = (name: string, count: number) => {
      const log = join(folder, `${name}.strace`);
      const traced = [process.execPath, MAIN, 'journal-writer', '--', folder, name, `${count}`];
      execFileSync('strace', ['-f', '-qq', '-e', 'trace=fsync,fdatasync', '-o', log, ...traced]);
      return readFileSync(log, 'utf8')
        .split('\n')
        .filter(line => /sync\(/.test(line)).length;
    };
    return rounded((syncs('some', SYNC_ROWS) - syncs('none', 0)) / SYNC_ROWS);
  } catch {
    return null;
  }
}

/** A commit behind a million rows over one behind a thousand, taken in turns. */
function costOfGrowth(folder: string): number {
  const many = new Rows(folder, 'many');
  const few = new Rows(folder, 'few');
  for (let count = 0; count < MANY_ROWS; count += FILL_ROWS) many.commit(FILL_ROWS);
  few.commit(FEW_ROWS);
  const took = {many: [] as number[], few: [] as number[]};
  for (let count = 0; count < GROWN_SAMPLES; count += 1) {
    took.many.push(elapsedUs(() => many.commit()));
    took.few.push(elapsedUs(() => few.commit()));
  }
  many.close();
  few.close();
  return rounded(median(took.many) / median(took.few));
}

function elapsedUs(work: () => void): number {
  const begunNs = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - begunNs) / 1000;
}

/** The process whose syncs are counted: `FOLDER NAME COUNT`. */
export function write([folder = '', name = '', count = '0']: readonly string[]): undefined {
  const rows = new Rows(folder, name);
  for (let index = 0; index < Number(count); index += 1) rows.commit();
  rows.close();
  return undefined;
}
