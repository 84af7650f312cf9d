import {readdirSync} from 'node:fs';
import test from 'ava';
import {SQLITE_TYPES} from './column-types.js';
import {cloudMigrations} from './migrations.js';

const FOLDER = 'cloud-sync/api/store/migrations';

test('migrations are numbered from 1 without a gap, each number once, and applied in that order', t => {
  const names = Object.keys(cloudMigrations(SQLITE_TYPES));
  t.deepEqual(
    names.map(name => name.slice(0, 4)),
    names.map((_, index) => String(index + 1).padStart(4, '0')),
  );
  // Kysely sorts by name, whatever the order of the list.
  t.deepEqual(names.toSorted(), names);
  t.deepEqual(
    readdirSync(FOLDER).toSorted(),
    names.map(name => `${name}.ts`),
  );
});
