import type {Migration} from './migration.js';

/*
 * `house_guesses`: one row, the wrong codes at all stalls of a bath that still count, as a JSON array of
 * their ages in ms when the newest was typed. Ages, never dates, as in `lockout`.
 */
export const HOUSE_GUESSES: Migration = {
  to: 17,
  name: 'house guesses',
  sql: `
CREATE TABLE house_guesses (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  ages TEXT NOT NULL
) STRICT;
`,
};
