import {z} from 'zod';
import type {BayId, CommandId} from '../site/ids.js';
import {batchSchema, MAX_BATCH_EVENTS, MAX_BODY_CHARS} from './event-batch.js';
import {MAX_SITE_PROBLEM_CHARS, MAX_SITE_PROBLEMS, SITE_CONFIG_STATES} from './site-config.js';
import {
  counterSchema,
  type DeepReadonly,
  grantKeySchema,
  hashSchema,
  idSchema,
  unixMillisSchema,
} from './site-schemas.js';
import type {UpName} from './topics.js';
import {
  bootSchema as boot,
  clockStateSchema as clk,
  epochSchema,
  eventKindSchema,
  monoSchema as mono,
  sessionIdSchema,
} from './wire-words.js';

/** Version of this contract, said in each hello. */
export const CONTRACT_VERSION = 2;

/** `u/st`: retained, and the will. The cloud ignores one whose sid is not the newest. */
const statusSchema = z.object({on: z.boolean(), sid: sessionIdSchema, boot, mono});

/**
 * Parts of a whole state that lie at the gateway and do not count yet: those of `ver` before `next`, up to
 * and with the row `after`. The cloud goes on there while it still wants that version.
 */
const stagedSchema = z.object({
  ver: counterSchema,
  hash: hashSchema,
  next: z.int().min(1),
  after: grantKeySchema,
});

/** What the gateway holds, and what of the next whole state has arrived. */
const grantVersion = z.object({
  ver: counterSchema,
  hash: hashSchema,
  staged: stagedSchema.optional(),
});

/** `u/hello`: first message of each connection; `low` = first sequence number still held, `first` = the
 *  first that this epoch ever had (left out: 1), `kids` = ids of the cloud keys it trusts, `rev` = version of the revocations applied. */
const helloSchema = z.object({
  v: z.int().min(1),
  epoch: epochSchema,
  sid: sessionIdSchema,
  boot,
  mono,
  wall: unixMillisSchema,
  clk,
  head: counterSchema,
  acked: counterSchema,
  low: counterSchema,
  first: z.int().min(1).optional(),
  cfg: grantVersion,
  rev: counterSchema,
  kids: z.array(z.string().max(64)).max(8),
  fw: z.string().max(64),
});

/** `u/hb`: every 10 s; gives commands their time reference and shows what has not arrived. */
const heartbeatSchema = z.object({
  sid: sessionIdSchema,
  mono,
  clk,
  head: counterSchema,
  cfg: grantVersion,
  rev: counterSchema,
});

/** One event: kind, boot, mono, wall, clk, body as the JSON text that the hash chain covers. */
const wireEventSchema = z.tuple([
  eventKindSchema,
  boot,
  z.int().min(0),
  unixMillisSchema,
  clk,
  z.string().max(MAX_BODY_CHARS),
]);

/** `u/live`: early copy of urgent events while a backlog drains, numbered from `seq`; never acked. */
const liveSchema = z.object({
  epoch: epochSchema,
  seq: z.int().min(1),
  ev: z.array(wireEventSchema).min(1).max(MAX_BATCH_EVENTS),
});

/** `u/gone`: the gateway truly holds these no more; the cloud stops asking and marks the gap. */
const goneSchema = z.object({
  epoch: epochSchema,
  from: z.int().min(1),
  to: z.int().min(1),
  why: z.string().min(1).max(64),
});

/** `u/cfg`: what the gateway holds; with `err` it asks for a snapshot, with `part` for the one after
 *  `staged` again. */
const grantReportSchema = grantVersion.extend({
  err: z.enum(['version', 'hash', 'part']).optional(),
});

/** `u/rev`: version of the revocations applied. */
const revocationReportSchema = z.object({ver: counterSchema});

/**
 * `u/res`: what became of a command. `taken` means that it is on disk and begun, and another answer
 * follows; `done`, `failed` and `unproven` (nothing tells) that it was tried; `refused`, `expired` and `stale_session` that it never
 * was; `dup` carries the first answer in `why`.
 */
export const COMMAND_ANSWERS = [
  'taken',
  'done',
  'failed',
  'unproven',
  'refused',
  'expired',
  'stale_session',
  'dup',
] as const;
export type CommandAnswer = (typeof COMMAND_ANSWERS)[number];
const resultSchema = z.object({
  id: idSchema<CommandId>(),
  st: z.enum(COMMAND_ANSWERS),
  mono,
  why: z.string().max(200).nullable(),
});

/** `u/notice`: which notices are held, at each connection and after each `d/notice`. */
const noticeReportSchema = z.object({held: hashSchema});

/**
 * `u/site`: the newest version of the site file that came from the cloud and what became of it, and in
 * `held` the hash of the file that is in force. Version 0: none came yet. `problems` are written as
 * `latchkey config check` prints them.
 */
const siteReportSchema = z.object({
  ver: counterSchema,
  sha: hashSchema,
  state: z.enum(SITE_CONFIG_STATES),
  held: hashSchema,
  why: z.string().max(200).nullable(),
  problems: z.array(z.string().max(MAX_SITE_PROBLEM_CHARS)).max(MAX_SITE_PROBLEMS),
});

/**
 * `u/bays`: every 30 s, and when a connection begins, how all bays stand after the event `head`: name, arm,
 * occupancy, online, saleable. A view that missed an event heals by it. Large sites send several.
 * @see requirements A15
 */
export const MAX_BAYS_PER_MESSAGE = 256;
const baysSchema = z.object({
  epoch: epochSchema,
  head: counterSchema,
  bays: z
    .array(
      z.tuple([
        idSchema<BayId>(),
        z.string().max(32),
        z.enum(['unknown', 'vacant', 'occupied']),
        z.boolean(),
        z.boolean(),
      ]),
    )
    .max(MAX_BAYS_PER_MESSAGE),
});

/** `u/csr`: the gateway asks for its next certificate. PKCS#10 in PEM, for a key made for it. */
const certificateRequestSchema = z.object({csr: z.string().min(64).max(8192)});

/** The schema of each topic below `u/`. */
export const UP_SCHEMAS = {
  st: statusSchema,
  hello: helloSchema,
  hb: heartbeatSchema,
  ev: batchSchema,
  live: liveSchema,
  gone: goneSchema,
  cfg: grantReportSchema,
  rev: revocationReportSchema,
  res: resultSchema,
  site: siteReportSchema,
  notice: noticeReportSchema,
  bays: baysSchema,
  csr: certificateRequestSchema,
} as const satisfies Record<UpName, z.ZodType>;

export type UpMessages = {
  readonly [Name in UpName]: DeepReadonly<z.infer<(typeof UP_SCHEMAS)[Name]>>;
};
export type WireEvent = UpMessages['live']['ev'][number];
export type Batch = UpMessages['ev'];
export type Hello = UpMessages['hello'];
export type StagedGrants = DeepReadonly<z.infer<typeof stagedSchema>>;
