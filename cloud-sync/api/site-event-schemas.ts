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
  trace: z.string().max(64).exactOptional(),
});

/** Of an arm's order only who asked for it: from afar, it has begun there. */
export const remoteOrderSchema = z.object({
  cause: z.object({kind: z.literal('remote'), command: idSchema<Command['command']>()}),
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

const amount = z.int().min(0).max(1_000_000_000);

/** Of a shower what is charged and reported; who takes it is known by its grant. */
export const showerBodySchema = z.object({
  session: z.string().min(1).max(64),
  stall: z.string().max(64),
  grant: z.string().max(64),
  phase: z.string().max(32),
  end: z.string().max(32).nullable(),
  meteredMl: amount,
  billedMl: amount,
  rinseMl: amount,
  freeMl: amount,
  ranMs: amount,
  usedFen: amount,
  owedFen: amount,
  quality: z.enum(['good', 'estimated']),
  isGivenBack: z.boolean(),
});

export type DecisionBody = z.infer<typeof decisionBodySchema>;
export type SessionBody = z.infer<typeof sessionBodySchema>;

/*
 * Decisions and stays are most of what a gateway tells: what their schemas would take is found out by
 * hand, at a fraction of the time. Whatever these do not take is still a matter of the schema.
 */

export function isDecisionBody(value: unknown): value is DecisionBody {
  if (typeof value !== 'object' || value === null) return false;
  const {result, grant, bay, credential} = value as Partial<DecisionBody>;
  return (
    isText(result, 32) &&
    (grant === null || isText(grant, 64)) &&
    (bay === null || isText(bay, 64)) &&
    (credential === undefined || isText(credential, 64))
  );
}

export function isSessionBody(value: unknown): value is SessionBody {
  if (typeof value !== 'object' || value === null) return false;
  const {session, bay, phase, grant, closeCause, durationMs} = value as Partial<SessionBody>;
  return (
    isText(session, 64) &&
    session.length > 0 &&
    isText(bay, 64) &&
    isText(phase, 32) &&
    (grant === null || isText(grant, 64)) &&
    (closeCause === null || isText(closeCause, 32)) &&
    Number.isFinite(durationMs) &&
    (durationMs as number) >= 0
  );
}

function isText(value: unknown, maxChars: number): value is string {
  return typeof value === 'string' && value.length <= maxChars;
}

true satisfies SameShape<z.infer<typeof bayBodySchema>, Bay>;
true satisfies SameShape<z.infer<typeof alarmBodySchema>, Alarm>;
true satisfies SameShape<z.infer<typeof commandBodySchema>, Command>;

/** Of a car in a bay that is not its own, as far as somebody is told of it. */
export const misparkedBodySchema = z.object({
  bay: z.string().min(1).max(64),
  rightBay: z.string().min(1).max(64).nullable(),
  grant: z.string().min(1).max(64).nullable(),
});
