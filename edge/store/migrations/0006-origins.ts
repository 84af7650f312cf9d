import type {Migration} from './migration.js';

/** Where events that were carried over into this epoch stood first: epoch, number and chain hash. */
export const ORIGINS: Migration = {
  to: 6,
  name: 'origins',
  sql: `
CREATE TABLE carried (
  seq INTEGER PRIMARY KEY,
  epoch BLOB NOT NULL,
  first_seq INTEGER NOT NULL,
  h BLOB NOT NULL
) STRICT;
`,
};
