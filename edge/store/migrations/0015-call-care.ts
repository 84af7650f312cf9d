import type {Migration} from './migration.js';

/** What keeps calls possible: watches, maintenance and tests, one row each, replaced by its newest state. */
export const CALL_CARE: Migration = {
  to: 15,
  name: 'call care',
  sql: 'CREATE TABLE call_care (id TEXT PRIMARY KEY, wall INTEGER NOT NULL, body TEXT NOT NULL) STRICT;',
};
