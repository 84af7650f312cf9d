import {createRoute, z} from '@hono/zod-openapi';
import {
  type Api,
  addOperation,
  callerWith,
  jsonBody,
  needing,
  onceHeaders,
  REFUSALS,
  shown,
} from '../http/api.js';
import {type Caller, maySee} from '../http/caller.js';
import {nextCursorSchema, pageOf, pageQuery, placeFrom} from '../http/page.js';
import {Refusal} from '../http/refusals.js';
import type {RequestWriter} from '../http/write.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {AuditLog} from '../tenancy/audit-log.js';
import type {CredentialTable} from './credential-table.js';
import type {HoldDesk} from './hold-desk.js';
import {type HeldUse, HOLD_STATES, type Hold, type HoldTable} from './hold-table.js';

export interface HoldRouteOptions {
  readonly store: CloudStore;
  readonly writer: RequestWriter;
  readonly holds: HoldTable;
  readonly holdDesk: HoldDesk;
  readonly credentials: CredentialTable;
  readonly audit: AuditLog;
  readonly onGateways: (gateways: readonly string[]) => void;
}

const tags = ['holds'];
const atHold = z.object({hold: z.string().regex(/^[0-9A-Z]{26}$/)});
const wall = z.int().openapi({description: 'Milliseconds since 1970'});
const useSchema = z.object({site: z.string(), gateway: z.string(), point: z.string(), atMs: wall});
const holdSchema = z
  .object({
    id: z.string(),
    credential: z.string(),
    state: z.enum(HOLD_STATES),
    first: useSchema,
    second: useSchema,
    apartMs: z.int().openapi({description: 'Between the two uses'}),
    leastMs: z.int().openapi({description: 'So long one has at least from site to site'}),
    raisedMs: wall,
    closedMs: wall.nullable(),
    closedBy: z.string().nullable(),
    note: z.string().nullable(),
  })
  .openapi('Hold');
const listRoute = createRoute({
  ...{method: 'get', path: '/v1/holds', tags},
  summary: 'Cards that were at two lots within an impossible time, the oldest first',
  description: 'Each opens nothing anywhere until a guard releases or revokes it.',
  ...needing('grants:read'),
  request: {query: pageQuery.extend({state: z.enum(HOLD_STATES).optional()})},
  responses: {
    ...REFUSALS,
    200: shown(z.object({holds: z.array(holdSchema), nextCursor: nextCursorSchema}), 'A page'),
  },
});
const STATES = {release: 'released', revoke: 'revoked'} as const;
const closeRoute = createRoute({
  ...{method: 'post', path: '/v1/holds/{hold}/{act}', tags},
  summary: 'A guard has looked: let the card go on, or take it away for good',
  ...needing('commands:write'),
  request: {
    headers: onceHeaders,
    params: atHold.extend({act: z.enum(['release', 'revoke'])}),
    body: jsonBody(z.strictObject({note: z.string().regex(/^[^\p{Cc}]{1,500}$/u)})),
  },
  responses: {...REFUSALS, 200: shown(holdSchema, 'As it is now')},
});

/** What a guard is to look at. @see requirements E45 */
export function addHolds(api: Api, options: HoldRouteOptions): void {
  const {store, writer, holds, holdDesk, credentials, audit, onGateways} = options;
  addOperation(api, listRoute, async context => {
    const caller = callerWith(context, 'grants:read');
    const {cursor, limit, state} = context.req.valid('query');
    const [after = ''] = placeFrom(cursor, z.tuple([z.string()])) ?? [];
    const sites = caller.sites && ['', ...caller.sites];
    const asked = {tenant: caller.tenant, state, sites, after, limit: limit + 1};
    const found = await store.read(db => holds.list(db, asked));
    const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: ({id}) => [id]});
    return context.json({holds: rows.map(holdBody), nextCursor});
  });
  addOperation(api, closeRoute, context => {
    const caller = callerWith(context, 'commands:write');
    const {hold: id, act} = context.req.valid('param');
    const {note} = context.req.valid('json');
    return writer.once(context, caller, {note}, async tx => {
      const {tenant, id: by} = caller;
      const before = seen(caller, await holds.get(tx, tenant, id));
      const credential = await credentials.lock(tx, before.credential);
      const hold = seen(caller, await holds.get(tx, tenant, id));
      if (!credential) throw new Refusal('not_found');
      if (act === 'release' && credential.state === 'revoked') throw new Refusal('revoked');
      const wish = {state: STATES[act], by, note};
      const gateways = await holdDesk.close(tx, {hold, credential}, wish);
      const subject = {subject: 'hold', subjectId: id};
      await audit.note(tx, {tenant, actor: by, action: `hold.${act}`, ...subject, reason: note});
      const now = seen(caller, await holds.get(tx, tenant, id));
      return {status: 200, body: holdBody(now), after: () => onGateways(gateways)};
    });
  });
}

/** @throws Refusal `not_found` */
function seen(caller: Caller, hold: Hold | undefined): Hold {
  if (hold && (maySee(caller, hold.first.site) || maySee(caller, hold.second.site))) return hold;
  throw new Refusal('not_found');
}

function holdBody(hold: Hold): z.infer<typeof holdSchema> {
  const {id, credential, state, first, second, leastMs, closedBy, note} = hold;
  return {
    ...{id, credential, state, first: useBody(first), second: useBody(second), leastMs},
    ...{apartMs: second.atWall - first.atWall, raisedMs: hold.raisedWall},
    ...{closedMs: hold.closedWall, closedBy, note},
  };
}

function useBody({atWall: atMs, ...use}: HeldUse): z.infer<typeof useSchema> {
  return {...use, atMs};
}
