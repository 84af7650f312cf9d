import {z} from '@hono/zod-openapi';
import {LAST_UNIX_MILLIS} from '../../../protocols/cloud/site-schemas.js';
import type {PriceRule} from '../../../protocols/site/price-rules.js';
import type {IsoWeekday} from '../../../protocols/site/windows.js';
import type {CouponRow} from './coupon-table.js';
import type {RuleRow} from './price-table.js';

const percent = z.int().min(0).max(100);
const name = z.string().regex(/^[^\p{Cc}]{1,64}$/u);
const wall = z.int().min(0).max(LAST_UNIX_MILLIS);
const minute = z.int().min(0).max(1440);
const day = z.int().min(1).max(7) as unknown as z.ZodType<IsoWeekday>;

export const termsSchema = z
  .strictObject({
    stepMinutes: z.int().min(1).max(1440),
    overtimePercent: z.int().min(0).max(1000),
    lenderPercent: percent,
    refunds: z
      .array(z.strictObject({aheadMs: z.int().min(0), percent}))
      .max(16)
      .openapi({
        description: 'Given back to who cancels so early; the best that fits holds',
      }),
  })
  .openapi('TariffTerms');

export const tariffSchema = z
  .object({site: z.string(), version: z.int(), terms: termsSchema})
  .openapi('Tariff');

export const newRuleSchema = z
  .strictObject({
    name,
    site: name.nullable().default(null).openapi({description: 'Null: all sites'}),
    points: z.array(name).max(512).default([]),
    roles: z.array(name).max(16).default([]),
    weekly: z
      .array(z.strictObject({days: z.array(day).max(7), fromMinute: minute, toMinute: minute}))
      .max(32)
      .default([])
      .openapi({description: 'Of the start, in the zone of the site; empty: always'}),
    fromMs: wall.nullable().default(null),
    untilMs: wall.nullable().default(null),
    percent: z.int().min(-100).max(900).openapi({description: 'Added to 100: -20 is a fifth less'}),
    state: z.enum(['active', 'ended']).default('active'),
  })
  .openapi('NewPriceRule');

// Not an extension of the one above: what refuses strangers would refuse these fields.
export const ruleSchema = z
  .object({...newRuleSchema.shape, ...{id: z.string(), version: z.int()}})
  .openapi('PriceRule');

export const newCouponSchema = z
  .strictObject({
    code: z.string().regex(/^[\x21-\x7e]{1,32}$/),
    site: name.nullable().default(null),
    percent: percent.min(1).optional(),
    offFen: z.int().min(1).optional(),
    fromMs: wall,
    untilMs: wall,
    maxUses: z.int().min(1).max(1_000_000),
  })
  .refine(({percent: part, offFen}) => (part === undefined) !== (offFen === undefined), {
    message: 'either percent or offFen',
  })
  .openapi('NewCoupon');

export const couponSchema = z
  .object({
    id: z.string(),
    code: z.string(),
    site: z.string().nullable(),
    percent: z.int().nullable(),
    offFen: z.int().nullable(),
    fromMs: z.int(),
    untilMs: z.int(),
    maxUses: z.int(),
    uses: z.int(),
    state: z.enum(['active', 'ended']),
  })
  .openapi('Coupon');

export function ruleView({rule, site, name: title, state}: RuleRow): z.infer<typeof ruleSchema> {
  const {id, ver: version, points, roles, weekly, fromMs, untilMs, percent: part} = rule;
  return {
    ...{id, version, name: title, site, state, fromMs, untilMs, percent: part},
    ...{points: [...points], roles: [...roles]},
    weekly: weekly.map(window => ({...window, days: [...window.days]})),
  };
}

export function ruleOf(
  body: z.infer<typeof newRuleSchema>,
  {tenant, id, ver}: {readonly tenant: string; readonly id: string; readonly ver: number},
): RuleRow {
  const {name: title, site, state, points, roles, weekly, percent: part} = body;
  const times = {fromMs: body.fromMs, untilMs: body.untilMs} as Pick<
    PriceRule,
    'fromMs' | 'untilMs'
  >;
  return {
    tenant,
    site,
    name: title,
    state,
    rule: {id, ver, points, roles, weekly, ...times, percent: part},
  };
}

export function couponView(row: CouponRow): z.infer<typeof couponSchema> {
  const {id, code, site, terms, fromWall, untilWall, maxUses, uses, state} = row;
  return {
    ...{id, code, site, fromMs: fromWall, untilMs: untilWall, maxUses, uses, state},
    percent: terms.kind === 'percent' ? terms.percent : null,
    offFen: terms.kind === 'amount' ? terms.offFen : null,
  };
}
