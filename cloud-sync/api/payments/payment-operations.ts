import {createRoute, z} from '@hono/zod-openapi';
import {jsonBody, needing, onceHeaders, REFUSALS, shown} from '../http/api.js';
import {nextCursorSchema, pageQuery} from '../http/page.js';
import {
  accountSchema,
  fenSchema,
  OWN,
  reasonSchema,
  wallSchema,
} from '../ledger/ledger-operations.js';
import {MONEY_FAULTS} from './money-faults.js';
import {PROVIDER_ACTS} from './provider-port.js';

const TAGS = {tags: ['money']};
export const providerName = z.string().regex(/^[a-z0-9-]{1,32}$/);
const daySchema = z.iso
  .date()
  .openapi({description: 'Day of the provider, in China Standard Time'});
const memberId = z.string().regex(/^[\x21-\x7e]{1,64}$/);

const paymentSchema = z
  .object({
    id: z.string(),
    provider: z.string(),
    act: z.enum(PROVIDER_ACTS),
    account: z.string(),
    amountFen: z.int(),
    of: z.string().nullable(),
    state: z.enum(['created', 'unknown', 'pending', 'succeeded', 'failed', 'disputed']).openapi({
      description: '`unknown`: asked, and nobody knows before it was fetched',
    }),
    payLink: z.string().nullable().openapi({description: 'What the payer opens or scans'}),
    why: z.string().nullable(),
    outcome: z.enum(['won', 'lost']).nullable().openapi({
      description: 'How a person ended a dispute: the money is with us, or is not',
    }),
    reason: z.string().nullable(),
    order: z.string().nullable(),
    bookDay: z.string().nullable(),
    settledDay: z.string().nullable(),
    expiresMs: wallSchema.nullable(),
    createdMs: wallSchema,
    changedMs: wallSchema,
  })
  .openapi('Payment');
export const startedSchema = z.object({payment: z.string()}).openapi('PaymentStarted');
const differenceSchema = z
  .object({
    subject: z.string(),
    kind: z.enum(['not_ours', 'not_theirs', 'other_amount', 'twice', 'other_currency']),
    oursFen: z.int(),
    theirsFen: z.int(),
    suspenseFen: z.int(),
    state: z.enum(['open', 'gone', 'settled']),
    reason: z.string().nullable(),
  })
  .openapi('Difference');
const reconciliationSchema = z
  .object({
    provider: z.string(),
    day: z.string(),
    state: z.enum(['balanced', 'differs']),
    oursFen: z.int(),
    theirsFen: z.int(),
    matched: z.int(),
    by: z.string(),
    atMs: wallSchema,
  })
  .openapi('Reconciliation');
const reportSchema = reconciliationSchema
  .extend({differences: z.array(differenceSchema)})
  .openapi('ReconciliationReport');
const findingSchema = z
  .object({kind: z.enum(MONEY_FAULTS), subject: z.string(), detail: z.string()})
  .openapi('MoneyFinding');
const faultSchema = findingSchema
  .extend({
    sinceMs: wallSchema,
    told: z.array(z.object({who: z.string(), how: z.string(), atMs: wallSchema})),
  })
  .openapi('MoneyFault');
const runSchema = z
  .object({
    day: z.string(),
    state: z.enum(['done', 'blocked']),
    findings: z.array(findingSchema),
    by: z.string(),
    atMs: wallSchema,
  })
  .openapi('PayoutRun');
const payoutsSchema = z
  .object({
    day: z.string(),
    payouts: z.array(z.object({payment: z.string(), lender: z.string(), amountFen: z.int()})),
  })
  .openapi('Payouts');

const get = (path: string, summary: string) => ({method: 'get' as const, path, summary, ...TAGS});
const post = (path: string, summary: string) => ({method: 'post' as const, path, summary, ...TAGS});
const idParam = z.object({id: z.string().min(1).max(64)});
const dayParams = z.object({provider: providerName, day: daySchema});
const list = <Name extends string, Row extends z.ZodType>(name: Name, row: Row) =>
  z.object({[name]: z.array(row), nextCursor: nextCursorSchema} as Record<
    Name | 'nextCursor',
    z.ZodType
  >);

/** What can be asked about payments, the days of providers and payouts. */
export const PAYMENT_OPERATIONS = {
  recharge: createRoute({
    ...{...post('/v1/members/{member}/recharges', 'Recharge a prepaid account'), ...OWN},
    request: {
      params: z.object({member: memberId}),
      headers: onceHeaders,
      body: jsonBody(z.strictObject({provider: providerName, amountFen: fenSchema})),
    },
    responses: {...REFUSALS, 202: shown(startedSchema, 'Its `payLink` follows within seconds')},
  }),
  deposit: createRoute({
    ...{...post('/v1/members/{member}/deposits', 'Have a deposit taken or set aside')},
    ...needing('money:write'),
    request: {
      params: z.object({member: memberId}),
      headers: onceHeaders,
      body: jsonBody(
        z.strictObject({provider: providerName, amountFen: fenSchema, reason: reasonSchema}),
      ),
    },
    responses: {...REFUSALS, 202: shown(startedSchema, 'Set aside where the provider can')},
  }),
  endDeposit: createRoute({
    ...{...post('/v1/payments/{id}/endings', 'End a deposit: keep a part, the rest back')},
    ...needing('money:write'),
    request: {
      params: idParam,
      headers: onceHeaders,
      body: jsonBody(
        z.strictObject({
          keepFen: z.int().min(0).max(100_000_000_000),
          account: accountSchema.default('house:revenue'),
          reason: reasonSchema,
        }),
      ),
    },
    responses: {...REFUSALS, 202: shown(startedSchema, 'What is asked of the provider')},
  }),
  refund: createRoute({
    ...{...post('/v1/payments/{id}/refunds', 'Give a payer his money back')},
    ...needing('money:write'),
    request: {
      params: idParam,
      headers: onceHeaders,
      body: jsonBody(z.strictObject({amountFen: fenSchema, reason: reasonSchema})),
    },
    responses: {
      ...REFUSALS,
      202: shown(startedSchema, 'Out of reach of the payer until it is done'),
    },
  }),
  resolve: createRoute({
    ...{
      ...post('/v1/payments/{id}/resolution', "End a dispute with a provider by a person's word"),
    },
    ...needing('money:write'),
    request: {
      params: idParam,
      headers: onceHeaders,
      body: jsonBody(
        z.strictObject({
          outcome: z.enum(['won', 'lost']).openapi({
            description: '`won`: the money is with us; `lost`: it is not. The books follow',
          }),
          reason: reasonSchema,
        }),
      ),
    },
    responses: {
      ...REFUSALS,
      200: shown(paymentSchema, 'Final: what the provider says of it later changes nothing'),
    },
  }),
  payment: createRoute({
    ...{...get('/v1/payments/{id}', 'One payment'), ...OWN},
    request: {params: idParam},
    responses: {...REFUSALS, 200: shown(paymentSchema, 'As the provider showed it last')},
  }),
  payments: createRoute({
    ...{...get('/v1/payments', 'Payments, refunds and payouts'), ...needing('money:read')},
    request: {
      query: pageQuery.extend({
        account: accountSchema.optional(),
        act: z.enum(PROVIDER_ACTS).optional(),
      }),
    },
    responses: {...REFUSALS, 200: shown(list('payments', paymentSchema), 'Oldest first')},
  }),
  providers: createRoute({
    ...{...get('/v1/payment-providers', 'By whom one can pay here'), ...OWN},
    responses: {
      ...REFUSALS,
      200: shown(z.object({providers: z.array(z.string())}), 'Their names; none: nobody can'),
    },
  }),
  callback: createRoute({
    ...post('/v1/payments/callbacks/{provider}', 'Callback of a provider: signed, without a key'),
    request: {params: z.object({provider: z.string().min(1).max(32)})},
    responses: {
      200: shown(z.object({ok: z.boolean()}), 'The signature is good: we fetch what it is about'),
      400: REFUSALS[400],
      401: REFUSALS[401],
      404: REFUSALS[404],
      413: REFUSALS[413],
      429: REFUSALS[429],
      503: REFUSALS[503],
    },
  }),
  reconcile: createRoute({
    ...post('/v1/reconciliations/{provider}/{day}', 'Hold a closed day against our books'),
    ...needing('money:write'),
    request: {params: dayParams},
    responses: {...REFUSALS, 200: shown(reportSchema, 'Done again it moves only what changed')},
  }),
  report: createRoute({
    ...get('/v1/reconciliations/{provider}/{day}', 'Report of a day'),
    ...needing('money:read'),
    request: {params: dayParams},
    responses: {...REFUSALS, 200: shown(reportSchema, 'As the last run found it')},
  }),
  reports: createRoute({
    ...get('/v1/reconciliations', 'Days of providers'),
    ...needing('money:read'),
    request: {query: pageQuery},
    responses: {
      ...REFUSALS,
      200: shown(list('reconciliations', reconciliationSchema), 'Latest first'),
    },
  }),
  settle: createRoute({
    ...post('/v1/reconciliations/{provider}/{day}/settlements', 'Say what a difference was'),
    ...needing('money:write'),
    request: {
      params: dayParams,
      headers: onceHeaders,
      body: jsonBody(
        z.strictObject({
          subject: z.string().min(1).max(160),
          account: accountSchema,
          reason: reasonSchema,
        }),
      ),
    },
    responses: {...REFUSALS, 200: shown(z.object({settled: z.string()}), 'It waits no more')},
  }),
  payOut: createRoute({
    ...post('/v1/payouts', 'Pay lenders what they have, once a day'),
    ...needing('money:write'),
    request: {
      body: jsonBody(z.strictObject({provider: providerName, day: daySchema})),
    },
    responses: {
      ...REFUSALS,
      202: shown(payoutsSchema, 'Refused (`books_differ`) while the books do not add up'),
    },
  }),
  runs: createRoute({
    ...{...get('/v1/payouts', 'Payout runs, with what blocked them'), ...needing('money:read')},
    request: {query: pageQuery},
    responses: {...REFUSALS, 200: shown(list('runs', runSchema), 'Latest first')},
  }),
  faults: createRoute({
    ...{...get('/v1/ledger/faults', 'What does not add up, and who was told')},
    ...needing('money:read'),
    responses: {...REFUSALS, 200: shown(z.object({faults: z.array(faultSchema)}), 'Open ones')},
  }),
} as const;
