import {z} from '@hono/zod-openapi';
import type {GatewaySessions} from '../gateway-sessions.js';
import type {FeedEvent} from '../store/event-ledger.js';
import type {GatewaySummary} from '../store/gateway-overview.js';
import type {Withdrawal} from '../store/grant-table.js';
import type {LateUse} from '../store/late-use-table.js';
import {nextCursorSchema} from './page.js';

/* What is told of gateways: schemas beside the functions that fill them. */

const wall = z.int().openapi({description: 'Milliseconds since 1970'});

const gatewaySchema = z
  .object({
    id: z.string(),
    online: z.boolean(),
    firmware: z.string().nullable(),
    seenMs: wall.nullable(),
    grants: z.object({version: z.int(), held: z.int(), current: z.boolean()}),
    revocations: z.object({version: z.int(), held: z.int()}),
    faults: z.array(z.object({kind: z.string(), raisedWall: wall, detail: z.string()})),
    gaps: z.array(z.object({epoch: z.string(), from: z.int(), to: z.int(), why: z.string()})),
    conflicts: z.int().openapi({description: 'Numbers that two events claim'}),
  })
  .openapi('Gateway');

export const gatewaysSchema = z.object({
  gateways: z.array(gatewaySchema),
  nextCursor: nextCursorSchema,
});

export function gatewayOf(
  sessions: GatewaySessions,
  {row, faults, gaps, conflicts}: GatewaySummary,
): z.infer<typeof gatewaySchema> {
  return {
    id: row.gw,
    online: sessions.online(row.gw) !== undefined,
    firmware: row.firmware,
    seenMs: row.seenWall,
    grants: {
      version: row.cfgVer,
      held: row.heldVer,
      current: row.heldVer === row.cfgVer && row.heldHash === row.cfgHash,
    },
    revocations: {version: row.revVer, held: row.heldRev},
    ...{faults: [...faults], gaps: [...gaps], conflicts},
  };
}

export const baysSchema = z.object({
  bays: z.array(
    z
      .object({
        bay: z.string(),
        arm: z.string(),
        occupancy: z.string(),
        online: z.boolean(),
        saleable: z.boolean(),
        changedWall: wall,
      })
      .openapi('BayState'),
  ),
});

const text = z.string().nullable();
export const alarmsSchema = z.object({
  alarms: z.array(
    z
      .object({
        ...{alarm: z.string(), kind: z.string(), state: z.string(), bay: text, collector: text},
        ...{count: z.int(), contact: text, person: text, note: text, changedWall: wall},
      })
      .openapi('Alarm'),
  ),
});

const riskSchema = z
  .object({
    kind: z.literal('USED_AFTER_REVOKE'),
    epoch: z.string(),
    seq: z.int(),
    grant: z.string(),
    credential: z
      .string()
      .nullable()
      .openapi({description: 'The credential that was revoked; null: the grant was'}),
    bay: text,
    usedMs: wall,
    revokedMs: wall,
    clk: z.string(),
  })
  .openapi('Risk');
export const risksSchema = z.object({risks: z.array(riskSchema)});

/** Nobody is punished by machine for any of these: a person looks at them. */
export function riskOf(use: LateUse): z.infer<typeof riskSchema> {
  const {epoch, seq, grant, credential, bay, usedWall, revokedWall, clk} = use;
  return {
    kind: 'USED_AFTER_REVOKE',
    ...{epoch, seq, grant, credential, bay, usedMs: usedWall, revokedMs: revokedWall, clk},
  };
}

export const eventsSchema = z.object({
  events: z.array(
    z
      .object({
        id: z.string().openapi({description: 'Gateway, epoch and number'}),
        epoch: z.string(),
        seq: z.int(),
        kind: z.string(),
        boot: z.string(),
        monoMs: z.number(),
        wallMs: wall,
        correctedMs: wall
          .nullable()
          .openapi({description: 'When it was, of a clock that was lost then and came back'}),
        clk: z.string(),
        body: z.unknown(),
        traceparent: z
          .string()
          .nullable()
          .openapi({description: 'Of the command that it follows from'}),
        receivedMs: wall,
      })
      .openapi('GatewayEvent'),
  ),
  next: z.string().openapi({description: 'What to ask `after` next time'}),
});

export function eventsOf(
  gateway: string,
  after: string,
  events: readonly FeedEvent[],
  corrected: ReadonlyMap<FeedEvent, number>,
): z.infer<typeof eventsSchema> {
  const last = events.at(-1);
  return {
    events: events.map(event => ({
      ...bodyOf(event.body),
      id: `${gateway}/${event.epoch}/${event.seq}`,
      epoch: event.epoch,
      seq: event.seq,
      kind: event.kind,
      boot: event.boot,
      monoMs: event.mono,
      wallMs: event.wall,
      correctedMs: corrected.get(event) ?? null,
      clk: event.clk,
      receivedMs: event.receivedWall,
    })),
    next: last ? `${last.epochNo}.${last.seq}` : after,
  };
}

const traced = z.object({
  trace: z.string().optional(),
  cause: z.object({trace: z.string().optional()}).optional().catch(undefined),
});

/** The body as the gateway wrote it, and the trace in it; what is no JSON is shown as text. */
function bodyOf(text: string): {readonly body: unknown; readonly traceparent: string | null} {
  try {
    const body: unknown = JSON.parse(text);
    const found = text.includes('"trace"') ? traced.safeParse(body).data : undefined;
    return {body, traceparent: found?.trace ?? found?.cause?.trace ?? null};
  } catch {
    return {body: text, traceparent: null};
  }
}

export const revocationSchema = z
  .object({
    id: z.string(),
    revokedMs: wall,
    effectiveOn: z.object({gateways: z.int(), of: z.int()}),
    waitingFor: z.array(
      z.object({gateway: z.string(), online: z.boolean(), seenMs: wall.nullable()}),
    ),
  })
  .openapi('Revocation');

/** How far a revocation has come: shown for as long as its tombstone is kept. @see sync.md 8 */
export function effectOf(
  sessions: GatewaySessions,
  id: string,
  withdrawals: readonly Withdrawal[],
): z.infer<typeof revocationSchema> {
  const waiting = withdrawals.filter(({ver, heldRev}) => heldRev < ver);
  return {
    id,
    revokedMs: Math.min(...withdrawals.map(({revokedWall}) => revokedWall)),
    effectiveOn: {gateways: withdrawals.length - waiting.length, of: withdrawals.length},
    waitingFor: waiting.map(({gateway, seenWall}) => ({
      gateway,
      online: sessions.online(gateway) !== undefined,
      seenMs: seenWall,
    })),
  };
}
