import {createRoute, z} from '@hono/zod-openapi';
import {
  type Api,
  type ApiContext,
  addOperation,
  jsonBody,
  needing,
  onceHeaders,
  REFUSALS,
  shown,
} from '../http/api.js';
import type {Caller} from '../http/caller.js';
import {
  assertMatch,
  KNOWN,
  knownHeaders,
  MATCH_REFUSALS,
  matchHeaders,
  tagOf,
} from '../http/etag.js';
import {nextCursorSchema, pageOf, pageQuery, placeFrom} from '../http/page.js';
import {Refusal} from '../http/refusals.js';
import type {RequestWriter} from '../http/write.js';
import type {CloudStore} from '../store/cloud-store.js';
import {
  listingBody,
  listingChangeSchema,
  listingSchema,
  newListingSchema,
} from './listing-bodies.js';
import type {ListingDesk} from './listing-desk.js';
import {type ListingTable, OFFERS} from './listing-table.js';
import {siteIdSchema} from './site-bodies.js';
import {defined} from './site-routes.js';

export interface ListingRouteOptions {
  readonly store: CloudStore;
  readonly writer: RequestWriter;
  readonly listings: ListingTable;
  readonly desk: ListingDesk;
}

const tags = ['listings'];
export const namedListing = z.object({id: z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/)});
const lastId = z.tuple([z.string()]);

const listListings = createRoute({
  ...{method: 'get', path: '/v1/listings', tags, summary: 'What is offered at the tenant'},
  ...needing('own:write'),
  request: {
    query: pageQuery.extend({
      site: siteIdSchema.optional(),
      offer: z.enum(OFFERS).optional(),
      mine: z.enum(['true', 'false']).optional(),
    }),
  },
  responses: {
    ...REFUSALS,
    200: shown(
      z.object({
        listings: z.array(listingSchema),
        mayPublish: z.boolean().openapi({description: 'The caller has something to lend'}),
        nextCursor: nextCursorSchema,
      }),
      'A page',
    ),
  },
});

const publishListing = createRoute({
  ...{method: 'post', path: '/v1/listings', tags, summary: 'Offer a bay'},
  ...needing('listings:write'),
  request: {headers: onceHeaders, body: jsonBody(newListingSchema)},
  responses: {...REFUSALS, 201: shown(listingSchema, 'It is live')},
});

const getListing = createRoute({
  ...{method: 'get', path: '/v1/listings/{id}', tags, summary: 'A listing, with its ETag'},
  ...needing('own:write'),
  request: {params: namedListing, headers: knownHeaders},
  responses: {...REFUSALS, ...KNOWN, 200: shown(listingSchema, 'The listing')},
});

const changeListing = createRoute({
  ...{method: 'patch', path: '/v1/listings/{id}', tags},
  summary: 'Change hours or price; orders that run keep theirs',
  ...needing('listings:write'),
  request: {params: namedListing, headers: matchHeaders, body: jsonBody(listingChangeSchema)},
  responses: {...REFUSALS, ...MATCH_REFUSALS, 200: shown(listingSchema, 'As it is now')},
});

/** What lenders offer, for all who browse the tenant's platform. @see requirements P1, Q1, Q2 */
export function addListings(api: Api, options: ListingRouteOptions): void {
  addReads(api, options);
  addChanges(api, options);
}

function addReads(api: Api, {store, listings, desk}: ListingRouteOptions): void {
  addOperation(api, listListings, async context => {
    const caller = browsing(context);
    const {cursor, limit, site, offer, mine} = context.req.valid('query');
    const [after = ''] = placeFrom(cursor, lastId) ?? [];
    const {tenant, member} = caller;
    const lender = mine === 'true' ? (member ?? '') : undefined;
    const sites = caller.sites && [...caller.sites];
    const query = {tenant, sites, site, offer, lender, after, limit: limit + 1};
    const {found, mayPublish} = await store.read(async db => ({
      found: await listings.list(db, query),
      mayPublish: await desk.mayPublish(db, caller),
    }));
    const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: ({id}) => [id]});
    return context.json({listings: rows.map(listingBody), mayPublish, nextCursor});
  });
  addOperation(api, getListing, async context => {
    const caller = browsing(context);
    const row = await store.read(db => desk.get(db, caller, context.req.valid('param').id));
    context.header('etag', tagOf(row.ver));
    return context.json(listingBody(row));
  });
}

function addChanges(api: Api, {store, writer, desk}: ListingRouteOptions): void {
  addOperation(api, publishListing, context => {
    const caller = lending(context);
    const {lender, ...made} = context.req.valid('json');
    return writer.once(context, caller, {lender, ...made}, async tx => {
      const wish = lender === undefined ? made : {...made, lender};
      const row = await desk.publish(tx, caller, wish);
      return {status: 201, body: listingBody(row)};
    });
  });
  addOperation(api, changeListing, async context => {
    const caller = lending(context);
    const {id} = context.req.valid('param');
    const change = defined(context.req.valid('json'));
    const row = await store.transaction(async tx => {
      const {ver} = await desk.get(tx, caller, id);
      assertMatch(context, tagOf(ver));
      return desk.change(tx, caller, {id, ver}, change);
    });
    context.header('etag', tagOf(row.ver));
    return context.json(listingBody(row));
  });
}

/** Members browse, and so does whoever sees the sites. */
function browsing(context: ApiContext): Caller {
  return callerWithOne(context, ['own:write', 'sites:read', 'listings:write']);
}

/** A member lends what is his; an operator publishes for others. */
export function lending(context: ApiContext): Caller {
  return callerWithOne(context, ['own:write', 'listings:write']);
}

function callerWithOne(
  context: ApiContext,
  scopes: readonly ('own:write' | 'sites:read' | 'listings:write')[],
): Caller {
  const caller: Caller | undefined = context.get('caller');
  if (!caller) throw new Refusal('unauthorized');
  if (scopes.some(scope => caller.scopes.has(scope))) return caller;
  throw new Refusal('forbidden', {detail: `needs ${scopes.join(' or ')}`});
}
