import {copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import Sqlite from 'better-sqlite3';
import {StoreError} from '../../protocols/base/errors.js';
import {StoreDatabase} from './database.js';
import {FaultyDisk} from './disk-rig.js';
import {APPLICATION_ID, MIGRATIONS, migrate, SCHEMA_VERSION} from './migrations/migrate.js';

const EPOCH = new Uint8Array(16).fill(7);

function freshPath(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  return join(folder, 'lot.db');
}

function openDatabase(t: ExecutionContext, path: string, maxBytes?: number): StoreDatabase {
  const database = new StoreDatabase({path, site: 'lot-1', newEpoch: () => EPOCH, maxBytes});
  t.teardown(() => database.close());
  return database;
}

function refusal(t: ExecutionContext, path: string, site = 'lot-1'): string | undefined {
  const thrown = t.throws(() => new StoreDatabase({path, site, newEpoch: () => EPOCH}), {
    instanceOf: StoreError,
  });
  return thrown?.code;
}

test('~X1 every setting reads back as asked for, synchronous FULL after the first write too', t => {
  const path = freshPath(t);
  const expected = {
    journal_mode: 'wal',
    synchronous: 2,
    wal_autocheckpoint: 256,
    journal_size_limit: 4_194_304,
    max_page_count: 131_072,
    foreign_keys: 1,
    busy_timeout: 2000,
    trusted_schema: 0,
    cell_size_check: 1,
    page_size: 4096,
    auto_vacuum: 2,
    application_id: APPLICATION_ID,
    user_version: SCHEMA_VERSION,
  };
  for (const round of ['created', 'opened again']) {
    const database = openDatabase(t, path);
    database.transact('write', () => database.statement('UPDATE meta SET acked = 0').run());
    for (const [name, value] of Object.entries(expected)) {
      t.is(database.pragma(name), value, `${name}, ${round}`);
    }
    database.close();
  }
});

test('only its owner can read the database and its journal', t => {
  const path = freshPath(t);
  openDatabase(t, path);
  for (const file of [path, `${path}-wal`]) t.is(statSync(file).mode & 0o777, 0o600, file);
});

test('a connection without our settings is not FULL, which is why they are read back', t => {
  const path = freshPath(t);
  openDatabase(t, path).close();
  const bare = new Sqlite(path);
  t.teardown(() => bare.close());
  bare.exec('UPDATE meta SET acked = 0');
  t.is(bare.pragma('synchronous', {simple: true}), 1);
});

test('a database that cannot keep a write-ahead log is refused', t => {
  const thrown = t.throws(
    () => new StoreDatabase({path: ':memory:', site: 'lot-1', newEpoch: () => EPOCH}),
    {instanceOf: StoreError},
  );
  t.teardown(() => rmSync(':memory:.lock', {force: true}));
  t.is(thrown?.code, 'store/pragma');
});

test('of a large file the start reads all but the events, which wait for an idle time', t => {
  const path = freshPath(t);
  openDatabase(t, path).close();
  const bare = new Sqlite(path);
  bare.exec(`INSERT INTO ev (prio, boot, mono, wall, clk, kind, body, h)
    VALUES (0, '', 0, 0, 'ok', '', printf('%.*c', 34000000, 'x'), zeroblob(32))`);
  const fill = bare.prepare('INSERT INTO "grant" (id, rev, body) VALUES (?, 1, ?)');
  for (let row = 0; row < 20; row += 1) fill.run(`g-${row}`, `${row}`.padStart(900, 'g'));
  bare.close();
  const disk = new FaultyDisk();
  new StoreDatabase({path, site: 'lot-1', newEpoch: () => EPOCH, disk}).close();
  const checks = disk.pragmas.filter(text => text.startsWith('quick_check'));
  t.true(checks.includes('quick_check("grant")'));
  t.false(checks.some(text => text === 'quick_check(1)' || text.includes('"ev"')));
  const bytes = readFileSync(path);
  const page = Math.floor(bytes.indexOf('gggg') / 4096);
  writeFileSync(path, bytes.fill(0xa5, page * 4096, (page + 1) * 4096));
  t.is(refusal(t, path), 'store/damaged');
});

test('a database of another program is refused and left as it was', t => {
  const path = freshPath(t);
  const foreign = new Sqlite(path);
  foreign.exec('CREATE TABLE notes (text TEXT)');
  foreign.close();
  const before = readFileSync(path);
  t.is(refusal(t, path), 'store/not-ours');
  t.deepEqual(readFileSync(path), before);
});

test('a file that is no database is refused', t => {
  const path = freshPath(t);
  writeFileSync(path, 'just some text, long enough to be no empty file '.repeat(100));
  t.is(refusal(t, path), 'store/not-ours');
});

test('~P4 the database of another site is refused', t => {
  const path = freshPath(t);
  openDatabase(t, path).close();
  t.is(refusal(t, path, 'lot-2'), 'store/not-ours');
});

test('a database made by a newer version is refused', t => {
  const path = freshPath(t);
  openDatabase(t, path).close();
  const newer = new Sqlite(path);
  newer.pragma(`user_version = ${SCHEMA_VERSION + 1}`);
  newer.close();
  t.is(refusal(t, path), 'store/newer');
});

test('~E12 a damaged database is refused at the start', t => {
  const path = freshPath(t);
  const database = openDatabase(t, path);
  database.transact('fill', () => {
    for (let row = 0; row < 500; row += 1) {
      database.statement('INSERT INTO counter (name) VALUES (? || hex(randomblob(100)))').run(row);
    }
  });
  database.close();
  const content = readFileSync(path);
  content.fill(0xa5, content.length - 40_960, content.length - 8192);
  writeFileSync(path, content);
  t.is(refusal(t, path), 'store/damaged');
});

test('a second daemon on one database is refused until the first has ended', t => {
  const path = freshPath(t);
  const first = openDatabase(t, path);
  t.is(refusal(t, path), 'store/locked');
  first.close();
  t.notThrows(() => openDatabase(t, path));
});

test('a place where nothing can be made is refused', t => {
  t.is(refusal(t, join(freshPath(t), 'nowhere', 'lot.db')), 'store/cannot-open');
});

test('tells a clean start from an unclean one', t => {
  const path = freshPath(t);
  const first = openDatabase(t, path);
  t.deepEqual(first.formerRun, {fresh: true, unclean: false});
  first.close();
  const second = openDatabase(t, path);
  t.deepEqual(second.formerRun, {fresh: false, unclean: false});
  const copy = join(path, '..', 'copy.db');
  copyFileSync(path, copy);
  copyFileSync(`${path}-wal`, `${copy}-wal`);
  t.deepEqual(openDatabase(t, copy).formerRun, {fresh: false, unclean: true});
});

test('the quota fails a write whole, and room made by deleting is used again', t => {
  const database = openDatabase(t, freshPath(t), 128 * 4096);
  const insert = (name: string): void => {
    database.transact('fill', () => {
      database
        .statement('INSERT INTO counter (name) VALUES (? || hex(randomblob(1000)))')
        .run(name);
    });
  };
  let row = 0;
  const full = t.throws(
    () => {
      for (; row < 1000; row += 1) insert(`row ${row} `);
    },
    {instanceOf: StoreError},
  );
  t.is(full?.code, 'store/full');
  t.true(database.fillLevel() > 0.9);
  const stored = database.statement('SELECT count(*) FROM counter').pluck();
  const before = stored.get();
  // Elsewhere in the tree a page may be half empty.
  t.throws(() => insert(`row ${row} `), {instanceOf: StoreError});
  t.is(stored.get(), before);
  database.transact('make room', () => {
    database.statement('DELETE FROM counter WHERE name < ?').run('row 5');
  });
  t.true(database.fillLevel() < 0.7);
  t.notThrows(() => insert('row again '));
});

test('what waits for a commit runs after it, and never after a rollback', t => {
  const database = openDatabase(t, freshPath(t));
  const heard: string[] = [];
  database.transact('outer', () => {
    database.transact('inner', () => database.afterCommit(() => heard.push('committed')));
    t.deepEqual(heard, []);
  });
  t.deepEqual(heard, ['committed']);
  t.throws(() =>
    database.transact('lost', () => {
      database.afterCommit(() => heard.push('rolled back'));
      throw new StoreError('store/used', 'refused');
    }),
  );
  database.transact('next', () => undefined);
  t.deepEqual(heard, ['committed']);
});

test('each migration applies from empty and from every version before it', t => {
  for (let from = 0; from < MIGRATIONS.length; from += 1) {
    const path = freshPath(t);
    const database = new Sqlite(path);
    t.teardown(() => database.close());
    migrate(database, MIGRATIONS.slice(0, from));
    t.is(database.pragma('user_version', {simple: true}), from);
    migrate(database);
    t.is(database.pragma('user_version', {simple: true}), SCHEMA_VERSION);
    migrate(database);
    t.is(database.pragma('quick_check', {simple: true}), 'ok');
  }
  t.deepEqual(
    MIGRATIONS.map(step => step.to),
    MIGRATIONS.map((_, index) => index + 1),
  );
});

test('a migration that fails leaves the version before it whole', t => {
  const database = new Sqlite(freshPath(t));
  t.teardown(() => database.close());
  migrate(database);
  const broken = {
    to: SCHEMA_VERSION + 1,
    name: 'broken',
    sql: 'CREATE TABLE x (a); SELECT nothing',
  };
  t.throws(() => migrate(database, [...MIGRATIONS, broken]), {any: true});
  t.is(database.pragma('user_version', {simple: true}), SCHEMA_VERSION);
  t.is(database.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'x'").pluck().get(), 0);
});

test('every table of ours is STRICT', t => {
  const database = openDatabase(t, freshPath(t));
  const tables = database.statement(
    "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite%'",
  );
  const found = tables.all() as {readonly name: string; readonly strict: number}[];
  t.true(found.length >= 11);
  for (const {name, strict} of found) t.is(strict, 1, name);
});
