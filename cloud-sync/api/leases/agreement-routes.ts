import {createRoute, z} from '@hono/zod-openapi';
import {unixMillisSchema} from '../../../protocols/cloud/site-schemas.js';
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
import type {OrderTable} from '../orders/order-table.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {AuditLog} from '../tenancy/audit-log.js';
import {unknownBlanks} from './agreement-body.js';
import {type AgreementRow, type AgreementTable, LANGUAGES} from './agreement-table.js';
import {seesShared, speaksFor} from './lease-callers.js';
import {SIDES} from './lease-data.js';
import type {LeaseActed, LeaseDesk} from './lease-desk.js';
import {agreementSchema, agreementView, textSchema, textView} from './lease-views.js';

export interface LeaseRouteOptions {
  readonly store: CloudStore;
  readonly writer: RequestWriter;
  readonly orders: OrderTable;
  readonly agreements: AgreementTable;
  readonly desk: LeaseDesk;
  readonly audit: AuditLog;
  readonly wallMs: () => number;
  readonly onGateways: (gateways: readonly string[]) => void;
}

const tags = ['leases'];
export const leaseId = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/);
const name = z.string().regex(/^[^\p{Cc}]{1,64}$/u);
export const note = z.string().regex(/^[^\p{Cc}]{1,500}$/u);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const MAX_TEXT = 8000;
const params = z.object({id: leaseId});
const percent = z.int().min(0).max(100);

const putText = createRoute({
  ...{method: 'post', path: '/v1/agreement-texts', tags, ...needing('sites:write')},
  summary: 'The next version of the text that tenants and lenders agree on',
  description:
    'What stands in the text as `{{site}}`, `{{bay}}`, `{{tenant}}`, `{{lender}}`, `{{from}}`, ' +
    '`{{until}}`, `{{price}}`, `{{termDays}}`, `{{deposit}}` or `{{overtimePercent}}` is filled in.',
  request: {
    headers: onceHeaders,
    body: jsonBody(
      z.strictObject({
        language: z.enum(LANGUAGES),
        text: z.string().min(1).max(MAX_TEXT),
        depositFen: z.int().min(0).max(100_000_000),
        lenderPercent: percent.default(80),
        overtimePercent: z.int().min(0).max(1000).default(150),
      }),
    ),
  },
  responses: {...REFUSALS, 201: shown(textSchema, 'For all agreements from now on')},
});

const listTexts = createRoute({
  ...{method: 'get', path: '/v1/agreement-texts', tags, ...needing('own:write')},
  summary: 'Texts to agree on, the newest first',
  request: {query: pageQuery},
  responses: {
    ...REFUSALS,
    200: shown(z.object({texts: z.array(textSchema), nextCursor: nextCursorSchema}), 'A page'),
  },
});

const propose = createRoute({
  ...{method: 'post', path: '/v1/agreements', tags, ...needing('own:write')},
  summary: 'Ask for a bay that is offered for lease; it is kept for 15 minutes',
  request: {
    headers: onceHeaders,
    body: jsonBody(
      z
        .strictObject({
          ...{site: name, point: name, fromMs: unixMillisSchema, untilMs: unixMillisSchema},
          holder: name.optional().openapi({description: 'The tenant; left out: who asks'}),
          textVersion: z.int().min(1).optional().openapi({description: 'Left out: the newest'}),
        })
        .openapi('NewAgreement'),
    ),
  },
  responses: {...REFUSALS, 201: shown(agreementSchema, 'Nobody has consented yet')},
});

const list = createRoute({
  ...{method: 'get', path: '/v1/agreements', tags, ...needing('own:write')},
  summary: 'Agreements; for a member those in which he is on either side',
  request: {query: pageQuery.extend({lease: leaseId.optional()})},
  responses: {
    ...REFUSALS,
    200: shown(
      z.object({agreements: z.array(agreementSchema), nextCursor: nextCursorSchema}),
      'A page, the oldest first',
    ),
  },
});

const get = createRoute({
  ...{method: 'get', path: '/v1/agreements/{id}', tags, ...needing('own:write')},
  summary: 'An agreement, word for word',
  request: {params},
  responses: {...REFUSALS, 200: shown(agreementSchema, 'As it is now')},
});

const consent = createRoute({
  ...{method: 'post', path: '/v1/agreements/{id}/consent', tags, ...needing('own:write')},
  summary: 'One side says yes to the text that it was shown; after both the right is issued',
  request: {
    ...{params, headers: onceHeaders},
    body: jsonBody(z.strictObject({textSha256: sha256, side: z.enum(SIDES).optional()})),
  },
  responses: {...REFUSALS, 200: shown(agreementSchema, 'As it is now')},
});

const declining = (path: string, summary: string) =>
  createRoute({
    ...{method: 'post', path, tags, summary, ...needing('own:write')},
    request: {
      ...{params, headers: onceHeaders},
      body: jsonBody(z.strictObject({note: note.optional()})),
    },
    responses: {...REFUSALS, 200: shown(agreementSchema, 'As it is now')},
  });
const refuse = declining('/v1/agreements/{id}/refusal', 'Say no; nothing is ever issued for it');
const withdraw = declining(
  '/v1/agreements/{id}/withdrawal',
  'Take it back before it is agreed on and paid',
);

/** Agreements of tenant and lender. @see requirements Q3 */
export function addAgreements(api: Api, options: LeaseRouteOptions): void {
  addTexts(api, options);
  addReads(api, options);
  const {writer, desk} = options;
  addOperation(api, propose, context => {
    const caller = callerOr(context, 'orders:write');
    const {holder: wished, textVersion, ...wish} = context.req.valid('json');
    const holder = holderFor(caller, 'orders:write', wished);
    if (!maySee(caller, wish.site)) throw new Refusal('not_found', {detail: 'no such site'});
    return writer.once(context, caller, {...wish, holder, textVersion}, async tx => {
      const asked = {...wish, holder, textVer: textVersion};
      const row = await desk.propose(tx, caller.tenant, asked);
      return {status: 201, body: agreementView(row)};
    });
  });
  addOperation(api, consent, context => {
    const {textSha256, side: wished} = context.req.valid('json');
    const said = context.req.valid('json');
    return act(context, options, said, (tx, caller, row) => {
      const side = speaksFor(caller, row, wished);
      const member = caller.member ?? null;
      return desk.consent(tx, row, {side, by: caller.id, member, sha256: textSha256});
    });
  });
  for (const [route, kind] of [
    [refuse, 'refuse'],
    [withdraw, 'withdraw'],
  ] as const) {
    addOperation(api, route, context => {
      const said = context.req.valid('json');
      return act(context, options, said, (tx, caller, row) => {
        speaksFor(caller, row, undefined);
        return desk.act(tx, row.order, {kind, agreement: row.id, note: said.note ?? null});
      });
    });
  }
}

function addTexts(api: Api, {store, writer, agreements, audit, wallMs}: LeaseRouteOptions): void {
  addOperation(api, putText, context => {
    const caller = callerWith(context, 'sites:write');
    if (caller.sites) throw new Refusal('forbidden', {detail: 'for keys of all sites'});
    const wish = context.req.valid('json');
    const unknown = unknownBlanks(wish.text);
    if (unknown.length > 0) {
      const detail = `nothing fills ${unknown.join(', ')}`;
      throw new Refusal('invalid', {errors: [{pointer: '#/text', detail}]});
    }
    return writer.once(context, caller, wish, async tx => {
      const text = {...wish, createdWall: wallMs()};
      const ver = await agreements.addText(tx, caller.tenant, text);
      await audit.note(tx, {
        ...{tenant: caller.tenant, actor: caller.id, action: 'agreement_text.add'},
        ...{subject: 'agreement_text', subjectId: String(ver)},
      });
      return {status: 201, body: textView({...text, ver})};
    });
  });
  addOperation(api, listTexts, async context => {
    const {tenant} = callerOr(context, 'orders:read');
    const {limit, cursor} = context.req.valid('query');
    const [before = Number.MAX_SAFE_INTEGER] = placeFrom(cursor, z.tuple([z.int()])) ?? [];
    const asked = {before, limit: limit + 1};
    const found = await store.read(db => agreements.texts(db, tenant, asked));
    const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: ({ver}) => [ver]});
    return context.json({texts: rows.map(textView), nextCursor});
  });
}

function addReads(api: Api, {store, agreements}: LeaseRouteOptions): void {
  addOperation(api, list, async context => {
    const caller = callerOr(context, 'orders:read');
    const {limit, cursor, lease: order} = context.req.valid('query');
    const [after = ''] = placeFrom(cursor, z.tuple([z.string()])) ?? [];
    const query = {...scopeOf(caller), order, after, limit: limit + 1};
    const found = await store.read(db => agreements.list(db, query));
    const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: ({id}) => [id]});
    return context.json({agreements: rows.map(agreementView), nextCursor});
  });
  addOperation(api, get, async context => {
    const caller = callerOr(context, 'orders:read');
    const {id} = context.req.valid('param');
    const row = await store.read(db => seen(db, agreements, caller, id));
    return context.json(agreementView(row));
  });
}

/** Whose rows he may list: of a member his own, of staff those of their sites. */
export function scopeOf(caller: Caller) {
  const {tenant, member, sites} = caller;
  if (!caller.scopes.has('orders:read')) return {tenant, member: member ?? ''};
  return {tenant, sites: sites && [...sites]};
}

async function seen(
  db: CloudReader,
  agreements: AgreementTable,
  caller: Caller,
  id: string,
): Promise<AgreementRow> {
  const row = await agreements.get(db, caller.tenant, id);
  if (!row || !seesShared(caller, 'orders:read', row)) throw new Refusal('not_found');
  return row;
}

function act(
  context: ApiContext,
  {writer, agreements, onGateways}: LeaseRouteOptions,
  said: object,
  work: (tx: CloudTransaction, caller: Caller, row: AgreementRow) => Promise<LeaseActed>,
): Promise<Response> {
  const caller = callerOr(context, 'orders:write');
  const id = context.req.param('id') ?? '';
  return writer.once(context, caller, said, async tx => {
    const row = await seen(tx, agreements, caller, id);
    const {gateways} = await work(tx, caller, row);
    const now = await seen(tx, agreements, caller, id);
    return {status: 200, body: agreementView(now), after: () => onGateways(gateways)};
  });
}
