import {createRoute, z} from '@hono/zod-openapi';
import type {Context} from 'hono';
import {grantSchema, idSchema} from '../../../protocols/cloud/site-schemas.js';
import type {CredentialId} from '../../../protocols/site/ids.js';
import type {GatewaySessions} from '../gateway-sessions.js';
import type {DeskAnswer, GrantDesk} from '../grant-desk.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {GrantTable, Withdrawal} from '../store/grant-table.js';
import {type Api, addOperation, callerWith, jsonBody, needing, REFUSALS, shown} from './api.js';
import type {GatewayAccess} from './gateway-access.js';
import {effectOf, revocationSchema} from './gateway-answers.js';
import {refuse} from './problem.js';
import {Refusal} from './refusals.js';
import {cardRequestSchema, grantRequestSchema} from './requests.js';

export interface GrantRouteOptions {
  readonly store: CloudStore;
  readonly sessions: GatewaySessions;
  readonly grants: GrantDesk;
  readonly grantRows: GrantTable;
  readonly access: GatewayAccess;
}

const WRITING = {tags: ['grants'], ...needing('grants:write')};
const params = z.object({gw: z.string()});
const one = params.extend({id: z.string()});

const heldGrantSchema = z.object(grantSchema.shape).openapi('GatewayGrant');
/** The secret goes to the gateway alone. */
const heldCardSchema = z
  .object({
    kind: z.enum(['card', 'code', 'qr']),
    id: idSchema<CredentialId>(),
    holder: z.string(),
    state: z.enum(['active', 'suspended', 'revoked', 'consumed']),
    rev: z.int(),
    uid: z.string().optional(),
  })
  .openapi('GatewayCard');

const putGrant = createRoute({
  ...{method: 'post', path: '/v1/gateways/{gw}/grants', summary: 'Issue or change a grant'},
  ...WRITING,
  request: {params, body: jsonBody(grantRequestSchema)},
  responses: {...REFUSALS, 200: shown(heldGrantSchema, 'As the gateway will hold it')},
});

const putCard = createRoute({
  ...{method: 'post', path: '/v1/gateways/{gw}/cards', summary: 'Issue or change a card'},
  ...WRITING,
  request: {params, body: jsonBody(cardRequestSchema)},
  responses: {...REFUSALS, 200: shown(heldCardSchema, 'As the gateway will hold it')},
});

const revokeGrant = createRoute({
  ...{method: 'delete', path: '/v1/gateways/{gw}/grants/{id}', summary: 'Revoke for good'},
  ...WRITING,
  request: {params: one},
  responses: {...REFUSALS, 200: shown(heldGrantSchema, 'As it was, revoked')},
});

const revokeCard = createRoute({
  ...{method: 'delete', path: '/v1/gateways/{gw}/cards/{id}', summary: 'Revoke for good'},
  ...WRITING,
  request: {params: one},
  responses: {...REFUSALS, 200: shown(heldCardSchema, 'As it was, revoked')},
});

const revocation = createRoute({
  ...{method: 'get', path: '/v1/revocations/{id}', summary: 'How far a revocation has come'},
  ...{tags: ['grants'], ...needing('grants:read')},
  request: {params: z.object({id: z.string()})},
  responses: {
    ...REFUSALS,
    200: shown(revocationSchema, 'Until 30 days after the end of the grant'),
  },
});

export function addGrantRoutes(app: Api, options: GrantRouteOptions): void {
  const {grants} = options;
  addOperation(app, putGrant, async context =>
    answer(context, await grants.putGrant(context.req.param('gw'), context.req.valid('json'))),
  );
  addOperation(app, putCard, async context =>
    answer(
      context,
      await grants.putCard(context.req.param('gw'), context.req.valid('json')),
      withoutSecret,
    ),
  );
  addOperation(app, revokeGrant, async context => {
    const {gw, id} = context.req.valid('param');
    return answer(context, await grants.revoke(gw, 'grant', id));
  });
  addOperation(app, revokeCard, async context => {
    const {gw, id} = context.req.valid('param');
    return answer(context, await grants.revoke(gw, 'credential', id), withoutSecret);
  });
  addRevocation(app, options);
}

function addRevocation(app: Api, {store, sessions, grantRows, access}: GrantRouteOptions): void {
  addOperation(app, revocation, async context => {
    const caller = callerWith(context, 'grants:read');
    const {id} = context.req.valid('param');
    const his = await store.read(async db => {
      const seen: Withdrawal[] = [];
      for (const withdrawal of await grantRows.withdrawals(db, id)) {
        if (await access.has(db, caller, withdrawal.gateway)) seen.push(withdrawal);
      }
      return seen;
    });
    return his.length === 0 ? context.notFound() : context.json(effectOf(sessions, id, his));
  });
}

function withoutSecret(row: object): object {
  return {...row, secretHex: undefined};
}

function answer<Row extends object>(
  context: Context,
  result: DeskAnswer<Row>,
  show: (row: Row) => object = row => row,
): Response | Promise<Response> {
  if (result.kind === 'stored') return context.json(show(result.row));
  if (result.kind === 'unknown') return context.notFound();
  return refuse(context, new Refusal('revoked', {detail: 'Issue it under a new id.'}));
}
