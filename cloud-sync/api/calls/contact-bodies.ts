import {z} from '@hono/zod-openapi';
import {HOUR_MS, MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import {siteIdSchema} from '../places/site-bodies.js';
import {CHANNELS, type Contact, type SitePlan} from './contact-table.js';
import {isPathMissed} from './notice-tests.js';
import {NOTICE_LANGUAGES} from './notice-words.js';
import type {TestRow} from './test-table.js';

const minute = z.int().min(0).max(1440);
const windowSchema = z
  .strictObject({
    days: z
      .array(z.union([1, 2, 3, 4, 5, 6, 7].map(day => z.literal(day as 1 | 2 | 3 | 4 | 5 | 6 | 7))))
      .min(1)
      .max(7),
    fromMinute: minute,
    toMinute: minute.openapi({description: 'At or before `fromMinute`: on the next day'}),
  })
  .openapi('DutyHours');

const fields = {
  channel: z.enum(CHANNELS),
  afterMs: z.int().min(0).max(HOUR_MS).openapi({
    description: 'Age of a call at which he is told, counted from the call itself',
    example: 60_000,
  }),
  hours: z.array(windowSchema).max(64).openapi({description: 'Empty: at any hour'}),
  language: z.enum(NOTICE_LANGUAGES),
  label: z
    .string()
    .trim()
    .min(1)
    .max(40)
    .regex(/^[^\p{Cc}]+$/u)
    .openapi({description: 'As the site shows who took a call', example: '王队长'}),
  test: z.boolean().openapi({
    description: 'He answers the daily test, and is told of no calls',
  }),
};

export const atContact = z.object({
  site: siteIdSchema,
  contact: z.string().regex(/^[0-9A-Z]{26}$/),
});
export const newContactSchema = z
  .strictObject({
    member: z.string().min(1).max(64).openapi({description: 'Whose phone or address is meant'}),
    ...fields,
    hours: fields.hours.default([]),
    language: fields.language.default('zh-CN'),
    test: fields.test.default(false),
  })
  .openapi('NewCallContact');
export const contactEditSchema = z.strictObject(fields).partial().openapi('CallContactEdit');
export const contactSchema = z
  .object({
    ...{id: z.string(), site: z.string(), member: z.string()},
    person: z.string().openapi({description: 'Masked', example: '陈** 138****5678'}),
    ...fields,
    version: z.int(),
    createdMs: z.int(),
  })
  .openapi('CallContact');

const planFields = {
  repeatMs: z
    .int()
    .min(30 * SECOND_MS)
    .max(HOUR_MS),
  unansweredMs: z
    .int()
    .min(MINUTE_MS)
    .max(10 * MINUTE_MS),
  attendMs: z.int().min(MINUTE_MS).max(HOUR_MS),
  testMinute: z.int().min(0).max(1439).openapi({
    description: 'Minute of the day, at the site, of the daily test',
  }),
};
export const planPutSchema = z.strictObject(planFields).openapi('CallPlanWish');
export const planSchema = z
  .object({
    site: z.string(),
    repeatMs: planFields.repeatMs.openapi({
      description: 'After the last step everybody is told again so often',
    }),
    unansweredMs: planFields.unansweredMs.openapi({
      description: 'Age at which a call that nobody took is an incident',
    }),
    attendMs: planFields.attendMs.openapi({
      description: 'Taken and not ended for so long: who took it is told, then everybody',
    }),
    testMinute: planFields.testMinute,
    own: z.boolean().openapi({description: 'false: nobody has set it'}),
  })
  .openapi('CallPlan');

const wallOrNever = z.int().nullable();
export const testSchema = z
  .object({
    site: z.string(),
    state: z.enum(['untested', 'waiting', 'passed', 'missed']),
    nextMs: wallOrNever,
    begunMs: wallOrNever,
    provedMs: wallOrNever,
    missedMs: wallOrNever,
    pathProvedMs: wallOrNever.openapi({
      description: 'The last test call from a button of the site that its contact answered',
    }),
    pathMissed: z.boolean().openapi({description: 'None for three days: a fault'}),
  })
  .openapi('NoticeTest');

export function contactBody(contact: Contact, person: string): z.infer<typeof contactSchema> {
  const {id, site, member, channel, afterMs, hours, language, label} = contact;
  return {
    ...{id, site, member, person, channel, afterMs, language, label, test: contact.isTest},
    hours: hours.map(({days, ...rest}) => ({days: [...days], ...rest})),
    ...{version: contact.ver, createdMs: contact.createdWall},
  };
}

export function planBody(site: string, {ver, ...plan}: SitePlan): z.infer<typeof planSchema> {
  return {site, ...plan, own: ver > 0};
}

export function testBody(
  site: string,
  test: TestRow | undefined,
  wall: number,
): z.infer<typeof testSchema> {
  const {provedWall = null, missedWall = null, pathWall = null} = test ?? {};
  const isMissed = (missedWall ?? -1) > (provedWall ?? -1);
  const done = provedWall === null && !isMissed ? 'untested' : isMissed ? 'missed' : 'passed';
  const state = test === undefined ? 'untested' : test.untilWall === null ? done : 'waiting';
  return {
    ...{site, state, nextMs: test?.dueWall ?? null, begunMs: test?.begunWall ?? null},
    ...{provedMs: provedWall, missedMs: missedWall, pathProvedMs: pathWall},
    pathMissed: test !== undefined && isPathMissed(test, wall),
  };
}
