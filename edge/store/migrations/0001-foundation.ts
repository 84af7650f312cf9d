import type {Migration} from './migration.js';

/*
 * `ev.seq` is always handed over: left to SQLite, it would start again at 1 once all rows are pruned, and
 * the cloud would drop new events as known ones. AUTOINCREMENT would not, but each lone event would write
 * two pages, its own and that of the number, where `base_seq` and the newest row say the same.
 *
 * The clock state is compared three times: a list of three would be made into an index for each row.
 *
 * `meta` is one row updated in place, which needs no new page even on a full disk. `base_seq` and
 * `base_hash` stand for the newest pruned event, from which the chain goes on.
 */
const JOURNAL = `
CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  site TEXT NOT NULL,
  epoch BLOB NOT NULL CHECK (length(epoch) = 16),
  acked INTEGER NOT NULL DEFAULT 0,
  base_seq INTEGER NOT NULL DEFAULT 0,
  base_hash BLOB NOT NULL CHECK (length(base_hash) = 32),
  starts INTEGER NOT NULL DEFAULT 0,
  running INTEGER NOT NULL DEFAULT 0,
  grants_version INTEGER NOT NULL DEFAULT 0,
  grants_hash TEXT NOT NULL,
  revocations INTEGER NOT NULL DEFAULT 0,
  confirmed_wall INTEGER
) STRICT;

CREATE TABLE ev (
  seq INTEGER PRIMARY KEY,
  prio INTEGER NOT NULL,
  boot TEXT NOT NULL,
  mono INTEGER NOT NULL,
  wall INTEGER NOT NULL,
  clk TEXT NOT NULL CHECK (clk = 'ok' OR clk = 'holdover' OR clk = 'floor'),
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  h BLOB NOT NULL CHECK (length(h) = 32)
) STRICT;
`;

const GRANTS = `
CREATE TABLE "grant" (id TEXT PRIMARY KEY, rev INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE credential (
  id TEXT PRIMARY KEY, rev INTEGER NOT NULL, body TEXT NOT NULL, secret BLOB
) STRICT;
CREATE TABLE revoked (id TEXT PRIMARY KEY, version INTEGER NOT NULL, wall INTEGER NOT NULL) STRICT;
CREATE TABLE grant_use (
  "grant" TEXT PRIMARY KEY, session TEXT NOT NULL, wall INTEGER NOT NULL
) STRICT;
`;

/** Rows that the lot upserts share one shape; `body` holds the record as JSON. */
function recordTable(name: string): string {
  return `
CREATE TABLE ${name} (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL,
  ver INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  mono_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  is_open INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX ${name}_open ON ${name} (created_at) WHERE is_open = 1;
CREATE INDEX ${name}_closed ON ${name} (updated_at) WHERE is_open = 0;
`;
}

const COMMANDS = `
CREATE TABLE cmd_seen (
  id TEXT PRIMARY KEY, wall INTEGER NOT NULL, mono INTEGER NOT NULL, outcome TEXT
) STRICT;
CREATE TABLE counter (
  name TEXT PRIMARY KEY,
  below INTEGER NOT NULL DEFAULT 0
) STRICT;
`;

export const FOUNDATION: Migration = {
  to: 1,
  name: 'foundation',
  sql: [
    JOURNAL,
    GRANTS,
    recordTable('actuation'),
    recordTable('session'),
    recordTable('alarm'),
    COMMANDS,
  ].join('\n'),
};
