import {renameSync, rmSync} from 'node:fs';
import {dirname} from 'node:path';
import {syncFolder} from '../platform/atomic-file.js';
import type {StoreDatabase} from './database.js';
import type {Disk} from './disk.js';
import {migrate} from './migrations/migrate.js';
import {makePrivate} from './private-file.js';

/** Events are the cloud's to keep, and far too many. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  ...['ev', 'telemetry', 'lost', 'held_ev', 'salvage_source'],
]);

export function lastGoodPath(databasePath: string): string {
  return `${databasePath}.good`;
}

/**
 * Copy the state of the site, without its events, beside the database: written whole, synced, then
 * renamed over the former copy. Called right after everything was found sound.
 */
export function keepLastGood(database: StoreDatabase, disk: Disk): void {
  const path = lastGoodPath(database.path);
  const draft = `${path}.tmp`;
  rmSync(draft, {force: true});
  makePrivate(draft);
  const copy = disk.connect(draft);
  try {
    copy.pragma('journal_mode = DELETE');
    copy.pragma('synchronous = EXTRA');
    // In one: nobody opens the draft before it is whole, and each commit makes the site wait for the disk.
    copy.transaction(() => {
      migrate(copy);
      for (const name of tablesOf(database)) {
        const rows = database.statement(`SELECT * FROM "${name}"`).all() as Record<
          string,
          unknown
        >[];
        for (const row of rows) {
          const names = Object.keys(row).map(column => `"${column}"`);
          copy
            .prepare(
              `INSERT INTO "${name}" (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
            )
            .run(...Object.values(row));
        }
      }
    })();
  } finally {
    copy.close();
  }
  renameSync(draft, path);
  syncFolder(dirname(path));
}

function tablesOf(database: StoreDatabase): readonly string[] {
  const names = database
    .statement("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    .pluck()
    .all() as string[];
  return names.filter(name => !LEFT_OUT.has(name));
}
