import {createRoute, z} from '@hono/zod-openapi';
import {type Api, addOperation, callerWith, needing, REFUSALS, shown} from '../http/api.js';
import {cursorOf, nextCursorSchema, pageQuery, placeFrom} from '../http/page.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {BayHistory} from './bay-history.js';
import type {LiveBays} from './live-bays.js';
import {
  bayMomentSchema,
  liveBayBody,
  liveBaySchema,
  momentBody,
  pointIdSchema,
  siteIdSchema,
} from './site-bodies.js';
import type {SiteDesk} from './site-desk.js';

export interface LiveRouteOptions {
  readonly store: CloudStore;
  readonly desk: SiteDesk;
  readonly live: LiveBays;
  readonly history: BayHistory;
}

const tags = ['sites'];
const atSite = z.object({site: siteIdSchema});
const moment = z.tuple([z.int().min(0), z.int().min(0)]);

const liveTable = createRoute({
  ...{method: 'get', path: '/v1/sites/{site}/bays', tags, summary: 'How each bay is now'},
  ...needing('sites:read'),
  request: {params: atSite},
  responses: {
    ...REFUSALS,
    200: shown(
      z.object({site: z.string(), version: z.string(), bays: z.array(liveBaySchema)}),
      'All bays, and how old what is known of each is',
    ),
  },
});

const bayHistory = createRoute({
  ...{method: 'get', path: '/v1/sites/{site}/bays/{bay}/history', tags},
  summary: 'What became of a bay, the newest first',
  ...needing('sites:read'),
  request: {params: atSite.extend({bay: pointIdSchema}), query: pageQuery},
  responses: {
    ...REFUSALS,
    200: shown(
      z.object({history: z.array(bayMomentSchema), nextCursor: nextCursorSchema}),
      'A page; it may be empty and have a next one',
    ),
  },
});

/** Bays as their gateways tell of them. @see requirements P25 */
export function addLiveBays(api: Api, {store, desk, live, history}: LiveRouteOptions): void {
  addOperation(api, liveTable, async context => {
    const caller = callerWith(context, 'sites:read');
    const {site} = context.req.valid('param');
    const table = await store.read(async db => {
      await desk.site(db, caller, site);
      return (await live.at(db, [site])).get(site);
    });
    const bays = table?.bays.map(liveBayBody) ?? [];
    return context.json({site, version: table?.version ?? '0.0', bays});
  });
  addOperation(api, bayHistory, async context => {
    const caller = callerWith(context, 'sites:read');
    const {site, bay} = context.req.valid('param');
    const {cursor, limit} = context.req.valid('query');
    const before = placeFrom(cursor, moment);
    const page = await store.read(async db => {
      await desk.site(db, caller, site);
      const row = (await live.at(db, [site])).get(site)?.bays.find(one => one.bay === bay);
      return row && history.page(db, {gateway: row.gateway, bay}, {before, limit});
    });
    const nextCursor = page?.next ? cursorOf(page.next) : null;
    return context.json({history: page?.moments.map(momentBody) ?? [], nextCursor});
  });
}
