import {createRoute, z} from '@hono/zod-openapi';
import {LAST_UNIX_MILLIS} from '../../../protocols/cloud/site-schemas.js';
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
import {SCOPES} from '../http/caller.js';
import {nextCursorSchema, pageOf, pageQuery, placeFrom} from '../http/page.js';
import {Refusal} from '../http/refusals.js';
import type {RequestWriter} from '../http/write.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {AccessKeyRow, AccessKeyTable} from './access-key-table.js';
import type {KeyDesk} from './key-desk.js';

export interface KeyRouteOptions {
  readonly store: CloudStore;
  readonly writer: RequestWriter;
  readonly keys: AccessKeyTable;
  readonly desk: KeyDesk;
}

const TAGS = {tags: ['keys']};
const wall = z.int().openapi({description: 'Milliseconds since 1970'});
const scope = z.enum(SCOPES);

const wishSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[^\p{Cc}]{1,64}$/u)
      .openapi({description: 'Two live keys may bear one name: the present one and the next'}),
    scopes: z.array(scope).min(1).max(SCOPES.length),
    sites: z
      .array(z.string().min(1).max(64))
      .min(1)
      .max(200)
      .nullable()
      .default(null)
      .openapi({description: 'The only sites that it reaches; null: all of the tenant'}),
    expiresMs: z.int().min(0).max(LAST_UNIX_MILLIS).nullable().default(null),
  })
  .openapi('NewKey');

const keySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(scope),
    sites: z.array(z.string()).nullable(),
    createdMs: wall,
    expiresMs: wall.nullable(),
    lastUsedMs: wall.nullable().openapi({description: 'To the minute'}),
    revokedMs: wall.nullable(),
  })
  .openapi('Key');

const madeSchema = keySchema
  .extend({
    key: z.string().optional().openapi({
      description: 'In the first answer alone: only its hash is kept, so copy it now',
    }),
  })
  .openapi('MadeKey');

const make = createRoute({
  ...{method: 'post', path: '/v1/keys', summary: 'Make a key; it gives no more than yours'},
  ...{...TAGS, ...needing('keys:write')},
  request: {headers: onceHeaders, body: jsonBody(wishSchema)},
  responses: {...REFUSALS, 201: shown(madeSchema, 'With the key itself, this once')},
});

const list = createRoute({
  ...{method: 'get', path: '/v1/keys', summary: 'Keys, without what is secret'},
  ...{...TAGS, ...needing('keys:read')},
  request: {query: pageQuery},
  responses: {
    ...REFUSALS,
    200: shown(z.object({keys: z.array(keySchema), nextCursor: nextCursorSchema}), 'Oldest first'),
  },
});

const params = z.object({id: z.string()});
const one = createRoute({
  ...{method: 'get', path: '/v1/keys/{id}', summary: 'One key'},
  ...{...TAGS, ...needing('keys:read')},
  request: {params},
  responses: {...REFUSALS, 200: shown(keySchema, 'Without what is secret')},
});

const revoke = createRoute({
  ...{method: 'delete', path: '/v1/keys/{id}', summary: 'Revoke a key, at once and for good'},
  ...{...TAGS, ...needing('keys:write')},
  request: {params},
  responses: {...REFUSALS, 200: shown(keySchema, 'As it is now')},
});

export function addKeys(api: Api, options: KeyRouteOptions): void {
  addMaking(api, options);
  addReading(api, options);
  const {store, desk} = options;
  addOperation(api, revoke, async context => {
    const caller = callerWith(context, 'keys:write');
    const {id} = context.req.valid('param');
    const row = await store.transaction(async tx =>
      (await desk.revoke(tx, caller, id)) ? desk.visible(tx, caller, id) : undefined,
    );
    return row ? context.json(viewOf(row)) : context.notFound();
  });
}

function addMaking(api: Api, {writer, desk}: KeyRouteOptions): void {
  addOperation(api, make, context => {
    const caller = callerWith(context, 'keys:write');
    const wish = context.req.valid('json');
    return writer.once(context, caller, wish, async tx => {
      const {row, key} = await desk.make(tx, caller, wish);
      return {status: 201, body: viewOf(row), secret: {key}};
    });
  });
}

function addReading(api: Api, {store, keys, desk}: KeyRouteOptions): void {
  addOperation(api, list, async context => {
    const caller = callerWith(context, 'keys:read');
    // What a key of a few sites may see of the others is nothing.
    if (caller.sites) throw new Refusal('forbidden', {detail: 'for keys of all sites'});
    const {limit, cursor} = context.req.valid('query');
    const [after = ''] = placeFrom(cursor, z.tuple([z.string()])) ?? [];
    const found = await store.read(db => keys.list(db, caller.tenant, {after, limit: limit + 1}));
    const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: ({id}) => [id]});
    return context.json({keys: rows.map(viewOf), nextCursor});
  });
  addOperation(api, one, async context => {
    const caller = callerWith(context, 'keys:read');
    const {id} = context.req.valid('param');
    const row = await store.read(db => desk.visible(db, caller, id));
    return row ? context.json(viewOf(row)) : context.notFound();
  });
}

function viewOf(row: AccessKeyRow): z.infer<typeof keySchema> {
  const {id, name, scopes, sites, createdWall, expiresWall, usedWall, revokedWall} = row;
  return {
    ...{id, name, scopes: [...scopes], sites: sites && [...sites], createdMs: createdWall},
    ...{expiresMs: expiresWall, lastUsedMs: usedWall, revokedMs: revokedWall},
  };
}
