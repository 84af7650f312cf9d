import {z} from 'zod';
import {idSchema, type SameShape} from '../../protocols/cloud/site-schemas.js';
import type {AlarmKind, SiteEventBodies} from '../../protocols/site/events.js';

type Bay = SiteEventBodies['bay'];
type Alarm = SiteEventBodies['alarm'];
type Command = SiteEventBodies['command'];

/*
 * Bodies that the cloud looks into, for its views. Everything else is stored unread, so that a newer
 * gateway can journal what this cloud does not know yet.
 */

export const bayBodySchema = z.object({
  bay: idSchema<Bay['bay']>(),
  arm: z.string().max(32),
  occupancy: z.enum(['unknown', 'vacant', 'occupied']),
  online: z.boolean(),
  saleable: z.boolean(),
});

export const alarmBodySchema = z.object({
  alarm: idSchema<Alarm['alarm']>(),
  /** Open on purpose: an alarm of a kind unknown here must still be shown. */
  kind: z.string().max(64) as unknown as z.ZodType<AlarmKind>,
  state: z.enum(['raised', 'notified', 'acked', 'onsite', 'closed']),
  bay: idSchema<NonNullable<Alarm['bay']>>().nullable(),
  collector: idSchema<NonNullable<Alarm['collector']>>().nullable(),
  count: z.int().min(0),
  contact: z.string().max(200).nullable(),
  person: idSchema<NonNullable<Alarm['person']>>().nullable(),
  note: z.string().max(2000).nullable(),
});

export const commandBodySchema = z.object({
  command: idSchema<Command['command']>(),
  result: z.string().max(64),
  why: z.string().max(200).nullable(),
});

/** Of a decision only what tells a use of a grant and of what was shown, which older gateways do not tell. */
export const decisionBodySchema = z.object({
  result: z.string().max(32),
  grant: z.string().max(64).nullable(),
  bay: z.string().max(64).nullable(),
  credential: z.string().max(64).optional(),
});

/** Of a session what its order wants to know. */
export const sessionBodySchema = z.object({
  session: z.string().min(1).max(64),
  bay: z.string().max(64),
  phase: z.string().max(32),
  grant: z.string().max(64).nullable(),
  closeCause: z.string().max(32).nullable(),
  durationMs: z.number().min(0),
});

true satisfies SameShape<z.infer<typeof bayBodySchema>, Bay>;
true satisfies SameShape<z.infer<typeof alarmBodySchema>, Alarm>;
true satisfies SameShape<z.infer<typeof commandBodySchema>, Command>;
