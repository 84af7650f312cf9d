import type {Migration} from './migration.js';

/*
 * `used`: tokens and codes that are good once. `exp` is when they end by themselves, by the wall clock in
 * ms: the row is needed no longer then.
 *
 * `lockout`: tries of codes at a door. Times are what is left of them, never dates: a clock that is set,
 * or a start without one, shortens nothing.
 */
export const CREDENTIALS: Migration = {
  to: 3,
  name: 'credentials',
  sql: `
CREATE TABLE used (
  jti TEXT PRIMARY KEY, exp INTEGER NOT NULL, wall INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX used_exp ON used (exp);
CREATE TABLE lockout (
  door TEXT PRIMARY KEY,
  fails INTEGER NOT NULL,
  lock_left INTEGER NOT NULL,
  day_tries INTEGER NOT NULL,
  day_left INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`,
};
