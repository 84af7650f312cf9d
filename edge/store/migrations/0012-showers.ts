import type {Migration} from './migration.js';

/** Showers, each its newest state: of the shape that all rows of the lot have. */
export const SHOWERS: Migration = {
  to: 12,
  name: 'showers',
  sql: `
CREATE TABLE shower (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL,
  ver INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  mono_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  is_open INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX shower_open ON shower (created_at) WHERE is_open = 1;
CREATE INDEX shower_closed ON shower (updated_at) WHERE is_open = 0;
`,
};
