import Database from 'better-sqlite3';
import {errorText, StoreError} from '../../../protocols/base/errors.js';
import {MIGRATIONS} from './migrations.js';

/** Marks the file as ours: `LKCL`. */
const APPLICATION_ID = 0x4c_4b_43_4c;

const PRAGMAS = [
  'synchronous=FULL',
  'wal_autocheckpoint=1000',
  'journal_size_limit=16777216',
  'foreign_keys=ON',
  'busy_timeout=2000',
  'trusted_schema=OFF',
  'cell_size_check=ON',
  'mmap_size=0',
];

/** The prepared way to the cloud's own database: one connection, durable at each commit. */
export class CloudDatabase {
  readonly connection: Database.Database;

  /** @throws StoreError `store/open` when the file cannot be opened, `store/foreign` when it is not a
   *  database of this program or of a newer one, `store/not-durable` when FULL is not in force. */
  constructor(file: string) {
    this.connection = openFile(file);
    try {
      this.#prepare(file);
    } catch (error) {
      this.connection.close();
      throw error;
    }
  }

  /** All or nothing, durable when it returns. */
  transaction<Result>(work: () => Result): Result {
    return this.connection.transaction(work).immediate();
  }

  close(): void {
    this.connection.close();
  }

  #prepare(file: string): void {
    const {connection} = this;
    const id = this.#number('application_id');
    const tables = connection.prepare('SELECT count(*) AS n FROM sqlite_schema').get() as {
      n: number;
    };
    if (id !== APPLICATION_ID && (id !== 0 || tables.n > 0)) {
      throw new StoreError('store/foreign', `${file} is not a database of this program`, {file});
    }
    const mode = connection.pragma('journal_mode=WAL', {simple: true});
    for (const pragma of PRAGMAS) connection.pragma(pragma);
    this.#migrate(file);
    // Reading FULL back means nothing before the first write, which the migration or this line made.
    connection.pragma(`application_id=${APPLICATION_ID}`);
    if (this.#number('synchronous') !== 2 || (mode !== 'wal' && file !== ':memory:')) {
      throw new StoreError('store/not-durable', `${file}: WAL with FULL sync refused`, {file});
    }
  }

  #migrate(file: string): void {
    const version = this.#number('user_version');
    if (version > MIGRATIONS.length) {
      throw new StoreError('store/foreign', `${file} was written by a newer version`, {version});
    }
    MIGRATIONS.slice(version).forEach((sql, index) => {
      this.transaction(() => {
        this.connection.exec(sql);
        this.connection.pragma(`user_version=${version + index + 1}`);
      });
    });
  }

  #number(pragma: string): number {
    return Number(this.connection.pragma(pragma, {simple: true}));
  }
}

function openFile(file: string): Database.Database {
  try {
    const connection = new Database(file);
    // The file is not read before the first statement.
    connection.pragma('schema_version');
    return connection;
  } catch (error) {
    throw new StoreError('store/open', `cannot open ${file}: ${errorText(error)}`, {file}, error);
  }
}
