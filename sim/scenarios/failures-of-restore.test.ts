import {readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import type {BackupSecret} from '../../edge/backup/backup-key.js';
import {makeBackup} from '../../edge/backup/make-backup.js';
import {restoreBackup} from '../../edge/backup/restore-backup.js';
import {StoreError} from '../../protocols/base/errors.js';
import {folderOf, openStore, site} from './backup-rig.js';

// What users of other systems reported of restoring. The sources stand in sim/README.md.

const SHARES = 24;
const secret: BackupSecret = {kind: 'key', bytes: new Uint8Array(32)};

/** Every file below a folder, byte for byte. */
function contents(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder, {recursive: true}).map(String);
  const files = names.filter(name => statSync(join(folder, name)).isFile());
  return new Map(files.map(name => [name, readFileSync(join(folder, name)).toString('base64')]));
}

test('HA, restore of a truncated backup: cut anywhere or changed anywhere, it fails before one byte of the site that stands is overwritten', async t => {
  const {folder, store, options} = site(t);
  const kept = folderOf(t);
  const file = join(kept, 'lot.lkbackup');
  await makeBackup(file, {...options, secret});
  store.close();
  const whole = readFileSync(file);
  const standing = contents(folder);
  t.true(standing.size >= 3);
  const bad: Buffer[] = [];
  for (let share = 0; share < SHARES; share += 1) {
    const at = Math.floor((share * whole.length) / SHARES);
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] ?? 0) ^ 0x40;
    bad.push(whole.subarray(0, at), changed);
  }
  bad.push(whole.subarray(0, -1));
  for (const bytes of bad) {
    writeFileSync(file, bytes);
    const restoring = restoreBackup(file, {secret, sitePath: options.sitePath, isReplacing: true});
    await t.throwsAsync(restoring, {instanceOf: StoreError});
    t.deepEqual(contents(folder), standing);
  }
  writeFileSync(file, whole);
  await restoreBackup(file, {secret, sitePath: options.sitePath, isReplacing: true});
  const restored = openStore(folder, 4);
  t.teardown(() => restored.close());
  t.not(restored.outbox.head(), 0, 'the whole one goes in');
});
