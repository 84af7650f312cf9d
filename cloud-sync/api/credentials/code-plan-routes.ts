import {createRoute, z} from '@hono/zod-openapi';
import {codeDigits} from '../../../protocols/credential/keypad-code.js';
import {
  type Api,
  addOperation,
  callerWith,
  jsonBody,
  needing,
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
import {Refusal} from '../http/refusals.js';
import {siteIdSchema} from '../places/site-bodies.js';
import type {CloudReader} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {AuditLog} from '../tenancy/audit-log.js';
import type {ChangeFeed} from '../tenancy/change-feed.js';
import type {SiteTable} from '../tenancy/site-table.js';
import type {CodePlan, CodeTable} from './code-table.js';

export interface CodePlanRouteOptions {
  readonly store: CloudStore;
  readonly sites: SiteTable;
  readonly codes: CodeTable;
  readonly changes: ChangeFeed;
  readonly audit: AuditLog;
}

/** Ten digits: more nobody keys in. */
const MOST_LIVE_CODES = 10_000;

const liveCodes = z.int().min(1).max(MOST_LIVE_CODES);
const planSchema = z
  .object({
    site: z.string(),
    liveCodes: liveCodes.openapi({description: 'So many may be live at one time'}),
    digits: z.int().openapi({description: 'Of each code that is made from now on'}),
    own: z.boolean().openapi({
      description: 'false: nobody has set it; it is 20, or the points of the site if they are more',
    }),
  })
  .openapi('CodePlan');

const path = '/v1/sites/{site}/code-plan';
const tags = ['sites'];
const params = z.object({site: siteIdSchema});

const read = createRoute({
  ...{method: 'get', path, tags, summary: 'For how many live codes a site is planned'},
  ...needing('sites:read'),
  request: {params, headers: knownHeaders},
  responses: {...REFUSALS, ...KNOWN, 200: shown(planSchema, 'The plan, with its ETag')},
});

const put = createRoute({
  ...{method: 'put', path, tags, summary: 'Plan a site for so many live codes'},
  ...needing('sites:write'),
  request: {
    params,
    headers: matchHeaders,
    body: jsonBody(z.strictObject({liveCodes}).openapi('CodePlanWish')),
  },
  responses: {...REFUSALS, ...MATCH_REFUSALS, 200: shown(planSchema, 'As it is now')},
});

/** Who plans for more gives more digits to each; codes that are live stay as they are.
 *  @see requirements 2 */
export function addCodePlan(api: Api, options: CodePlanRouteOptions): void {
  const {store, codes, changes, audit} = options;
  addOperation(api, read, async context => {
    const caller = callerWith(context, 'sites:read');
    const {site} = context.req.valid('param');
    const plan = await store.read(async db => {
      await assertSite(db, options, caller, site);
      return codes.plan(db, site);
    });
    context.header('etag', tagOfPlan(plan));
    return context.json(planBody(site, plan));
  });
  addOperation(api, put, async context => {
    const caller = callerWith(context, 'sites:write');
    const {site} = context.req.valid('param');
    const wish = context.req.valid('json');
    const plan = await store.transaction(async tx => {
      await assertSite(tx, options, caller, site);
      const before = await codes.lockPlan(tx, site);
      assertMatch(context, tagOfPlan(before));
      await codes.setPlan(tx, site, {...before, ...wish});
      const {tenant, id: actor} = caller;
      const what = {subject: 'code_plan', subjectId: site};
      const type = 'code_plan.changed';
      await changes.note(tx, {tenant, site, type, ...what, data: {site, ...wish}});
      const detail = `liveCodes ${wish.liveCodes}`;
      await audit.note(tx, {tenant, actor, action: 'code_plan.set', ...what, detail});
      return codes.plan(tx, site);
    });
    context.header('etag', tagOfPlan(plan));
    return context.json(planBody(site, plan));
  });
}

/** @throws Refusal `not_found` for another tenant's, and one that the caller may not see */
async function assertSite(
  db: CloudReader,
  {sites}: CodePlanRouteOptions,
  caller: Caller,
  site: string,
): Promise<void> {
  if (!maySee(caller, site) || !(await sites.get(db, caller.tenant, site))) {
    throw new Refusal('not_found');
  }
}

function tagOfPlan({liveCodes: count, isOwn}: CodePlan): string {
  return tagOf(`${isOwn ? 'own' : 'usual'}-${count}`);
}

function planBody(site: string, {liveCodes: count, isOwn}: CodePlan): z.infer<typeof planSchema> {
  return {site, liveCodes: count, digits: codeDigits(count), own: isOwn};
}
