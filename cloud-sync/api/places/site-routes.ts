import {createRoute, z} from '@hono/zod-openapi';
import {
  type Api,
  addOperation,
  callerWith,
  jsonBody,
  needing,
  REFUSALS,
  shown,
} from '../http/api.js';
import {
  assertMatch,
  KNOWN,
  knownHeaders,
  MATCH_REFUSALS,
  matchHeaders,
  tagOf,
} from '../http/etag.js';
import {nextCursorSchema, pageOf, pageQuery, placeFrom} from '../http/page.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {SiteTable} from '../tenancy/site-table.js';
import {
  newPointSchema,
  newSiteSchema,
  pointBody,
  pointChangeSchema,
  pointIdSchema,
  pointSchema,
  siteBody,
  siteChangeSchema,
  siteIdSchema,
  siteSchema,
} from './site-bodies.js';
import type {SiteDesk} from './site-desk.js';

export interface SiteRouteOptions {
  readonly store: CloudStore;
  readonly sites: SiteTable;
  readonly desk: SiteDesk;
}

const tags = ['sites'];
const atSite = z.object({site: siteIdSchema});
const atPoint = atSite.extend({point: pointIdSchema});
const atGateway = atSite.extend({gateway: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/)});
const lastId = z.tuple([z.string()]);
const gatewaysSchema = z.object({gateways: z.array(z.string())});

const listSites = createRoute({
  ...{method: 'get', path: '/v1/sites', tags, summary: 'Sites of the tenant'},
  ...needing('sites:read'),
  request: {query: pageQuery},
  responses: {
    ...REFUSALS,
    200: shown(z.object({sites: z.array(siteSchema), nextCursor: nextCursorSchema}), 'A page'),
  },
});

const addSite = createRoute({
  ...{method: 'post', path: '/v1/sites', tags, summary: 'Begin a site'},
  ...needing('sites:write'),
  request: {body: jsonBody(newSiteSchema)},
  responses: {...REFUSALS, 201: shown(siteSchema, 'The site')},
});

const getSite = createRoute({
  ...{method: 'get', path: '/v1/sites/{site}', tags, summary: 'A site, with its ETag'},
  ...needing('sites:read'),
  request: {params: atSite, headers: knownHeaders},
  responses: {...REFUSALS, ...KNOWN, 200: shown(siteSchema, 'The site')},
});

const changeSite = createRoute({
  ...{method: 'patch', path: '/v1/sites/{site}', tags, summary: 'Change a site, or suspend it'},
  ...needing('sites:write'),
  request: {params: atSite, headers: matchHeaders, body: jsonBody(siteChangeSchema)},
  responses: {...REFUSALS, ...MATCH_REFUSALS, 200: shown(siteSchema, 'As it is now')},
});

const listPoints = createRoute({
  ...{method: 'get', path: '/v1/sites/{site}/points', tags, summary: 'Bays, doors, vehicles'},
  ...needing('sites:read'),
  request: {params: atSite, query: pageQuery},
  responses: {
    ...REFUSALS,
    200: shown(z.object({points: z.array(pointSchema), nextCursor: nextCursorSchema}), 'A page'),
  },
});

const addPoint = createRoute({
  ...{method: 'post', path: '/v1/sites/{site}/points', tags, summary: 'Add a point'},
  ...needing('sites:write'),
  request: {params: atSite, body: jsonBody(newPointSchema)},
  responses: {...REFUSALS, 201: shown(pointSchema, 'The point')},
});

const getPoint = createRoute({
  ...{method: 'get', path: '/v1/sites/{site}/points/{point}', tags, summary: 'A point'},
  ...needing('sites:read'),
  request: {params: atPoint, headers: knownHeaders},
  responses: {...REFUSALS, ...KNOWN, 200: shown(pointSchema, 'The point')},
});

const changePoint = createRoute({
  ...{method: 'patch', path: '/v1/sites/{site}/points/{point}', tags, summary: 'Change a point'},
  ...needing('sites:write'),
  request: {params: atPoint, headers: matchHeaders, body: jsonBody(pointChangeSchema)},
  responses: {...REFUSALS, ...MATCH_REFUSALS, 200: shown(pointSchema, 'As it is now')},
});

const listGateways = createRoute({
  ...{method: 'get', path: '/v1/sites/{site}/gateways', tags, summary: 'Who serves the site'},
  ...needing('sites:read'),
  request: {params: atSite},
  responses: {...REFUSALS, 200: shown(gatewaysSchema, 'Names of gateways')},
});

const bindGateway = createRoute({
  ...{method: 'put', path: '/v1/sites/{site}/gateways/{gateway}', tags},
  summary: 'Let a gateway serve the site; it serves one',
  ...needing('sites:write'),
  request: {params: atGateway},
  responses: {...REFUSALS, 200: shown(gatewaysSchema, 'All that serve it now')},
});

/** Sites, their points and their gateways. */
export function addSites(api: Api, options: SiteRouteOptions): void {
  addSiteRoutes(api, options);
  addPointRoutes(api, options);
  addGatewayBinding(api, options);
}

function addSiteRoutes(api: Api, {store, sites, desk}: SiteRouteOptions): void {
  addOperation(api, listSites, async context => {
    const caller = callerWith(context, 'sites:read');
    const {cursor, limit} = context.req.valid('query');
    const [after = ''] = placeFrom(cursor, lastId) ?? [];
    const among = caller.sites && [...caller.sites];
    const query = {tenant: caller.tenant, among, after, limit: limit + 1};
    const found = await store.read(db => sites.page(db, query));
    const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: ({id}) => [id]});
    return context.json({sites: rows.map(siteBody), nextCursor});
  });
  addOperation(api, addSite, async context => {
    const caller = callerWith(context, 'sites:write');
    const made = context.req.valid('json');
    const row = await store.transaction(tx => desk.add(tx, caller, made));
    context.header('etag', tagOf(row.ver));
    return context.json(siteBody(row), 201);
  });
  addOperation(api, getSite, async context => {
    const caller = callerWith(context, 'sites:read');
    const row = await store.read(db => desk.site(db, caller, context.req.valid('param').site));
    context.header('etag', tagOf(row.ver));
    return context.json(siteBody(row));
  });
  addOperation(api, changeSite, async context => {
    const caller = callerWith(context, 'sites:write');
    const {site: id} = context.req.valid('param');
    const change = defined(context.req.valid('json'));
    const row = await store.transaction(async tx => {
      const {ver} = await desk.site(tx, caller, id);
      assertMatch(context, tagOf(ver));
      return desk.change(tx, caller, {id, ver}, change);
    });
    context.header('etag', tagOf(row.ver));
    return context.json(siteBody(row));
  });
}

function addPointRoutes(api: Api, {store, sites, desk}: SiteRouteOptions): void {
  addOperation(api, listPoints, async context => {
    const caller = callerWith(context, 'sites:read');
    const {site} = context.req.valid('param');
    const {cursor, limit} = context.req.valid('query');
    const [after = ''] = placeFrom(cursor, lastId) ?? [];
    const found = await store.read(async db => {
      await desk.site(db, caller, site);
      return sites.pointPage(db, {site, after, limit: limit + 1});
    });
    const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: ({id}) => [id]});
    return context.json({points: rows.map(pointBody), nextCursor});
  });
  addOperation(api, addPoint, async context => {
    const caller = callerWith(context, 'sites:write');
    const {site} = context.req.valid('param');
    const made = context.req.valid('json');
    const row = await store.transaction(tx => desk.addPoint(tx, caller, site, made));
    context.header('etag', tagOf(row.ver));
    return context.json(pointBody(row), 201);
  });
  addOperation(api, getPoint, async context => {
    const caller = callerWith(context, 'sites:read');
    const {site, point} = context.req.valid('param');
    const row = await store.read(db => desk.point(db, caller, site, point));
    context.header('etag', tagOf(row.ver));
    return context.json(pointBody(row));
  });
  addOperation(api, changePoint, async context => {
    const caller = callerWith(context, 'sites:write');
    const {site, point: id} = context.req.valid('param');
    const change = defined(context.req.valid('json'));
    const row = await store.transaction(async tx => {
      const {ver} = await desk.point(tx, caller, site, id);
      assertMatch(context, tagOf(ver));
      return desk.changePoint(tx, caller, {site, id, ver}, change);
    });
    context.header('etag', tagOf(row.ver));
    return context.json(pointBody(row));
  });
}

function addGatewayBinding(api: Api, {store, sites, desk}: SiteRouteOptions): void {
  addOperation(api, listGateways, async context => {
    const caller = callerWith(context, 'sites:read');
    const {site} = context.req.valid('param');
    const gateways = await store.read(async db => {
      await desk.site(db, caller, site);
      return sites.gateways(db, caller.tenant, site);
    });
    return context.json({gateways});
  });
  addOperation(api, bindGateway, async context => {
    const caller = callerWith(context, 'sites:write');
    const {site, gateway} = context.req.valid('param');
    const gateways = await store.transaction(tx => desk.bindGateway(tx, caller, site, gateway));
    return context.json({gateways});
  });
}

type Defined<Fields> = {[Key in keyof Fields]?: Exclude<Fields[Key], undefined>};

/** Without the fields that were not given. */
export function defined<Fields extends object>(fields: Fields): Defined<Fields> {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Defined<Fields>;
}
