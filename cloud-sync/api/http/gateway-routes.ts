import {createRoute, z} from '@hono/zod-openapi';
import type {Context} from 'hono';
import {isTopicSegment} from '../../../protocols/cloud/topics.js';
import {correctedWalls} from '../event-times.js';
import type {SiteConfigDesk} from '../site-config-desk.js';
import type {CloudReader} from '../store/cloud-schema.js';
import type {EventLedger} from '../store/event-ledger.js';
import type {GatewayOverview} from '../store/gateway-overview.js';
import type {GatewayTable} from '../store/gateway-table.js';
import type {LateUseTable} from '../store/late-use-table.js';
import type {SiteView} from '../store/site-view.js';
import {type Api, addOperation, callerWith, needing, REFUSALS, shown} from './api.js';
import type {Scope} from './caller.js';
import {
  alarmsSchema,
  baysSchema,
  eventsOf,
  eventsSchema,
  gatewayOf,
  gatewaysSchema,
  riskOf,
  risksSchema,
} from './gateway-answers.js';
import {addGrantRoutes, type GrantRouteOptions} from './gateway-grants.js';
import {addIdentities, type IdentityRoutes} from './identity-routes.js';
import {MAX_PAGE, pageOf, pageQuery, placeFrom} from './page.js';
import {eventsQuerySchema} from './requests.js';
import {addSiteConfigs} from './site-config-routes.js';

export interface GatewayRouteOptions extends GrantRouteOptions {
  readonly gateways: GatewayTable;
  readonly overview: GatewayOverview;
  readonly ledger: EventLedger;
  readonly view: SiteView;
  readonly lateUses: LateUseTable;
  readonly siteConfigs: SiteConfigDesk;
  /** Left out: this cloud enrols nobody. */
  readonly identity?: IdentityRoutes | undefined;
}

/** Gateways: what they tell, what they may open, what they are told to do. */
export function addGatewayRoutes(app: Api, options: GatewayRouteOptions): void {
  const {store, access} = options;
  app.use('/v1/gateways/:gw/*', async (context, next) => {
    const {method, path} = context.req;
    const caller = callerWith(context, scopeOf(method, path));
    const gateway = context.req.param('gw');
    if (!isTopicSegment(gateway)) return context.notFound();
    const isHis = await store.read(db => access.has(db, caller, gateway));
    return isHis ? next() : context.notFound();
  });
  addList(app, options);
  addReads(app, options);
  addEvents(app, options);
  addGrantRoutes(app, options);
  addSiteConfigs(app, options.siteConfigs);
  if (options.identity) addIdentities(app, options.identity);
}

function scopeOf(method: string, path: string): Scope {
  if (method === 'GET') return 'gateways:read';
  if (/\/(?:grants|cards)(?:\/|$)/.test(path)) return 'grants:write';
  return 'gateways:write';
}

const READING = {tags: ['gateways'], ...needing('gateways:read')};
const params = z.object({gw: z.string()});

const list = createRoute({
  ...{method: 'get', path: '/v1/gateways', summary: 'Gateways with link, versions, faults, gaps'},
  ...READING,
  request: {query: pageQuery.extend({limit: pageQuery.shape.limit.default(MAX_PAGE)})},
  responses: {...REFUSALS, 200: shown(gatewaysSchema, 'By id')},
});

function addList(app: Api, {store, overview, sessions, access}: GatewayRouteOptions): void {
  addOperation(app, list, async context => {
    const caller = callerWith(context, 'gateways:read');
    const {limit, cursor} = context.req.valid('query');
    const [after] = placeFrom(cursor, z.tuple([z.string()])) ?? [];
    const his = {tenant: caller.tenant, sites: caller.sites, unbound: access.hasUnbound(caller)};
    const found = await store.read(db => overview.some(db, {...his, after, limit: limit + 1}));
    const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: ({row}) => [row.gw]});
    return context.json({gateways: rows.map(one => gatewayOf(sessions, one)), nextCursor});
  });
}

const bays = createRoute({
  ...{method: 'get', path: '/v1/gateways/{gw}/bays', summary: 'Latest state of each bay'},
  ...READING,
  request: {params},
  responses: {...REFUSALS, 200: shown(baysSchema, 'By name')},
});

const alarms = createRoute({
  ...{method: 'get', path: '/v1/gateways/{gw}/alarms', summary: 'The last 500 alarms'},
  ...READING,
  request: {params},
  responses: {...REFUSALS, 200: shown(alarmsSchema, 'The latest first')},
});

const risks = createRoute({
  ...{method: 'get', path: '/v1/gateways/{gw}/risks'},
  ...{
    summary: 'The last 500 uses of grants after their revocation, by gateways that could not know',
  },
  ...READING,
  request: {params},
  responses: {...REFUSALS, 200: shown(risksSchema, 'The latest first; nothing follows by itself')},
});

function addReads(app: Api, options: GatewayRouteOptions): void {
  const {view, lateUses} = options;
  addOperation(app, bays, context =>
    known(context, options, async (db, gw) => ({bays: await view.bays(db, gw)})),
  );
  addOperation(app, alarms, context =>
    known(context, options, async (db, gw) => ({alarms: await view.alarms(db, gw)})),
  );
  addOperation(app, risks, context =>
    known(context, options, async (db, gw) => ({
      risks: (await lateUses.of(db, gw)).map(riskOf),
    })),
  );
}

const events = createRoute({
  ...{method: 'get', path: '/v1/gateways/{gw}/events'},
  ...{summary: 'Events in order, none that an earlier one could still come before'},
  ...READING,
  request: {params, query: eventsQuerySchema},
  responses: {...REFUSALS, 200: shown(eventsSchema, 'After the cursor `after`')},
});

function addEvents(app: Api, options: GatewayRouteOptions): void {
  const {ledger} = options;
  addOperation(app, events, context => {
    const {after, limit} = context.req.valid('query');
    const [epochNo = 0, seq = 0] = after.split('.').map(Number);
    return known(context, options, async (db, gw) => {
      const found = await ledger.feed(db, gw, epochNo, seq, limit);
      return eventsOf(gw, after, found, await correctedWalls(db, ledger, gw, found));
    });
  });
}

async function known(
  context: Context,
  {store, gateways}: GatewayRouteOptions,
  read: (db: CloudReader, gateway: string) => Promise<object>,
): Promise<Response> {
  const gateway = context.req.param('gw') ?? '';
  const found = await store.read(async db =>
    (await gateways.get(db, gateway)) ? read(db, gateway) : undefined,
  );
  return found ? context.json(found) : context.notFound();
}
