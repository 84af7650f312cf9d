import {createRoute, z} from '@hono/zod-openapi';
import {asId, type BayId} from '../../../protocols/site/ids.js';
import type {CommandDesk} from '../command-desk.js';
import type {CloudStore} from '../store/cloud-store.js';
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
import type {GatewayAccess} from './gateway-access.js';
import {Refusal} from './refusals.js';
import type {RequestLimits} from './request-limits.js';
import {openRequestSchema} from './requests.js';

export interface CommandRouteOptions {
  readonly store: CloudStore;
  readonly commands: CommandDesk;
  readonly access: GatewayAccess;
  readonly limits: RequestLimits;
}

const commandSchema = z
  .object({
    id: z.string(),
    gateway: z.string(),
    bay: z.string(),
    by: z.string(),
    ttlMs: z.int(),
    state: z.enum(['sent', 'done', 'failed', 'refused', 'expired', 'offline', 'unknown']),
    why: z.string().nullable(),
    createdWall: z.int(),
    closedWall: z.int().nullable(),
  })
  .openapi('Command');

const open = createRoute({
  ...{
    method: 'post',
    path: '/v1/gateways/{gw}/bays/{bay}/open',
    summary: 'Open a bay, now or never',
  },
  ...{tags: ['commands'], ...needing('commands:write')},
  request: {
    params: z.object({gw: z.string(), bay: z.string()}),
    headers: onceHeaders,
    body: jsonBody(openRequestSchema),
  },
  responses: {...REFUSALS, 200: shown(commandSchema, 'What came of it')},
});

const one = createRoute({
  ...{method: 'get', path: '/v1/commands/{id}', summary: 'What came of an order'},
  ...{tags: ['commands'], ...needing('gateways:read')},
  request: {params: z.object({id: z.string()})},
  responses: {...REFUSALS, 200: shown(commandSchema, 'As it stands')},
});

/** Acts, each at most once. */
export function addCommandRoutes(app: Api, options: CommandRouteOptions): void {
  const {store, commands, access, limits} = options;
  addOperation(app, open, async context => {
    const {gw: gateway, bay} = context.req.valid('param');
    const key = context.req.header('idempotency-key') ?? '';
    if (key === '' || key.length > 128) throw new Refusal('idempotency_key_missing');
    limits.countOpen(gateway, bay);
    const {tenant} = callerWith(context, 'commands:write');
    const door = asId<BayId>(bay.slice(0, 64));
    // Two tenants may think of the same key.
    const order = {gateway, bay: door, key: `${tenant} ${key}`, ...context.req.valid('json')};
    const result = await commands.open(order);
    if (result.kind === 'key_reused') throw new Refusal('idempotency_key_reused');
    return context.json(result.command);
  });
  addOperation(app, one, async context => {
    const caller = callerWith(context, 'gateways:read');
    const command = await commands.get(context.req.valid('param').id);
    const isHis = command && (await store.read(db => access.has(db, caller, command.gateway)));
    return isHis ? context.json(command) : context.notFound();
  });
}
