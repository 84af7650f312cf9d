import type {Migration} from './migration.js';

/*
 * A database that takes the place of a damaged one gets that one's unconfirmed events in portions.
 * `salvage_source`: files that are not read to their end yet, lowest id first; `after_seq` is how far,
 * `saved_to` the newest event that was sound. `held_ev`: what happened meanwhile; it follows when all of
 * them are read. Of an event that only memory had, `file` is where it stood and `first_seq` its number there.
 * `meta.salvaged` names the file whose state tables this one was filled from last.
 */
export const HELD_EVENTS: Migration = {
  to: 16,
  name: 'held events',
  sql: `
CREATE TABLE salvage_source (
  id INTEGER PRIMARY KEY,
  file TEXT,
  acked INTEGER NOT NULL,
  known INTEGER NOT NULL,
  after_seq INTEGER NOT NULL,
  saved_to INTEGER NOT NULL,
  saved INTEGER NOT NULL DEFAULT 0,
  is_read INTEGER NOT NULL
) STRICT;
CREATE TABLE held_ev (
  id INTEGER PRIMARY KEY,
  boot TEXT NOT NULL,
  mono INTEGER NOT NULL,
  wall INTEGER NOT NULL,
  clk TEXT NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  file TEXT,
  epoch BLOB,
  first_seq INTEGER,
  h BLOB
) STRICT;
ALTER TABLE meta ADD COLUMN salvaged TEXT;
`,
};
