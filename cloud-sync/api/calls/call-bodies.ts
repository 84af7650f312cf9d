import {z} from '@hono/zod-openapi';
import {alarmRuleOf} from '../../../protocols/site/alarm-rules.js';
import {CALL_TYPES} from '../../../protocols/site/calls.js';
import {CALL_STATES} from './call-machine.js';
import {type CallNotice, NOTICE_STATES, type NoticeAttempt} from './call-notice-table.js';
import type {CallRow} from './call-table.js';

const wall = z.int().openapi({description: 'Milliseconds since 1970'});

export const callSchema = z
  .object({
    id: z.string(),
    site: z.string(),
    gateway: z.string(),
    alarm: z.string().openapi({description: 'As the gateway calls it'}),
    type: z.enum(CALL_TYPES),
    kind: z.string().openapi({example: 'EMERGENCY_BUTTON'}),
    place: z.string().nullable().openapi({description: 'Bay, stall or post; null: the site'}),
    count: z.int().openapi({description: 'How often it was pressed'}),
    state: z.enum(CALL_STATES),
    atMs: wall.openapi({description: 'When it was made; steps count from here'}),
    receivedMs: wall,
    toldUpToMs: z.int().openapi({
      description: 'Contacts of this age and less were told; -1: nobody',
    }),
    unanswered: z.boolean().openapi({description: 'Nobody took it in time: an incident'}),
    silentSinceMs: wall.nullable().openapi({description: 'Its gateway is not heard of since'}),
    acknowledgedMs: wall.nullable(),
    acknowledgedBy: z.string().nullable(),
    siteKnows: z.boolean().openapi({
      description: 'false: it was taken from afar, and the gateway has not said that it knows',
    }),
    endedMs: wall.nullable(),
    endedBy: z.string().nullable(),
    nextMs: wall.nullable().openapi({description: 'When somebody else is told'}),
  })
  .openapi('Call');

export const attemptSchema = z.object({
  ...{no: z.int(), atMs: wall, tookMs: z.int(), result: z.enum(['sent', 'failed'])},
  detail: z.string().nullable(),
});
export const noticeSchema = z
  .object({
    id: z.string(),
    call: z.string().nullable(),
    contact: z.string(),
    why: z.string().openapi({example: 'step'}),
    state: z.enum(NOTICE_STATES),
    attempts: z.int(),
    createdMs: wall,
    doneMs: wall.nullable(),
    answeredMs: wall.nullable(),
    reference: z.string().nullable().openapi({description: 'What the provider calls it'}),
  })
  .openapi('CallNotice');

export function callBody(call: CallRow): z.infer<typeof callSchema> {
  const {id, site, gateway, alarm, kind, count, stand} = call;
  return {
    ...{id, site, gateway, alarm, type: alarmRuleOf(kind).type, kind, count, state: stand.state},
    ...{place: call.bay ?? call.collector, atMs: stand.atWall, receivedMs: call.receivedWall},
    ...{toldUpToMs: stand.toldMs, unanswered: stand.isUnanswered},
    ...{silentSinceMs: stand.silentWall, acknowledgedMs: stand.ackedWall},
    ...{acknowledgedBy: call.ackedBy, siteKnows: !call.isAckPending},
    ...{endedMs: stand.endedWall, endedBy: call.endedBy, nextMs: stand.dueWall},
  };
}

export function noticeBody(notice: CallNotice): z.infer<typeof noticeSchema> {
  const {id, call, contact, why, state, attempts, createdWall, doneWall, answeredWall, ref} =
    notice;
  return {
    ...{id, call, contact, why, state, attempts, createdMs: createdWall, doneMs: doneWall},
    ...{answeredMs: answeredWall, reference: ref},
  };
}

export function attemptBody({atWall: atMs, ...rest}: NoticeAttempt): z.infer<typeof attemptSchema> {
  return {...rest, atMs};
}
