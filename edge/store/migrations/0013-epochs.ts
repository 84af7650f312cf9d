import type {Migration} from './migration.js';

/*
 * A new epoch goes on with the numbers: `epoch_from` is the one before its first, and what had been
 * stored and not confirmed stays where it is. `former_epoch` says where those rows stood first: under
 * `epoch`, at the same number, up to `last_seq`, from where the row before ends. Whatever has a row of
 * its own in `carried` came from another file. `kept_epoch` is what the second copy beside the database
 * was last known to hold. Of rights that began before `uses_sure_from` nobody knows whether they were used.
 */
export const EPOCHS: Migration = {
  to: 13,
  name: 'epochs',
  sql: `
CREATE TABLE former_epoch (
  last_seq INTEGER PRIMARY KEY,
  epoch BLOB NOT NULL
) STRICT;
ALTER TABLE meta ADD COLUMN epoch_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE meta ADD COLUMN kept_epoch BLOB;
ALTER TABLE meta ADD COLUMN uses_sure_from INTEGER NOT NULL DEFAULT 0;
`,
};
