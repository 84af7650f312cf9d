import Database from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
  sql,
} from 'kysely';
import {errorText, StoreError} from '../../../protocols/base/errors.js';
import type {CloudEngine} from './cloud-engine.js';
import type {CloudReader} from './cloud-schema.js';
import {SQLITE_TYPES} from './column-types.js';
import {SqliteEventWriter} from './sqlite-event-writer.js';

/** Marks the file as ours: `LKCL`. */
const APPLICATION_ID = 0x4c_4b_43_4c;

const PRAGMAS = [
  'synchronous=FULL',
  // Under load the same pages are written again and again: the fewer checkpoints, the fewer writes.
  'wal_autocheckpoint=4000',
  'journal_size_limit=16777216',
  'foreign_keys=ON',
  // What is deleted is overwritten: erased personal data must not lie about in the file.
  'secure_delete=ON',
  // One process has the file; who else holds it must not hold up everything.
  'busy_timeout=250',
  'trusted_schema=OFF',
  'cell_size_check=ON',
  'mmap_size=0',
];

/** Statements kept ready; beyond it the oldest is prepared anew. */
const MAX_STATEMENTS = 500;

const FAULTS: readonly (readonly [string, string])[] = [
  ['SQLITE_FULL', 'store/full'],
  ['SQLITE_BUSY', 'store/locked'],
  ['SQLITE_LOCKED', 'store/locked'],
  ['SQLITE_IOERR', 'store/io'],
  ['SQLITE_CANTOPEN', 'store/io'],
  ['SQLITE_READONLY', 'store/readonly'],
  ['SQLITE_CORRUPT', 'store/damaged'],
  ['SQLITE_NOTADB', 'store/damaged'],
];

/** @throws StoreError `store/open` when the file cannot be opened or is no database, `store/foreign`
 *  when it is another program's */
export function openSqlite(file: string, mustExist = false): CloudEngine {
  const connection = openFile(file, mustExist);
  try {
    prepareFile(file, connection);
  } catch (error) {
    connection.close();
    throw error;
  }
  return {
    dialect: new ImmediateDialect(connection),
    types: SQLITE_TYPES,
    isShared: false,
    events: new SqliteEventWriter(connection),
    isOpen: () => connection.inTransaction,
    assertOurs: (db, known) => assertKnown(db, known, file),
    assertDurable: () => {
      // Reading FULL back means nothing before the first write, which this line makes.
      connection.pragma(`application_id=${APPLICATION_ID}`);
      const mode = connection.pragma('journal_mode', {simple: true});
      if (pragma(connection, 'synchronous') === 2 && (mode === 'wal' || file === ':memory:'))
        return;
      throw new StoreError('store/not-durable', `${file}: WAL with FULL sync refused`, {file});
    },
    // The log still holds pages as they were.
    scrub: async db => {
      await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(db);
    },
    faultOf,
  };
}

function openFile(file: string, fileMustExist: boolean): Database.Database {
  try {
    const connection = new Database(file, {fileMustExist});
    // The file is not read before the first statement.
    connection.pragma('schema_version');
    return connection;
  } catch (error) {
    throw new StoreError('store/open', `cannot open ${file}: ${errorText(error)}`, {file}, error);
  }
}

function prepareFile(file: string, connection: Database.Database): void {
  const id = pragma(connection, 'application_id');
  const tables = connection.prepare('SELECT count(*) FROM sqlite_schema').pluck().get();
  if (id !== APPLICATION_ID && (id !== 0 || tables !== 0)) {
    throw new StoreError('store/foreign', `${file} is not a database of this program`, {file});
  }
  connection.pragma('journal_mode=WAL');
  for (const setting of PRAGMAS) connection.pragma(setting);
}

async function assertKnown(db: CloudReader, known: readonly string[], file: string): Promise<void> {
  const tables = await sql`SELECT 1 FROM sqlite_schema WHERE name = 'kysely_migration'`.execute(db);
  if (tables.rows.length === 0) return;
  const {rows} = await sql<{name: string}>`SELECT name FROM kysely_migration`.execute(db);
  const later = rows.find(({name}) => !known.includes(name));
  if (!later) return;
  throw new StoreError('store/foreign', `${file} was written by a newer version`, {file});
}

function pragma(connection: Database.Database, name: string): number {
  return Number(connection.pragma(name, {simple: true}));
}

function faultOf(error: unknown): StoreError | undefined {
  if (error instanceof StoreError) return error;
  if (!(error instanceof Database.SqliteError)) return undefined;
  const code = FAULTS.find(([prefix]) => error.code.startsWith(prefix))?.[1] ?? 'store/failed';
  return new StoreError(code, error.message, {sqlite: error.code}, error);
}

/** Statements of one connection, prepared once. */
class StatementCache {
  readonly #connection: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();

  constructor(connection: Database.Database) {
    this.#connection = connection;
  }

  prepare(text: string): SqliteStatement {
    const ready = this.#statements.get(text);
    if (ready) return ready as unknown as SqliteStatement;
    const statement = this.#connection.prepare(text);
    const [oldest] = this.#statements.keys();
    if (this.#statements.size >= MAX_STATEMENTS && oldest) this.#statements.delete(oldest);
    this.#statements.set(text, statement);
    return statement as unknown as SqliteStatement;
  }

  close(): void {
    this.#statements.clear();
    this.#connection.close();
  }
}

class ImmediateDialect extends SqliteDialect {
  readonly #connection: Database.Database;

  constructor(connection: Database.Database) {
    super({database: new StatementCache(connection)});
    this.#connection = connection;
  }

  override createDriver(): Driver {
    return new ImmediateDriver(this.#connection);
  }
}

/** Takes the right to write when a transaction begins, so that none fails half-way for another writer. */
class ImmediateDriver extends SqliteDriver {
  readonly #connection: Database.Database;

  constructor(connection: Database.Database) {
    super({database: new StatementCache(connection)});
    this.#connection = connection;
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  /** A full or broken disk has ended the transaction already; its error must not be hidden by another. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#connection.inTransaction) await super.rollbackTransaction(connection);
  }
}
