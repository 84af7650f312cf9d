import {z} from 'zod';
import type {BayId, CommandId} from '../site/ids.js';
import {MAX_NOTICE_CHARS, MAX_NOTICES} from '../site/notice.js';
import {MAX_SITE_PIECES} from './site-config.js';
import {
  counterSchema,
  type DeepReadonly,
  grantOpSchema,
  grantStateRowSchema,
  hashSchema,
  idSchema,
  unixMillisSchema,
} from './site-schemas.js';
import type {DownName} from './topics.js';
import {epochSchema, monoSchema as mono, sessionIdSchema, traceSchema} from './wire-words.js';

/** Every kind of act, and how long one may be under way at most, whatever it says of itself.
 *  @see sync.md 8, act rule */
export const ACT_TTL_CAPS_MS = {
  ...{open: 10_000, close: 10_000, pulse: 10_000, valve: 5000},
  /** Of what runs at a stall. */
  stop: 10_000,
  /** Somebody far away takes a call: `door` is its alarm, `by` who it is. */
  acknowledge: 10_000,
} as const;
export type ActKind = keyof typeof ACT_TTL_CAPS_MS;
const ACT_KINDS = [
  ...(['open', 'close', 'pulse', 'valve', 'stop', 'acknowledge'] as const),
] as const satisfies readonly ActKind[];

/** Ed25519 over context, topic and payload, base64url. */
const sig = z.string().regex(/^[A-Za-z0-9_-]{86}$/);

/** `d/ack`: everything up to `upto` is committed, with the chain hash there in answer to a hello; or
 *  please resend from `want`; or number anew, since one number means two events, or since the cloud
 *  knows `known` and the gateway said less (a restored backup). */
const ackSchema = z.union([
  z.object({epoch: epochSchema, upto: counterSchema, h: hashSchema.optional()}),
  z.object({epoch: epochSchema, want: z.int().min(1)}),
  z.object({
    ...{epoch: epochSchema, new_epoch: z.enum(['rollback', 'conflict'])},
    known: counterSchema.optional(),
  }),
]);

/** `d/time`: `mono_echo` is the newest gateway reading; half the round trip bounds the error. */
const timeSchema = z.object({
  sid: sessionIdSchema,
  mono_echo: mono,
  utc: unixMillisSchema,
  sig,
});

/** `d/cfg`: changes `from` -> `to`, in order. Equal versions without changes confirm to the session
 *  `sid` that the gateway is current. */
const grantDeltaSchema = z.object({
  sid: sessionIdSchema,
  from: counterSchema,
  to: counterSchema,
  ops: z.array(grantOpSchema).max(2000),
  hash: hashSchema,
  sig,
});

/** `d/snap`: part `i` (from 0) of the whole state `ver`, rows in the order of their keys; the next one is
 *  sent when the gateway says that it has this one. */
const snapshotSchema = z.object({
  ver: counterSchema,
  i: counterSchema,
  last: z.boolean(),
  part: z.array(grantStateRowSchema).max(2000),
  hash: hashSchema,
  sig,
});

/** `d/rev`: ids withdrawn for good, all since the version that the gateway reported. */
const revocationSchema = z.object({
  ver: counterSchema,
  ids: z.array(z.string().min(1).max(64)).max(800),
  sig,
});

/** `d/cmd`: an act, at most once, now or never. `ref` is the newest gateway reading plus the time
 *  since on the cloud's own clock; `n` counts up per door; `use`: the shower that a stop is meant for, and no
 *  other one; `tp` is the `traceparent` of the request. */
const commandSchema = z.object({
  id: idSchema<CommandId>(),
  sid: sessionIdSchema,
  ref: mono,
  ttl: z.int().min(1).max(60_000),
  kind: z.enum(ACT_KINDS),
  door: idSchema<BayId>(),
  n: z.int().min(1),
  by: z.string().min(1).max(128),
  use: z.string().min(1).max(64).optional(),
  tp: traceSchema,
  sig,
});

/**
 * `d/site`: piece `i` of `n` of the site file `ver`, whose SHA-256 is `sha`. It replaces a file with one
 * of the hashes `base`: what its author saw; none means whatever is there. `removing`: devices that it
 * names no more are meant to go. For the session `sid` alone, so that an old file, recorded and played
 * back, does not reach a gateway that has forgotten its version.
 */
const siteConfigSchema = z
  .object({
    sid: sessionIdSchema,
    ver: z.int().min(1),
    sha: hashSchema,
    base: z.array(hashSchema).max(2),
    i: counterSchema,
    n: z.int().min(1).max(MAX_SITE_PIECES),
    piece: z
      .string()
      .max(48_000)
      .regex(/^[A-Za-z0-9_-]*$/),
    removing: z.boolean(),
    by: z.string().min(1).max(128),
    sig,
  })
  .refine(piece => piece.i < piece.n, {path: ['i']});

/**
 * `d/notice`: all that is to be shown at the lot, in this order, in place of what was sent before; each from
 * and until its time. For the session `sid` alone: an old list, played back, is none.
 */
const noticeSchema = z.object({
  sid: sessionIdSchema,
  notices: z
    .array(
      z.object({
        id: z.string().min(1).max(64),
        text: z.string().min(1).max(MAX_NOTICE_CHARS),
        fromMs: unixMillisSchema,
        untilMs: unixMillisSchema,
      }),
    )
    .max(MAX_NOTICES),
  sig,
});

/** `d/crt`: the certificate that `u/csr` asked for, and the authorities to trust from now on, PEM. */
const certificateSchema = z.object({
  certificate: z.string().min(64).max(8192),
  ca: z.string().min(64).max(8192),
  sig,
});

/**
 * Why the cloud speaks no more with a gateway. `superseded`: it uses an epoch that was followed by
 * another. `two_lives`: it and another take turns under one identity.
 */
export const FENCE_CAUSES = ['superseded', 'two_lives'] as const;
export type FenceCause = (typeof FENCE_CAUSES)[number];

/** `d/fence`: go read-only until you are enrolled anew. For one session and one epoch, and signed: a
 *  copy of it stops nobody. @see requirements E14 */
const fenceSchema = z.object({
  sid: sessionIdSchema,
  epoch: epochSchema,
  why: z.enum(FENCE_CAUSES),
  sig,
});

/** The schema of each topic below `d/`. */
export const DOWN_SCHEMAS = {
  ack: ackSchema,
  time: timeSchema,
  cfg: grantDeltaSchema,
  snap: snapshotSchema,
  rev: revocationSchema,
  cmd: commandSchema,
  site: siteConfigSchema,
  notice: noticeSchema,
  crt: certificateSchema,
  fence: fenceSchema,
} as const satisfies Record<DownName, z.ZodType>;

export type DownMessages = {
  readonly [Name in DownName]: DeepReadonly<z.infer<(typeof DOWN_SCHEMAS)[Name]>>;
};
export type Ack = DownMessages['ack'];
export type Command = DownMessages['cmd'];
/** Everything but the acknowledgement carries the cloud's signature. */
export type SignedName = Exclude<DownName, 'ack'>;
