import type {Database} from 'better-sqlite3';
import {FOUNDATION} from './0001-foundation.js';
import {LOCK_TESTS} from './0002-lock-tests.js';
import {CREDENTIALS} from './0003-credentials.js';
import {TIME_MARKS} from './0004-time-marks.js';
import {STORAGE} from './0005-storage.js';
import {ORIGINS} from './0006-origins.js';
import {STAGING} from './0007-staging.js';
import {PEPPER_SUM} from './0008-pepper-sum.js';
import {ISSUERS} from './0009-issuers.js';
import {NOTICES} from './0010-notices.js';
import {MARKED_HEAD} from './0011-marked-head.js';
import {SHOWERS} from './0012-showers.js';
import {EPOCHS} from './0013-epochs.js';
import {STAFF} from './0014-staff.js';
import {CALL_CARE} from './0015-call-care.js';
import {HELD_EVENTS} from './0016-held-events.js';
import {HOUSE_GUESSES} from './0017-house-guesses.js';
import type {Migration} from './migration.js';

/** `LTCH`: how a database of ours is told from any other SQLite file. */
export const APPLICATION_ID = 0x4c544348;

/** In order, without a gap. */
export const MIGRATIONS: readonly Migration[] = [
  FOUNDATION,
  LOCK_TESTS,
  CREDENTIALS,
  TIME_MARKS,
  STORAGE,
  ORIGINS,
  STAGING,
  PEPPER_SUM,
  ISSUERS,
  NOTICES,
  MARKED_HEAD,
  SHOWERS,
  EPOCHS,
  STAFF,
  CALL_CARE,
  HELD_EVENTS,
  HOUSE_GUESSES,
];

/** Version of the schema that this code works with. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Bring `database` to the newest version, one transaction for each step, so that a power cut between
 * two steps leaves a whole older version.
 */
export function migrate(database: Database, steps: readonly Migration[] = MIGRATIONS): void {
  for (const step of steps) {
    const version = database.pragma('user_version', {simple: true});
    if (typeof version === 'number' && version >= step.to) continue;
    database
      .transaction(() => {
        database.exec(step.sql);
        database.pragma(`application_id = ${APPLICATION_ID}`);
        database.pragma(`user_version = ${step.to}`);
      })
      .immediate();
  }
}
