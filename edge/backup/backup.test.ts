import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {StoreError} from '../../protocols/base/errors.js';
import type {SiteFact} from '../../protocols/site/events.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {loadSiteConfig} from '../config/load.js';
import {copyDatabase} from '../store/database-copy.js';
import {SiteStore} from '../store/site-store.js';
import type {BackupSecret} from './backup-key.js';
import {type BackupOptions, keepCopy, makeBackup, verifyBackup} from './make-backup.js';
import {restoreBackup} from './restore-backup.js';

const SITE = `
site: {id: lot-1, name: Lot, timezone: Asia/Shanghai}
profiles: [parkCard]
database: ./lot.db
secretKey: {file: ./keys/secret.key}
contacts: [{name: Guard, afterMs: 0}]
`;
const SECRET: BackupSecret = {kind: 'passphrase', text: 'a long enough passphrase'};
const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});

function folderOf(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-backup-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  return folder;
}

function openStore(folder: string, seed: number): SiteStore {
  return new SiteStore({
    path: join(folder, 'lot.db'),
    ...{site: 'lot-1', secretKey: new Uint8Array(32), clock, clockState: () => 'ok'},
    entropy: new SeededEntropy(seed),
  });
}

const fact = (bay: string): SiteFact =>
  ({
    kind: 'bay',
    body: {bay, arm: 'up', occupancy: 'vacant', online: true, saleable: true},
  }) as never;

/** A site with 30 events, of which the cloud has confirmed 10, and a one-entry grant that was used. */
function site(t: ExecutionContext) {
  const folder = folderOf(t);
  const store = openStore(folder, 1);
  t.teardown(() => store.close());
  for (let index = 0; index < 30; index += 1) {
    store.journal.append([fact(`A-${index}`)], store.stampNow());
  }
  store.outbox.markAcked(10);
  store.counters.of('C2.out').reserve(1000n);
  const used = {table: 'grantUse', grant: 'g-1', session: 's-1'} as never;
  store.lot.commit({facts: [], records: [used], stamp: store.stampNow()});
  const sitePath = join(folder, 'site.yaml');
  writeFileSync(sitePath, SITE);
  const loaded = loadSiteConfig(SITE, sitePath);
  if (!loaded.ok) throw new Error(loaded.problems.join());
  const options: BackupOptions = {
    ...{clock, entropy: new SeededEntropy(9), secret: SECRET, sitePath, config: loaded.config},
    pathOf: path => join(folder, path),
    version: '1.0.0',
    copyDatabase: target => copyDatabase(join(folder, 'lot.db'), target),
  };
  return {folder, store, options};
}

test('~I-7 a backup of a running site holds its unsent events and used grants, and begins a new epoch elsewhere', async t => {
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
  t.is(restored.outbox.acked(), 0);
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
