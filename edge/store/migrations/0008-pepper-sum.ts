import type {Migration} from './migration.js';

/** Which key the digests of codes lie under, by its sum: the key itself lies beside the database. */
export const PEPPER_SUM: Migration = {
  to: 8,
  name: 'pepper sum',
  sql: 'ALTER TABLE meta ADD COLUMN pepper_sum TEXT;',
};
