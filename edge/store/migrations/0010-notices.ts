import type {Migration} from './migration.js';

/** What the operator tells everybody at the lot: one row, so that a new list takes the place of the old. */
export const NOTICES: Migration = {
  to: 10,
  name: 'notices',
  sql: `
CREATE TABLE notice (id INTEGER PRIMARY KEY CHECK (id = 1), body TEXT NOT NULL) STRICT;
`,
};
