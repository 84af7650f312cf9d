import {createRoute, z} from '@hono/zod-openapi';
import type {Clock, Entropy} from '../../../protocols/base/clock.js';
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
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {AuditLog} from '../tenancy/audit-log.js';
import type {SiteTable} from '../tenancy/site-table.js';
import type {CouponTable} from './coupon-table.js';
import {
  couponSchema,
  couponView,
  newCouponSchema,
  newRuleSchema,
  ruleOf,
  ruleSchema,
  ruleView,
  tariffSchema,
  termsSchema,
} from './price-bodies.js';
import type {PriceTable} from './price-table.js';

export interface PriceRouteOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly store: CloudStore;
  readonly writer: RequestWriter;
  readonly sites: SiteTable;
  readonly prices: PriceTable;
  readonly coupons: CouponTable;
  readonly audit: AuditLog;
}

const tags = ['prices'];
const params = z.object({id: z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/)});
const siteParams = z.object({site: z.string().regex(/^[^\p{Cc}]{1,64}$/u)});
const lastId = z.tuple([z.string()]);

const getTariff = createRoute({
  ...{method: 'get', path: '/v1/tariffs/{site}', tags, summary: 'Terms of a site, with their ETag'},
  ...needing('orders:read'),
  request: {params: siteParams, headers: knownHeaders},
  responses: {...REFUSALS, ...KNOWN, 200: shown(tariffSchema, 'Version 0: the usual ones')},
});

const putTariff = createRoute({
  ...{method: 'put', path: '/v1/tariffs/{site}', tags},
  summary: 'Set the terms of a site; orders that run keep theirs',
  ...needing('sites:write'),
  request: {params: siteParams, headers: matchHeaders, body: jsonBody(termsSchema)},
  responses: {...REFUSALS, ...MATCH_REFUSALS, 200: shown(tariffSchema, 'As they are now')},
});

const listRules = createRoute({
  ...{method: 'get', path: '/v1/price-rules', tags, summary: 'Changes of prices'},
  ...needing('orders:read'),
  request: {query: pageQuery},
  responses: {
    ...REFUSALS,
    200: shown(z.object({rules: z.array(ruleSchema), nextCursor: nextCursorSchema}), 'A page'),
  },
});

const addRule = createRoute({
  ...{method: 'post', path: '/v1/price-rules', tags, summary: 'A new change of prices'},
  ...needing('sites:write'),
  request: {headers: onceHeaders, body: jsonBody(newRuleSchema)},
  responses: {...REFUSALS, 201: shown(ruleSchema, 'It holds for orders from now on')},
});

const getRule = createRoute({
  ...{method: 'get', path: '/v1/price-rules/{id}', tags, summary: 'A rule, with its ETag'},
  ...needing('orders:read'),
  request: {params, headers: knownHeaders},
  responses: {...REFUSALS, ...KNOWN, 200: shown(ruleSchema, 'The rule')},
});

const putRule = createRoute({
  ...{method: 'put', path: '/v1/price-rules/{id}', tags, summary: 'Change or end a rule'},
  ...needing('sites:write'),
  request: {params, headers: matchHeaders, body: jsonBody(newRuleSchema)},
  responses: {...REFUSALS, ...MATCH_REFUSALS, 200: shown(ruleSchema, 'As it is now')},
});

const listCoupons = createRoute({
  ...{method: 'get', path: '/v1/coupons', tags, summary: 'Coupons'},
  ...needing('orders:read'),
  request: {query: pageQuery},
  responses: {
    ...REFUSALS,
    200: shown(z.object({coupons: z.array(couponSchema), nextCursor: nextCursorSchema}), 'A page'),
  },
});

const addCoupon = createRoute({
  ...{
    method: 'post',
    path: '/v1/coupons',
    tags,
    summary: 'A new coupon; each member may use it once',
  },
  ...needing('sites:write'),
  request: {headers: onceHeaders, body: jsonBody(newCouponSchema)},
  responses: {...REFUSALS, 201: shown(couponSchema, 'It may be used')},
});

const endCoupon = createRoute({
  ...{method: 'delete', path: '/v1/coupons/{id}', tags, summary: 'Nobody may use it any more'},
  ...needing('sites:write'),
  request: {params},
  responses: {...REFUSALS, 200: shown(couponSchema, 'Ended')},
});

/** What prices rest on. @see requirements P30 */
export function addPrices(api: Api, options: PriceRouteOptions): void {
  addTariffs(api, options);
  addRuleReads(api, options);
  addRuleChanges(api, options);
  addCoupons(api, options);
}

function addTariffs(api: Api, options: PriceRouteOptions): void {
  const {clock, store, prices} = options;
  addOperation(api, getTariff, async context => {
    const caller = callerWith(context, 'orders:read');
    const {site} = context.req.valid('param');
    const {ver: version, terms} = await store.read(async db => {
      await assertSite(db, options, caller, site);
      return prices.tariff(db, site);
    });
    context.header('etag', tagOf(version));
    return context.json({site, version, terms});
  });
  addOperation(api, putTariff, async context => {
    const caller = callerWith(context, 'sites:write');
    const {site} = context.req.valid('param');
    const terms = context.req.valid('json');
    const version = await store.transaction(async tx => {
      await assertSite(tx, options, caller, site);
      const {ver} = await prices.tariff(tx, site);
      assertMatch(context, tagOf(ver));
      const row = {site, terms, ver};
      if (!(await prices.putTariff(tx, caller.tenant, row, clock.wallMs()))) changedMeanwhile();
      await noteWho(tx, options, caller, {action: 'tariff.put', subject: 'site', subjectId: site});
      return ver + 1;
    });
    context.header('etag', tagOf(version));
    return context.json({site, version, terms});
  });
}

function addRuleReads(api: Api, {store, prices}: PriceRouteOptions): void {
  addOperation(api, listRules, async context => {
    const caller = callerWith(context, 'orders:read');
    const {cursor, limit} = context.req.valid('query');
    const [after = ''] = placeFrom(cursor, lastId) ?? [];
    const found = await store.read(db =>
      prices.rules(db, caller.tenant, {after, limit: limit + 1}),
    );
    const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: ({rule}) => [rule.id]});
    const seen = rows.filter(({site}) => site === null || maySee(caller, site));
    return context.json({rules: seen.map(ruleView), nextCursor});
  });
  addOperation(api, getRule, async context => {
    const caller = callerWith(context, 'orders:read');
    const row = await store.read(db =>
      prices.rule(db, caller.tenant, context.req.valid('param').id),
    );
    if (!row || (row.site !== null && !maySee(caller, row.site))) throw new Refusal('not_found');
    context.header('etag', tagOf(row.rule.ver));
    return context.json(ruleView(row));
  });
}

function addRuleChanges(api: Api, options: PriceRouteOptions): void {
  const {clock, entropy, store, writer, prices} = options;
  addOperation(api, addRule, context => {
    const caller = callerWith(context, 'sites:write');
    const body = context.req.valid('json');
    return writer.once(context, caller, body, async tx => {
      await assertScope(tx, options, caller, body.site);
      const id = entropy.ulid();
      const row = ruleOf(body, {tenant: caller.tenant, id, ver: 1});
      await prices.addRule(tx, row, clock.wallMs());
      const what = {action: 'price_rule.add', subject: 'price_rule', subjectId: id};
      await noteWho(tx, options, caller, what);
      return {status: 201, body: ruleView(row)};
    });
  });
  addOperation(api, putRule, async context => {
    const caller = callerWith(context, 'sites:write');
    const {id} = context.req.valid('param');
    const body = context.req.valid('json');
    const row = await store.transaction(async tx => {
      const held = await prices.rule(tx, caller.tenant, id);
      if (!held) throw new Refusal('not_found');
      await assertScope(tx, options, caller, held.site);
      await assertScope(tx, options, caller, body.site);
      const {ver} = held.rule;
      assertMatch(context, tagOf(ver));
      const wanted = ruleOf(body, {tenant: caller.tenant, id, ver});
      if (!(await prices.changeRule(tx, wanted, clock.wallMs()))) changedMeanwhile();
      const what = {action: 'price_rule.put', subject: 'price_rule', subjectId: id};
      await noteWho(tx, options, caller, what);
      return {...wanted, rule: {...wanted.rule, ver: ver + 1}};
    });
    context.header('etag', tagOf(row.rule.ver));
    return context.json(ruleView(row));
  });
}

function addCoupons(api: Api, options: PriceRouteOptions): void {
  const {clock, entropy, store, writer, coupons} = options;
  addOperation(api, listCoupons, async context => {
    const caller = callerWith(context, 'orders:read');
    const {cursor, limit} = context.req.valid('query');
    const [after = ''] = placeFrom(cursor, lastId) ?? [];
    const found = await store.read(db =>
      coupons.list(db, caller.tenant, {after, limit: limit + 1}),
    );
    const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: ({id}) => [id]});
    const seen = rows.filter(({site}) => site === null || maySee(caller, site));
    return context.json({coupons: seen.map(couponView), nextCursor});
  });
  addOperation(api, addCoupon, context => {
    const caller = callerWith(context, 'sites:write');
    const body = context.req.valid('json');
    return writer.once(context, caller, body, async tx => {
      await assertScope(tx, options, caller, body.site);
      const {code, site, percent, offFen = 0, fromMs, untilMs, maxUses} = body;
      const terms =
        percent === undefined
          ? ({kind: 'amount', offFen} as const)
          : ({kind: 'percent', percent} as const);
      const row = {
        ...{id: entropy.ulid(), tenant: caller.tenant, code, site, terms, maxUses},
        ...{fromWall: fromMs, untilWall: untilMs},
      };
      if (!(await coupons.add(tx, row, clock.wallMs()))) throw new Refusal('conflict');
      const what = {action: 'coupon.add', subject: 'coupon', subjectId: row.id};
      await noteWho(tx, options, caller, what);
      return {status: 201, body: couponView({...row, uses: 0, state: 'active'})};
    });
  });
  addOperation(api, endCoupon, async context => {
    const caller = callerWith(context, 'sites:write');
    const {id} = context.req.valid('param');
    const row = await store.transaction(async tx => {
      const held = await coupons.get(tx, caller.tenant, id);
      if (!held) throw new Refusal('not_found');
      await assertScope(tx, options, caller, held.site);
      await coupons.end(tx, caller.tenant, id);
      const what = {action: 'coupon.end', subject: 'coupon', subjectId: id};
      await noteWho(tx, options, caller, what);
      return {...held, state: 'ended' as const};
    });
    return context.json(couponView(row));
  });
}

/** @throws Refusal `not_found` */
async function assertSite(
  db: CloudReader,
  {sites}: PriceRouteOptions,
  caller: Caller,
  site: string,
): Promise<void> {
  const known = maySee(caller, site) ? await sites.get(db, caller.tenant, site) : undefined;
  if (!known) throw new Refusal('not_found');
}

/** What holds at all sites is changed by who has all of them. @throws Refusal */
async function assertScope(
  tx: CloudTransaction,
  options: PriceRouteOptions,
  caller: Caller,
  site: string | null,
): Promise<void> {
  if (site !== null) await assertSite(tx, options, caller, site);
  else if (caller.sites) throw new Refusal('forbidden', {detail: 'for keys of all sites'});
}

function noteWho(
  tx: CloudTransaction,
  {audit}: PriceRouteOptions,
  {tenant, id: actor}: Caller,
  what: {readonly action: string; readonly subject: string; readonly subjectId: string},
): Promise<void> {
  return audit.note(tx, {tenant, actor, ...what});
}

function changedMeanwhile(): never {
  throw new Refusal('precondition_failed');
}
