import type {Migration} from './migration.js';

/*
 * `lost` is one row from the start on: counting in place needs no new page, also when the disk has none.
 * `ends` is when a grant that was revoked or used is over anyway; unknown, its row stays for ever.
 * `telemetry` has neither number nor chain: it goes first when room gets short.
 */
export const STORAGE: Migration = {
  to: 5,
  name: 'storage',
  sql: `
CREATE TABLE lost (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  n INTEGER NOT NULL,
  first_wall INTEGER NOT NULL,
  last_wall INTEGER NOT NULL
) STRICT;
INSERT INTO lost VALUES (1, 0, 0, 0);

CREATE TABLE telemetry (
  id INTEGER PRIMARY KEY,
  class TEXT NOT NULL CHECK (class IN ('raw', 'debug')),
  boot TEXT NOT NULL,
  mono INTEGER NOT NULL,
  wall INTEGER NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX telemetry_class ON telemetry (class, id);

ALTER TABLE revoked ADD COLUMN ends INTEGER;
ALTER TABLE grant_use ADD COLUMN ends INTEGER;

ALTER TABLE meta ADD COLUMN grants_lost INTEGER NOT NULL DEFAULT 0;
ALTER TABLE meta ADD COLUMN short_runs INTEGER NOT NULL DEFAULT 0;
ALTER TABLE meta ADD COLUMN checked_wall INTEGER NOT NULL DEFAULT 0;
`,
};
