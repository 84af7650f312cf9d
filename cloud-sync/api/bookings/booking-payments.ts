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
import {Refusal} from '../http/refusals.js';
import type {Intended} from '../payments/payment-desk.js';
import {providerName, startedSchema} from '../payments/payment-operations.js';
import {refusalOf} from '../payments/payment-routes.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import {callerOr} from './booking-callers.js';
import {readBooking} from './booking-data.js';
import type {Members} from './booking-desk.js';
import {BOOKING} from './booking-order.js';
import {assertSeen, type BookingRouteOptions, orderParams} from './booking-routes.js';

/** Asks a provider for the money of an order. @see cloud-sync/api/payments/order-payments.ts */
export interface OrderCharging {
  charge(
    tx: CloudTransaction,
    order: {
      readonly id: string;
      readonly tenant: string;
      readonly holder: string;
      readonly provider: string;
      readonly amountFen: number;
      readonly by: string;
    },
  ): Promise<Intended | 'TOO_MANY'>;
}

export interface BookingPaymentOptions extends Pick<BookingRouteOptions, 'writer' | 'orders'> {
  readonly members: Pick<Members, 'assertActive'>;
  readonly charging: OrderCharging;
  /** After the commit of something that a provider is to be asked for. */
  readonly onIntent: () => void;
}

const payByProvider = createRoute({
  ...{method: 'post', path: '/v1/bookings/{id}/payments', tags: ['bookings']},
  summary: 'Pay by a provider; what is not for us of it goes back there',
  ...needing('own:write'),
  request: {
    params: orderParams,
    headers: onceHeaders,
    body: jsonBody(z.strictObject({provider: providerName})),
  },
  responses: {
    ...REFUSALS,
    202: shown(startedSchema, 'Its `payLink` follows within seconds; too late goes back'),
  },
});

/** An order that waits for money, paid by a provider. @see requirements P2 */
export function addBookingPayments(api: Api, options: BookingPaymentOptions): void {
  const {writer, onIntent} = options;
  addOperation(api, payByProvider, context => {
    const caller = callerOr(context, 'orders:write');
    const {id} = context.req.valid('param');
    const wish = context.req.valid('json');
    return writer.once(context, caller, wish, async tx => {
      await assertSeen(tx, options, caller, id);
      const made = await charge(tx, options, {...wish, id, by: caller.id});
      return {status: 202, body: {payment: made}, after: onIntent};
    });
  });
}

async function charge(
  tx: CloudTransaction,
  {orders, members, charging}: BookingPaymentOptions,
  {id, provider, by}: {readonly id: string; readonly provider: string; readonly by: string},
): Promise<string> {
  const order = await orders.lock(tx, id);
  if (order?.type !== BOOKING) throw new Refusal('not_found');
  const {state, tenant, holder, data} = order;
  const {amountFen} = readBooking(JSON.parse(data));
  if (state !== 'reserved') throw new Refusal('order_state', {detail: state.toUpperCase()});
  if (amountFen === 0) throw new Refusal('order_state', {detail: 'COSTS_NOTHING'});
  await members.assertActive(tx, tenant, holder);
  const made = await charging.charge(tx, {id, tenant, holder, provider, amountFen, by});
  if (made === 'TOO_MANY') throw new Refusal('order_state', {detail: 'PAID_TOO_OFTEN'});
  if (made.kind === 'refused') throw refusalOf(made.why);
  return made.id;
}
