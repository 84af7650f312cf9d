import {createRoute, z} from '@hono/zod-openapi';
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
import {nextCursorSchema, pageOf, pageQuery, placeFrom} from '../http/page.js';
import {Refusal} from '../http/refusals.js';
import type {RequestWriter} from '../http/write.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {WebhookDesk} from './webhook-desk.js';
import type {MessageRow, WebhookRow, WebhookTable} from './webhook-table.js';

export interface WebhookRouteOptions {
  readonly store: CloudStore;
  readonly writer: RequestWriter;
  readonly desk: WebhookDesk;
  readonly table: WebhookTable;
  /** Something waits that no change has brought. */
  readonly onQueued: () => void;
}

const typeSchema = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9_]*(?:\.[a-z0-9_]*)+$/);
const orderFields = {
  url: z.string().max(2048),
  types: z.array(typeSchema).max(64),
  site: z.string().min(1).max(64),
};
const orderSchema = z
  .strictObject({
    url: orderFields.url,
    types: orderFields.types.default([]),
    site: orderFields.site.nullable().default(null),
  })
  .openapi('NewWebhook');
const changesSchema = z
  .strictObject({
    url: orderFields.url.optional(),
    types: orderFields.types.optional(),
    state: z.enum(['active', 'paused']).optional(),
  })
  .openapi('WebhookChanges');
const webhookSchema = z
  .object({
    id: z.string(),
    url: z.string(),
    types: z.array(z.string()),
    site: z.string().nullable(),
    state: z.enum(['active', 'paused', 'disabled']),
    why: z.string().nullable(),
    failingSinceMs: z.int().nullable(),
    createdMs: z.int(),
  })
  .openapi('Webhook');
const withSecretSchema = webhookSchema
  .extend({
    secret: z.string().optional().openapi({description: 'Told in the first answer alone'}),
  })
  .openapi('WebhookWithSecret');
const messageSchema = z
  .object({
    id: z.string(),
    type: z.string(),
    state: z.enum(['pending', 'delivered', 'failed']),
    attempts: z.int(),
    nextMs: z.int(),
    createdMs: z.int(),
    doneMs: z.int().nullable(),
  })
  .openapi('WebhookMessage');
const attemptSchema = z
  .object({
    no: z.int(),
    atMs: z.int(),
    status: z.int().nullable(),
    tookMs: z.int(),
    why: z.string().nullable(),
  })
  .openapi('WebhookAttempt');
const listSchema = z.object({webhooks: z.array(webhookSchema)}).openapi('Webhooks');
const logSchema = z
  .object({messages: z.array(messageSchema), nextCursor: nextCursorSchema})
  .openapi('WebhookLog');
const detailSchema = messageSchema
  .extend({body: z.string(), tries: z.array(attemptSchema)})
  .openapi('WebhookMessageDetail');

const named = z.object({id: z.string().max(64)});
const namedMessage = z.object({id: z.string().max(64), message: z.string().max(64)});
const base = {tags: ['webhooks'], ...needing('webhooks:write')};
const keyed = {headers: onceHeaders};

const listRoute = createRoute({
  ...{...base, method: 'get', path: '/v1/webhooks', summary: 'All webhooks'},
  responses: {200: shown(listSchema, 'The webhooks of the tenant'), ...REFUSALS},
});
const addRoute = createRoute({
  ...{...base, method: 'post', path: '/v1/webhooks', summary: 'Hear of changes'},
  request: {...keyed, body: jsonBody(orderSchema)},
  responses: {201: shown(withSecretSchema, 'It is told from now on'), ...REFUSALS},
});
const changeRoute = createRoute({
  ...{...base, method: 'patch', path: '/v1/webhooks/{id}', summary: 'Change, pause or resume one'},
  request: {params: named, body: jsonBody(changesSchema)},
  responses: {200: shown(webhookSchema, 'As it stands now'), ...REFUSALS},
});
const removeRoute = createRoute({
  ...{...base, method: 'delete', path: '/v1/webhooks/{id}', summary: 'Remove one with its log'},
  request: {params: named},
  responses: {204: {description: 'It is gone'}, ...REFUSALS},
});
const rotateRoute = createRoute({
  ...{...base, method: 'post', path: '/v1/webhooks/{id}/rotate-secret'},
  summary: 'A new secret; for a day the old one signs too',
  request: {...keyed, params: named},
  responses: {200: shown(withSecretSchema, 'The new secret'), ...REFUSALS},
});
const testRoute = createRoute({
  ...{...base, method: 'post', path: '/v1/webhooks/{id}/test', summary: 'Send a test message'},
  request: {...keyed, params: named},
  responses: {202: shown(messageSchema, 'It is queued'), ...REFUSALS},
});
const logRoute = createRoute({
  ...{...base, method: 'get', path: '/v1/webhooks/{id}/messages', summary: 'What was sent'},
  request: {
    params: named,
    query: pageQuery,
  },
  responses: {200: shown(logSchema, 'The newest first'), ...REFUSALS},
});
const messageRoute = createRoute({
  ...{...base, method: 'get', path: '/v1/webhooks/{id}/messages/{message}'},
  summary: 'One message with every attempt',
  request: {params: namedMessage},
  responses: {200: shown(detailSchema, 'The message'), ...REFUSALS},
});
const replayRoute = createRoute({
  ...{...base, method: 'post', path: '/v1/webhooks/{id}/messages/{message}/replay'},
  summary: 'Send it once more under its own id',
  request: {...keyed, params: namedMessage},
  responses: {202: shown(messageSchema, 'It is queued'), ...REFUSALS},
});

/** Webhooks of a tenant, their log, and sending again. */
export function addWebhooks(api: Api, options: WebhookRouteOptions): void {
  addReads(api, options);
  addOwn(api, options);
  addSending(api, options);
}

function addReads(api: Api, {store, table, desk}: WebhookRouteOptions): void {
  addOperation(api, listRoute, async context => {
    const caller = callerWith(context, 'webhooks:write');
    const rows = await store.read(db => desk.list(db, caller));
    return context.json({webhooks: rows.map(shownWebhook)}, 200);
  });
  addOperation(api, logRoute, async context => {
    const caller = callerWith(context, 'webhooks:write');
    const {id} = context.req.valid('param');
    const {cursor, limit} = context.req.valid('query');
    const [before] = placeFrom(cursor, z.tuple([z.string().max(64)])) ?? [];
    const found = await store.read(async db => {
      await desk.get(db, caller, id);
      return table.messages(db, id, {before, limit: limit + 1});
    });
    const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: row => [row.id]});
    return context.json({messages: rows.map(shownMessage), nextCursor}, 200);
  });
  addOperation(api, messageRoute, async context => {
    const caller = callerWith(context, 'webhooks:write');
    const {id, message} = context.req.valid('param');
    const found = await store.read(async db => {
      await desk.get(db, caller, id);
      const row = await table.message(db, id, message);
      return row && {row, tries: await table.attempts(db, message)};
    });
    if (!found) throw new Refusal('not_found');
    const {row, tries} = found;
    const told = tries.map(({atWall: atMs, ...rest}) => ({...rest, atMs}));
    return context.json({...shownMessage(row), body: row.body, tries: told}, 200);
  });
}

function addOwn(api: Api, {store, writer, desk, onQueued}: WebhookRouteOptions): void {
  addOperation(api, addRoute, context => {
    const caller = callerWith(context, 'webhooks:write');
    const order = context.req.valid('json');
    return writer.once(context, caller, order, async tx => {
      const {row, secret} = await desk.add(tx, caller, order);
      return {status: 201, body: shownWebhook(row), secret: {secret}};
    });
  });
  addOperation(api, changeRoute, async context => {
    const caller = callerWith(context, 'webhooks:write');
    const {id} = context.req.valid('param');
    const changes = context.req.valid('json');
    const row = await store.transaction(tx => desk.change(tx, caller, id, changes));
    // What lay there while it was paused.
    if (row.state === 'active') onQueued();
    return context.json(shownWebhook(row), 200);
  });
  addOperation(api, removeRoute, async context => {
    const caller = callerWith(context, 'webhooks:write');
    const {id} = context.req.valid('param');
    await store.transaction(tx => desk.remove(tx, caller, id));
    return context.body(null, 204);
  });
  addOperation(api, rotateRoute, context => {
    const caller = callerWith(context, 'webhooks:write');
    const {id} = context.req.valid('param');
    return writer.once(context, caller, {id}, async tx => {
      const secret = await desk.rotate(tx, caller, id);
      const row = await desk.get(tx, caller, id);
      return {status: 200, body: shownWebhook(row), secret: {secret}};
    });
  });
}

function addSending(api: Api, {writer, desk, onQueued: after}: WebhookRouteOptions): void {
  addOperation(api, testRoute, context => {
    const caller = callerWith(context, 'webhooks:write');
    const {id} = context.req.valid('param');
    return writer.once(context, caller, {id}, async tx => {
      const message = await desk.test(tx, caller, id);
      return {status: 202, body: shownMessage(message), after};
    });
  });
  addOperation(api, replayRoute, context => {
    const caller = callerWith(context, 'webhooks:write');
    const {id: webhook, message} = context.req.valid('param');
    return writer.once(context, caller, {webhook, message}, async tx => {
      const again = await desk.replay(tx, caller, {webhook, message});
      return {status: 202, body: shownMessage(again), after};
    });
  });
}

function shownWebhook(row: WebhookRow): z.infer<typeof webhookSchema> {
  const {id, url, types, site, state, why} = row;
  const times = {failingSinceMs: row.failingSinceWall, createdMs: row.createdWall};
  return {...{id, url, types: [...types], site, state, why}, ...times};
}

function shownMessage(row: MessageRow): z.infer<typeof messageSchema> {
  const {id, type, state, attempts, nextWall, createdWall, doneWall} = row;
  const times = {nextMs: nextWall, createdMs: createdWall, doneMs: doneWall};
  return {id, type, state, attempts, ...times};
}
