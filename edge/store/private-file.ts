import {closeSync, existsSync, openSync} from 'node:fs';

const PRIVATE_MODE = 0o600;
/** SQLite's name for no file at all. */
export const IN_MEMORY = ':memory:';

/** Make an empty file for a database. Cards and holders are nobody else's to read; SQLite would make it for
 *  everybody, and gives its journal files the mode of the database. */
export function makePrivate(path: string): void {
  if (path !== IN_MEMORY && !existsSync(path)) closeSync(openSync(path, 'a', PRIVATE_MODE));
}
