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
import {nextCursorSchema, pageOf, pageQuery, placeFrom} from '../http/page.js';
import type {RequestWriter} from '../http/write.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {ErasureDesk} from './erasure-desk.js';
import type {MemberDesk} from './member-desk.js';
import {
  editSchema,
  maskedMemberSchema,
  memberSchema,
  memberView,
  namedFields,
  phoneText,
  reasonText,
  registerSchema,
  wall,
} from './member-schemas.js';
import {MEMBER_ROLES, MEMBER_STATUSES, type MemberTable} from './member-table.js';
import type {PersonVault} from './person-vault.js';

export interface MemberRouteOptions {
  readonly store: CloudStore;
  readonly writer: RequestWriter;
  readonly desk: MemberDesk;
  readonly members: MemberTable;
  readonly vault: PersonVault;
  readonly erasures: ErasureDesk;
  /** After a commit: these gateways should hear of it. */
  readonly onGateways: (gateways: readonly string[]) => void;
}

const READING = {tags: ['members'], ...needing('members:read')};
const WRITING = {tags: ['members'], ...needing('members:write')};
const params = z.object({id: z.string().max(64)});
const cursor = z.tuple([z.string()]);

const register = createRoute({
  ...{method: 'post', path: '/v1/members', summary: 'Register a member by phone', ...WRITING},
  request: {headers: onceHeaders, body: jsonBody(registerSchema)},
  responses: {...REFUSALS, 201: shown(memberSchema, 'Registered')},
});

const list = createRoute({
  ...{method: 'get', path: '/v1/members', summary: 'Members, oldest first', ...READING},
  request: {
    query: pageQuery.extend({
      role: z.enum(MEMBER_ROLES).optional(),
      status: z.enum(MEMBER_STATUSES).optional(),
    }),
  },
  responses: {
    ...REFUSALS,
    200: shown(
      z.object({members: z.array(memberSchema), nextCursor: nextCursorSchema}),
      'A page of them',
    ),
  },
});

const search = createRoute({
  ...{method: 'post', path: '/v1/members/search', ...READING},
  summary: 'Find a member by the whole phone number; written down',
  request: {body: jsonBody(z.strictObject({phone: phoneText}))},
  responses: {...REFUSALS, 200: shown(z.object({members: z.array(memberSchema)}), 'None or one')},
});

const one = createRoute({
  ...{method: 'get', path: '/v1/members/{id}', summary: 'A member, masked', ...READING},
  request: {params},
  responses: {...REFUSALS, 200: shown(maskedMemberSchema, 'As he stands')},
});

const change = createRoute({
  ...{method: 'patch', path: '/v1/members/{id}', summary: 'Change what is named', ...WRITING},
  request: {params, body: jsonBody(editSchema)},
  responses: {...REFUSALS, 200: shown(memberSchema, 'As he stands now')},
});

const because = jsonBody(z.strictObject({reason: reasonText}));
const ruled = (path: string, summary: string) =>
  createRoute({
    ...{method: 'post', path, summary, ...WRITING},
    request: {params, headers: onceHeaders, body: because},
    responses: {...REFUSALS, 200: shown(memberSchema, 'As he stands now')},
  });
const freeze = ruled('/v1/members/{id}/freeze', 'Take all his rights out of force, at once');
const unfreeze = ruled('/v1/members/{id}/unfreeze', 'Give back what a freeze took');

const erase = createRoute({
  ...{method: 'post', path: '/v1/members/{id}/erasure', ...WRITING},
  summary: 'Erase all that is personal, now or at a time',
  request: {
    ...{params, headers: onceHeaders},
    body: jsonBody(z.strictObject({reason: reasonText, atMs: wall.positive().optional()})),
  },
  responses: {...REFUSALS, 200: shown(memberSchema, 'As he stands now')},
});

const spare = createRoute({
  ...{method: 'delete', path: '/v1/members/{id}/erasure', ...WRITING},
  summary: 'Call a planned erasure off',
  request: {params, query: z.object({reason: reasonText})},
  responses: {...REFUSALS, 200: shown(memberSchema, 'As he stands now')},
});

/** Members: registered, changed, found, frozen, erased. Never a whole phone or name. */
export function addMemberRoutes(api: Api, options: MemberRouteOptions): void {
  addReads(api, options);
  addWrites(api, options);
  addStates(api, options);
}

function addReads(api: Api, {store, desk, members, vault}: MemberRouteOptions): void {
  addOperation(api, list, async context => {
    const {tenant, sites} = callerWith(context, 'members:read');
    const {limit, role, status, cursor: from} = context.req.valid('query');
    const [after = ''] = placeFrom(from, cursor) ?? [];
    const query = {tenant, sites, role, status, after, limit: limit + 1};
    const rows = await store.read(db => members.list(db, query));
    const page = pageOf(context, rows, {limit, placeOf: row => [row.id]});
    return context.json({members: page.rows.map(memberView), nextCursor: page.nextCursor});
  });
  addOperation(api, search, async context => {
    const caller = callerWith(context, 'members:read');
    const {phone} = context.req.valid('json');
    const found = await store.transaction(tx => desk.findByPhone(tx, caller, phone));
    return context.json({members: found ? [memberView(found)] : []});
  });
  addOperation(api, one, async context => {
    const caller = callerWith(context, 'members:read');
    const {id} = context.req.valid('param');
    const [member, masks] = await store.read(
      async db => [await desk.seen(db, caller, id), await vault.masks(db, id)] as const,
    );
    return context.json({...memberView(member), person: namedFields(masks)});
  });
}

function addWrites(api: Api, {store, writer, desk, vault}: MemberRouteOptions): void {
  addOperation(api, register, context => {
    const caller = callerWith(context, 'members:write');
    const made = context.req.valid('json');
    // What is kept of the request must not tell the phone to who tries them all.
    const body = vault.blind(caller.tenant, 'request', JSON.stringify(made));
    return writer.once(context, caller, body, async tx => ({
      status: 201,
      body: memberView(await desk.register(tx, caller, made)),
    }));
  });
  addOperation(api, change, async context => {
    const caller = callerWith(context, 'members:write');
    const {id} = context.req.valid('param');
    const edit = context.req.valid('json');
    const member = await store.transaction(tx => desk.change(tx, caller, id, edit));
    return context.json(memberView(member));
  });
}

function addStates(api: Api, options: MemberRouteOptions): void {
  const {store, writer, desk, erasures, onGateways} = options;
  for (const [route, isFrozen] of [
    [freeze, true],
    [unfreeze, false],
  ] as const) {
    addOperation(api, route, context => {
      const caller = callerWith(context, 'members:write');
      const {id} = context.req.valid('param');
      const {reason} = context.req.valid('json');
      return writer.once(context, caller, {reason}, async tx => {
        const {member, gateways} = await desk.freeze(tx, caller, id, {isFrozen, reason});
        return {status: 200, body: memberView(member), after: () => onGateways(gateways)};
      });
    });
  }
  addOperation(api, erase, async context => {
    const caller = callerWith(context, 'members:write');
    const {id} = context.req.valid('param');
    const {reason, atMs} = context.req.valid('json');
    const response = await writer.once(context, caller, {reason, atMs}, async tx => {
      if (atMs !== undefined) {
        const planned = await erasures.plan(tx, caller, id, {dueWall: atMs, reason});
        return {status: 200, body: memberView(planned)};
      }
      const {member, gateways} = await erasures.eraseNow(tx, caller, id, reason);
      return {status: 200, body: memberView(member), after: () => onGateways(gateways)};
    });
    if (atMs === undefined && response.ok) await erasures.scrub();
    return response;
  });
  addOperation(api, spare, async context => {
    const caller = callerWith(context, 'members:write');
    const {id} = context.req.valid('param');
    const {reason} = context.req.valid('query');
    const plan = {dueWall: null, reason};
    const member = await store.transaction(tx => erasures.plan(tx, caller, id, plan));
    return context.json(memberView(member));
  });
}
