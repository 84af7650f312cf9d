import {createHash} from 'node:crypto';
import type {CloudDatabase} from './cloud-database.js';

/** Keys of people and programs that use the HTTP interface; only their hashes are stored. */
export class ApiKeyTable {
  readonly #prepare;

  constructor(database: CloudDatabase) {
    const {connection} = database;
    this.#prepare = {
      put: connection.prepare(
        'INSERT OR IGNORE INTO api_key (hash, name, created_wall) VALUES (?, ?, ?)',
      ),
      name: connection.prepare('SELECT name FROM api_key WHERE hash = ?'),
    };
  }

  put(key: string, name: string, wallMs: number): void {
    this.#prepare.put.run(hashOf(key), name, wallMs);
  }

  /** Whose key this is. Looking a hash up leaks no timing of the key itself. */
  nameOf(key: string): string | undefined {
    return (this.#prepare.name.get(hashOf(key)) as {name: string} | undefined)?.name;
  }
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
