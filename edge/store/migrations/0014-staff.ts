import type {Migration} from './migration.js';

/*
 * How the staff logs in to the page. A PIN is kept as scrypt of it under a salt of its own, a card as scrypt of
 * its number, a session as the SHA-256 of what the browser holds: the file lets nobody in.
 */
export const STAFF: Migration = {
  to: 14,
  name: 'staff',
  sql: `
CREATE TABLE staff_pin (
  person TEXT PRIMARY KEY,
  salt BLOB NOT NULL,
  digest BLOB NOT NULL,
  set_wall INTEGER NOT NULL
) STRICT;
CREATE TABLE staff_card (digest BLOB PRIMARY KEY, person TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE staff_session (
  token_sum BLOB PRIMARY KEY,
  person TEXT NOT NULL,
  ends_wall INTEGER NOT NULL
) STRICT;
`,
};
