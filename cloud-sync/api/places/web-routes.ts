import {createRoute, z} from '@hono/zod-openapi';
import {type Api, addOperation, callerWith, needing, REFUSALS, shown} from '../http/api.js';
import {nextCursorSchema, pageOf, pageQuery, placeFrom} from '../http/page.js';
import type {RateLimit} from '../http/rate-limit.js';
import type {CloudStore} from '../store/cloud-store.js';
import {POINT_KINDS, type PointRow, SITE_KINDS, type SiteTable} from '../tenancy/site-table.js';
import {assertSeldom} from './public-routes.js';

export interface WebRouteOptions {
  readonly store: CloudStore;
  readonly sites: SiteTable;
  /** Of one address, of what anybody may ask. */
  readonly limit: RateLimit;
}

const lastId = z.tuple([z.string()]);

const showSites = createRoute({
  ...{method: 'get', path: '/v1/public/sites', tags: ['public']},
  summary: 'Where a house lends bays or showers; without a key',
  request: {query: pageQuery.extend({tenant: z.string().min(1).max(64)})},
  responses: {
    ...REFUSALS,
    200: shown(
      z.object({
        sites: z.array(
          z
            .object({
              id: z.string(),
              name: z.string(),
              kind: z.enum(SITE_KINDS),
              address: z.string(),
              zone: z.string(),
              bays: z.int().openapi({description: 'Open ones'}),
              stalls: z.int().openapi({description: 'Open ones'}),
            })
            .openapi('PublicSite'),
        ),
        nextCursor: nextCursorSchema,
      }),
      'A page',
    ),
  },
});

const myPoints = createRoute({
  ...{method: 'get', path: '/v1/me/points', tags: ['listings']},
  summary: 'What I may lend',
  ...needing('own:write'),
  responses: {
    ...REFUSALS,
    200: shown(
      z.object({
        points: z.array(
          z
            .object({
              site: z.string(),
              siteName: z.string(),
              zone: z.string(),
              point: z.string(),
              kind: z.enum(POINT_KINDS),
              guidance: z.string(),
            })
            .openapi('OwnPoint'),
        ),
      }),
      'All that belongs to me',
    ),
  },
});

/** What somebody before a screen needs, to begin with. @see requirements Q1 */
export function addWebLists(api: Api, {store, sites, limit}: WebRouteOptions): void {
  addOperation(api, showSites, async context => {
    assertSeldom(context, limit);
    const {tenant, cursor, limit: most} = context.req.valid('query');
    const [after = ''] = placeFrom(cursor, lastId) ?? [];
    const page = await store.read(async db => {
      const found = await sites.page(db, {tenant, after, limit: most + 1});
      const {rows, nextCursor} = pageOf(context, found, {limit: most, placeOf: ({id}) => [id]});
      const live = rows.filter(({state}) => state === 'active');
      const ids = live.map(({id}) => id);
      return {live, nextCursor, points: await sites.pointsAt(db, ids)};
    });
    return context.json({
      sites: page.live.map(({id, name, kind, address, zone}) => ({
        ...{id, name, kind, address, zone},
        ...{bays: openOnes(page.points, id, 'bay'), stalls: openOnes(page.points, id, 'stall')},
      })),
      nextCursor: page.nextCursor,
    });
  });
  addOperation(api, myPoints, async context => {
    const {tenant, member} = callerWith(context, 'own:write');
    const points = await store.read(async db => {
      const owned = member === undefined ? [] : await sites.pointsOf(db, tenant, member);
      const places = await sites.some(db, [...new Set(owned.map(({site}) => site))]);
      const byId = new Map(places.map(site => [site.id, site]));
      return owned.map(({site, id: point, kind, guidance}) => {
        const {name: siteName = site, zone = 'UTC'} = byId.get(site) ?? {};
        return {site, siteName, zone, point, kind, guidance};
      });
    });
    return context.json({points});
  });
}

function openOnes(points: readonly PointRow[], site: string, kind: PointRow['kind']): number {
  const open = points.filter(one => one.site === site && one.kind === kind);
  return open.filter(({saleState}) => saleState === 'open').length;
}
