import {z} from '@hono/zod-openapi';
import type {OrderRow} from '../orders/order-table.js';
import {type BookingData, readBooking} from './booking-data.js';
import {chargedFen} from './booking-money.js';
import {BOOKING} from './booking-order.js';

const fen = z.int().openapi({description: 'Whole fen'});
const wall = z.int().openapi({description: 'Milliseconds since 1970'});

const bookingDetailsSchema = z
  .object({
    point: z.string(),
    plate: z.string().openapi({description: 'Masked for all but its owner'}),
    fromMs: wall,
    untilMs: wall,
    entries: z.enum(['one', 'multi']),
    amountFen: fen.openapi({description: 'Price of the whole time, held once it is paid'}),
    usedMs: z.int(),
    chargedFen: fen,
    owedFen: fen,
    refundedFen: fen.openapi({description: 'By the order itself or by a reversal in the ledger'}),
    payment: z.string().nullable().openapi({
      description: 'Of a provider that it was paid by; what is not ours of it goes back there',
    }),
    note: z.string().nullable(),
    price: z.object({
      fenPerHour: fen,
      stepMinutes: z.int(),
      percent: z.int(),
      tariffVersion: z.int(),
      rules: z.array(z.object({id: z.string(), version: z.int()})),
      coupon: z.string().nullable(),
      rounding: z.literal('down'),
    }),
  })
  .openapi('BookingDetails');

export const orderSchema = z
  .object({
    id: z.string(),
    type: z.string(),
    state: z.string(),
    site: z.string(),
    holder: z.string(),
    createdMs: wall,
    changedMs: wall,
    version: z.int(),
    booking: bookingDetailsSchema
      .nullable()
      .openapi({description: 'Of an order of type `booking`'}),
  })
  .openapi('Order');

type OrderView = z.infer<typeof orderSchema>;

/** `seesPlate`: its owner asks, or who may see persons. `refundedFen`: what the ledger gave back of it. */
export function orderView(
  row: OrderRow,
  {seesPlate, refundedFen}: {readonly seesPlate: boolean; readonly refundedFen: number},
): OrderView {
  const {id, type, state, site, holder, ver: version} = row;
  return {
    ...{id, type, state, site, holder, version},
    ...{createdMs: row.createdWall, changedMs: row.changedWall},
    booking:
      type === BOOKING
        ? {...detailsOf(readBooking(JSON.parse(row.data)), seesPlate), refundedFen}
        : null,
  };
}

function detailsOf(
  data: BookingData,
  seesPlate: boolean,
): Omit<NonNullable<OrderView['booking']>, 'refundedFen'> {
  const {point, plate, fromMs, untilMs, entries, amountFen, usedMs, owedFen, note, price} = data;
  return {
    ...{point, plate: seesPlate ? plate : masked(plate), fromMs, untilMs, entries, amountFen},
    ...{usedMs, owedFen, note, chargedFen: chargedFen({data})},
    payment: data.payment,
    price: {
      ...{fenPerHour: price.fenPerHour, stepMinutes: price.terms.stepMinutes},
      ...{percent: price.percent, tariffVersion: price.tariffVer, rounding: 'down'},
      rules: price.rules.map(({id, ver}) => ({id, version: ver})),
      coupon: price.coupon?.id ?? null,
    },
  };
}

/** `粤B***45` */
function masked(plate: string): string {
  const letters = [...plate];
  return letters.length < 5
    ? '***'
    : `${letters.slice(0, 2).join('')}***${letters.slice(-2).join('')}`;
}
