import {createRoute, z} from '@hono/zod-openapi';
import {jsonBody, needing, onceHeaders, REFUSALS, shown} from '../http/api.js';
import {nextCursorSchema, pageQuery} from '../http/page.js';
import {HOUSE_ACCOUNTS} from './money-move.js';

const TAGS = {tags: ['money']};
export const fenSchema = z.int().min(1).max(100_000_000_000).openapi({description: 'Whole fen'});
export const wallSchema = z.int().openapi({description: 'Milliseconds since 1970'});
export const reasonSchema = z.string().regex(/^[^\p{Cc}]{1,256}$/u);
const keySchema = z.string().min(1).max(256);
export const accountSchema = z
  .string()
  .max(160)
  .refine(text => /^(?:member|lender|deposit):[\x21-\x7e]{1,128}$/.test(text) || isHouse(text))
  .openapi({
    description: '`member:ID`, `lender:ID`, `deposit:ID` or one of the house: `house:revenue`',
  });

const lineSchema = z.object({account: z.string(), amountFen: z.int()});
const entrySchema = z
  .object({
    no: z
      .int()
      .openapi({description: 'Place in the chain of the tenant; 0: sealed within seconds'}),
    key: z.string(),
    kind: z.enum(['hold', 'capture', 'release', 'expire', 'transfer', 'reverse']),
    of: z.string().nullable(),
    order: z.string().nullable(),
    reason: z.string().nullable(),
    atMs: wallSchema,
    hash: z.string(),
    lines: z.array(lineSchema).openapi({description: 'Sum to 0'}),
  })
  .openapi('LedgerEntry');
const holdSchema = z
  .object({
    key: z.string(),
    account: z.string(),
    amountFen: z.int(),
    state: z.enum(['open', 'captured', 'released', 'expired']),
    order: z.string().nullable(),
    atMs: wallSchema,
    expiresMs: wallSchema.nullable(),
  })
  .openapi('LedgerHold');
const balanceSchema = z
  .object({
    account: z.string(),
    postedFen: z.int(),
    heldFen: z.int(),
    availableFen: z.int().openapi({description: 'What may be spent or held'}),
  })
  .openapi('Balance');
const statementSchema = z
  .object({
    no: z.int(),
    key: z.string(),
    kind: z.string(),
    of: z.string().nullable(),
    order: z.string().nullable(),
    reason: z.string().nullable(),
    atMs: wallSchema,
    amountFen: z.int().openapi({description: 'Above 0: got; below 0: gave'}),
  })
  .openapi('StatementLine');
const reversalSchema = z
  .strictObject({amountFen: fenSchema.optional(), reason: reasonSchema})
  .openapi('Reversal');
const correctionSchema = z
  .strictObject({
    reason: reasonSchema,
    from: accountSchema,
    to: z
      .array(z.strictObject({account: accountSchema, amountFen: fenSchema}))
      .min(1)
      .max(20),
  })
  .openapi('Correction');
const reversedSchema = z.object({key: z.string(), amountFen: z.int()});

const money = (path: string, summary: string) => ({
  ...{method: 'get' as const, path, summary},
  ...TAGS,
});
/** A member for himself, or whoever may read money. */
export const OWN = {security: [{bearer: ['own:write']}, {bearer: ['money:read']}]};
const account = z.object({account: accountSchema});
const memberOf = z.object({member: z.string().min(1).max(128)});
const statementOf = z.object({lines: z.array(statementSchema), nextCursor: nextCursorSchema});

/** What can be asked of the ledger. */
export const LEDGER_OPERATIONS = {
  balance: createRoute({
    ...{...money('/v1/ledger/accounts/{account}', 'Balance'), ...needing('money:read')},
    request: {params: account},
    responses: {...REFUSALS, 200: shown(balanceSchema, 'As it is now')},
  }),
  statement: createRoute({
    ...{...money('/v1/ledger/accounts/{account}/statement', 'Statement'), ...needing('money:read')},
    request: {params: account, query: pageQuery},
    responses: {...REFUSALS, 200: shown(statementOf, 'Oldest first')},
  }),
  ownBalance: createRoute({
    ...{...money('/v1/members/{member}/balance', 'Prepaid balance of a member')},
    ...OWN,
    request: {params: memberOf},
    responses: {...REFUSALS, 200: shown(balanceSchema, 'As it is now')},
  }),
  ownStatement: createRoute({
    ...{...money('/v1/members/{member}/statement', 'Statement of a member')},
    ...OWN,
    request: {params: memberOf, query: pageQuery},
    responses: {...REFUSALS, 200: shown(statementOf, 'Oldest first')},
  }),
  entries: createRoute({
    ...{...money('/v1/ledger/entries', 'Entries in the order of their chain')},
    ...needing('money:read'),
    request: {
      query: pageQuery.extend({
        account: accountSchema.optional(),
        order: z.string().min(1).max(64).optional(),
      }),
    },
    responses: {
      ...REFUSALS,
      200: shown(
        z.object({entries: z.array(entrySchema), nextCursor: nextCursorSchema}),
        'Sealed ones, seconds behind',
      ),
    },
  }),
  entry: createRoute({
    ...{...money('/v1/ledger/entries/{key}', 'One entry'), ...needing('money:read')},
    request: {params: z.object({key: keySchema})},
    responses: {...REFUSALS, 200: shown(entrySchema, 'Never changes')},
  }),
  holds: createRoute({
    ...{...money('/v1/ledger/holds', 'Money set aside'), ...needing('money:read')},
    request: {
      query: pageQuery.extend({
        account: accountSchema.optional(),
        state: z.enum(['open', 'captured', 'released', 'expired']).optional(),
      }),
    },
    responses: {
      ...REFUSALS,
      200: shown(z.object({holds: z.array(holdSchema), nextCursor: nextCursorSchema}), 'By key'),
    },
  }),
  reverse: createRoute({
    ...{method: 'post', path: '/v1/ledger/entries/{key}/reversals'},
    ...{summary: 'Refund a session: a reversing entry, once', ...TAGS, ...needing('money:write')},
    request: {
      params: z.object({key: keySchema}),
      headers: onceHeaders,
      body: jsonBody(reversalSchema),
    },
    responses: {...REFUSALS, 201: shown(reversedSchema, 'The reversing entry')},
  }),
  correct: createRoute({
    ...{method: 'post', path: '/v1/ledger/entries/{key}/corrections'},
    ...{summary: 'Take an entry back and write it as it should be', ...TAGS},
    ...needing('money:write'),
    request: {
      params: z.object({key: keySchema}),
      headers: onceHeaders,
      body: jsonBody(correctionSchema),
    },
    responses: {...REFUSALS, 201: shown(reversedSchema, 'The reversing entry')},
  }),
  chain: createRoute({
    ...{...money('/v1/ledger/chain', 'Head of the chain of entries'), ...needing('money:read')},
    responses: {
      ...REFUSALS,
      200: shown(
        z.object({
          ...{no: z.int(), hash: z.string(), unsealed: z.int()},
          unsealedSinceMs: wallSchema.nullable(),
        }),
        'Note it elsewhere: later it proves that nothing was changed',
      ),
    },
  }),
  check: createRoute({
    ...{...money('/v1/ledger/chain/check', 'Walk a part of the chain'), ...needing('money:read')},
    request: {
      query: z.object({
        no: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
        hash: z
          .string()
          .regex(/^[0-9a-f]{64}$/)
          .default('0'.repeat(64)),
      }),
    },
    responses: {
      ...REFUSALS,
      200: shown(
        z.object({
          kind: z.enum(['whole', 'broken']),
          no: z.int(),
          hash: z.string().nullable(),
          key: z.string().nullable(),
          why: z.enum(['missing', 'changed']).nullable(),
        }),
        'From the noted head on; go on from what it answers until it stands still',
      ),
    },
  }),
} as const;

function isHouse(text: string): boolean {
  return HOUSE_ACCOUNTS.some(name => name === text);
}
