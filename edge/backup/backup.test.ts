import {existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {StoreError} from '../../protocols/base/errors.js';
import {clock, folderOf, openStore, SECRET, SITE, site} from '../../sim/scenarios/backup-rig.js';
import type {SiteStore} from '../store/site-store.js';
import type {BackupSecret} from './backup-key.js';
import {keepCopy} from './keep-copy.js';
import {makeBackup, verifyBackup} from './make-backup.js';
import {restoreBackup} from './restore-backup.js';

test('a backup of a running site holds its unsent events and used grants, and begins a new epoch elsewhere', async t => {
  const {folder, store, options} = site(t);
  const file = join(folder, 'lot.lkbackup');
  const manifest = await makeBackup(file, options);
  t.is(statSync(file).mode & 0o777, 0o600);
  t.deepEqual((await verifyBackup(file, SECRET)).holds, manifest.holds);
  t.like(manifest.holds, {head: 30, unsent: 20, usedGrants: 1});
  t.false(readFileSync(file).includes('A-17'), 'nothing in clear');
  t.deepEqual(
    readdirSync(folder).filter(name => /\.db$|\.tmp$/.test(name)),
    ['lot.db'],
  );

  const elsewhere = folderOf(t);
  const sitePath = join(elsewhere, 'site.yaml');
  await restoreBackup(file, {secret: SECRET, sitePath, isReplacing: false});
  t.is(readFileSync(sitePath, 'utf8'), SITE);
  const restored = openStore(elsewhere, 2);
  t.teardown(() => restored.close());
  t.not(restored.outbox.epoch(), store.outbox.epoch());
  const bodies = (one: SiteStore, from: number) => one.outbox.read(from, 100).map(({body}) => body);
  t.deepEqual(bodies(restored, 1).slice(0, 20), bodies(store, 11).slice(0, 20));
  t.true(restored.book.isUsed('g-1' as never));
  t.deepEqual([restored.outbox.acked(), restored.outbox.low()], [10, 11]);
  t.true(Number(restored.condition().usesSureFromMs) > 0, 'what was used since is not known here');
  const spent = restored.counters.of('C2.out').load();
  t.true(
    spent >= 2n ** 32n,
    'frames sealed since the backup are not sealed under their numbers again',
  );
});

test('a backup that is cut short or changed anywhere is refused before anything is written', async t => {
  const {folder, options} = site(t);
  const file = join(folder, 'lot.lkbackup');
  await makeBackup(file, {...options, secret: {kind: 'key', bytes: new Uint8Array(32)}});
  const whole = readFileSync(file);
  const secret: BackupSecret = {kind: 'key', bytes: new Uint8Array(32)};
  const elsewhere = folderOf(t);
  const bad = join(folder, 'bad.lkbackup');
  const changes: Buffer[] = [0, 1, 100, 300, 5000, whole.length - 17, whole.length - 1].map(size =>
    whole.subarray(0, size),
  );
  for (const at of [0, 20, 60, 250, 400, 9000, whole.length - 1]) {
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] ?? 0) ^ 1;
    changes.push(changed);
  }
  changes.push(Buffer.concat([whole, Buffer.from('more')]));
  for (const change of changes) {
    writeFileSync(bad, change);
    const sitePath = join(elsewhere, 'site.yaml');
    const error = await t.throwsAsync(restoreBackup(bad, {secret, sitePath, isReplacing: true}), {
      instanceOf: StoreError,
    });
    t.regex(error?.code ?? '', /^backup\/(damaged|format|key)$/);
    t.deepEqual(readdirSync(elsewhere), []);
  }
});

test('HA: a backup cut short says how many bytes were expected and how many came, and an empty one what it should be', async t => {
  const {folder, options} = site(t);
  const secret: BackupSecret = {kind: 'key', bytes: new Uint8Array(32)};
  const file = join(folder, 'lot.lkbackup');
  await makeBackup(file, {...options, secret});
  const whole = readFileSync(file);
  writeFileSync(file, whole.subarray(0, whole.length - 1000));
  const cut = await t.throwsAsync(verifyBackup(file, secret), {code: 'backup/damaged'});
  t.true(
    cut?.message.includes(`expected ${whole.length} bytes, got ${whole.length - 1000}`),
    cut?.message,
  );
  writeFileSync(file, '');
  const none = await t.throwsAsync(verifyBackup(file, secret), {code: 'backup/format'});
  t.regex(none?.message ?? '', /lot\.lkbackup .*expected .*'latchkey-backup 1', got 0 bytes/);
});

test('a place where no backup can be written is told, and nothing is left there', async t => {
  const {folder, options} = site(t);
  const error = await t.throwsAsync(makeBackup(folder, options), {code: 'backup/unwritable'});
  t.true(error?.message.includes(folder));
  const name = folder.split('/').at(-1) ?? '';
  const left = readdirSync(join(folder, '..')).filter(one => one.startsWith(`${name}.`));
  t.deepEqual(left, []);
});

test('another secret, another file and no file are told apart', async t => {
  const {folder, options} = site(t);
  const file = join(folder, 'lot.lkbackup');
  await makeBackup(file, options);
  const other: BackupSecret = {kind: 'passphrase', text: 'another long passphrase'};
  await t.throwsAsync(verifyBackup(file, other), {code: 'backup/key'});
  const key: BackupSecret = {kind: 'key', bytes: new Uint8Array(32)};
  await t.throwsAsync(verifyBackup(file, key), {code: 'backup/key'});
  await t.throwsAsync(verifyBackup(join(folder, 'site.yaml'), SECRET), {code: 'backup/format'});
  await t.throwsAsync(verifyBackup(join(folder, 'none'), SECRET), {code: 'backup/unreadable'});
});

test('a restore replaces nothing unasked, and never a database that a daemon holds', async t => {
  const {folder, store, options} = site(t);
  const file = join(folder, 'lot.lkbackup');
  await makeBackup(file, options);
  const {sitePath} = options;
  const restore = (isReplacing: boolean) =>
    restoreBackup(file, {secret: SECRET, sitePath, isReplacing});
  await t.throwsAsync(restore(true), {code: 'backup/in-use'});
  const epoch = store.outbox.epoch();
  store.close();
  await t.throwsAsync(restore(false), {code: 'backup/exists'});
  t.false(existsSync(`${sitePath}.restoring`));
  const {aside} = await restore(true);
  t.true(aside.every(path => existsSync(path)));
  const second = await restore(true);
  t.deepEqual(
    second.aside.filter(path => aside.includes(path)),
    [],
    'what the first restore put aside is still there',
  );
  const again = openStore(folder, 3);
  t.teardown(() => again.close());
  t.not(again.outbox.epoch(), epoch, 'a restored copy never goes on with old numbers');
  t.is(again.outbox.read(1, 100).length, 21);
});

test('of automatic copies the latest seven stay', async t => {
  const {folder, options} = site(t);
  const copies = join(folder, 'copies');
  const made: string[] = [];
  for (let index = 0; index < 9; index += 1) {
    await clock.advance(1000);
    const key: BackupSecret = {kind: 'key', bytes: new Uint8Array(32)};
    made.push(await keepCopy(copies, 'config', {...options, secret: key}));
  }
  t.deepEqual(
    readdirSync(copies)
      .map(name => join(copies, name))
      .sort(),
    made.slice(2).sort(),
  );
});

test('a key of codes that is not the one of its database is told at the backup, by place, what was expected and what came', async t => {
  const {folder, options} = site(t);
  const pepper = join(folder, 'lot.db.pepper');
  const whole = readFileSync(pepper);
  const file = join(folder, 'lot.lkbackup');
  const cases = [
    [whole.subarray(0, 31), /lot\.db: database\.pepper: expected 64 hex digits, got 31 bytes/],
    [Buffer.alloc(0), /expected 64 hex digits, got 0 bytes/],
    [Buffer.from('7c'.repeat(32)), /expected the key of sum [0-9a-f]{16} .*, got one of sum/],
    [undefined, /database\.pepper: expected the key of sum [0-9a-f]{16} .*, got no file/],
  ] as const;
  for (const [content, told] of cases) {
    if (content) writeFileSync(pepper, content);
    else rmSync(pepper);
    const error = await t.throwsAsync(makeBackup(file, options), {instanceOf: StoreError});
    t.is(error?.code, 'backup/keys');
    t.regex(error?.message ?? '', told);
    t.false(existsSync(file));
  }
  writeFileSync(pepper, whole);
  await makeBackup(file, options);
  t.pass();
});
