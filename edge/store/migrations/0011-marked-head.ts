import type {Migration} from './migration.js';

/** How far the journal had come at the latest time mark: tells of a damaged file what it must have held. */
export const MARKED_HEAD: Migration = {
  to: 11,
  name: 'marked-head',
  sql: `
ALTER TABLE meta ADD COLUMN mark_seq INTEGER NOT NULL DEFAULT 0;
`,
};
