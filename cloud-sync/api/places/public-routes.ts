import {createRoute, z} from '@hono/zod-openapi';
import type {Clock} from '../../../protocols/base/clock.js';
import {DAY_MS, HOUR_MS} from '../../../protocols/base/units.js';
import {LAST_UNIX_MILLIS} from '../../../protocols/cloud/site-schemas.js';
import type {Stretch} from '../../../protocols/site/openings.js';
import {type Api, type ApiContext, addOperation, REFUSALS, shown} from '../http/api.js';
import {nextCursorSchema, pageOf, pageQuery, placeFrom} from '../http/page.js';
import type {RateLimit} from '../http/rate-limit.js';
import {Refusal} from '../http/refusals.js';
import {addressOf} from '../http/request-limits.js';
import {networkOf} from '../identity/try-limit.js';
import type {CloudStore} from '../store/cloud-store.js';
import {
  placeBody,
  placeSchema,
  publicListingBody,
  publicListingSchema,
  publicLotBody,
  publicLotSchema,
} from './listing-bodies.js';
import {type ListingTable, OFFERS} from './listing-table.js';
import type {PublicPlaces} from './public-places.js';
import {siteIdSchema} from './site-bodies.js';

export interface PublicRouteOptions {
  readonly clock: Clock;
  readonly store: CloudStore;
  readonly listings: ListingTable;
  readonly places: PublicPlaces;
  /** Of one address. */
  readonly limit: RateLimit;
}

const tags = ['public'];
const wall = z.coerce.number().int().min(0).max(LAST_UNIX_MILLIS);
/** Left out: an hour from now. */
const stretchQuery = {fromMs: wall.optional(), untilMs: wall.optional()};
const MAX_STAY_MS = 366 * DAY_MS;
const lastPlace = z.tuple([z.int().min(0), z.string()]);
const lastId = z.tuple([z.string()]);
const degrees = (most: number) => z.coerce.number().min(-most).max(most);

const searchPlaces = createRoute({
  ...{method: 'get', path: '/v1/public/places', tags},
  summary: 'Places near a point with a bay that is free for all of a time, the nearest first',
  request: {
    query: pageQuery.extend({
      lat: degrees(90),
      lng: degrees(180),
      withinM: z.coerce.number().int().min(1).max(50_000).default(1000),
      ...stretchQuery,
    }),
  },
  responses: {
    ...REFUSALS,
    200: shown(z.object({places: z.array(placeSchema), nextCursor: nextCursorSchema}), 'A page'),
  },
});

const showLot = createRoute({
  ...{method: 'get', path: '/v1/public/sites/{site}/bays', tags},
  summary: 'Public bays of a place: how each is now, and which are free for all of a time',
  request: {params: z.object({site: siteIdSchema}), query: z.object(stretchQuery)},
  responses: {...REFUSALS, 200: shown(publicLotSchema, 'All that their lenders made public')},
});

const showListings = createRoute({
  ...{method: 'get', path: '/v1/public/listings', tags},
  summary: 'What lenders offer to anybody at a place',
  request: {
    query: pageQuery.extend({site: siteIdSchema, offer: z.enum(OFFERS).optional()}),
  },
  responses: {
    ...REFUSALS,
    200: shown(
      z.object({listings: z.array(publicListingSchema), nextCursor: nextCursorSchema}),
      'A page',
    ),
  },
});

/** What anybody may ask, so often from one address. @see requirements P32, P33 */
export function addPublicPlaces(api: Api, options: PublicRouteOptions): void {
  const {clock, store, listings, places} = options;
  addOperation(api, searchPlaces, async context => {
    assertSeldom(context, options.limit);
    const {lat, lng, withinM, cursor, limit, ...time} = context.req.valid('query');
    const centre = {latE7: Math.round(lat * 1e7), lngE7: Math.round(lng * 1e7)};
    const after = placeFrom(cursor, lastPlace);
    const query = {centre, withinM, stretch: stretchOf(time, clock), after, limit: limit + 1};
    const found = await store.read(db => places.search(db, query));
    const placeOf = ({site, distanceM}: (typeof found)[number]) => [distanceM, site.id] as const;
    const {rows, nextCursor} = pageOf(context, found, {limit, placeOf});
    return context.json({places: rows.map(placeBody), nextCursor});
  });
  addOperation(api, showLot, async context => {
    assertSeldom(context, options.limit);
    const stretch = stretchOf(context.req.valid('query'), clock);
    const {site} = context.req.valid('param');
    const lot = await store.read(db => places.lot(db, site, stretch));
    if (!lot) throw new Refusal('not_found');
    return context.json(publicLotBody(lot));
  });
  addOperation(api, showListings, async context => {
    assertSeldom(context, options.limit);
    const {site, offer, cursor, limit} = context.req.valid('query');
    const [after = ''] = placeFrom(cursor, lastId) ?? [];
    const query = {site, offer, after, limit: limit + 1};
    const found = await store.read(db => listings.publicPage(db, query));
    const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: ({id}) => [id]});
    return context.json({listings: rows.map(publicListingBody), nextCursor});
  });
}

/** @throws Refusal `invalid` for a time that ends before it begins, or only begins */
function stretchOf(
  {fromMs, untilMs}: {readonly fromMs?: number | undefined; readonly untilMs?: number | undefined},
  clock: Clock,
): Stretch {
  if (fromMs === undefined && untilMs === undefined) {
    return {fromMs: clock.wallMs(), untilMs: clock.wallMs() + HOUR_MS};
  }
  const stayMs = (untilMs ?? 0) - (fromMs ?? clock.wallMs());
  if (untilMs === undefined || stayMs <= 0 || stayMs > MAX_STAY_MS) {
    const detail = 'fromMs and untilMs belong together; at most 366 days';
    throw new Refusal('invalid', {errors: [{pointer: '#/untilMs', detail}]});
  }
  return {fromMs: fromMs ?? clock.wallMs(), untilMs};
}

/** @throws Refusal `too_many_requests` */
export function assertSeldom(context: ApiContext, limit: RateLimit): void {
  const address = addressOf(context);
  const retryAfterS = address === undefined ? undefined : limit.take(networkOf(address));
  if (retryAfterS !== undefined) throw new Refusal('too_many_requests', {retryAfterS});
}
