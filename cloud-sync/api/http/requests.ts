import {z} from 'zod';
import {
  cardSchema,
  grantSchema,
  idSchema,
  type SameShape,
} from '../../../protocols/cloud/site-schemas.js';
import type {CredentialId, GrantId} from '../../../protocols/site/ids.js';
import type {CardOrder, GrantOrder} from '../grant-desk.js';

const MAX_PAGE = 1000;

const grantFields = grantSchema.omit({
  id: true,
  number: true,
  rev: true,
  leaseUntil: true,
  state: true,
});

/** Body of POST grants. */
export const grantRequestSchema = grantFields
  .extend({
    id: idSchema<GrantId>().optional(),
    kind: grantSchema.shape.kind.default('park'),
    holderMask: grantSchema.shape.holderMask.default(''),
    weekly: grantSchema.shape.weekly.default([]),
    entries: grantSchema.shape.entries.default('multi'),
    state: z.enum(['offered', 'active', 'suspended', 'ended']).default('active'),
  })
  .strict();

const cardShape = cardSchema.in.shape;

/** Body of POST cards. */
export const cardRequestSchema = z
  .strictObject({
    id: idSchema<CredentialId>().optional(),
    holder: cardShape.holder,
    uid: cardShape.uid,
    secretHex: z
      .string()
      .toLowerCase()
      .regex(/^[0-9a-f]{32}$/)
      .optional(),
    state: z.enum(['active', 'suspended', 'consumed']).default('active'),
  })
  .transform(card => ({...card, secretHex: card.secretHex}));

/** `after` is the cursor that the page before returned. */
export const eventsQuerySchema = z.object({
  after: z
    .string()
    .regex(/^\d{1,10}\.\d{1,16}$/)
    .default('0.0'),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(200),
});

true satisfies SameShape<z.infer<typeof grantRequestSchema>, GrantOrder>;
true satisfies SameShape<z.infer<typeof cardRequestSchema>, CardOrder>;
