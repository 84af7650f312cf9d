import type {Migration} from './migration.js';

/**
 * What a run leaves of its time: `time_floor` is surely past and never goes back, the `mark_` columns
 * are its latest instant by both clocks, so that the next run knows how long durations had grown.
 */
export const TIME_MARKS: Migration = {
  to: 4,
  name: 'time-marks',
  sql: `
ALTER TABLE meta ADD COLUMN time_floor INTEGER;
ALTER TABLE meta ADD COLUMN mark_boot TEXT;
ALTER TABLE meta ADD COLUMN mark_mono INTEGER;
ALTER TABLE meta ADD COLUMN mark_wall INTEGER;
ALTER TABLE meta ADD COLUMN mark_clk TEXT;
`,
};
