import {createRoute, z} from '@hono/zod-openapi';
import type {Clock, UnixMillis} from '../../../protocols/base/clock.js';
import {HOUR_MS} from '../../../protocols/base/units.js';
import {unixMillisSchema} from '../../../protocols/cloud/site-schemas.js';
import {callerOr, seesOrder} from '../bookings/booking-callers.js';
import {orderParams} from '../bookings/booking-routes.js';
import {
  type Api,
  type ApiContext,
  addOperation,
  callerWith,
  jsonBody,
  needing,
  onceHeaders,
  REFUSALS,
  shown,
} from '../http/api.js';
import type {Caller} from '../http/caller.js';
import {nextCursorSchema, pageOf, pageQuery, placeFrom} from '../http/page.js';
import {Refusal} from '../http/refusals.js';
import type {RequestWriter} from '../http/write.js';
import type {OrderRow, OrderTable} from '../orders/order-table.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {AuditLog} from '../tenancy/audit-log.js';
import type {StayActed, StayDesk} from './stay-desk.js';
import {stayOrderOf} from './stay-order.js';
import type {StayTable, WaitingOrder} from './stay-table.js';

export interface StayRouteOptions {
  readonly clock: Clock;
  readonly store: CloudStore;
  readonly writer: RequestWriter;
  readonly orders: OrderTable;
  readonly stays: StayTable;
  readonly desk: StayDesk;
  readonly audit: AuditLog;
  readonly onGateways: (gateways: readonly string[]) => void;
}

const tags = ['orders'];
const note = z.string().regex(/^[^\p{Cc}]{1,500}$/u);
const wall = z.int().openapi({description: 'Milliseconds since 1970'});
/** So long after its time an order waits too long, unless somebody asks otherwise. */
const WAITS_LONG_MS = HOUR_MS;

const stayOrderSchema = z
  .object({
    id: z.string(),
    type: z.string(),
    state: z.string(),
    site: z.string(),
    point: z.string(),
    holder: z.string(),
    fromMs: wall,
    untilMs: wall,
  })
  .openapi('StayOrder');

const waitingSchema = z
  .object({
    id: z.string(),
    type: z.string(),
    state: z.string(),
    site: z.string(),
    point: z.string(),
    holder: z.string(),
    untilMs: wall,
    occupancy: z.string().nullable().openapi({description: 'Of its bay, as it was told last'}),
    openSessions: z
      .array(z.object({session: z.string(), sinceMs: wall.nullable()}))
      .openapi({description: 'Of whose end nobody has told'}),
  })
  .openapi('WaitingOrder');

const listWaiting = createRoute({
  ...{method: 'get', path: '/v1/waiting-orders', tags, ...needing('orders:read')},
  summary: 'Orders whose time is over and whose money is held still',
  request: {
    query: pageQuery.extend({
      sinceMs: z.coerce
        .number()
        .int()
        .min(0)
        .max(31 * 24 * HOUR_MS)
        .default(WAITS_LONG_MS)
        .openapi({description: 'Over for so long; an hour'}),
    }),
  },
  responses: {
    ...REFUSALS,
    200: shown(
      z.object({orders: z.array(waitingSchema), nextCursor: nextCursorSchema}),
      'A page, the oldest first',
    ),
  },
});

const settle = createRoute({
  ...{method: 'post', path: '/v1/orders/{id}/settlement', tags, ...needing('orders:write')},
  summary: 'End it for good, for a reason: a word of the end of a stay was lost',
  request: {
    params: orderParams,
    headers: onceHeaders,
    body: jsonBody(
      z.strictObject({
        note,
        endedMs: unixMillisSchema
          .optional()
          .openapi({description: 'When the stays ended; left out: with the time of the order'}),
      }),
    ),
  },
  responses: {...REFUSALS, 200: shown(stayOrderSchema, 'Settled; a later word changes nothing')},
});

const move = createRoute({
  ...{method: 'post', path: '/v1/orders/{id}/move', tags, ...needing('orders:write')},
  summary: 'Give it another bay for the same time, for a reason',
  request: {
    params: orderParams,
    headers: onceHeaders,
    body: jsonBody(z.strictObject({point: z.string().regex(/^[^\p{Cc}]{1,64}$/u), note})),
  },
  responses: {...REFUSALS, 200: shown(stayOrderSchema, 'As it is now')},
});

const offerSchema = z
  .object({
    fromMs: wall,
    amountFen: z.int().openapi({description: 'Whole fen, beside what is held already'}),
    why: z
      .enum(['WRONG_TIME', 'OCCUPIED', 'TAKEN'])
      .nullable()
      .openapi({description: 'Why it cannot be had; null: it can'}),
  })
  .openapi('EarlyOffer');

const seeEarly = createRoute({
  ...{method: 'get', path: '/v1/orders/{id}/early-start', tags, ...needing('own:write')},
  summary: 'May it begin now, and what does that cost?',
  request: {params: orderParams},
  responses: {...REFUSALS, 200: shown(offerSchema, 'For this moment')},
});

const beginEarly = createRoute({
  ...{method: 'post', path: '/v1/orders/{id}/early-start', tags, ...needing('own:write')},
  summary: 'Begin now, up to an hour before its time, at the same price',
  request: {params: orderParams, headers: onceHeaders},
  responses: {...REFUSALS, 200: shown(stayOrderSchema, 'The right holds from now on')},
});

/** What is done with orders that keep a bay, when it does not go as agreed. @see requirements Q14, E36 */
export function addStays(api: Api, options: StayRouteOptions): void {
  const {store, orders, desk} = options;
  addWaiting(api, options);
  addOperation(api, settle, context => {
    const caller = callerWith(context, 'orders:write');
    const {note: why, endedMs} = context.req.valid('json');
    const said = {note: why, endedMs: endedMs as UnixMillis | undefined};
    return act(context, options, {caller, said, what: 'settle', why}, (tx, id) =>
      desk.settle(tx, id, said),
    );
  });
  addOperation(api, move, context => {
    const caller = callerWith(context, 'orders:write');
    const {note: why, point} = context.req.valid('json');
    return act(context, options, {caller, said: {point, why}, what: 'move', why}, (tx, id) =>
      desk.moveTo(tx, id, point),
    );
  });
  addOperation(api, seeEarly, async context => {
    const caller = callerOr(context, 'orders:read');
    const {id} = context.req.valid('param');
    const offer = await store.read(async db => {
      const row = await orders.get(db, id);
      if (!row || !seesOrder(caller, 'orders:read', row)) throw new Refusal('not_found');
      return desk.earlyOffer(db, row);
    });
    return context.json(offer);
  });
  addOperation(api, beginEarly, context => {
    const caller = callerOr(context, 'orders:write');
    return act(context, options, {caller, said: {}, what: 'begin_early'}, (tx, id) =>
      desk.beginEarly(tx, id),
    );
  });
}

function addWaiting(api: Api, {clock, store, stays}: StayRouteOptions): void {
  addOperation(api, listWaiting, async context => {
    const {tenant, sites} = callerWith(context, 'orders:read');
    const {cursor, limit, sinceMs} = context.req.valid('query');
    const [after = ''] = placeFrom(cursor, z.tuple([z.string()])) ?? [];
    const beforeWall = clock.wallMs() - sinceMs;
    const query = {tenant, beforeWall, after, limit: limit + 1, ...(sites && {sites: [...sites]})};
    const found = await store.read(db => stays.waiting(db, query));
    const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: ({id}) => [id]});
    return context.json({orders: rows.map(waitingView), nextCursor});
  });
}

interface Act {
  readonly caller: Caller;
  readonly said: object;
  readonly what: string;
  readonly why?: string;
}

function act(
  context: ApiContext,
  options: StayRouteOptions,
  {caller, said, what, why}: Act,
  work: (tx: CloudTransaction, id: string) => Promise<StayActed>,
): Promise<Response> {
  const {clock, writer, audit, onGateways} = options;
  const id = context.req.param('id') ?? '';
  return writer.once(context, caller, said, async tx => {
    await seen(tx, options, caller, id);
    const {gateways} = await work(tx, id);
    const {tenant, id: actor} = caller;
    const done = {action: `order.${what}`, subject: 'order', subjectId: id, reason: why};
    await audit.note(tx, {tenant, actor, ...done});
    const row = await seen(tx, options, caller, id);
    const body = viewOf(row, clock.wallMs());
    return {status: 200, body, after: () => onGateways(gateways)};
  });
}

/** @throws Refusal `not_found` also for an order that keeps no bay */
async function seen(
  db: CloudReader,
  {clock, orders}: StayRouteOptions,
  caller: Caller,
  id: string,
): Promise<OrderRow> {
  const row = await orders.get(db, id);
  const isHis = row && seesOrder(caller, 'orders:write', row);
  if (!row || !isHis || !stayOrderOf(row, clock.wallMs())) throw new Refusal('not_found');
  return row;
}

function viewOf(row: OrderRow, now: UnixMillis): z.infer<typeof stayOrderSchema> {
  const order = stayOrderOf(row, now);
  if (!order) throw new Refusal('not_found');
  const {id, state, site, point, holder, fromMs, untilMs} = order;
  return {id, type: row.type, state, site, point, holder, fromMs, untilMs};
}

function waitingView(order: WaitingOrder): z.infer<typeof waitingSchema> {
  const {id, type, state, site, point, holder, untilWall: untilMs, occupancy, data} = order;
  const {open} = JSON.parse(data) as {open: {session: string; sinceMs: number | null}[]};
  return {...{id, type, state, site, point, holder, untilMs, occupancy}, openSessions: open};
}
