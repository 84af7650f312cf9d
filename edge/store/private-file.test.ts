import {mkdtempSync, readdirSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {StoreDatabase} from './database.js';
import {copyDatabase} from './database-copy.js';
import {SYSTEM_DISK} from './disk.js';
import {keepLastGood} from './last-good.js';

test('every file that holds people and cards is readable by its owner only', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-private-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const path = join(folder, 'lot.db');
  const newEpoch = () => new Uint8Array(16);
  const database = new StoreDatabase({path, site: 'lot-1', newEpoch});
  t.teardown(() => database.close());
  keepLastGood(database, SYSTEM_DISK);
  await copyDatabase(path, join(folder, 'copy.db'));
  const modes = readdirSync(folder)
    .filter(name => name !== 'lot.db.lock')
    .map(name => `${name} ${(statSync(join(folder, name)).mode & 0o777).toString(8)}`);
  t.deepEqual(modes.sort(), [
    'copy.db 600',
    'lot.db 600',
    'lot.db-shm 600',
    'lot.db-wal 600',
    'lot.db.good 600',
  ]);
});
