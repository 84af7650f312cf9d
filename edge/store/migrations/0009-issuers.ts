import type {Migration} from './migration.js';

/** Public keys that sign QR tokens, as the cloud delivers them with the grants. */
export const ISSUERS: Migration = {
  to: 9,
  name: 'issuers',
  sql: `
CREATE TABLE issuer (id TEXT PRIMARY KEY, rev INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
`,
};
