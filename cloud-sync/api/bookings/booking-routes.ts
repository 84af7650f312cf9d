import {createRoute, z} from '@hono/zod-openapi';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {unixMillisSchema} from '../../../protocols/cloud/site-schemas.js';
import {normalisePlate} from '../../../protocols/site/plate-text.js';
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
import {Refusal} from '../http/refusals.js';
import type {RequestWriter} from '../http/write.js';
import type {LedgerTable} from '../ledger/ledger-table.js';
import type {OrderRow, OrderTable} from '../orders/order-table.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import {callerOr, holderFor, seesOrder, seesPlate} from './booking-callers.js';
import type {Acted, BookGround, BookingDesk} from './booking-desk.js';
import {orderSchema, orderView} from './booking-view.js';
import type {PriceDesk} from './price-desk.js';
import type {QuoteRow} from './price-table.js';

export interface BookingRouteOptions {
  readonly store: CloudStore;
  readonly writer: RequestWriter;
  readonly orders: OrderTable;
  readonly entries: Pick<LedgerTable, 'isRefunded' | 'refundedOf'>;
  readonly desk: BookingDesk;
  readonly pricing: PriceDesk;
  readonly onGateways: (gateways: readonly string[]) => void;
}

const tags = ['bookings'];
/** In which something may have been charged. */
const OVER: ReadonlySet<string> = new Set(['settled', 'cancelled', 'disputed']);
const id = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/);
export const orderParams = z.object({id});
const name = z.string().regex(/^[^\p{Cc}]{1,64}$/u);
const code = z.string().regex(/^[\x21-\x7e]{1,32}$/);

const wishFields = {
  site: name,
  point: name,
  fromMs: unixMillisSchema,
  untilMs: unixMillisSchema,
  holder: name.optional().openapi({description: 'Member; left out: who asks'}),
  coupon: code.optional(),
};

const quoteSchema = z
  .object({
    id: z.string(),
    site: z.string(),
    point: z.string(),
    fromMs: z.int(),
    untilMs: z.int(),
    amountFen: z.int(),
    percent: z.int().openapi({description: 'Of the full price, by all rules'}),
    validUntilMs: z.int().openapi({description: 'So long the price is kept'}),
    used: z.boolean(),
  })
  .openapi('Quote');

const plate = z
  .string()
  .max(32)
  .transform(normalisePlate)
  .pipe(z.string().min(4).max(16))
  .openapi({type: 'string', minLength: 4, maxLength: 32, example: '粤B12345'});

const makeQuote = createRoute({
  ...{method: 'post', path: '/v1/quotes', tags, summary: 'What a bay costs, kept for 15 minutes'},
  ...needing('own:write'),
  request: {body: jsonBody(z.strictObject(wishFields))},
  responses: {...REFUSALS, 201: shown(quoteSchema, 'The price')},
});

const getQuote = createRoute({
  ...{method: 'get', path: '/v1/quotes/{id}', tags, summary: 'A quote'},
  ...needing('own:write'),
  request: {params: orderParams},
  responses: {...REFUSALS, 200: shown(quoteSchema, 'As it was made')},
});

const bookBody = z
  .strictObject({
    ...wishFields,
    plate,
    entries: z.enum(['one', 'multi']).default('multi'),
    quote: id.optional().openapi({description: 'Its price holds; for the same bay and time'}),
    pay: z.enum(['balance', 'later']).default('balance').openapi({
      description: 'From the balance at once, or within 15 minutes; then the bay is free again',
    }),
  })
  .openapi('NewBooking');

const book = createRoute({
  ...{method: 'post', path: '/v1/bookings', tags, summary: 'Book a bay'},
  ...needing('own:write'),
  request: {headers: onceHeaders, body: jsonBody(bookBody)},
  responses: {...REFUSALS, 201: shown(orderSchema, 'The order, reserved or paid')},
});

const pay = createRoute({
  ...{method: 'post', path: '/v1/bookings/{id}/pay', tags, summary: 'Pay from the balance'},
  ...needing('own:write'),
  request: {params: orderParams, headers: onceHeaders},
  responses: {...REFUSALS, 200: shown(orderSchema, 'Paid')},
});

const end = createRoute({
  ...{method: 'post', path: '/v1/bookings/{id}/end', tags, summary: 'Driven off for good'},
  ...needing('own:write'),
  request: {params: orderParams, headers: onceHeaders},
  responses: {...REFUSALS, 200: shown(orderSchema, 'Settled by the time used')},
});

/** Quotes and bookings. @see requirements P2 */
export function addBookings(api: Api, options: BookingRouteOptions): void {
  addQuotes(api, options);
  const {writer, desk} = options;
  addOperation(api, book, context => {
    const caller = callerOr(context, 'orders:write');
    const {holder: wished, ...wish} = context.req.valid('json');
    const holder = holderFor(caller, 'orders:write', wished);
    assertSite(caller, wish.site);
    const {tenant} = caller;
    const wanted = {...timed(wish), holder};
    return writer.once(
      ...([context, caller, {...wish, holder}] as const),
      async (tx, known: BookGround) => {
        const acted = await desk.book(tx, tenant, wanted, known);
        return answerOf(tx, options, {caller, acted, status: 201});
      },
      tx => desk.ask(tx, tenant, wanted),
    );
  });
  addOperation(api, pay, context => {
    const caller = callerOr(context, 'orders:write');
    const {id: order} = context.req.valid('param');
    return writer.once(context, caller, {}, async tx => {
      await assertSeen(tx, options, caller, order);
      const acted = await desk.act(tx, order, {kind: 'pay'});
      return answerOf(tx, options, {caller, acted, status: 200});
    });
  });
  addOperation(api, end, context => {
    const caller = callerOr(context, 'orders:write');
    const {id: order} = context.req.valid('param');
    return writer.once(context, caller, {}, async tx => {
      await assertSeen(tx, options, caller, order);
      const acted = await desk.act(tx, order, {kind: 'end'});
      return answerOf(tx, options, {caller, acted, status: 200});
    });
  });
}

/** @throws Refusal `not_found` for an order that he may not act on; like one that is not there */
export async function assertSeen(
  tx: CloudTransaction,
  {orders}: Pick<BookingRouteOptions, 'orders'>,
  caller: Caller,
  order: string,
): Promise<void> {
  const row = await orders.get(tx, order);
  if (!row || !seesOrder(caller, 'orders:write', row)) throw new Refusal('not_found');
}

export async function answerOf<Status extends 200 | 201>(
  tx: CloudTransaction,
  {orders, entries, onGateways}: Pick<BookingRouteOptions, 'orders' | 'entries' | 'onGateways'>,
  {caller, acted, status}: {readonly caller: Caller; readonly acted: Acted; status: Status},
) {
  const row = acted.row ?? (await orders.get(tx, acted.id));
  if (!row) throw new Refusal('not_found');
  const after = () => onGateways(acted.gateways);
  const refunded = await refundsOf(tx, entries, [row]);
  const seen = {seesPlate: seesPlate(caller, row), refundedFen: refunded.get(row.id) ?? 0};
  return {status, body: orderView(row, seen), after};
}

/** By order; of what runs nothing was charged, so nothing is asked. Orders of one tenant. */
export function refundsOf(
  db: CloudReader,
  entries: Pick<LedgerTable, 'refundedOf'>,
  rows: readonly OrderRow[],
): Promise<ReadonlyMap<string, number>> {
  const over = rows.filter(({state}) => OVER.has(state));
  return entries.refundedOf(
    db,
    rows[0]?.tenant ?? '',
    over.map(({id: order}) => order),
  );
}

function addQuotes(api: Api, {store, pricing}: BookingRouteOptions): void {
  addOperation(api, makeQuote, async context => {
    const caller = callerOr(context, 'orders:write');
    const {holder: wished, ...wish} = context.req.valid('json');
    const isFree = caller.scopes.has('orders:write') && wished === undefined;
    const holder = isFree ? (caller.member ?? null) : holderFor(caller, 'orders:write', wished);
    assertSite(caller, wish.site);
    const row = await store.transaction(tx =>
      pricing.quote(tx, caller.tenant, {...timed(wish), holder}),
    );
    return context.json(quoteView(row), 201);
  });
  addOperation(api, getQuote, async context => {
    const caller = callerOr(context, 'orders:read');
    const {id: quote} = context.req.valid('param');
    const row = await store.read(db => pricing.quoteOf(db, caller.tenant, quote));
    const isHis = caller.scopes.has('orders:read') || row?.holder === caller.member;
    if (!row || !isHis || !maySee(caller, row.site)) throw new Refusal('not_found');
    return context.json(quoteView(row));
  });
}

function quoteView(row: QuoteRow): z.infer<typeof quoteSchema> {
  const {id: quote, site, point, fromWall, untilWall, amountFen, price, order} = row;
  return {
    ...{id: quote, site, point, fromMs: fromWall, untilMs: untilWall, amountFen},
    ...{percent: price.percent, validUntilMs: row.validUntilWall, used: order !== null},
  };
}

function timed<Wish extends {readonly fromMs: number; readonly untilMs: number}>(wish: Wish) {
  return {...wish, fromMs: wish.fromMs as UnixMillis, untilMs: wish.untilMs as UnixMillis};
}

function assertSite(caller: Caller, site: string): void {
  if (!maySee(caller, site)) throw new Refusal('not_found');
}
