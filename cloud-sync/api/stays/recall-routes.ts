import {createRoute, z} from '@hono/zod-openapi';
import {normalisePlate} from '../../../protocols/site/plate-text.js';
import {seesPlate} from '../bookings/booking-callers.js';
import {orderSchema, orderView} from '../bookings/booking-view.js';
import {
  type Api,
  addOperation,
  jsonBody,
  needing,
  onceHeaders,
  REFUSALS,
  shown,
} from '../http/api.js';
import type {Caller} from '../http/caller.js';
import type {RequestWriter} from '../http/write.js';
import type {OrderTable} from '../orders/order-table.js';
import {listingBody, listingSchema} from '../places/listing-bodies.js';
import {lending, namedListing} from '../places/listing-routes.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import {BOOKINGS_AHEAD, type RecallDesk, type Waited} from './recall-desk.js';

export interface RecallRouteOptions {
  readonly store: CloudStore;
  readonly writer: RequestWriter;
  readonly orders: OrderTable;
  readonly recalls: RecallDesk;
  readonly onGateways: (gateways: readonly string[]) => void;
}

const tags = ['listings'];
const name = z.string().regex(/^[^\p{Cc}]{1,64}$/u);

const withdraw = createRoute({
  ...{method: 'delete', path: '/v1/listings/{id}', tags},
  summary: 'Withdraw it; what is booked and paid stands in the way, unless something is said of it',
  ...needing('listings:write'),
  request: {
    params: namedListing,
    query: z.object({
      bookings: z.enum(BOOKINGS_AHEAD).default('refuse').openapi({
        description:
          '`keep` honours them; `cancel` gives all back, at the cost of the lender, up to an hour ahead',
      }),
      note: z
        .string()
        .regex(/^[^\p{Cc}]{1,500}$/u)
        .default('withdrawn by its lender'),
    }),
  },
  responses: {...REFUSALS, 200: shown(listingSchema, 'Withdrawn')},
});

const comeBack = createRoute({
  ...{method: 'post', path: '/v1/sites/{site}/points/{point}/recall', tags},
  summary: 'Back early: whoever stays there is told, and the lender is offered another bay',
  ...needing('own:write'),
  request: {
    params: z.object({site: name, point: name}),
    headers: onceHeaders,
    body: jsonBody(
      z.strictObject({
        plate: z
          .string()
          .max(32)
          .transform(normalisePlate)
          .pipe(z.string().min(4).max(16))
          .openapi({type: 'string', minLength: 4, maxLength: 32, example: '粤B12345'}),
      }),
    ),
  },
  responses: {
    ...REFUSALS,
    200: shown(
      z.object({
        stay: z
          .object({order: z.string(), untilMs: z.int()})
          .optional()
          .openapi({description: 'It goes on; left out: nobody stays there'}),
        offer: orderSchema
          .optional()
          .openapi({description: 'To be paid within 15 minutes or left; left out: no bay is free'}),
      }),
      'Who stays there was told',
    ),
  },
});

/** What lenders take back. @see requirements E29, E30 */
export function addRecalls(api: Api, options: RecallRouteOptions): void {
  const {store, writer, recalls, onGateways} = options;
  addOperation(api, withdraw, async context => {
    const caller = lending(context);
    const {id} = context.req.valid('param');
    const how = context.req.valid('query');
    const {row, gateways} = await store.transaction(tx =>
      recalls.withdraw(tx, caller, {id, ...how}),
    );
    onGateways(gateways);
    return context.json(listingBody(row));
  });
  addOperation(api, comeBack, context => {
    const caller = lending(context);
    const wish = {...context.req.valid('param'), ...context.req.valid('json')};
    return writer.once(context, caller, wish, async tx => {
      const waited = await recalls.comeBack(tx, caller, wish);
      const body = await bodyOf(tx, options, caller, waited);
      return {status: 200, body, after: () => onGateways(waited.gateways)};
    });
  });
}

async function bodyOf(
  tx: CloudTransaction,
  {orders}: RecallRouteOptions,
  caller: Caller,
  {stay, offer}: Waited,
): Promise<object> {
  const row = offer === undefined ? undefined : await orders.get(tx, offer);
  const seen = row && {seesPlate: seesPlate(caller, row), refundedFen: 0};
  return {...(stay && {stay}), ...(row && seen && {offer: orderView(row, seen)})};
}
