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
import {nextCursorSchema, pageOf, pageQuery, placeFrom} from '../http/page.js';
import {Refusal} from '../http/refusals.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {AuditLog} from '../tenancy/audit-log.js';
import type {ErasureTable} from './erasure-table.js';
import type {MemberDesk} from './member-desk.js';
import {
  FIELD_NAME_LIST,
  FIELD_NAMES,
  type FieldName,
  fieldsOf,
  memberSchema,
  memberView,
  namedFields,
  personPutSchema,
  reasonText,
  retentionSchema,
  wall,
} from './member-schemas.js';
import {PERSON_KINDS} from './person-fields.js';
import {MAX_RETENTION_DAYS, USUAL_RETENTION_DAYS} from './retention-rules.js';

export interface PersonRouteOptions {
  readonly store: CloudStore;
  readonly desk: MemberDesk;
  readonly audit: AuditLog;
  readonly erasures: ErasureTable;
}

const tags = {tags: ['persons']};
const params = z.object({id: z.string().max(64)});

const fieldList = z
  .string()
  .max(200)
  .transform((text, context) => {
    const names = text.split(',');
    const known = names.filter((name): name is FieldName => Object.hasOwn(FIELD_NAMES, name));
    if (known.length === names.length) return known;
    context.addIssue({code: 'custom', message: `is not of ${FIELD_NAME_LIST.join(',')}`});
    return z.NEVER;
  })
  .openapi({type: 'string', example: 'name,idNumber'});

const look = createRoute({
  ...{method: 'get', path: '/v1/members/{id}/person', ...tags, ...needing('persons:read')},
  summary: 'Whole values of a person; who looked and why is written down first',
  request: {
    params,
    query: z.object({reason: reasonText, fields: fieldList.optional()}),
  },
  responses: {
    ...REFUSALS,
    200: shown(z.object({id: z.string(), person: z.record(z.string(), z.string())}), 'In clear'),
  },
});

const keep = createRoute({
  ...{method: 'put', path: '/v1/members/{id}/person', ...tags, ...needing('members:write')},
  summary: 'Keep papers, images, prints of a person; what is not named stays',
  request: {params, body: jsonBody(personPutSchema)},
  responses: {...REFUSALS, 200: shown(memberSchema, 'Kept')},
});

const historyRow = z.object({
  id: z.string(),
  actor: z.string(),
  action: z.string(),
  reason: z.string().nullable(),
  fields: z.array(z.string()),
  atMs: wall,
});
const history = createRoute({
  ...{method: 'get', path: '/v1/members/{id}/history', ...tags, ...needing('members:read')},
  summary: 'Who did what with a member and looked at which of his data, oldest first',
  request: {params, query: pageQuery},
  responses: {
    ...REFUSALS,
    200: shown(z.object({entries: z.array(historyRow), nextCursor: nextCursorSchema}), 'A page'),
  },
});

const proofRow = z
  .object({
    no: z.int(),
    member: z.string(),
    kind: z.string(),
    fields: z.int(),
    rule: z.string(),
    actor: z.string(),
    reason: z.string().nullable(),
    atMs: wall,
    hash: z.string(),
    signature: z.string(),
  })
  .openapi('ErasureProof');
const proofs = createRoute({
  ...{method: 'get', path: '/v1/erasures', ...tags, ...needing('members:read')},
  summary: 'Proofs of what was erased, a signed chain',
  request: {query: pageQuery},
  responses: {
    ...REFUSALS,
    200: shown(z.object({erasures: z.array(proofRow), nextCursor: nextCursorSchema}), 'A page'),
  },
});

const rules = createRoute({
  ...{method: 'get', path: '/v1/retention', ...tags, ...needing('members:read')},
  summary: 'For how many days after its last change each kind of data is kept',
  responses: {
    ...REFUSALS,
    200: shown(retentionSchema, 'In force; null: as long as the member stays'),
  },
});
const setRule = createRoute({
  ...{method: 'put', path: '/v1/retention/{kind}', ...tags, ...needing('members:write')},
  summary: 'Keep a kind of data for so many days',
  request: {
    params: z.object({kind: z.enum(PERSON_KINDS)}),
    body: jsonBody(
      z.strictObject({
        days: z.int().min(0).max(MAX_RETENTION_DAYS).nullable(),
        reason: reasonText,
      }),
    ),
  },
  responses: {...REFUSALS, 200: shown(retentionSchema, 'In force now')},
});

/** What is personal: looked at with a reason, kept, erased by rule. */
export function addPersonRoutes(api: Api, options: PersonRouteOptions): void {
  addData(api, options);
  addHistory(api, options);
  addRetention(api, options);
}

function addData(api: Api, {store, desk}: PersonRouteOptions): void {
  addOperation(api, look, async context => {
    const caller = callerWith(context, 'persons:read');
    const {id} = context.req.valid('param');
    const {reason, fields: names = FIELD_NAME_LIST} = context.req.valid('query');
    const fields = names.map(name => FIELD_NAMES[name]);
    const values = await store.transaction(tx => desk.look(tx, caller, id, {fields, reason}));
    context.header('cache-control', 'no-store');
    return context.json({id, person: namedFields(values)});
  });
  addOperation(api, keep, async context => {
    const caller = callerWith(context, 'members:write');
    const {id} = context.req.valid('param');
    const values = fieldsOf(context.req.valid('json'));
    const member = await store.transaction(tx => desk.keep(tx, caller, id, values));
    return context.json(memberView(member));
  });
}

function addHistory(api: Api, {store, desk, audit, erasures}: PersonRouteOptions): void {
  addOperation(api, history, async context => {
    const caller = callerWith(context, 'members:read');
    const {id: subjectId} = context.req.valid('param');
    const {limit, cursor} = context.req.valid('query');
    const [after = ''] = placeFrom(cursor, z.tuple([z.string()])) ?? [];
    const rows = await store.read(async db => {
      await desk.seen(db, caller, subjectId);
      return audit.of(db, {tenant: caller.tenant, subjectId}, {after, limit: limit + 1});
    });
    const page = pageOf(context, rows, {limit, placeOf: row => [row.id]});
    const entries = page.rows.map(({detail, atWall: atMs, ...row}) => ({
      ...{...row, fields: detail === null ? [] : detail.split(','), atMs},
    }));
    return context.json({entries, nextCursor: page.nextCursor});
  });
  addOperation(api, proofs, async context => {
    const {tenant, sites} = callerWith(context, 'members:read');
    if (sites) throw new Refusal('forbidden', {detail: 'of the whole tenant'});
    const {limit, cursor} = context.req.valid('query');
    const [after = 0] = placeFrom(cursor, z.tuple([z.int()])) ?? [];
    const rows = await store.read(db => erasures.list(db, tenant, {after, limit: limit + 1}));
    const page = pageOf(context, rows, {limit, placeOf: row => [row.no]});
    const shownRows = page.rows.map(({tenant: _, atWall, h, sig, ...row}) => ({
      ...{...row, atMs: atWall, hash: h, signature: sig},
    }));
    return context.json({erasures: shownRows, nextCursor: page.nextCursor});
  });
}

function addRetention(api: Api, {store, audit, erasures}: PersonRouteOptions): void {
  const inForce = (tenant: string) =>
    store.read(async db => {
      const own = await erasures.rules(db, tenant);
      const days = (kind: (typeof PERSON_KINDS)[number]) =>
        own.has(kind) ? (own.get(kind) ?? null) : USUAL_RETENTION_DAYS[kind];
      return {rules: PERSON_KINDS.map(kind => ({kind, days: days(kind)}))};
    });
  addOperation(api, rules, async context =>
    context.json(await inForce(callerWith(context, 'members:read').tenant)),
  );
  addOperation(api, setRule, async context => {
    const {tenant, id: actor, sites} = callerWith(context, 'members:write');
    if (sites) throw new Refusal('forbidden', {detail: 'of the whole tenant'});
    const {kind} = context.req.valid('param');
    const {days, reason} = context.req.valid('json');
    await store.transaction(async tx => {
      await erasures.setRule(tx, tenant, kind, days);
      const what = {subject: 'retention', subjectId: kind, reason, detail: `${days ?? 'stays'}`};
      await audit.note(tx, {tenant, actor, action: 'retention.set', ...what});
    });
    return context.json(await inForce(tenant));
  });
}
