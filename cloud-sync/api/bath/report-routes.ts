import {createRoute, z} from '@hono/zod-openapi';
import {DAY_MS} from '../../../protocols/base/units.js';
import {type Api, addOperation, callerWith, needing, REFUSALS, shown} from '../http/api.js';
import {maySee} from '../http/caller.js';
import {Refusal} from '../http/refusals.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {SiteTable} from '../tenancy/site-table.js';
import {useReport} from './use-report.js';

const LONGEST_MS = 31 * DAY_MS;
const wall = z.coerce.number().int().min(0).openapi({description: 'Milliseconds since 1970'});
const whole = z.int();
const sums = {
  ...{showers: whole, meteredMl: whole, billedMl: whole, rinseMl: whole, freeMl: whole},
  ...{usedFen: whole, owedFen: whole},
  estimated: whole.openapi({description: 'Showers of which some water was not measured'}),
  unsettled: whole.openapi({description: 'Showers whose end was not told yet'}),
};
const seenWall = whole.nullable();

const report = createRoute({
  ...{method: 'get', path: '/v1/bath/use', tags: ['bath'], ...needing('orders:read')},
  summary: 'Use of showers by day, stall and account, at most 31 days, and what is missing of it',
  request: {query: z.object({site: z.string().min(1).max(64), fromMs: wall, untilMs: wall})},
  responses: {
    ...REFUSALS,
    200: shown(
      z
        .object({
          rows: z.array(
            z.object({
              ...{day: z.string(), stall: z.string(), account: z.string().nullable()},
              ...sums,
            }),
          ),
          totals: z.object(sums),
          gaps: z.array(
            z.object({
              ...{gateway: z.string(), fromSeq: whole, toSeq: seenWall, why: z.string()},
              ...{afterMs: seenWall, beforeMs: seenWall},
            }),
          ),
        })
        .openapi('BathUse'),
      'Metered = billed + rinse + free, in ml',
    ),
  },
});

export interface ReportRouteOptions {
  readonly store: CloudStore;
  readonly sites: SiteTable;
}

/** What an operator sees of the use of a bathhouse. @see requirements B18 */
export function addBathReport(api: Api, {store, sites}: ReportRouteOptions): void {
  addOperation(api, report, async context => {
    const caller = callerWith(context, 'orders:read');
    const {site, fromMs, untilMs} = context.req.valid('query');
    if (untilMs <= fromMs || untilMs - fromMs > LONGEST_MS) {
      throw new Refusal('invalid', {detail: 'from 1 ms to 31 days'});
    }
    const found = await store.read(async db => {
      const held = maySee(caller, site) && (await sites.get(db, caller.tenant, site));
      if (!held) throw new Refusal('not_found');
      const {zone} = held;
      return useReport(db, {tenant: caller.tenant, site, zone, fromMs, untilMs});
    });
    return context.json(found);
  });
}
