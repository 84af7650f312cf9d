import {createInterface} from 'node:readline';
import Database from 'better-sqlite3';
import pg from 'pg';
import {SystemClock} from '../../edge/platform/system-clock.js';
import type {BareRow} from './api-rows.js';
import {cpuMsSince, WARM_UP, type WorkerReport} from './api-worker.js';
import {answer} from './child.js';

export interface BareTask {
  readonly database: string;
  /** Those of one transaction, and of the next. */
  readonly rows: readonly (readonly BareRow[])[];
  readonly atOnce: number;
}

/** The rows of bookings and nothing else: the driver alone, each statement prepared once. */
export async function run(): Promise<undefined> {
  const lines = createInterface(process.stdin)[Symbol.asyncIterator]();
  const task = JSON.parse((await lines.next()).value ?? '') as BareTask;
  const isPostgres = task.database.startsWith('postgres');
  const bench = isPostgres ? await onPostgres(task) : onSqlite(task);
  for (const rows of task.rows.slice(0, WARM_UP)) await bench.write(0, rows);
  answer({ready: true});
  await lines.next();
  const clock = new SystemClock();
  const latenciesMs: number[] = [];
  let next = WARM_UP;
  const startMs = clock.nowMs();
  const usedBefore = process.cpuUsage();
  const oneAfterAnother = async (lane: number) => {
    for (let rows = task.rows[next++]; rows; rows = task.rows[next++]) {
      const beganMs = clock.nowMs();
      await bench.write(lane, rows);
      latenciesMs.push(clock.nowMs() - beganMs);
    }
  };
  await Promise.all(Array.from({length: bench.lanes}, (_, lane) => oneAfterAnother(lane)));
  const report: WorkerReport = {
    ms: clock.nowMs() - startMs,
    cpuMs: cpuMsSince(usedBefore),
    latenciesMs,
  };
  answer(report);
  await lines.next();
  await bench.close();
  return undefined;
}

interface Bare {
  readonly lanes: number;
  write(lane: number, rows: readonly BareRow[]): Promise<void>;
  close(): Promise<void>;
}

function onSqlite({database}: BareTask): Bare {
  const connection = new Database(database);
  connection.pragma('journal_mode=WAL');
  connection.pragma('synchronous=FULL');
  connection.pragma('busy_timeout=5000');
  const statements = new Map<string, Database.Statement>();
  const write = (bare: BareRow) => {
    const text = textOf(bare, () => '?');
    const held = statements.get(text) ?? connection.prepare(text);
    statements.set(text, held);
    held.run(...valuesOf(bare));
  };
  const all = connection.transaction((rows: readonly BareRow[]) => rows.forEach(write));
  return {
    lanes: 1,
    write: (_, rows) => Promise.resolve(all.immediate(rows)),
    close: () => Promise.resolve(void connection.close()),
  };
}

async function onPostgres({database, atOnce}: BareTask): Promise<Bare> {
  const clients = Array.from({length: atOnce}, () => new pg.Client({connectionString: database}));
  await Promise.all(clients.map(client => client.connect()));
  return {
    lanes: atOnce,
    write: async (lane, rows) => {
      const client = clients[lane] as pg.Client;
      await client.query('BEGIN');
      for (const bare of rows) {
        const text = textOf(bare, n => `$${n + 1}`);
        await client.query({name: bare.table, text, values: [...valuesOf(bare)]});
      }
      await client.query('COMMIT');
    },
    close: async () => void (await Promise.all(clients.map(client => client.end()))),
  };
}

/** A new row is inserted, one that was there is changed. */
function textOf({table, row, by}: BareRow, mark: (n: number) => string): string {
  const set = Object.keys(row).filter(name => !by?.includes(name));
  if (!by) {
    const columns = set.map(name => `"${name}"`).join(', ');
    return `INSERT INTO "${table}" (${columns}) VALUES (${set.map((_, n) => mark(n)).join(', ')})`;
  }
  const changed = set.map((name, n) => `"${name}" = ${mark(n)}`).join(', ');
  const found = by.map((name, n) => `"${name}" = ${mark(set.length + n)}`).join(' AND ');
  return `UPDATE "${table}" SET ${changed} WHERE ${found}`;
}

function valuesOf({row, by = []}: BareRow): readonly (string | number | null)[] {
  const names = Object.keys(row).filter(name => !by.includes(name));
  return [...names, ...by].map(name => row[name] ?? null);
}
