import {createInterface} from 'node:readline';
import Database from 'better-sqlite3';
import pg from 'pg';
import {SystemClock} from '../../edge/platform/system-clock.js';
import type {WorkerReport} from './api-worker.js';
import {answer} from './child.js';

export interface BareRow {
  readonly table: string;
  readonly row: Readonly<Record<string, string | number | null>>;
}

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
  answer({ready: true});
  await lines.next();
  const clock = new SystemClock();
  const latenciesMs: number[] = [];
  let next = 0;
  const startMs = clock.nowMs();
  const oneAfterAnother = async (lane: number) => {
    for (let rows = task.rows[next++]; rows; rows = task.rows[next++]) {
      const beganMs = clock.nowMs();
      await bench.write(lane, rows);
      latenciesMs.push(clock.nowMs() - beganMs);
    }
  };
  await Promise.all(Array.from({length: bench.lanes}, (_, lane) => oneAfterAnother(lane)));
  const report: WorkerReport = {ms: clock.nowMs() - startMs, latenciesMs};
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
  const insert = ({table, row}: BareRow) => {
    const text = insertText(table, Object.keys(row), () => '?');
    const held = statements.get(text) ?? connection.prepare(text);
    statements.set(text, held);
    held.run(...Object.values(row));
  };
  const all = connection.transaction((rows: readonly BareRow[]) => rows.forEach(insert));
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
      for (const {table, row} of rows) {
        const text = insertText(table, Object.keys(row), n => `$${n + 1}`);
        await client.query({name: table, text, values: Object.values(row)});
      }
      await client.query('COMMIT');
    },
    close: async () => void (await Promise.all(clients.map(client => client.end()))),
  };
}

function insertText(table: string, names: readonly string[], mark: (n: number) => string): string {
  const columns = names.map(name => `"${name}"`).join(', ');
  return `INSERT INTO "${table}" (${columns}) VALUES (${names.map((_, n) => mark(n)).join(', ')})`;
}
