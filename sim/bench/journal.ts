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
import {type Aim, judgeAims, machineNow} from './aims.js';
import {median, rounded} from './median.js';

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));
const SAMPLES = 4000;
const ROUNDS = 40;
const ROUND_ROWS = 125;
const WEAR_ROWS = 2000;
const BURST = 50;
const SYNC_ROWS = 300;
const MANY_ROWS = 1_000_000;
const FEW_ROWS = 1000;
const FILL_ROWS = 2000;
const GROWN_SAMPLES = 2000;
const RAW_BYTES = 4096;
const BOOT = '01M80S00000000000000000000';
/** As the store sets them. */
const LIKE_OURS = [
  'synchronous = FULL',
  'wal_autocheckpoint = 256',
  'journal_size_limit = 4194304',
  'cell_size_check = ON',
];
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

const AIMS: readonly Aim<{
  readonly ratioP50?: number;
  readonly ratioP99?: number;
  readonly ratioToBare?: number;
  readonly insertCostRatio1MTo1k?: number;
}>[] = [
  {figure: 'ratioP50', atMost: 1.5},
  {figure: 'ratioP99', atMost: 4},
  {figure: 'ratioToBare', atLeast: 0.8},
  {figure: 'insertCostRatio1MTo1k', atMost: 1.2},
];

/** A durable decision against the least that a disk asks for one, and against SQLite alone. */
export function run([only]: readonly string[]): object {
  const machine = machineNow();
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-journal-'));
  try {
    const rows = new Rows(folder, 'rows');
    const raw = new RawFile(folder);
    const bare = new BareTable(folder, 'bare', ' AUTOINCREMENT');
    const plain = new BareTable(folder, 'plain', '');
    const single = compareSingle(rows, raw, bare);
    const speed = compareSpeed(rows, bare, plain);
    const wear = {
      bytesPerEvent: bytesPerEvent(rows, WEAR_ROWS, 1),
      bytesPerEventInBursts: bytesPerEvent(rows, WEAR_ROWS / BURST, BURST),
      fsyncsPerEvent: syncsPerEvent(folder),
    };
    rows.close();
    raw.close();
    bare.close();
    plain.close();
    const growth = only === 'quick' ? {} : {insertCostRatio1MTo1k: costOfGrowth(folder)};
    const figures = {...single, ...speed, ...wear, ...growth};
    const aims = judgeAims<Partial<typeof figures> & {insertCostRatio1MTo1k?: number}>(
      figures,
      AIMS,
    );
    return {bench: 'journal', machine, samples: SAMPLES, ...figures, aims};
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

/** better-sqlite3 with the same columns, row sizes, pages and syncs, each row a transaction of its own,
 *  and nothing else: no number to know, no chain, no stamp, nothing to remember. With AUTOINCREMENT its
 *  numbers never return, as ours never do; without it they do once the rows are gone. */
class BareTable {
  readonly #database: Database.Database;
  readonly #insert: Database.Statement;
  readonly #hash = new Uint8Array(32).fill(0xab);

  constructor(folder: string, name: string, numbering: '' | ' AUTOINCREMENT') {
    this.#database = new Database(join(folder, `${name}.db`));
    for (const setting of ['auto_vacuum = INCREMENTAL', 'journal_mode = WAL', ...LIKE_OURS]) {
      this.#database.pragma(setting);
    }
    this.#database.exec(
      `CREATE TABLE ev (seq INTEGER PRIMARY KEY${numbering}, prio INTEGER, boot TEXT, mono INTEGER,
       wall INTEGER, clk TEXT, kind TEXT, body TEXT, h BLOB) STRICT`,
    );
    this.#insert = this.#database.prepare(
      'INSERT INTO ev (prio, boot, mono, wall, clk, kind, body, h) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
  }

  insert(): void {
    const {kind, body} = DECISION;
    const text = JSON.stringify(body);
    const [monoMs, wallMs] = [Math.round(performance.now()), Date.now()];
    this.#insert.run(1, BOOT, monoMs, wallMs, 'ok', kind, text, this.#hash);
  }

  close(): void {
    this.#database.close();
  }
}

/** One of each in turn, each as often the first as the last, so that whatever else the disk does, and
 *  whatever one leaves it to do for the next, meets all alike. */
function compareSingle(rows: Rows, raw: RawFile, bare: BareTable) {
  const row = {took: [] as number[], work: () => rows.commit()};
  const page = {took: [] as number[], work: () => raw.append()};
  const alone = {took: [] as number[], work: () => bare.insert()};
  const orders = [
    [row, page, alone],
    [alone, page, row],
    [page, row, alone],
    [page, alone, row],
    [row, alone, page],
    [alone, row, page],
  ];
  for (let count = 0; count < SAMPLES; count += 1) {
    for (const {took, work} of orders[count % orders.length] ?? []) took.push(elapsedUs(work));
  }
  const at = (values: readonly number[], share: number) =>
    values.toSorted((left, right) => left - right)[Math.floor(share * values.length)] ?? Number.NaN;
  return {
    rowP50Us: rounded(at(row.took, 0.5), 1),
    fdatasyncP50Us: rounded(at(page.took, 0.5), 1),
    bareRowP50Us: rounded(at(alone.took, 0.5), 1),
    rowP99Us: rounded(at(row.took, 0.99), 1),
    fdatasyncP99Us: rounded(at(page.took, 0.99), 1),
    ratioP50: rounded(at(row.took, 0.5) / at(page.took, 0.5)),
    ratioP99: rounded(at(row.took, 0.99) / at(page.took, 0.99)),
  };
}

/** Rows a second, in short runs that take turns, each as often the first: a disk that others use too
 *  changes from one second to the next. */
function compareSpeed(rows: Rows, bare: BareTable, plain: BareTable) {
  const loops = {
    ours: () => rows.commit(),
    bare: () => bare.insert(),
    plain: () => plain.insert(),
  };
  const orders = [
    ['ours', 'bare', 'plain'],
    ['plain', 'bare', 'ours'],
  ] as const;
  const speeds = Array.from({length: ROUNDS}, (_, turn) => {
    const speed = {ours: 0, bare: 0, plain: 0};
    for (const name of orders[turn % 2] ?? []) speed[name] = rowsPerS(loops[name]);
    return speed;
  });
  return {
    rowsPerS: Math.round(median(speeds.map(speed => speed.ours))),
    bareRowsPerS: Math.round(median(speeds.map(speed => speed.bare))),
    ratioToBare: rounded(median(speeds.map(speed => speed.ours / speed.bare))),
    ratioToPlain: rounded(median(speeds.map(speed => speed.ours / speed.plain))),
  };
}

function rowsPerS(commit: () => void): number {
  const us = elapsedUs(() => {
    for (let count = 0; count < ROUND_ROWS; count += 1) commit();
  });
  return (ROUND_ROWS * 1_000_000) / us;
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
