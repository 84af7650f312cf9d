import {z} from '@hono/zod-openapi';
import {COMMAND_STATES} from '../command-machine.js';
import type {OrderRow} from '../orders/order-table.js';
import type {CommandRow} from '../store/command-table.js';
import {readBath} from './bath-code.js';
import {bathRight} from './bath-effects.js';

const fen = z.int().openapi({description: 'Whole fen'});
const wall = z.int().openapi({description: 'Milliseconds since 1970'});

/** What one code may use at most. */
export const limitsSchema = z
  .strictObject({
    fen: z.int().min(100).max(1000).optional(),
    seconds: z.int().min(60).max(1800).optional(),
    ml: z.int().min(1000).max(1_000_000).optional(),
    milliCelsius: z
      .int()
      .min(20_000)
      .max(45_000)
      .optional()
      .openapi({description: 'Where a probe tells how hot the water is'}),
  })
  .openapi('BathLimits');

export const codeSchema = z
  .object({
    id: z.string(),
    site: z.string(),
    holder: z.string(),
    state: z.enum(['live', 'running', 'settled', 'expired', 'replaced', 'cancelled']),
    child: z.int().openapi({description: '0: for the member himself; else for that child of his'}),
    limits: limitsSchema,
    heldFen: fen,
    expiresMs: wall,
    usedFen: fen.nullable().openapi({description: 'Null until it is told'}),
    owedFen: fen.openapi({description: 'Used beyond what there was'}),
    usedMl: z.int().nullable(),
    quality: z
      .enum(['good', 'estimated'])
      .openapi({description: '`estimated`: some of it was not measured'}),
    refundedFen: fen,
    point: z.string().nullable().openapi({description: 'The stall that it was keyed in at'}),
    openedMs: wall.nullable().openapi({description: 'When, by the clock of its gateway'}),
    stop: z
      .object({state: z.enum(COMMAND_STATES), why: z.string().nullable()})
      .nullable()
      .openapi({description: 'The last order to shut its water; shown of one code by itself'}),
    dispute: z
      .object({
        state: z.enum(['open', 'refunded', 'declined']),
        note: z.string(),
        atMs: wall,
      })
      .nullable(),
    deliverable: z
      .enum(['pre_synced', 'self_contained'])
      .nullable()
      .openapi({description: '`pre_synced`: the site opens on it, cut off or not. Null: not yet'}),
    code: z
      .string()
      .optional()
      .openapi({description: 'Shown in the first answer alone', example: '1905 7344'}),
  })
  .openapi('BathCode');

type CodeView = z.infer<typeof codeSchema>;

/** What is known of a code beside its order. */
export interface BesideCode {
  readonly deliverable?: CodeView['deliverable'];
  readonly refundedFen?: number | undefined;
  readonly stop?: CommandRow | undefined;
}

export function codeView(
  row: OrderRow,
  {deliverable = null, refundedFen, stop}: BesideCode = {},
): CodeView {
  const {id, site, holder, state} = row;
  const data = readBath(JSON.parse(row.data));
  const {child, limits, heldFen, expiresMs, usedFen, owedFen, usedMl, quality} = data;
  const {point, openedMs, dispute} = data;
  return {
    ...{id, site, holder, state: state as CodeView['state'], child, limits},
    ...{heldFen, expiresMs, usedFen, owedFen, usedMl, quality, point, openedMs, dispute},
    refundedFen: refundedFen ?? data.refundedFen,
    ...{stop: stop ? {state: stop.state, why: stop.why} : null, deliverable},
  };
}

/** The name of its right. */
export function rightOf({data}: Pick<OrderRow, 'data'>): string {
  return bathRight(readBath(JSON.parse(data)));
}
