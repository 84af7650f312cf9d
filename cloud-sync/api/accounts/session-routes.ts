import {createRoute, z} from '@hono/zod-openapi';
import {normalisePhone} from '../../../protocols/site/person-text.js';
import {
  type Api,
  type ApiContext,
  addOperation,
  callerWith,
  jsonBody,
  needing,
  REFUSALS,
  shown,
} from '../http/api.js';
import {type Caller, ROLES} from '../http/caller.js';
import {Refusal} from '../http/refusals.js';
import {addressOf} from '../http/request-limits.js';
import type {CloudReader} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {AccessDesk} from './access-desk.js';
import type {LoginDesk, OpenedSession} from './login-desk.js';
import type {LoginTable} from './login-table.js';
import type {MemberDesk} from './member-desk.js';
import {accessSchema, passwordText, tenantName, wall} from './member-schemas.js';
import {MEMBER_ROLES} from './member-table.js';
import {MAX_PASSWORD_CHARS} from './password.js';
import type {SessionRow, SessionTable} from './session-table.js';

export interface SessionRouteOptions {
  readonly store: CloudStore;
  readonly desk: MemberDesk;
  readonly access: AccessDesk;
  readonly login: LoginDesk;
  readonly logins: LoginTable;
  readonly sessions: SessionTable;
  readonly wallMs: () => number;
}

const tags = {tags: ['sessions']};
const OWN = {...tags, ...needing('own:write')};
const params = z.object({id: z.string().max(64)});
/** A wrong one may be of any length that somebody types. */
const typedPassword = z.string().min(1).max(MAX_PASSWORD_CHARS).openapi({format: 'password'});

const openedSchema = z
  .object({
    id: z.string(),
    token: z.string().openapi({description: 'Bearer of this session; shown this once'}),
    memberId: z.string(),
    endsMs: wall,
  })
  .openapi('OpenedSession');

const logIn = createRoute({
  ...{method: 'post', path: '/v1/sessions', summary: 'Log in by phone and password', ...tags},
  request: {
    body: jsonBody(
      z.strictObject({
        tenant: tenantName,
        phone: z.string().max(40),
        password: typedPassword,
      }),
    ),
  },
  responses: {...REFUSALS, 201: shown(openedSchema, 'Logged in')},
});

const redeem = createRoute({
  ...{method: 'post', path: '/v1/sessions/redeem', ...tags},
  summary: 'Set the first password with an invitation, and log in',
  request: {
    body: jsonBody(z.strictObject({invitation: z.string().max(128), password: passwordText})),
  },
  responses: {...REFUSALS, 201: shown(openedSchema, 'Logged in')},
});

const logOut = createRoute({
  ...{method: 'delete', path: '/v1/sessions/current', summary: 'Log out', ...OWN},
  responses: {...REFUSALS, 200: shown(z.object({ended: z.int()}), 'Ended')},
});

const meSchema = z
  .object({
    id: z.string(),
    tenant: z.string(),
    displayMask: z.string(),
    memberRoles: z.array(z.enum(MEMBER_ROLES)),
    roles: z.array(z.enum(ROLES)),
    sites: z.array(z.string()).nullable(),
    scopes: z.array(z.string()),
  })
  .openapi('Me');
const me = createRoute({
  ...{method: 'get', path: '/v1/me', summary: 'Who I am and what I may do', ...OWN},
  responses: {...REFUSALS, 200: shown(meSchema, 'Me')},
});

const sessionSchema = z
  .object({
    id: z.string(),
    createdMs: wall,
    usedMs: wall,
    endsMs: wall,
    isCurrent: z.boolean(),
  })
  .openapi('Session');
const sessionsSchema = z.object({sessions: z.array(sessionSchema)});
const mine = createRoute({
  ...{method: 'get', path: '/v1/me/sessions', summary: 'Where I am logged in', ...OWN},
  responses: {...REFUSALS, 200: shown(sessionsSchema, 'Open ones, the newest first')},
});
const endMine = createRoute({
  ...{method: 'delete', path: '/v1/me/sessions/{id}', summary: 'End one of my sessions', ...OWN},
  request: {params},
  responses: {...REFUSALS, 200: shown(z.object({ended: z.int()}), 'Ended')},
});
const password = createRoute({
  ...{method: 'post', path: '/v1/me/password', ...OWN},
  summary: 'Change my password; all my other sessions end',
  request: {body: jsonBody(z.strictObject({old: typedPassword, new: passwordText}))},
  responses: {...REFUSALS, 200: shown(z.object({changed: z.literal(true)}), 'Changed')},
});

const WRITING = {...tags, ...needing('members:write')};
const setAccess = createRoute({
  ...{method: 'put', path: '/v1/members/{id}/access', ...WRITING},
  summary: 'What a member may do here once he logs in; never more than you may',
  request: {params, body: jsonBody(accessSchema)},
  responses: {...REFUSALS, 200: shown(accessSchema, 'In force')},
});
const takeAccess = createRoute({
  ...{method: 'delete', path: '/v1/members/{id}/access', ...WRITING},
  summary: 'He logs in no more',
  request: {params},
  responses: {...REFUSALS, 200: shown(z.object({ended: z.int()}), 'How many sessions ended')},
});
const invite = createRoute({
  ...{method: 'post', path: '/v1/members/{id}/invitation', ...WRITING},
  summary: 'A code for the first password, good once; it ends the code before',
  request: {params},
  responses: {
    ...REFUSALS,
    201: shown(z.object({invitation: z.string(), expiresMs: wall}), 'Shown this once'),
  },
});
const endAll = createRoute({
  ...{method: 'delete', path: '/v1/members/{id}/sessions', ...WRITING},
  summary: 'Log a member out everywhere',
  request: {params},
  responses: {...REFUSALS, 200: shown(z.object({ended: z.int()}), 'How many')},
});

/** Logging in and out, and who may. */
export function addSessionRoutes(api: Api, options: SessionRouteOptions): void {
  addOpen(api, options);
  addMine(api, options);
  addAccess(api, options);
}

function addOpen(api: Api, {login}: SessionRouteOptions): void {
  addOperation(api, logIn, async context => {
    const {tenant, phone, password: typed} = context.req.valid('json');
    const address = addressOf(context) ?? 'unknown';
    const wanted = {tenant, phone: normalisePhone(phone), password: typed, address};
    return opened(context, await login.open(wanted));
  });
  addOperation(api, redeem, async context => {
    const {invitation, password: wanted} = context.req.valid('json');
    return opened(context, await login.redeem(invitation, wanted));
  });
}

function addMine(api: Api, options: SessionRouteOptions): void {
  const {store, desk, login, logins, sessions, wallMs} = options;
  const end = async (db: CloudReader, caller: Caller, id: string) => {
    if (!(await sessions.end(db, caller.id, id))) throw new Refusal('not_found');
    return {ended: 1};
  };
  addOperation(api, logOut, async context => {
    const [caller, session] = person(context);
    return context.json(await store.read(db => end(db, caller, session)));
  });
  addOperation(api, me, async context => {
    const [caller] = person(context);
    const [member, may] = await store.read(
      async db =>
        [await desk.get(db, caller.tenant, caller.id), await logins.get(db, caller.id)] as const,
    );
    if (!member || !may) throw new Refusal('unauthorized');
    const {id, tenant, displayMask, roles: memberRoles} = member;
    const scopes = [...caller.scopes].sort();
    const {roles, sites} = may;
    return context.json({id, tenant, displayMask, memberRoles, roles, sites, scopes});
  });
  addOperation(api, mine, async context => {
    const [caller, session] = person(context);
    const rows = await store.read(db => sessions.list(db, caller.id, wallMs()));
    return context.json({sessions: rows.map(row => sessionView(row, session))});
  });
  addOperation(api, endMine, async context => {
    const [caller] = person(context);
    const {id} = context.req.valid('param');
    return context.json(await store.read(db => end(db, caller, id)));
  });
  addOperation(api, password, async context => {
    const [caller, session] = person(context);
    const {old, new: wanted} = context.req.valid('json');
    await login.changePassword(caller, {old, wanted, session});
    return context.json({changed: true});
  });
}

function addAccess(api: Api, {store, access}: SessionRouteOptions): void {
  addOperation(api, setAccess, async context => {
    const caller = callerWith(context, 'members:write');
    const {id} = context.req.valid('param');
    const {roles, sites} = context.req.valid('json');
    await store.transaction(tx => access.set(tx, caller, id, {roles, sites}));
    return context.json({roles, sites});
  });
  addOperation(api, takeAccess, async context => {
    const caller = callerWith(context, 'members:write');
    const {id} = context.req.valid('param');
    return context.json({ended: await store.transaction(tx => access.take(tx, caller, id))});
  });
  addOperation(api, invite, async context => {
    const caller = callerWith(context, 'members:write');
    const {id} = context.req.valid('param');
    const made = await store.transaction(tx => access.invite(tx, caller, id));
    context.header('cache-control', 'no-store');
    return context.json({invitation: made.invitation, expiresMs: made.expiresWall}, 201);
  });
  addOperation(api, endAll, async context => {
    const caller = callerWith(context, 'members:write');
    const {id} = context.req.valid('param');
    return context.json({ended: await store.transaction(tx => access.logOut(tx, caller, id))});
  });
}

function opened(context: ApiContext, {id, token, member, endsWall}: OpenedSession): Response {
  context.header('cache-control', 'no-store');
  return context.json({id, token, memberId: member, endsMs: endsWall}, 201);
}

function sessionView(row: SessionRow, current: string): z.infer<typeof sessionSchema> {
  const {id, createdWall, usedWall, endsWall} = row;
  const times = {createdMs: createdWall, usedMs: usedWall, endsMs: endsWall};
  return {id, ...times, isCurrent: id === current};
}

/** The person who asks, and his session. @throws Refusal `forbidden` for a program */
function person(context: ApiContext): readonly [Caller, string] {
  const caller = callerWith(context, 'own:write');
  const session = /^Bearer ls_([^_]+)_/.exec(context.req.header('authorization') ?? '')?.[1];
  if (caller.kind !== 'person' || session === undefined) {
    throw new Refusal('forbidden', {detail: 'for people who logged in'});
  }
  return [caller, session];
}
