import {createRequire} from 'node:module';
import {errorText} from '../../protocols/base/errors.js';
import {type CommandResult, failed, succeeded} from './command.js';

/** Each with what shows that it works and not only loads; HID devices need a library that may come later. */
const MODULES = ['better-sqlite3', '@serialport/bindings-cpp', 'node-hid', 'koffi'] as const;

interface Sqlite {
  new (
    path: string,
  ): {
    prepare(sql: string): {get(): unknown};
    close(): void;
  };
}

/** `latchkey release check`: every native module loads on this machine, and a database opens. */
export function checkNatives(version: string): CommandResult {
  const load = createRequire(import.meta.url);
  const troubles: string[] = [];
  for (const name of MODULES) {
    try {
      const loaded: unknown = load(name);
      if (name === 'better-sqlite3') openDatabase(loaded as Sqlite);
    } catch (thrown) {
      if (name === 'node-hid') continue;
      troubles.push(`${name} does not work here: ${errorText(thrown)}`);
    }
  }
  if (troubles.length > 0) return failed(...troubles);
  return succeeded(`${version}: native modules load, a database opens`);
}

function openDatabase(Database: Sqlite): void {
  const database = new Database(':memory:');
  try {
    database.prepare('SELECT sqlite_version()').get();
  } finally {
    database.close();
  }
}
