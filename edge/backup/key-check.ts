import {fromHex} from '../../protocols/base/bytes.js';
import {StoreError} from '../../protocols/base/errors.js';
import {readFileIfThere} from '../platform/atomic-file.js';
import type {CopyContents} from '../store/database-copy.js';
import {pepperSum} from '../store/pepper.js';

const KEY_TEXT = /^[0-9a-f]{64}\s*$/i;

interface KeyFiles {
  /** Where the part of a backup by this name lies now; undefined: there is none. */
  readonly fileOf: (name: string) => string | undefined;
  /** What the complaint names. */
  readonly where: string;
}

/**
 * The keys beside a database are those that it was written with: without them a restored site would
 * open nobody's bay by code, or not start.
 * @throws StoreError `backup/keys`
 */
export function checkKeys(contents: CopyContents, {fileOf, where}: KeyFiles): void {
  const {pepperSum: expected} = contents;
  const pepper = keyIn(fileOf('database.pepper'), 'database.pepper', where);
  keyIn(fileOf('database.key'), 'database.key', where);
  if (expected === undefined) return;
  const wanted = `the key of sum ${expected} under which its codes lie`;
  if (pepper === undefined) throw wrong(where, 'database.pepper', wanted, 'no file');
  const got = pepperSum(pepper);
  if (got !== expected) throw wrong(where, 'database.pepper', wanted, `one of sum ${got}`);
}

function keyIn(file: string | undefined, name: string, where: string): Uint8Array | undefined {
  const content = file === undefined ? undefined : readFileIfThere(file);
  if (content === undefined) return undefined;
  const text = Buffer.from(content).toString('latin1');
  if (KEY_TEXT.test(text)) return fromHex(text.trim());
  throw wrong(where, name, '64 hex digits', `${content.length} bytes of something else`);
}

function wrong(where: string, name: string, expected: string, got: string): StoreError {
  const text = `${where}: ${name}: expected ${expected}, got ${got}`;
  return new StoreError('backup/keys', text, {name, expected, got});
}
