import {createRoute, z} from '@hono/zod-openapi';
import type {Clock, Entropy, UnixMillis} from '../../../protocols/base/clock.js';
import {unixMillisSchema} from '../../../protocols/cloud/site-schemas.js';
import {MAX_NOTICE_CHARS, MAX_NOTICES} from '../../../protocols/site/notice.js';
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
import type {RateLimit} from '../http/rate-limit.js';
import {Refusal} from '../http/refusals.js';
import type {RequestWriter} from '../http/write.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {AuditLog} from '../tenancy/audit-log.js';
import type {ChangeFeed} from '../tenancy/change-feed.js';
import type {SiteTable} from '../tenancy/site-table.js';
import type {NoticeRow, NoticeTable} from './notice-table.js';
import {assertSeldom} from './public-routes.js';
import {siteIdSchema} from './site-bodies.js';

export interface NoticeRouteOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly store: CloudStore;
  readonly writer: RequestWriter;
  readonly sites: SiteTable;
  readonly notices: NoticeTable;
  readonly changes: ChangeFeed;
  readonly audit: AuditLog;
  /** Of one address, of what anybody may ask. */
  readonly limit: RateLimit;
  /** After the commit: these gateways have others to show. */
  readonly onNotices: (gateways: readonly string[]) => void;
}

const tags = ['notices'];
const MAX_SITES = 200;
const atNotice = z.object({id: z.string().regex(/^[0-9A-Z]{26}$/)});
const wall = z.int().openapi({description: 'Milliseconds since 1970'});
const noticeSchema = z
  .object({
    id: z.string(),
    sites: z.array(z.string()),
    text: z.string(),
    fromMs: wall,
    untilMs: wall,
    createdMs: wall,
    withdrawnMs: wall.nullable(),
  })
  .openapi('Notice');
const newNoticeSchema = z
  .strictObject({
    sites: z.array(siteIdSchema).min(1).max(MAX_SITES),
    text: z
      .string()
      .trim()
      .min(1)
      .max(MAX_NOTICE_CHARS)
      .regex(/^[^\p{Cc}]+$/u)
      .openapi({description: 'As displays show it: two lines of 16 columns at a time'}),
    fromMs: unixMillisSchema.optional().openapi({description: 'Left out: from now on'}),
    untilMs: unixMillisSchema,
  })
  .openapi('NewNotice');
const publish = createRoute({
  ...{method: 'post', path: '/v1/notices', tags, ...needing('sites:write')},
  summary: 'Tell everybody at these lots: on their displays, their pages and in public',
  request: {headers: onceHeaders, body: jsonBody(newNoticeSchema)},
  responses: {
    ...REFUSALS,
    201: shown(noticeSchema, 'On its way; a lot that is cut off hears later'),
  },
});
const list = createRoute({
  ...{method: 'get', path: '/v1/notices', tags, ...needing('sites:read')},
  summary: 'What was told, the newest first',
  request: {query: pageQuery.extend({site: siteIdSchema.optional()})},
  responses: {
    ...REFUSALS,
    200: shown(z.object({notices: z.array(noticeSchema), nextCursor: nextCursorSchema}), 'A page'),
  },
});
const withdraw = createRoute({
  ...{method: 'delete', path: '/v1/notices/{id}', tags, ...needing('sites:write')},
  summary: 'Show it no more',
  request: {params: atNotice},
  responses: {...REFUSALS, 200: shown(noticeSchema, 'As it is now')},
});
const seenByAll = createRoute({
  ...{method: 'get', path: '/v1/public/sites/{site}/notices', tags: ['public']},
  summary: 'What is told at a lot now; without a key',
  request: {params: z.object({site: siteIdSchema})},
  responses: {
    ...REFUSALS,
    200: shown(
      z.object({
        notices: z.array(z.object({id: z.string(), text: z.string(), untilMs: wall})),
      }),
      'The newest first',
    ),
  },
});

/** Notices of lots. @see requirements P29 */
export function addNotices(api: Api, options: NoticeRouteOptions): void {
  addReads(api, options);
  const {clock, entropy, store, writer, notices, onNotices} = options;
  addOperation(api, publish, context => {
    const caller = callerWith(context, 'sites:write');
    const wish = context.req.valid('json');
    return writer.once(context, caller, wish, async tx => {
      const now = clock.wallMs();
      const {text, untilMs, fromMs = now} = wish;
      if (untilMs <= Math.max(now, fromMs)) {
        const errors = [{pointer: '#/untilMs', detail: 'is over before it begins'}];
        throw new Refusal('invalid', {errors});
      }
      const sites = [...new Set(wish.sites)].sort();
      await assertSites(tx, options, {caller, sites, untilMs});
      const row = {id: entropy.ulid(), tenant: caller.tenant, sites, text, fromMs, untilMs};
      const notice: NoticeRow = {...row, createdMs: now, withdrawnMs: null};
      await notices.add(tx, notice);
      const gateways = await tell(tx, options, {caller, notice, what: 'published'});
      return {status: 201, body: noticeBody(notice), after: () => onNotices(gateways)};
    });
  });
  addOperation(api, withdraw, async context => {
    const caller = callerWith(context, 'sites:write');
    const {id} = context.req.valid('param');
    const {body, gateways} = await store.transaction(async tx => {
      const notice = seen(caller, await notices.get(tx, caller.tenant, id));
      const now = clock.wallMs();
      if (!(await notices.withdraw(tx, id, now))) return {body: noticeBody(notice), gateways: []};
      const gone = await tell(tx, options, {caller, notice, what: 'withdrawn'});
      return {body: noticeBody({...notice, withdrawnMs: now}), gateways: gone};
    });
    onNotices(gateways);
    return context.json(body);
  });
}

function addReads(api: Api, {clock, store, sites, notices, ...rest}: NoticeRouteOptions): void {
  addOperation(api, list, async context => {
    const caller = callerWith(context, 'sites:read');
    const {cursor, limit, site} = context.req.valid('query');
    const [before = '~'] = placeFrom(cursor, z.tuple([z.string()])) ?? [];
    const only = caller.sites && ['', ...caller.sites];
    const asked = {tenant: caller.tenant, site, sites: only, before, limit: limit + 1};
    const found = await store.read(db => notices.list(db, asked));
    const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: ({id}) => [id]});
    return context.json({notices: rows.map(noticeBody), nextCursor});
  });
  addOperation(api, seenByAll, async context => {
    assertSeldom(context, rest.limit);
    const {site} = context.req.valid('param');
    const now = clock.wallMs();
    const live = await store.read(async db => {
      const known = await sites.byId(db, site);
      if (known?.state !== 'active') throw new Refusal('not_found');
      return notices.liveAt(db, site, now);
    });
    const told = live.filter(({fromMs}) => fromMs <= now);
    return context.json({notices: told.map(({id, text, untilMs}) => ({id, text, untilMs}))});
  });
}

/** All of them, with room for one more. @throws Refusal `not_found`, `conflict` */
async function assertSites(
  tx: CloudTransaction,
  {clock, sites: table, notices}: NoticeRouteOptions,
  wish: {readonly caller: Caller; readonly sites: readonly string[]; readonly untilMs: UnixMillis},
): Promise<void> {
  const {caller, sites} = wish;
  for (const site of sites) {
    const known = maySee(caller, site) && (await table.get(tx, caller.tenant, site));
    if (!known) throw new Refusal('not_found', {detail: `no site ${site}`});
    const live = await notices.liveAt(tx, site, clock.wallMs());
    if (live.length < MAX_NOTICES) continue;
    throw new Refusal('conflict', {detail: `${site} has ${MAX_NOTICES} notices already`});
  }
}

/** Gives the gateways that have others to show. */
async function tell(
  tx: CloudTransaction,
  {sites, changes, audit}: NoticeRouteOptions,
  done: {
    readonly caller: Caller;
    readonly notice: NoticeRow;
    readonly what: 'published' | 'withdrawn';
  },
): Promise<readonly string[]> {
  const {caller, notice, what} = done;
  const {tenant, id: actor} = caller;
  const subject = {subject: 'notice', subjectId: notice.id};
  await audit.note(tx, {tenant, actor, action: `notice.${what}`, ...subject});
  const gateways: string[] = [];
  for (const site of notice.sites) {
    const type = `notice.${what}`;
    await changes.note(tx, {tenant, site, type, ...subject, data: {}});
    gateways.push(...(await sites.gateways(tx, tenant, site)));
  }
  return gateways;
}

/** Of whoever may see all of its lots. @throws Refusal `not_found` */
function seen(caller: Caller, notice: NoticeRow | undefined): NoticeRow {
  if (notice?.sites.every(site => maySee(caller, site))) return notice;
  throw new Refusal('not_found');
}

function noticeBody({tenant: _, sites, ...notice}: NoticeRow): z.infer<typeof noticeSchema> {
  return {...notice, sites: [...sites]};
}
