import {createRoute, z} from '@hono/zod-openapi';
import {callerOr, holderFor} from '../bookings/booking-callers.js';
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
import {type Caller, maySee} from '../http/caller.js';
import {nextCursorSchema, pageOf, pageQuery, placeFrom} from '../http/page.js';
import {Refusal} from '../http/refusals.js';
import type {RequestWriter} from '../http/write.js';
import type {LedgerTable} from '../ledger/ledger-table.js';
import type {OrderRow, OrderTable} from '../orders/order-table.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {CommandRow} from '../store/command-table.js';
import type {AuditLog} from '../tenancy/audit-log.js';
import {readBath} from './bath-code.js';
import {codeSchema, codeView, limitsSchema, rightOf} from './bath-code-view.js';
import type {BathActed, BathDesk} from './bath-desk.js';
import {BATH} from './bath-order.js';

/** Digits of codes, and how far they have come. @see cloud-sync/api/credentials */
export interface BathCodes {
  /** Each once. */
  fetchCodes(
    tx: CloudTransaction,
    order: {readonly id: string},
    name: string,
  ): Promise<readonly {readonly digits: string}[]>;
  /** `pre_synced`: every gateway of the site has it. Null: not yet. */
  deliverable(
    db: CloudReader,
    order: string,
    name: string,
  ): Promise<'pre_synced' | 'self_contained' | null>;
}

export interface BathRouteOptions {
  readonly store: CloudStore;
  readonly writer: RequestWriter;
  readonly orders: OrderTable;
  readonly desk: BathDesk;
  readonly codes: BathCodes;
  /** What was given back of orders. */
  readonly entries: Pick<LedgerTable, 'refundedOf'>;
  readonly commandOf: (db: CloudReader, id: string) => Promise<CommandRow | undefined>;
  readonly audit: AuditLog;
  readonly onGateways: (gateways: readonly string[]) => void;
  /** After the commit: a command waits to be sent. */
  readonly onOrdered: () => void;
}

const tags = ['bath'];
const params = z.object({id: z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/)});
const name = z.string().regex(/^[^\p{Cc}]{1,64}$/u);
const word = z.string().regex(/^[\x21-\x7e]{1,64}$/);
const request = createRoute({
  ...{method: 'post', path: '/v1/bath/codes', tags, ...needing('own:write')},
  summary: 'A code for one shower, good for 30 minutes; the one before it dies, also of a child',
  request: {
    headers: onceHeaders,
    body: jsonBody(
      z.strictObject({
        site: name,
        holder: name.optional().openapi({description: 'Left out: who asks'}),
        child: z
          .int()
          .min(1)
          .max(9)
          .optional()
          .openapi({description: 'For that child of his: at most 10 min and 40 °C'}),
        limits: limitsSchema.optional(),
      }),
    ),
  },
  responses: {...REFUSALS, 201: shown(codeSchema, 'With its digits, this once')},
});

const list = createRoute({
  ...{method: 'get', path: '/v1/bath/codes', tags, ...needing('own:write')},
  summary: 'Codes; for a member his own',
  request: {query: pageQuery.extend({site: name.optional(), holder: name.optional()})},
  responses: {
    ...REFUSALS,
    200: shown(
      z.object({codes: z.array(codeSchema), nextCursor: nextCursorSchema}),
      'A page, the oldest first',
    ),
  },
});

const answered = {...REFUSALS, 200: shown(codeSchema, 'As it is now')};
const get = createRoute({
  ...{method: 'get', path: '/v1/bath/codes/{id}', tags, ...needing('own:write')},
  ...{summary: 'A code, without its digits', request: {params}, responses: answered},
});

const cancel = createRoute({
  ...{method: 'post', path: '/v1/bath/codes/{id}/cancel', tags, ...needing('own:write')},
  summary: 'Give a code up that was not keyed in',
  ...{request: {params, headers: onceHeaders}, responses: answered},
});

const renew = createRoute({
  ...{method: 'post', path: '/v1/bath/codes/{id}/renewal', tags, ...needing('own:write')},
  summary: 'The same code for another 30 minutes, once, up to 30 minutes after its end',
  ...{request: {params, headers: onceHeaders}, responses: answered},
});

const stop = createRoute({
  ...{method: 'post', path: '/v1/bath/codes/{id}/stop', tags, ...needing('own:write')},
  summary: 'Shut the water that runs on it; `stop` says what became of that',
  ...{request: {params, headers: onceHeaders}, responses: answered},
});

const opened = createRoute({
  ...{method: 'post', path: '/v1/bath/codes/{id}/opening', tags, ...needing('orders:write')},
  summary: 'A stall has let somebody in on it',
  request: {
    ...{params, headers: onceHeaders},
    body: jsonBody(z.strictObject({session: word, point: name})),
  },
  responses: answered,
});

const used = createRoute({
  ...{method: 'post', path: '/v1/bath/codes/{id}/use', tags, ...needing('orders:write')},
  summary: 'What that shower cost, the rinse included; once, whatever is resent',
  request: {
    ...{params, headers: onceHeaders},
    body: jsonBody(z.strictObject({session: word, amountFen: z.int().min(0).max(1_000_000)})),
  },
  responses: answered,
});

/** Codes for showers. @see requirements B4, B12 */
export function addBathCodes(api: Api, options: BathRouteOptions): void {
  addReads(api, options);
  const {writer, orders, desk, codes, audit, commandOf, onGateways, onOrdered} = options;
  addOperation(api, request, context => {
    const caller = callerOr(context, 'orders:write');
    const {site, holder: wished, child = 0, limits = {}} = context.req.valid('json');
    const holder = holderFor(caller, 'orders:write', wished);
    if (!maySee(caller, site)) throw new Refusal('not_found', {detail: 'no such site'});
    return writer.once(context, caller, {site, holder, child, limits}, async tx => {
      const wish = {tenant: caller.tenant, holder, site, child, limits};
      const {order, gateways} = await desk.request(tx, wish);
      const row = await orders.get(tx, order);
      if (!row) throw new Refusal('not_found');
      const [made] = await codes.fetchCodes(tx, {id: order}, rightOf(row));
      const secret = made && {code: inFours(made.digits)};
      const after = () => onGateways(gateways);
      return {status: 201, body: codeView(row), after, ...(secret && {secret})};
    });
  });
  addOperation(api, cancel, context => {
    const caller = callerOr(context, 'orders:write');
    return act(context, options, {caller, input: {kind: 'cancel'}}, (tx, id) =>
      desk.cancel(tx, id),
    );
  });
  addOperation(api, renew, context => {
    const caller = callerOr(context, 'orders:write');
    const id = context.req.param('id');
    return writer.once(context, caller, {kind: 'renew'}, async tx => {
      await seen(tx, orders, caller, id);
      const {gateways} = await desk.renew(tx, id);
      // Other digits only where the right had been tidied away.
      const row = await seen(tx, orders, caller, id);
      const [made] = await codes.fetchCodes(tx, {id}, rightOf(row));
      const secret = made && {code: inFours(made.digits)};
      const after = () => onGateways(gateways);
      return {status: 200, body: codeView(row), after, ...(secret && {secret})};
    });
  });
  addOperation(api, stop, context => {
    const caller = callerOr(context, 'orders:write');
    const id = context.req.param('id');
    return writer.once(context, caller, {kind: 'stop'}, async tx => {
      const {holder} = await seen(tx, orders, caller, id);
      // His gateway is not told who he is.
      const by = holder === caller.member ? 'owner' : caller.id;
      const command = await desk.stop(tx, id, {by, trace: context.get('traceparent')});
      const about = {action: 'bath.stop', subject: 'order', subjectId: id};
      await audit.note(tx, {tenant: caller.tenant, actor: caller.id, ...about});
      const row = await seen(tx, orders, caller, id);
      const ordered = await commandOf(tx, command);
      return {status: 200, body: codeView(row, {stop: ordered}), after: onOrdered};
    });
  });
  addOperation(api, opened, context => {
    const caller = callerWith(context, 'orders:write');
    const input = {kind: 'opened', ...context.req.valid('json')} as const;
    return act(context, options, {caller, input}, (tx, id) => desk.act(tx, id, input));
  });
  addOperation(api, used, context => {
    const caller = callerWith(context, 'orders:write');
    const input = {kind: 'used', ...context.req.valid('json')} as const;
    return act(context, options, {caller, input}, (tx, id) => desk.act(tx, id, input));
  });
}

function addReads(api: Api, options: BathRouteOptions): void {
  const {store, orders, codes, entries, commandOf} = options;
  addOperation(api, list, async context => {
    const caller = callerOr(context, 'orders:read');
    const {limit, cursor, site, holder: wished} = context.req.valid('query');
    const [after = ''] = placeFrom(cursor, z.tuple([z.string()])) ?? [];
    const isStaff = caller.scopes.has('orders:read');
    if (isStaff && caller.sites && (site === undefined || !caller.sites.has(site))) {
      throw new Refusal('forbidden', {detail: 'name a site of yours'});
    }
    const holder = isStaff ? wished : caller.member;
    const query = {tenant: caller.tenant, site, holder, type: BATH, after, limit: limit + 1};
    const found = await store.read(db => orders.list(db, query));
    const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: ({id}) => [id]});
    const ids = rows.map(({id}) => id);
    const refunded = await store.read(db => entries.refundedOf(db, caller.tenant, ids));
    const codes = rows.map(row => codeView(row, {refundedFen: refunded.get(row.id)}));
    return context.json({codes, nextCursor});
  });
  addOperation(api, get, async context => {
    const caller = callerOr(context, 'orders:read');
    const {id} = context.req.valid('param');
    const view = await store.read(async db => {
      const row = await seen(db, orders, caller, id);
      const {stop: asked} = readBath(JSON.parse(row.data));
      const far = row.state === 'live' ? await codes.deliverable(db, id, rightOf(row)) : null;
      const refundedFen = (await entries.refundedOf(db, row.tenant, [id])).get(id);
      const ordered = asked === null ? undefined : await commandOf(db, asked);
      return codeView(row, {deliverable: far, refundedFen, stop: ordered});
    });
    return context.json(view);
  });
}

function act(
  context: ApiContext,
  {writer, orders, onGateways}: BathRouteOptions,
  {caller, input}: {readonly caller: Caller; readonly input: object},
  run: (tx: CloudTransaction, id: string) => Promise<BathActed>,
): Promise<Response> {
  const id = context.req.param('id') ?? '';
  return writer.once(context, caller, input, async tx => {
    await seen(tx, orders, caller, id);
    const acted = await run(tx, id);
    const row = await seen(tx, orders, caller, id);
    return {status: 200, body: codeView(row), after: () => onGateways(acted.gateways)};
  });
}

/** @throws Refusal `not_found` */
async function seen(
  db: CloudReader,
  orders: OrderTable,
  caller: Caller,
  id: string,
): Promise<OrderRow> {
  const row = await orders.get(db, id);
  const isHis = row?.holder === caller.member;
  const isStaff = caller.scopes.has('orders:read') || caller.scopes.has('orders:write');
  const isSeen = row?.tenant === caller.tenant && (isHis || (isStaff && maySee(caller, row.site)));
  if (row?.type !== BATH || !isSeen) throw new Refusal('not_found');
  return row;
}

/** As people read it: `1905 7344`. */
function inFours(digits: string): string {
  return digits.replaceAll(/(\d{4})(?=\d)/g, '$1 ');
}
