import {createRoute, z} from '@hono/zod-openapi';
import {DAY_MS} from '../../../protocols/base/units.js';
import type {MemberTable} from '../accounts/member-table.js';
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
import {siteIdSchema} from '../places/site-bodies.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {AuditLog} from '../tenancy/audit-log.js';
import type {SiteTable} from '../tenancy/site-table.js';
import {
  attemptBody,
  attemptSchema,
  callBody,
  callSchema,
  noticeBody,
  noticeSchema,
} from './call-bodies.js';
import type {CallDesk, Taker} from './call-desk.js';
import {CALL_STATES} from './call-machine.js';
import type {CallNoticeTable} from './call-notice-table.js';
import type {CallRow, CallTable} from './call-table.js';
import type {ContactTable} from './contact-table.js';
import {responseTimes} from './response-report.js';

export interface CallRouteOptions {
  readonly store: CloudStore;
  readonly writer: RequestWriter;
  readonly sites: SiteTable;
  readonly calls: CallTable;
  readonly contacts: ContactTable;
  readonly members: MemberTable;
  readonly notices: CallNoticeTable;
  readonly desk: CallDesk;
  readonly audit: AuditLog;
  /** After the commit: the gateway should hear who took it. */
  readonly onTaken: () => void;
}

const tags = ['calls'];
const id = z.string().regex(/^[0-9A-Z]{26}$/);
const reading = {tags, ...needing('gateways:read')};
const LONGEST_MS = 92 * DAY_MS;
const MOST_CALLS = 10_000;

const list = createRoute({
  ...{method: 'get', path: '/v1/calls', summary: 'Calls at sites, the newest first', ...reading},
  request: {
    query: pageQuery.extend({
      site: siteIdSchema.optional(),
      state: z.enum(CALL_STATES).optional(),
    }),
  },
  responses: {
    ...REFUSALS,
    200: shown(z.object({calls: z.array(callSchema), nextCursor: nextCursorSchema}), 'A page'),
  },
});
const one = createRoute({
  ...{method: 'get', path: '/v1/calls/{id}', summary: 'A call, and whom it was told', ...reading},
  request: {params: z.object({id})},
  responses: {
    ...REFUSALS,
    200: shown(callSchema.extend({notices: z.array(noticeSchema)}), 'The newest 200 notices'),
  },
});
const take = createRoute({
  ...{method: 'post', path: '/v1/calls/{id}/acknowledgement', tags, ...needing('commands:write')},
  summary: 'Somebody takes the call: the board at the site shows who',
  request: {
    ...{params: z.object({id}), headers: onceHeaders},
    body: jsonBody(
      z.strictObject({
        member: z.string().min(1).max(64).optional().openapi({
          description: 'Who takes it; a key must say so, a person is himself',
        }),
      }),
    ),
  },
  responses: {...REFUSALS, 200: shown(callSchema, 'Nobody else is told')},
});
const notices = createRoute({
  ...{method: 'get', path: '/v1/sites/{site}/call-notices', ...reading},
  summary: 'What contacts of a site were told, the newest first',
  request: {params: z.object({site: siteIdSchema}), query: pageQuery},
  responses: {
    ...REFUSALS,
    200: shown(z.object({notices: z.array(noticeSchema), nextCursor: nextCursorSchema}), 'A page'),
  },
});
const oneNotice = createRoute({
  ...{method: 'get', path: '/v1/sites/{site}/call-notices/{id}', ...reading},
  summary: 'A notice with each try to send it',
  request: {params: z.object({site: siteIdSchema, id})},
  responses: {
    ...REFUSALS,
    200: shown(noticeSchema.extend({tries: z.array(attemptSchema)}), 'In their order'),
  },
});
const asked = z.coerce.number().int().min(0);
const report = createRoute({
  ...{method: 'get', path: '/v1/sites/{site}/response-times', ...reading},
  summary: 'How soon calls were taken that were made between two times, at most 92 days',
  request: {
    params: z.object({site: siteIdSchema}),
    query: z.object({fromMs: asked, untilMs: asked}),
  },
  responses: {
    ...REFUSALS,
    200: shown(
      z
        .object({
          rows: z.array(
            z.object({
              type: z.enum(['all', 'emergency', 'assistance', 'fault']),
              ...{calls: z.int(), unanswered: z.int(), open: z.int()},
              ...{medianMs: z.int().nullable(), p95Ms: z.int().nullable()},
              longestMs: z.int().nullable(),
            }),
          ),
          truncated: z.boolean().openapi({description: `Only the first ${MOST_CALLS} count`}),
        })
        .openapi('ResponseTimes'),
      'All, then by type',
    ),
  },
});

/** Calls at sites. @see ecosystem.md 2.2 */
export function addCalls(api: Api, options: CallRouteOptions): void {
  const {store, calls, notices: table} = options;
  addOperation(api, list, async context => {
    const caller = callerWith(context, 'gateways:read');
    const {cursor, limit, site, state} = context.req.valid('query');
    const [before = '~'] = placeFrom(cursor, z.tuple([z.string()])) ?? [];
    const sites = caller.sites && ['', ...caller.sites];
    const wanted = {tenant: caller.tenant, site, state, sites, before, limit: limit + 1};
    const found = await store.read(db => calls.list(db, wanted));
    const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: row => [row.id]});
    return context.json({calls: rows.map(callBody), nextCursor});
  });
  addOperation(api, one, async context => {
    const caller = callerWith(context, 'gateways:read');
    const call = context.req.valid('param').id;
    const body = await store.read(async db => {
      const row = await seen(db, options, caller, call);
      const wanted = {tenant: row.tenant, site: row.site, call, before: '~', limit: 200};
      const told = await table.list(db, wanted);
      return {...callBody(row), notices: told.map(noticeBody)};
    });
    return context.json(body);
  });
  addTaking(api, options);
  addNotices(api, options);
  addReport(api, options);
}

function addTaking(api: Api, options: CallRouteOptions): void {
  const {writer, desk, audit, onTaken} = options;
  addOperation(api, take, context => {
    const caller = callerWith(context, 'commands:write');
    const {id: call} = context.req.valid('param');
    const wish = context.req.valid('json');
    return writer.once(context, caller, wish, async tx => {
      const row = await seen(tx, options, caller, call);
      const taker = await takerOf(tx, options, {caller, site: row.site, member: wish.member});
      const taken = await desk.take(tx, call, taker);
      if (!taken) throw new Refusal('conflict', {detail: 'somebody took it, or it has ended'});
      const {tenant, id: actor} = caller;
      const about = {subject: 'call', subjectId: call, detail: taker.member ?? undefined};
      await audit.note(tx, {tenant, actor, action: 'call.acknowledge', ...about});
      return {status: 200, body: callBody(taken), after: onTaken};
    });
  });
}

/** By the name under which the site knows him. @throws Refusal `invalid`, `forbidden`, `not_found` */
async function takerOf(
  tx: CloudTransaction,
  {contacts, members}: CallRouteOptions,
  asked: {readonly caller: Caller; readonly site: string; readonly member: string | undefined},
): Promise<Taker> {
  const {caller, site} = asked;
  const id = asked.member ?? caller.member;
  if (id === undefined) {
    throw new Refusal('invalid', {errors: [{pointer: '#/member', detail: 'who takes it?'}]});
  }
  if (caller.member !== undefined && caller.member !== id) {
    throw new Refusal('forbidden', {detail: 'nobody takes it for somebody else'});
  }
  const member = await members.get(tx, caller.tenant, id);
  if (!member) throw new Refusal('not_found', {detail: 'no such member'});
  if (member.status !== 'active') throw new Refusal('member_not_active');
  const known = (await contacts.of(tx, site)).find(contact => contact.member === id);
  return {member: id, label: known?.label ?? member.displayMask};
}

function addNotices(api: Api, {store, sites, notices: table}: CallRouteOptions): void {
  addOperation(api, notices, async context => {
    const caller = callerWith(context, 'gateways:read');
    const {site} = context.req.valid('param');
    const {cursor, limit} = context.req.valid('query');
    const [before = '~'] = placeFrom(cursor, z.tuple([z.string()])) ?? [];
    const found = await store.read(async db => {
      await assertSite(db, sites, caller, site);
      return table.list(db, {tenant: caller.tenant, site, before, limit: limit + 1});
    });
    const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: row => [row.id]});
    return context.json({notices: rows.map(noticeBody), nextCursor});
  });
  addOperation(api, oneNotice, async context => {
    const caller = callerWith(context, 'gateways:read');
    const {site, id: notice} = context.req.valid('param');
    const body = await store.read(async db => {
      await assertSite(db, sites, caller, site);
      const row = await table.get(db, notice);
      if (row?.site !== site || row.tenant !== caller.tenant) throw new Refusal('not_found');
      const tries = await table.attempts(db, notice);
      return {...noticeBody(row), tries: tries.map(attemptBody)};
    });
    return context.json(body);
  });
}

function addReport(api: Api, {store, sites, calls}: CallRouteOptions): void {
  addOperation(api, report, async context => {
    const caller = callerWith(context, 'gateways:read');
    const {site} = context.req.valid('param');
    const {fromMs, untilMs} = context.req.valid('query');
    if (untilMs <= fromMs || untilMs - fromMs > LONGEST_MS) {
      throw new Refusal('invalid', {detail: 'from 1 ms to 92 days'});
    }
    const found = await store.read(async db => {
      await assertSite(db, sites, caller, site);
      return calls.between(db, site, {fromMs, untilMs, limit: MOST_CALLS + 1});
    });
    const rows = responseTimes(found.slice(0, MOST_CALLS)).map(row => ({...row}));
    return context.json({rows, truncated: found.length > MOST_CALLS});
  });
}

/** @throws Refusal `not_found` */
async function seen(
  db: CloudReader,
  {calls}: CallRouteOptions,
  caller: Caller,
  id: string,
): Promise<CallRow> {
  const row = await calls.get(db, id);
  if (row?.tenant !== caller.tenant || !maySee(caller, row.site)) throw new Refusal('not_found');
  return row;
}

/** @throws Refusal `not_found` */
async function assertSite(
  db: CloudReader,
  sites: SiteTable,
  caller: Caller,
  site: string,
): Promise<void> {
  const held = maySee(caller, site) && (await sites.get(db, caller.tenant, site));
  if (!held) throw new Refusal('not_found');
}
