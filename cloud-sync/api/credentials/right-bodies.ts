import {z} from '@hono/zod-openapi';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {LAST_UNIX_MILLIS} from '../../../protocols/cloud/site-schemas.js';
import {pointIdSchema, siteIdSchema} from '../places/site-bodies.js';
import type {PlaceReading} from './credential-table.js';
import {deliverableOf, effectOf} from './effect-rules.js';
import {RIGHT_STATES, type Right} from './right.js';
import {ASSURANCES, type ShownCredential} from './shown-credential.js';

const wall = z
  .int()
  .min(0)
  .max(LAST_UNIX_MILLIS)
  .transform(ms => ms as UnixMillis)
  .openapi({type: 'integer', description: 'Milliseconds since 1970'});
const shownWall = z.int().openapi({description: 'Milliseconds since 1970'});
const holder = z.string().regex(/^[^\p{Cc}]{1,64}$/u);
const minute = z.int().min(0).max(1440);
const windowSchema = z.strictObject({
  days: z.array(z.int().min(1).max(7)).min(1).max(7),
  fromMinute: minute,
  toMinute: minute,
});
const entries = z.enum(['one', 'multi']);
const kind = z.enum(['park', 'lease', 'shower', 'stay', 'work', 'staff']);
const points = z.array(pointIdSchema).min(1).max(64);
const weekly = z.array(windowSchema).max(64);
const reference = z.string().regex(/^[^\p{Cc}]{1,64}$/u);

export const wishSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('qr'),
      point: pointIdSchema
        .optional()
        .openapi({description: 'Which one it opens, where the grant has several'}),
      isRotating: z
        .boolean()
        .default(false)
        .openapi({description: 'Shown with a proof that changes every 30 s, by a secret'}),
    }),
    z.strictObject({kind: z.literal('code'), uses: entries.optional()}),
    z.strictObject({kind: z.literal('key')}),
    z.strictObject({
      kind: z.literal('card'),
      uid: z
        .string()
        .toUpperCase()
        .regex(/^(?:[0-9A-F]{8}|[0-9A-F]{10}|[0-9A-F]{14}|[0-9A-F]{20})$/)
        .openapi({description: 'Hex in the order of the air: 4, 5, 7 or 10 bytes'}),
      assurance: z
        .enum(ASSURANCES)
        .default('uid')
        .openapi({description: 'How hard the card is to copy; `mutual_auth` has a key of its own'}),
      secretHex: z
        .string()
        .toLowerCase()
        .regex(/^[0-9a-f]{32}$/)
        .optional()
        .openapi({description: "The card's own key; left out: made of the master key (AN10922)"}),
      keyVersion: z.int().min(0).max(255).optional(),
    }),
    z.strictObject({kind: z.literal('plate'), plate: z.string().regex(/^[^\p{Cc}\s]{4,12}$/u)}),
    z.strictObject({kind: z.literal('fingerprint'), reference}),
    z.strictObject({kind: z.literal('phone'), reference}),
  ])
  .openapi('CredentialWish');

export const newRightSchema = z
  .strictObject({
    site: siteIdSchema,
    holder,
    kind: kind.default('park'),
    points,
    fromMs: wall,
    untilMs: wall,
    weekly: weekly.default([]),
    entries: entries.default('multi'),
    credentials: z.array(wishSchema).max(16).default([]),
  })
  .refine(({fromMs, untilMs}) => fromMs < untilMs, {
    path: ['untilMs'],
    error: 'ends before it begins',
  })
  .openapi('NewGrant');

export const rightChangeSchema = z
  .strictObject({points, fromMs: wall, untilMs: wall, weekly, entries})
  .partial()
  .openapi('GrantChange');

const effectFields = {
  effectiveOn: z.object({gateways: z.int(), of: z.int()}),
  waitingFor: z.array(
    z.object({
      gateway: z.string(),
      state: z.enum(['setting', 'set', 'removing', 'unset']),
      reason: z.enum(['offline', 'never_seen', 'in_delivery', 'failed_to_set', 'clash']),
      seenMs: shownWall
        .nullable()
        .openapi({description: 'When it last began to speak; null: never'}),
    }),
  ),
};

export const rightSchema = z
  .object({
    id: z.string(),
    site: z.string(),
    holder: z.string(),
    kind,
    points: z.array(z.string()),
    fromMs: shownWall,
    untilMs: shownWall,
    weekly: z.array(z.object({days: z.array(z.int()), fromMinute: z.int(), toMinute: z.int()})),
    entries,
    state: z.enum(RIGHT_STATES),
    frozen: z.boolean().openapi({description: 'Its holder may use nothing at this time'}),
    order: z.string().nullable(),
    credentials: z.array(z.string()),
    ...effectFields,
    createdMs: shownWall,
    changedMs: shownWall,
  })
  .openapi('Grant');

export const credentialSchema = z
  .object({
    id: z.string(),
    site: z.string(),
    holder: z.string(),
    grant: z.string().nullable().openapi({description: "Null: the holder's own, as a card"}),
    kind: z.enum(['card', 'qr', 'code', 'key', 'plate', 'fingerprint', 'phone']),
    state: z.enum(['active', 'suspended', 'revoked', 'consumed']),
    hint: z.string(),
    assurance: z.enum(ASSURANCES).nullable(),
    deliverable: z
      .enum(['pre_synced', 'self_contained'])
      .nullable()
      .openapi({description: 'Works at a gateway that is cut off; null: not yet'}),
    ...effectFields,
    replacedBy: z.string().nullable(),
    createdMs: shownWall,
    changedMs: shownWall,
  })
  .openapi('Credential');

/** What only the first answer tells. */
export const onceShown = {
  secrets: z
    .array(z.object({credential: z.string(), code: z.string()}))
    .optional()
    .openapi({description: 'Digits, in the first answer alone: they are stored nowhere'}),
};

export interface BodyContext {
  readonly readings: ReadonlyMap<string, readonly PlaceReading[]>;
  readonly isOnline: (gateway: string) => boolean;
}

export function rightBody(right: Right, {readings, isOnline}: BodyContext) {
  const {id, site, holder: who, kind: what, points: of, weekly: hours, entries: uses} = right;
  const {state, isFrozen: frozen, orderId: order, credentials, createdWall, changedWall} = right;
  return {
    ...{id, site, holder: who, kind: what, points: of, weekly: hours, entries: uses},
    ...{fromMs: right.validFrom, untilMs: right.validUntil, state, frozen, order, credentials},
    ...effectOf(readings.get(id) ?? [], isOnline),
    ...{createdMs: createdWall, changedMs: changedWall},
  };
}

export function credentialBody(credential: ShownCredential, {readings, isOnline}: BodyContext) {
  const {id, site, holder: who, grant, kind: what, state, hint, facts} = credential;
  const places = readings.get(id) ?? [];
  const isToken = facts.kind === 'qr' && facts.secretHex === undefined && state === 'active';
  return {
    ...{id, site, holder: who, grant, kind: what, state, hint},
    assurance: facts.kind === 'card' ? facts.assurance : null,
    deliverable: state === 'active' ? deliverableOf(places, isToken) : null,
    ...effectOf(places, isOnline),
    replacedBy: credential.replacedBy,
    ...{createdMs: credential.createdWall, changedMs: credential.changedWall},
  };
}
