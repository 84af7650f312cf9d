import type {Migration} from './migration.js';

/** Which lock stood at a bay when it was last driven up and down by order, and which way it has been seen to go. */
export const LOCK_TESTS: Migration = {
  to: 2,
  name: 'lock-tests',
  sql: `
CREATE TABLE lock_test (
  lock TEXT PRIMARY KEY,
  identity TEXT NOT NULL,
  moved_up INTEGER NOT NULL,
  moved_down INTEGER NOT NULL,
  wall INTEGER NOT NULL
) STRICT;
`,
};
