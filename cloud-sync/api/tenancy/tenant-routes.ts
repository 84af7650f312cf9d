import {createRoute, z} from '@hono/zod-openapi';
import type {Clock} from '../../../protocols/base/clock.js';
import {isTopicSegment} from '../../../protocols/cloud/topics.js';
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
import {scopesOf} from '../http/caller.js';
import {nextCursorSchema, pageOf, pageQuery, placeFrom} from '../http/page.js';
import {Refusal} from '../http/refusals.js';
import type {RequestWriter} from '../http/write.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {AccessKeyTable} from './access-key-table.js';
import type {AuditLog} from './audit-log.js';
import type {TenantTable} from './tenant-table.js';

export interface TenantRouteOptions {
  readonly clock: Clock;
  readonly store: CloudStore;
  readonly writer: RequestWriter;
  readonly tenants: TenantTable;
  readonly keys: AccessKeyTable;
  readonly audit: AuditLog;
}

const FIRST_KEY = 'first key';
const TAGS = {tags: ['tenants']};

const newSchema = z
  .strictObject({
    id: z
      .string()
      .refine(isTopicSegment, '1-64 of A-Z a-z 0-9 _ . -')
      .openapi({pattern: '^[A-Za-z0-9_.-]{1,64}$'}),
    name: z.string().regex(/^[^\p{Cc}]{1,128}$/u),
  })
  .openapi('NewTenant');

const tenantSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    state: z.enum(['active', 'suspended']),
    createdMs: z.int(),
  })
  .openapi('Tenant');

const make = createRoute({
  ...{method: 'post', path: '/v1/tenants', summary: 'Take in a tenant, with a first key for it'},
  ...{...TAGS, ...needing('platform:write')},
  request: {headers: onceHeaders, body: jsonBody(newSchema)},
  responses: {
    ...REFUSALS,
    201: shown(
      tenantSchema.extend({
        key: z.string().optional().openapi({
          description: 'In the first answer alone: all that an operator may do at this tenant',
        }),
      }),
      'With its first key',
    ),
  },
});

const list = createRoute({
  ...{method: 'get', path: '/v1/tenants', summary: 'All tenants'},
  ...{...TAGS, ...needing('platform:read')},
  request: {query: pageQuery},
  responses: {
    ...REFUSALS,
    200: shown(z.object({tenants: z.array(tenantSchema), nextCursor: nextCursorSchema}), 'By id'),
  },
});

/** Whose cloud this is: for those who run it. */
export function addTenants(api: Api, options: TenantRouteOptions): void {
  const {clock, store, writer, tenants, keys, audit} = options;
  addOperation(api, make, context => {
    const caller = callerWith(context, 'platform:write');
    const {id, name} = context.req.valid('json');
    return writer.once(context, caller, {id, name}, async tx => {
      const createdWall = clock.wallMs();
      const isNew = await tenants.add(tx, {id, name, createdWall});
      if (!isNew) throw new Refusal('conflict', {detail: 'there is a tenant of this id'});
      const scopes = [...scopesOf(['operator'])];
      const rights = {tenant: id, name: FIRST_KEY, scopes, sites: null};
      const {key} = await keys.add(tx, {...rights, createdWall, expiresWall: null});
      const subject = {subject: 'tenant', subjectId: id};
      await audit.note(tx, {tenant: id, actor: caller.id, action: 'tenant.make', ...subject});
      const body = {id, name, state: 'active', createdMs: createdWall};
      return {status: 201, body, secret: {key}};
    });
  });
  addOperation(api, list, async context => {
    callerWith(context, 'platform:read');
    const {limit, cursor} = context.req.valid('query');
    const [after = ''] = placeFrom(cursor, z.tuple([z.string()])) ?? [];
    const found = await store.read(db => tenants.list(db, {after, limit: limit + 1}));
    const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: row => [row.id]});
    const shownRows = rows.map(({id, name, state, createdWall}) => ({
      ...{id, name, state, createdMs: createdWall},
    }));
    return context.json({tenants: shownRows, nextCursor});
  });
}
