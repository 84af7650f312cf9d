import {createRoute, z} from '@hono/zod-openapi';
import {unixMillisSchema} from '../../../protocols/cloud/site-schemas.js';
import {callerOr} from '../bookings/booking-callers.js';
import {
  type Api,
  type ApiContext,
  addOperation,
  jsonBody,
  needing,
  onceHeaders,
  REFUSALS,
  shown,
} from '../http/api.js';
import type {Caller, Scope} from '../http/caller.js';
import {nextCursorSchema, pageOf, pageQuery, placeFrom} from '../http/page.js';
import {Refusal} from '../http/refusals.js';
import type {Written} from '../http/write.js';
import type {OrderRow, OrderTable} from '../orders/order-table.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import {type LeaseRouteOptions, leaseId, note, scopeOf} from './agreement-routes.js';
import {seesShared, sharedOf, sideOf} from './lease-callers.js';
import {LEASE} from './lease-data.js';
import type {LeaseActed} from './lease-desk.js';
import {agreementSchema, agreementView, leaseSchema, leaseView} from './lease-views.js';

const tags = ['leases'];
const params = z.object({id: leaseId});
const answered = {...REFUSALS, 200: shown(leaseSchema, 'As it is now')};

const list = createRoute({
  ...{method: 'get', path: '/v1/leases', tags, ...needing('own:write')},
  summary: 'Leases; for a member those that he has and those that he lends',
  request: {query: pageQuery},
  responses: {
    ...REFUSALS,
    200: shown(
      z.object({leases: z.array(leaseSchema), nextCursor: nextCursorSchema}),
      'A page, the oldest first',
    ),
  },
});

const get = createRoute({
  ...{method: 'get', path: '/v1/leases/{id}', tags, ...needing('own:write')},
  ...{summary: 'A lease', request: {params}, responses: answered},
});

const pay = createRoute({
  ...{method: 'post', path: '/v1/leases/{id}/payment', tags, ...needing('own:write')},
  summary: 'Pay from the balance what both have agreed on, within 15 minutes',
  ...{request: {params, headers: onceHeaders}, responses: answered},
});

const extend = createRoute({
  ...{method: 'post', path: '/v1/leases/{id}/extension', tags, ...needing('own:write')},
  summary: 'On to a later end at the same price, where nobody else has the bay',
  request: {
    ...{params, headers: onceHeaders},
    body: jsonBody(z.strictObject({untilMs: unixMillisSchema})),
  },
  responses: answered,
});

const renew = createRoute({
  ...{method: 'post', path: '/v1/leases/{id}/renewal', tags, ...needing('own:write')},
  summary: 'Ask both to agree on another term, at the price of today',
  request: {
    ...{params, headers: onceHeaders},
    body: jsonBody(
      z.strictObject({
        untilMs: unixMillisSchema.optional().openapi({description: 'Left out: one whole term'}),
        textVersion: z.int().min(1).optional(),
      }),
    ),
  },
  responses: {...REFUSALS, 201: shown(agreementSchema, 'Nobody has consented yet')},
});

const end = createRoute({
  ...{method: 'post', path: '/v1/leases/{id}/end', tags, ...needing('own:write')},
  summary: 'End it now; what was not used is given back',
  request: {
    ...{params, headers: onceHeaders},
    body: jsonBody(z.strictObject({note: note.optional()})),
  },
  responses: answered,
});

/** Leases: seen by both sides, paid, prolonged and ended by the tenant or by staff. @see requirements Q11 */
export function addLeases(api: Api, options: LeaseRouteOptions): void {
  addReads(api, options);
  const {desk} = options;
  addOperation(api, pay, context =>
    act(context, options, {}, (tx, {id}) => desk.act(tx, id, {kind: 'pay'})),
  );
  addOperation(api, extend, context => {
    const said = context.req.valid('json');
    return act(context, options, said, (tx, {id}) => desk.extend(tx, id, said.untilMs));
  });
  addOperation(api, end, context => {
    const said = context.req.valid('json');
    const input = {kind: 'end', note: said.note ?? null} as const;
    return act(context, options, said, (tx, {id}) => desk.act(tx, id, input));
  });
  addOperation(api, renew, context => {
    const {untilMs, textVersion: textVer} = context.req.valid('json');
    const said = {untilMs, textVer};
    return once(context, options, said, async (tx, caller, row) => {
      // Either side may ask the other.
      if (!sideOf(caller, sharedOf(row))) assertHis(caller, row);
      return {status: 201, body: agreementView(await desk.renew(tx, row, said))};
    });
  });
}

function addReads(api: Api, {store, orders, agreements}: LeaseRouteOptions): void {
  addOperation(api, list, async context => {
    const caller = callerOr(context, 'orders:read');
    const {limit, cursor} = context.req.valid('query');
    const [after = ''] = placeFrom(cursor, z.tuple([z.string()])) ?? [];
    const query = {...scopeOf(caller), after, limit: limit + 1};
    const found = await store.read(db => agreements.leases(db, query));
    const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: ({id}) => [id]});
    return context.json({leases: rows.map(leaseView), nextCursor});
  });
  addOperation(api, get, async context => {
    const caller = callerOr(context, 'orders:read');
    const {id} = context.req.valid('param');
    const row = await store.read(db => seen(db, orders, {caller, scope: 'orders:read', id}));
    return context.json(leaseView(row));
  });
}

/** @throws Refusal `not_found` */
async function seen(
  db: CloudReader,
  orders: OrderTable,
  {caller, scope, id}: {readonly caller: Caller; readonly scope: Scope; readonly id: string},
): Promise<OrderRow> {
  const row = await orders.get(db, id);
  if (row?.type !== LEASE || !seesShared(caller, scope, sharedOf(row))) {
    throw new Refusal('not_found');
  }
  return row;
}

/** @throws Refusal `forbidden` for the lender, who sees it and does not dispose of it */
function assertHis(caller: Caller, row: OrderRow): void {
  if (row.holder === caller.member || caller.scopes.has('orders:write')) return;
  throw new Refusal('forbidden', {detail: 'only the tenant'});
}

function act(
  context: ApiContext,
  options: LeaseRouteOptions,
  said: object,
  work: (tx: CloudTransaction, row: OrderRow) => Promise<LeaseActed>,
): Promise<Response> {
  const {orders, onGateways} = options;
  return once(context, options, said, async (tx, caller, row) => {
    assertHis(caller, row);
    const {gateways} = await work(tx, row);
    const now = await seen(tx, orders, {caller, scope: 'orders:write', id: row.id});
    return {status: 200, body: leaseView(now), after: () => onGateways(gateways)};
  });
}

function once(
  context: ApiContext,
  {writer, orders}: LeaseRouteOptions,
  said: object,
  work: (tx: CloudTransaction, caller: Caller, row: OrderRow) => Promise<Written>,
): Promise<Response> {
  const caller = callerOr(context, 'orders:write');
  const id = context.req.param('id') ?? '';
  return writer.once(context, caller, said, async tx =>
    work(tx, caller, await seen(tx, orders, {caller, scope: 'orders:write', id})),
  );
}
