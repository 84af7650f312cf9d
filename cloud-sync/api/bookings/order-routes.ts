import {createRoute, z} from '@hono/zod-openapi';
import {
  type Api,
  addOperation,
  jsonBody,
  needing,
  onceHeaders,
  REFUSALS,
  shown,
} from '../http/api.js';
import {type Caller, maySee} from '../http/caller.js';
import {nextCursorSchema, pageOf, pageQuery, placeFrom} from '../http/page.js';
import {Refusal} from '../http/refusals.js';
import type {OrderUseTable} from '../orders/order-use-table.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {AuditLog} from '../tenancy/audit-log.js';
import {callerOr, seesOrder, seesPlate} from './booking-callers.js';
import type {BookingInput} from './booking-data.js';
import {
  answerOf,
  assertSeen,
  type BookingRouteOptions,
  orderParams,
  refundsOf,
} from './booking-routes.js';
import {orderSchema, orderView} from './booking-view.js';

export interface OrderRouteOptions extends BookingRouteOptions {
  readonly uses: OrderUseTable;
  readonly audit: AuditLog;
}

const tags = ['orders'];
const note = z.string().regex(/^[^\p{Cc}]{1,500}$/u);
const MAX_USES = 200;

const historySchema = z
  .object({
    inputs: z.array(z.object({id: z.string(), kind: z.string(), atMs: z.int()})),
    uses: z.array(
      z.object({
        gateway: z.string(),
        session: z.string(),
        point: z.string(),
        phase: z.string(),
        closeCause: z.string().nullable(),
        durationMs: z.number(),
        atMs: z.int().nullable(),
      }),
    ),
  })
  .openapi('OrderHistory');

const list = createRoute({
  ...{method: 'get', path: '/v1/orders', tags, summary: 'Orders; for a member his own'},
  ...needing('own:write'),
  request: {
    query: pageQuery.extend({
      site: z.string().max(64).optional(),
      type: z.string().max(32).optional(),
      state: z.string().max(32).optional(),
      holder: z.string().max(64).optional(),
    }),
  },
  responses: {
    ...REFUSALS,
    200: shown(z.object({orders: z.array(orderSchema), nextCursor: nextCursorSchema}), 'A page'),
  },
});

const get = createRoute({
  ...{method: 'get', path: '/v1/orders/{id}', tags, summary: 'An order'},
  ...needing('own:write'),
  request: {params: orderParams},
  responses: {...REFUSALS, 200: shown(orderSchema, 'As it is now')},
});

const history = createRoute({
  ...{method: 'get', path: '/v1/orders/{id}/history', tags},
  summary: 'What an order was told, and how its right was used',
  ...needing('own:write'),
  request: {params: orderParams},
  responses: {...REFUSALS, 200: shown(historySchema, 'Oldest first')},
});

const cancel = createRoute({
  ...{method: 'post', path: '/v1/orders/{id}/cancel', tags},
  summary: 'Cancel; what is given back follows the rule of its price',
  ...needing('own:write'),
  request: {
    params: orderParams,
    headers: onceHeaders,
    body: jsonBody(
      z.strictObject({
        note,
        ours: z
          .boolean()
          .default(false)
          .openapi({description: 'For reasons of the house, so all is given back; staff alone'}),
      }),
    ),
  },
  responses: {...REFUSALS, 200: shown(orderSchema, 'Cancelled')},
});

const dispute = createRoute({
  ...{method: 'post', path: '/v1/orders/{id}/dispute', tags, summary: 'Ask for a second look'},
  ...needing('own:write'),
  request: {params: orderParams, headers: onceHeaders, body: jsonBody(z.strictObject({note}))},
  responses: {...REFUSALS, 200: shown(orderSchema, 'Disputed')},
});

const refund = createRoute({
  ...{method: 'post', path: '/v1/orders/{id}/refund', tags},
  summary: 'Give back all or a part, once; 0 ends a dispute without',
  ...needing('money:write'),
  request: {
    params: orderParams,
    headers: onceHeaders,
    body: jsonBody(z.strictObject({note, amountFen: z.int().min(0).optional()})),
  },
  responses: {...REFUSALS, 200: shown(orderSchema, 'Settled')},
});

/** Orders of every type: seen by who they are for and by staff. @see requirements P27 */
export function addOrders(api: Api, options: OrderRouteOptions): void {
  addReads(api, options);
  addHistory(api, options);
  const act = acting(options);
  addOperation(api, cancel, context => {
    const caller = callerOr(context, 'orders:write');
    const {note: why, ours} = context.req.valid('json');
    if (ours && !caller.scopes.has('orders:write')) throw new Refusal('forbidden');
    const {id} = context.req.valid('param');
    return act(context, {caller, id, why}, {kind: 'cancel', note: why, isOurs: ours});
  });
  addOperation(api, dispute, context => {
    const caller = callerOr(context, 'orders:write');
    const {note: why} = context.req.valid('json');
    const {id} = context.req.valid('param');
    return act(context, {caller, id, why}, {kind: 'dispute', note: why});
  });
  addOperation(api, refund, context => {
    const caller = callerOr(context, 'money:write');
    if (!caller.scopes.has('money:write')) throw new Refusal('forbidden', {detail: 'money:write'});
    const {note: why, amountFen} = context.req.valid('json');
    const {id} = context.req.valid('param');
    return act(context, {caller, id, why}, {kind: 'refund', note: why, amountFen});
  });
}

function acting(options: OrderRouteOptions) {
  const {writer, desk, audit} = options;
  return (
    context: Parameters<RequestOf>[0],
    {caller, id, why}: {readonly caller: Caller; readonly id: string; readonly why: string},
    input: BookingInput,
  ) =>
    writer.once(context, caller, input, async tx => {
      await assertSeen(tx, options, caller, id);
      // A dispute that came before can still be ended, with nothing more.
      const isBack = input.kind === 'refund' && input.amountFen !== 0;
      if (isBack || input.kind === 'dispute') {
        await assertNotRefunded(tx, options, caller.tenant, id);
      }
      const acted = await desk.act(tx, id, input);
      const {tenant, id: actor} = caller;
      const what = {action: `order.${input.kind}`, subject: 'order', subjectId: id, reason: why};
      await audit.note(tx, {tenant, actor, ...what});
      return answerOf(tx, options, {caller, acted, status: 200});
    });
}

/** Of its entries too, whoever asked for that. @see requirements E68. @throws Refusal */
async function assertNotRefunded(
  tx: CloudTransaction,
  {entries}: OrderRouteOptions,
  tenant: string,
  orderId: string,
): Promise<void> {
  if (await entries.isRefunded(tx, tenant, {of: '', orderId})) {
    throw new Refusal('order_state', {detail: 'REFUNDED'});
  }
}

type RequestOf = BookingRouteOptions['writer']['once'];

function addReads(api: Api, {store, orders, entries}: OrderRouteOptions): void {
  addOperation(api, list, async context => {
    const caller = callerOr(context, 'orders:read');
    const {cursor, limit, site, type, state, holder} = context.req.valid('query');
    const isOwn = !caller.scopes.has('orders:read');
    if (site !== undefined && !isOwn && !maySee(caller, site)) throw new Refusal('not_found');
    const [after = ''] = placeFrom(cursor, z.tuple([z.string()])) ?? [];
    const sites = isOwn || !caller.sites ? undefined : [...caller.sites];
    const query = {tenant: caller.tenant, site, sites, type, state, after, limit: limit + 1};
    const found = await store.read(db =>
      orders.list(db, {...query, holder: isOwn ? caller.member : holder}),
    );
    const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: row => [row.id]});
    const refunded = await store.read(db => refundsOf(db, entries, rows));
    const views = rows.map(row =>
      orderView(row, {
        seesPlate: seesPlate(caller, row),
        refundedFen: refunded.get(row.id) ?? 0,
      }),
    );
    return context.json({orders: views, nextCursor});
  });
  addOperation(api, get, async context => {
    const caller = callerOr(context, 'orders:read');
    const row = await store.read(db => orders.get(db, context.req.valid('param').id));
    if (!row || !seesOrder(caller, 'orders:read', row)) throw new Refusal('not_found');
    const refunded = await store.read(db => refundsOf(db, entries, [row]));
    const refundedFen = refunded.get(row.id) ?? 0;
    return context.json(orderView(row, {seesPlate: seesPlate(caller, row), refundedFen}));
  });
}

function addHistory(api: Api, {store, orders, uses}: OrderRouteOptions): void {
  addOperation(api, history, async context => {
    const caller = callerOr(context, 'orders:read');
    const {id} = context.req.valid('param');
    const found = await store.read(async db => ({
      row: await orders.get(db, id),
      inputs: await orders.inputs(db, id, MAX_USES),
      uses: await uses.of(db, id, MAX_USES),
    }));
    const {row, inputs} = found;
    if (!row || !seesOrder(caller, 'orders:read', row)) throw new Refusal('not_found');
    return context.json({
      inputs: inputs.map(({id: input, kind, atWall}) => ({id: input, kind, atMs: atWall})),
      uses: found.uses.map(({gateway, session, point, phase, closeCause, durationMs, atWall}) => ({
        ...{gateway, session, point, phase, closeCause, durationMs, atMs: atWall},
      })),
    });
  });
}
