import {sql} from 'kysely';
import pg from 'pg';
import {errorText, StoreError} from '../../../protocols/base/errors.js';
import type {CloudEngine} from './cloud-engine.js';
import type {CloudReader} from './cloud-schema.js';
import {POSTGRES_TYPES} from './column-types.js';
import {PipedDialect, type YieldTurn} from './postgres-driver.js';
import {PostgresEventWriter} from './postgres-event-writer.js';

const MAX_CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 3000;
/** Said by each session as it begins, so that no connection of the pool is without it. */
const SESSION = [
  'synchronous_commit=on',
  'timezone=UTC',
  'lock_timeout=10s',
  'statement_timeout=60s',
  'idle_in_transaction_session_timeout=60s',
]
  .map(setting => `-c ${setting}`)
  .join(' ');

/** Type numbers of PostgreSQL. */
const INT8 = 20;

/** By SQLSTATE or its class. @see PostgreSQL 15, appendix A */
const FAULTS: readonly (readonly [string, string])[] = [
  ['40001', 'store/conflict'],
  ['40P01', 'store/conflict'],
  ['55P03', 'store/locked'],
  ['57014', 'store/locked'],
  ['53100', 'store/full'],
  ['53', 'store/unreachable'],
  ['57', 'store/unreachable'],
  ['08', 'store/unreachable'],
  ['28', 'store/unreachable'],
  ['3D', 'store/unreachable'],
  ['25006', 'store/readonly'],
  ['58', 'store/io'],
  ['XX001', 'store/damaged'],
  ['XX002', 'store/damaged'],
];

const ON_NETWORK = /^(?:ECONN|EPIPE|ENOENT|ENOTFOUND|EAI_|EHOST|ENET|ETIMEDOUT|EACCES)/;
/** The client's own words for a connection that is gone; they carry no code. */
const LOST = /connection|not queryable|timeout exceeded|client was closed/i;

/** `url`: `postgres://user@host:port/database`. Connects with the first question. */
export function openPostgres(url: string, yieldTurn?: YieldTurn): CloudEngine {
  const pool = new pg.Pool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    pipeline: true,
    application_name: 'latchkey-cloud',
    options: SESSION,
    types: {
      getTypeParser: ((oid: number, format?: 'text') =>
        oid === INT8
          ? Number
          : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  });
  // A connection that breaks is replaced by the pool; who asked or asks next is told by his question.
  pool.on('error', () => {});
  pool.on('connect', client => client.on('error', () => {}));
  return {
    dialect: new PipedDialect(pool, yieldTurn),
    types: POSTGRES_TYPES,
    isShared: true,
    events: new PostgresEventWriter(),
    assertOurs,
    assertDurable,
    scrub: async (db, tables) => {
      for (const table of tables) await sql`VACUUM ${sql.table(table)}`.execute(db);
    },
    faultOf,
  };
}

async function assertOurs(db: CloudReader, known: readonly string[]): Promise<void> {
  const {rows} = await sql<{name: string}>`
    SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()`.execute(db);
  const tables = rows.map(row => row.name);
  if (tables.length === 0) return;
  if (!tables.includes('kysely_migration')) {
    throw new StoreError(
      'store/foreign',
      'the PostgreSQL database holds tables of another program',
    );
  }
  const applied = await sql<{name: string}>`SELECT name FROM kysely_migration`.execute(db);
  if (applied.rows.every(({name}) => known.includes(name))) return;
  throw new StoreError('store/foreign', 'the PostgreSQL database was written by a newer version');
}

async function assertDurable(db: CloudReader): Promise<void> {
  for (const [setting, wanted] of DURABLE) {
    const {rows} = await sql<{value: string}>`
      SELECT current_setting(${setting}) AS value`.execute(db);
    const value = rows[0]?.value ?? '';
    if (wanted.includes(value)) continue;
    const text = `PostgreSQL runs with ${setting}=${value}: a commit is not safe on disk`;
    throw new StoreError('store/not-durable', text, {setting, value});
  }
}

const DURABLE: readonly (readonly [string, readonly string[]])[] = [
  ['synchronous_commit', ['on', 'remote_apply']],
  ['fsync', ['on']],
  ['full_page_writes', ['on']],
];

function faultOf(error: unknown): StoreError | undefined {
  if (error instanceof StoreError) return error;
  if (!(error instanceof Error)) return undefined;
  const {code} = error as {code?: unknown};
  const state = typeof code === 'string' ? code : '';
  if (error instanceof pg.DatabaseError) {
    const known = FAULTS.find(([prefix]) => state.startsWith(prefix))?.[1] ?? 'store/failed';
    return new StoreError(known, error.message, {sqlstate: state}, error);
  }
  const isLost = ON_NETWORK.test(state) || (state === '' && LOST.test(error.message));
  if (!isLost) return undefined;
  return new StoreError('store/unreachable', `PostgreSQL: ${errorText(error)}`, {}, error);
}
