import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {closeToOthers} from './exposure.js';

test('files of a database that stand open to others are closed and told; other files and folders are left alone', t => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-open-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const at = (name: string) => join(folder, name);
  for (const name of [
    'lot.db',
    'lot.db-wal',
    'lot.db.key',
    'lot.db.good',
    'lot.dbx',
    'other.key',
  ]) {
    writeFileSync(at(name), '');
    chmodSync(at(name), 0o644);
  }
  chmodSync(at('lot.db.good'), 0o600);
  chmodSync(at('lot.db-wal'), 0o640);
  mkdirSync(at('lot.db.copies'), {mode: 0o755});
  symlinkSync('nowhere', at('lot.db.link'));
  const found = closeToOthers(at('lot.db')).toSorted((one, two) => (one.path < two.path ? -1 : 1));
  t.deepEqual(
    found.map(({path, isMended, isOpenToAll}) => [path, isMended, isOpenToAll]),
    [
      [at('lot.db'), true, true],
      [at('lot.db-wal'), true, false],
      [at('lot.db.key'), true, true],
    ],
  );
  t.regex(found[0]?.got ?? '', /^644 of user \d+$/);
  const modes = ['lot.db', 'lot.db-wal', 'lot.db.key', 'lot.dbx', 'other.key', 'lot.db.copies'];
  t.deepEqual(
    modes.map(name => (statSync(at(name)).mode & 0o777).toString(8)),
    ['600', '600', '600', '644', '644', '755'],
  );
  t.deepEqual(closeToOthers(at('lot.db')), []);
  t.deepEqual(closeToOthers(join(folder, 'none', 'lot.db')), []);
});
