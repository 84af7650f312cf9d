import type {Migration} from './migration.js';

/** Parts of a whole state of the grants that wait for the others: what each adds to the state hash, what its
 *  rows must be byte for byte, and these, secrets sealed as in the tables that they will replace. */
export const STAGING: Migration = {
  to: 7,
  name: 'staging',
  sql: `
CREATE TABLE staged_part (
  part INTEGER PRIMARY KEY,
  ver INTEGER NOT NULL,
  hash TEXT NOT NULL,
  sum TEXT NOT NULL,
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  last_section TEXT NOT NULL,
  last_id TEXT NOT NULL
) STRICT;
CREATE TABLE staged_row (
  part INTEGER NOT NULL,
  section TEXT NOT NULL,
  id TEXT NOT NULL,
  rev INTEGER NOT NULL,
  body TEXT NOT NULL,
  secret BLOB,
  PRIMARY KEY (part, section, id)
) STRICT, WITHOUT ROWID;
`,
};
