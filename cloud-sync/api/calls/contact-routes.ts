import {createRoute, z} from '@hono/zod-openapi';
import type {Clock} from '../../../protocols/base/clock.js';
import type {MemberTable} from '../accounts/member-table.js';
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
import {
  assertMatch,
  KNOWN,
  knownHeaders,
  MATCH_REFUSALS,
  matchHeaders,
  tagOf,
} from '../http/etag.js';
import type {RequestWriter} from '../http/write.js';
import {siteIdSchema} from '../places/site-bodies.js';
import type {CloudReader} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import {
  atContact,
  contactBody,
  contactEditSchema,
  contactSchema,
  newContactSchema,
  planBody,
  planPutSchema,
  planSchema,
  testBody,
  testSchema,
} from './contact-bodies.js';
import type {ContactDesk} from './contact-desk.js';
import type {Contact, ContactEdit, ContactTable} from './contact-table.js';
import type {TestTable} from './test-table.js';

export interface ContactRouteOptions {
  readonly clock: Clock;
  readonly store: CloudStore;
  readonly writer: RequestWriter;
  readonly contacts: ContactTable;
  readonly members: MemberTable;
  readonly desk: ContactDesk;
  readonly tests: TestTable;
  /** After the commit: calls that are open go on by it. */
  readonly onChanged: () => void;
}

const tags = ['calls'];
const path = '/v1/sites/{site}/call-contacts';
const atSite = z.object({site: siteIdSchema});
const reading = {tags, ...needing('sites:read')};
const writing = {tags, ...needing('sites:write')};

const list = createRoute({
  ...{method: 'get', path, summary: 'Who is told of calls at a site, by when', ...reading},
  request: {params: atSite},
  responses: {...REFUSALS, 200: shown(z.object({contacts: z.array(contactSchema)}), 'All of them')},
});
const add = createRoute({
  ...{method: 'post', path, summary: 'Have a member told of calls at a site', ...writing},
  request: {params: atSite, headers: onceHeaders, body: jsonBody(newContactSchema)},
  responses: {...REFUSALS, 201: shown(contactSchema, 'Calls that are open go on by it')},
});
const one = createRoute({
  ...{method: 'get', path: `${path}/{contact}`, summary: 'One of them', ...reading},
  request: {params: atContact, headers: knownHeaders},
  responses: {...REFUSALS, ...KNOWN, 200: shown(contactSchema, 'With its ETag')},
});
const change = createRoute({
  ...{method: 'patch', path: `${path}/{contact}`, summary: 'Change what is named', ...writing},
  request: {params: atContact, headers: matchHeaders, body: jsonBody(contactEditSchema)},
  responses: {...REFUSALS, ...MATCH_REFUSALS, 200: shown(contactSchema, 'As it is now')},
});
const remove = createRoute({
  ...{method: 'delete', path: `${path}/{contact}`, summary: 'Tell him no more', ...writing},
  request: {params: atContact},
  responses: {...REFUSALS, 200: shown(contactSchema, 'As it was')},
});
const planPath = '/v1/sites/{site}/call-plan';
const readPlan = createRoute({
  ...{method: 'get', path: planPath, ...reading},
  summary: 'How calls of a site go on when nobody takes them',
  request: {params: atSite, headers: knownHeaders},
  responses: {...REFUSALS, ...KNOWN, 200: shown(planSchema, 'With its ETag')},
});
const putPlan = createRoute({
  ...{method: 'put', path: planPath, summary: 'Have them go on otherwise', ...writing},
  request: {params: atSite, headers: matchHeaders, body: jsonBody(planPutSchema)},
  responses: {...REFUSALS, ...MATCH_REFUSALS, 200: shown(planSchema, 'As it is now')},
});
const readTest = createRoute({
  ...{method: 'get', path: '/v1/sites/{site}/notice-test', ...reading},
  summary: 'Whether notices of a site arrive, as its test contacts proved last',
  request: {params: atSite},
  responses: {...REFUSALS, 200: shown(testSchema, 'As it stands')},
});

/** Whom a site tells of its calls. @see ecosystem.md 2.2, EC-9 */
export function addContacts(api: Api, options: ContactRouteOptions): void {
  const {store, desk, contacts} = options;
  addOperation(api, list, async context => {
    const caller = callerWith(context, 'sites:read');
    const {site} = context.req.valid('param');
    const found = await store.read(async db => {
      await desk.site(db, caller, site);
      return bodiesOf(db, options, await contacts.of(db, site));
    });
    return context.json({contacts: found});
  });
  addOperation(api, one, async context => {
    const caller = callerWith(context, 'sites:read');
    const {site, contact: id} = context.req.valid('param');
    const body = await store.read(async db =>
      bodyOf(db, options, await desk.get(db, caller, {site, id})),
    );
    context.header('etag', tagOf(body.version));
    return context.json(body);
  });
  addWrites(api, options);
  addPlan(api, options);
}

function addWrites(api: Api, options: ContactRouteOptions): void {
  const {store, writer, desk, onChanged} = options;
  addOperation(api, add, context => {
    const caller = callerWith(context, 'sites:write');
    const {site} = context.req.valid('param');
    const wish = context.req.valid('json');
    return writer.once(context, caller, wish, async tx => {
      const {test: isTest, ...same} = wish;
      const made = await desk.add(tx, caller, site, {...same, isTest});
      return {status: 201, body: await bodyOf(tx, options, made), after: onChanged};
    });
  });
  addOperation(api, change, async context => {
    const caller = callerWith(context, 'sites:write');
    const {site, contact: id} = context.req.valid('param');
    const edit = editOf(context.req.valid('json'));
    const body = await store.transaction(async tx => {
      const held = await desk.get(tx, caller, {site, id});
      assertMatch(context, tagOf(held.ver));
      return bodyOf(tx, options, await desk.change(tx, caller, held, edit));
    });
    onChanged();
    context.header('etag', tagOf(body.version));
    return context.json(body);
  });
  addOperation(api, remove, async context => {
    const caller = callerWith(context, 'sites:write');
    const {site, contact: id} = context.req.valid('param');
    const body = await store.transaction(async tx => {
      const held = await desk.get(tx, caller, {site, id});
      await desk.remove(tx, caller, held);
      return bodyOf(tx, options, held);
    });
    onChanged();
    return context.json(body);
  });
}

function addPlan(
  api: Api,
  {clock, store, contacts, desk, tests, onChanged}: ContactRouteOptions,
): void {
  addOperation(api, readPlan, async context => {
    const caller = callerWith(context, 'sites:read');
    const {site} = context.req.valid('param');
    const plan = await store.read(async db => {
      await desk.site(db, caller, site);
      return contacts.plan(db, site);
    });
    context.header('etag', tagOf(plan.ver));
    return context.json(planBody(site, plan));
  });
  addOperation(api, putPlan, async context => {
    const caller = callerWith(context, 'sites:write');
    const {site} = context.req.valid('param');
    const wish = context.req.valid('json');
    const plan = await store.transaction(async tx => {
      await desk.site(tx, caller, site);
      const {ver} = await contacts.plan(tx, site);
      assertMatch(context, tagOf(ver));
      await desk.setPlan(tx, caller, site, {...wish, ver});
      return contacts.plan(tx, site);
    });
    onChanged();
    context.header('etag', tagOf(plan.ver));
    return context.json(planBody(site, plan));
  });
  addOperation(api, readTest, async context => {
    const caller = callerWith(context, 'sites:read');
    const {site} = context.req.valid('param');
    const test = await store.read(async db => {
      await desk.site(db, caller, site);
      return tests.get(db, site);
    });
    return context.json(testBody(site, test, clock.wallMs()));
  });
}

function editOf({test, ...same}: z.infer<typeof contactEditSchema>): ContactEdit {
  const named = Object.entries({...same, isTest: test}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(named) as ContactEdit;
}

async function bodyOf(db: CloudReader, {members}: ContactRouteOptions, contact: Contact) {
  const member = await members.get(db, contact.tenant, contact.member);
  return contactBody(contact, member?.displayMask ?? '');
}

async function bodiesOf(
  db: CloudReader,
  options: ContactRouteOptions,
  contacts: readonly Contact[],
): Promise<readonly z.infer<typeof contactSchema>[]> {
  const bodies: z.infer<typeof contactSchema>[] = [];
  for (const contact of contacts) bodies.push(await bodyOf(db, options, contact));
  return bodies;
}
