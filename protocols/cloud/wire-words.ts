import {z} from 'zod';

/** How well a gateway knows the time: synced under 24 h ago, drifting since, or only a lower bound.
 *  @see sync.md 5.4 */
const CLOCK_STATES = ['ok', 'holdover', 'floor'] as const;
export type ClockState = (typeof CLOCK_STATES)[number];

export const clockStateSchema = z.enum(CLOCK_STATES);
/** Random per connection: 16 bytes in hex. An act bound to another session is void. */
export const sessionIdSchema = z.string().regex(/^[0-9a-f]{32}$/);
/** 16 random bytes in hex, made with the database. */
export const epochSchema = z.string().regex(/^[0-9a-f]{32}$/);
/** Id of one run of a gateway. */
export const bootSchema = z.string().min(1).max(64);
/** The gateway's monotonic clock in ms; means nothing outside its boot. */
export const monoSchema = z.number().min(0);
/** W3C trace context of the request that an act came of. One that is none is left out: no act fails by it. */
export const traceSchema = z
  .string()
  .regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/)
  .optional()
  .catch(undefined);
export const eventKindSchema = z.string().min(1).max(64);
