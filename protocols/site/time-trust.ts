import type {Millis} from '../base/clock.js';
import {DAY_MS} from '../base/units.js';

/**
 * A time further ahead of what was sure is never believed of the cloud alone, however long it insists.
 * assumed: no gateway lies unused for longer between two words. @see sync.md 5.4
 */
export const LONE_REACH_MS: Millis = 400 * DAY_MS;
