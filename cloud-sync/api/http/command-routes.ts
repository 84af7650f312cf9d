import {createRoute, z} from '@hono/zod-openapi';
import {ACT_TTL_CAPS_MS} from '../../../protocols/cloud/down-messages.js';
import type {CommandDesk} from '../command-desk.js';
import {COMMAND_STATES} from '../command-machine.js';
import {pointIdSchema, siteIdSchema} from '../places/site-bodies.js';
import type {CloudStore} from '../store/cloud-store.js';
import {COMMAND_KINDS, type CommandRow} from '../store/command-table.js';
import {
  type Api,
  addOperation,
  callerWith,
  jsonBody,
  needing,
  onceHeaders,
  REFUSALS,
  shown,
} from './api.js';
import {nextCursorSchema, pageOf, pageQuery, placeFrom} from './page.js';
import type {RequestLimits} from './request-limits.js';
import type {RequestWriter} from './write.js';

export interface CommandRouteOptions {
  readonly store: CloudStore;
  readonly writer: RequestWriter;
  readonly desk: CommandDesk;
  readonly limits: RequestLimits;
  /** After the commit: something waits to be sent. */
  readonly onOrdered: () => void;
}

const tags = ['commands'];
const wall = z.int().openapi({description: 'Milliseconds since 1970'});

const commandSchema = z
  .object({
    ...{id: z.string(), site: z.string(), point: z.string(), gateway: z.string()},
    kind: z.enum(COMMAND_KINDS),
    by: z.string().openapi({description: 'Id of the key or the member'}),
    reason: z.string(),
    ttlMs: z.int(),
    state: z.enum(COMMAND_STATES).openapi({
      description:
        '`pending`: not sent. `sent`: on its way. `delivered`: the gateway has begun. `confirmed`: ' +
        'the device said that it did. `failed`: it did not, or was not let. `expired`: it never ' +
        'acted and never will. `unknown`: nobody can tell at this moment; it is told later',
    }),
    why: z.string().nullable().openapi({example: 'CAR_PRESENT'}),
    traceparent: z.string().openapi({description: 'Of the request; events bear it too'}),
    createdMs: wall,
    sentMs: wall.nullable(),
    deliveredMs: wall.nullable(),
    closedMs: wall.nullable(),
  })
  .openapi('Command');

const newCommandSchema = z
  .strictObject({
    kind: z.enum(COMMAND_KINDS),
    reason: z.string().trim().min(1).max(200).openapi({example: 'card left at home'}),
    ttlMs: z
      .int()
      .min(1000)
      .max(ACT_TTL_CAPS_MS.open)
      .default(8000)
      .openapi({description: 'What has not begun by then never does'}),
  })
  .openapi('NewCommand');

const path = '/v1/sites/{site}/points/{point}/commands';
const order = createRoute({
  ...{method: 'post', path, tags, summary: 'Order an arm, a door or a gate: once, now or never'},
  ...needing('commands:write'),
  request: {
    params: z.object({site: siteIdSchema, point: pointIdSchema}),
    headers: onceHeaders,
    body: jsonBody(newCommandSchema),
  },
  responses: {...REFUSALS, 202: shown(commandSchema, 'Taken; see Location for what comes of it')},
});

const cancel = createRoute({
  ...{method: 'post', path: '/v1/commands/{id}/cancel', tags},
  summary: 'Take back what was not sent yet',
  ...needing('commands:write'),
  request: {params: z.object({id: z.string()}), headers: onceHeaders},
  responses: {...REFUSALS, 200: shown(commandSchema, 'It failed as `CANCELLED`')},
});

const one = createRoute({
  ...{method: 'get', path: '/v1/commands/{id}', tags, summary: 'What came of a command'},
  ...needing('gateways:read'),
  request: {params: z.object({id: z.string()})},
  responses: {...REFUSALS, 200: shown(commandSchema, 'As it stands')},
});

const list = createRoute({
  ...{method: 'get', path: '/v1/commands', tags, summary: 'Commands of all sites, or of one'},
  ...needing('gateways:read'),
  request: {
    query: pageQuery.extend({
      site: siteIdSchema.optional(),
      point: pointIdSchema.optional(),
      state: z.enum(COMMAND_STATES).optional(),
    }),
  },
  responses: {
    ...REFUSALS,
    200: shown(
      z.object({commands: z.array(commandSchema), nextCursor: nextCursorSchema}),
      'The newest first',
    ),
  },
});

/** Acts, each at most once. @see sync.md 8 */
export function addCommandRoutes(api: Api, options: CommandRouteOptions): void {
  const {store, writer, desk, limits, onOrdered} = options;
  addOperation(api, order, async context => {
    const caller = callerWith(context, 'commands:write');
    const {site, point} = context.req.valid('param');
    const wish = context.req.valid('json');
    // The work may run more than once.
    let isCounted = false;
    const count = (bay: string) => {
      if (!isCounted) limits.countOpen(caller.tenant, site, bay);
      isCounted = true;
    };
    const trace = context.get('traceparent');
    const response = await writer.once(context, caller, wish, async tx => {
      const row = await desk.order(tx, caller, {...wish, site, point, trace}, count);
      return {status: 202, body: commandBody(row), after: onOrdered};
    });
    if (response.status === 202) {
      const {id} = (await response.clone().json()) as {id: string};
      response.headers.set('location', `/v1/commands/${id}`);
    }
    return response;
  });
  addOperation(api, cancel, context => {
    const caller = callerWith(context, 'commands:write');
    const {id} = context.req.valid('param');
    return writer.once(context, caller, {}, async tx => {
      const row = await desk.cancel(tx, caller, id);
      return {status: 200, body: commandBody(row)};
    });
  });
  addOperation(api, one, async context => {
    const caller = callerWith(context, 'gateways:read');
    const row = await store.read(db => desk.get(db, caller, context.req.valid('param').id));
    return context.json(commandBody(row));
  });
  addOperation(api, list, async context => {
    const caller = callerWith(context, 'gateways:read');
    const {cursor, limit, site, point, state} = context.req.valid('query');
    const [before] = placeFrom(cursor, z.tuple([z.string()])) ?? [];
    const asked = {site, point, state, before, limit: limit + 1};
    const found = await store.read(db => desk.page(db, caller, asked));
    const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: ({id}) => [id]});
    return context.json({commands: rows.map(commandBody), nextCursor});
  });
}

function commandBody(row: CommandRow): z.infer<typeof commandSchema> {
  const {id, site, point, gateway, kind, by, reason, ttlMs, state, why, trace} = row;
  return {
    ...{id, site, point, gateway, kind, by, reason, ttlMs, state, why, traceparent: trace},
    ...{createdMs: row.createdWall, sentMs: row.sentWall},
    ...{deliveredMs: row.deliveredWall, closedMs: row.closedWall},
  };
}
