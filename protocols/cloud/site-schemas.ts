import {z} from 'zod';
import type {UnixMillis} from '../base/clock.js';
import type {
  CardCredential,
  CodeCredential,
  Credential,
  Grant,
  QrCredential,
  TokenIssuer,
} from '../site/grant.js';
import type {CardUid} from '../site/ids.js';
import type {IsoWeekday} from '../site/windows.js';
import type {GrantOp, GrantStateRow} from './grant-state.js';

/*
 * Wire schemas of the words both ends share. Each is pinned to the type in `protocols/site`: a field
 * added there and forgotten here does not compile.
 */

const MAX_ID_LENGTH = 64;
const ID = /^[^\p{Cc}]+$/u;

/** An id on the wire: 1-64 characters, none of them a control character. */
export function idSchema<Id extends string>(): z.ZodType<Id> {
  return z.string().max(MAX_ID_LENGTH).regex(ID) as unknown as z.ZodType<Id>;
}

export const LAST_UNIX_MILLIS = 253_402_300_799_999;

/** Whole milliseconds since 1970, up to the year 9999. */
export const unixMillisSchema = z
  .int()
  .min(0)
  .max(LAST_UNIX_MILLIS) as unknown as z.ZodType<UnixMillis>;

/** Version, sequence number or counter: 0 .. 2^53-1. */
export const counterSchema = z.int().min(0);
/** SHA-256 in lower-case hex. */
export const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);

const isoWeekday = z.int().min(1).max(7) as unknown as z.ZodType<IsoWeekday>;
const minuteOfDay = z.int().min(0).max(1440);

const weeklyWindowSchema = z.object({
  days: z.array(isoWeekday).max(7),
  fromMinute: minuteOfDay,
  toMinute: minuteOfDay,
});

const budgetSchema = z.object({
  fen: counterSchema,
  seconds: z.int().min(1).max(86_400),
  mostMilliCelsius: z.int().min(0).max(100_000).optional(),
  mostMl: z.int().min(0).max(10_000_000).optional(),
});

export const grantSchema = z.object({
  id: idSchema<Grant['id']>(),
  number: z.string().regex(/^\d{1,20}$/),
  kind: z.enum(['park', 'lease', 'shower', 'stay', 'work', 'staff']),
  holder: idSchema<Grant['holder']>(),
  holderMask: z.string().max(128),
  credentials: z.array(idSchema<Grant['credentials'][number]>()).max(64),
  points: z.array(idSchema<Grant['points'][number]>()).max(512),
  validFrom: unixMillisSchema,
  validUntil: unixMillisSchema,
  weekly: z.array(weeklyWindowSchema).max(64),
  entries: z.enum(['one', 'multi']),
  budget: budgetSchema.optional(),
  plates: z.array(z.string().min(1).max(16)).max(8).optional(),
  state: z.enum(['offered', 'active', 'suspended', 'revoked', 'ended']),
  rev: counterSchema,
  leaseUntil: unixMillisSchema,
});

const cardUid = z.string().regex(/^(?:[0-9A-F]{2}){4,10}$/) as unknown as z.ZodType<CardUid>;

const credentialFields = {
  id: idSchema<Credential['id']>(),
  holder: idSchema<Credential['holder']>(),
  state: z.enum(['active', 'suspended', 'revoked', 'consumed']),
  rev: counterSchema,
};
/** Lower case only: the state hash covers the text, and both ends store the bytes. */
const secretHex = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .optional();

/** JSON has no `undefined`: an absent secret is an absent key on the wire and a field here. */
export const cardSchema = z
  .object({kind: z.literal('card'), ...credentialFields, uid: cardUid, secretHex})
  .transform(card => ({...card, secretHex: card.secretHex}));

const codeSchema = z.object({
  kind: z.literal('code'),
  ...credentialFields,
  // With a `p`, as a gateway keeps it: rows of its own are read by this schema too.
  digest: z.string().regex(/^p?[0-9a-f]{64}$/),
  epoch: counterSchema,
  uses: z.enum(['one', 'multi']),
});

const qrSchema = z
  .object({
    kind: z.literal('qr'),
    ...credentialFields,
    validFrom: unixMillisSchema,
    secretHex,
  })
  .transform(qr => ({...qr, secretHex: qr.secretHex}));

export const credentialSchema = z.union([cardSchema, codeSchema, qrSchema]);

const issuerSchema = z.object({
  id: idSchema<TokenIssuer['id']>(),
  kid: z.int().min(0).max(255),
  publicKeyHex: hashSchema,
  rev: counterSchema,
});

const tableSchema = z.enum(['grant', 'credential', 'issuer']);

export const grantStateRowSchema = z.discriminatedUnion('table', [
  z.object({table: z.literal('grant'), row: grantSchema}),
  z.object({table: z.literal('credential'), row: credentialSchema}),
  z.object({table: z.literal('issuer'), row: issuerSchema}),
]);

export const grantOpSchema = z.union([
  z.object({op: z.literal('put'), table: z.literal('grant'), row: grantSchema}),
  z.object({op: z.literal('put'), table: z.literal('credential'), row: credentialSchema}),
  z.object({op: z.literal('put'), table: z.literal('issuer'), row: issuerSchema}),
  z.object({
    op: z.literal('drop'),
    table: tableSchema,
    id: z.string().max(MAX_ID_LENGTH),
  }),
]);

/** Place of a row in the order in which a whole state is sent: by table, then by id. */
export const grantKeySchema = z.object({
  table: tableSchema,
  id: z.string().min(1).max(MAX_ID_LENGTH),
});

/** The value as its receiver may treat it. */
export type DeepReadonly<T> = T extends string | number
  ? T
  : T extends object
    ? {readonly [Key in keyof T]: DeepReadonly<T[Key]>}
    : T;
/** `true` only when each type can stand for the other, key by key. */
export type SameShape<Left, Right> = [DeepReadonly<Left>, DeepReadonly<Right>] extends [
  DeepReadonly<Right>,
  DeepReadonly<Left>,
]
  ? keyof Left extends keyof Right
    ? keyof Right extends keyof Left
      ? true
      : never
    : never
  : never;

true satisfies SameShape<z.infer<typeof grantSchema>, Grant>;
true satisfies SameShape<z.infer<typeof cardSchema>, CardCredential>;
true satisfies SameShape<z.infer<typeof codeSchema>, CodeCredential>;
true satisfies SameShape<z.infer<typeof qrSchema>, QrCredential>;
true satisfies SameShape<z.infer<typeof credentialSchema>, Credential>;
true satisfies SameShape<z.infer<typeof issuerSchema>, TokenIssuer>;
true satisfies SameShape<z.infer<typeof grantStateRowSchema>, GrantStateRow>;
true satisfies SameShape<z.infer<typeof grantOpSchema>, GrantOp>;
