import {z} from '@hono/zod-openapi';
import {type Api, type ApiContext, addOperation, callerWith} from '../http/api.js';
import type {Caller} from '../http/caller.js';
import {pageOf, placeFrom} from '../http/page.js';
import {Refusal} from '../http/refusals.js';
import type {RequestWriter, Written} from '../http/write.js';
import {accountOf, ownerOf, wholeTenant} from '../ledger/ledger-routes.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {CallbackDesk} from './callback-desk.js';
import type {DisputeDesk} from './dispute-desk.js';
import type {IntentRow} from './intent-rules.js';
import type {Intended, PaymentDesk, PaymentRefusal, Wanted} from './payment-desk.js';
import {PAYMENT_OPERATIONS as ROUTES} from './payment-operations.js';
import type {PaymentTable} from './payment-table.js';

/** Who may have money here; `MemberTable` fits. */
export interface PayingMembers {
  /** @throws Refusal for somebody who is not there, or frozen */
  assertActive(tx: CloudTransaction, tenant: string, id: string): Promise<unknown>;
}

export interface PaymentRouteOptions {
  readonly store: CloudStore;
  readonly writer: RequestWriter;
  readonly desk: PaymentDesk;
  readonly table: PaymentTable;
  readonly callbacks: CallbackDesk;
  readonly members: PayingMembers;
  readonly disputes: DisputeDesk;
  /** After the commit of something that a provider is to be asked for. */
  readonly onIntent: () => void;
  readonly onGateways: (gateways: readonly string[]) => void;
}

/** More than any provider's callback has. */
const MAX_CALLBACK_BYTES = 16 * 1024;
/** Answered to all that is not taken, whatever was wrong with it. */
const IGNORED = new Set(['unknown_provider', 'bad_signature', 'stale', 'other_merchant']);

export function addPayments(api: Api, options: PaymentRouteOptions): void {
  addCallbacks(api, options);
  addPaying(api, options);
  addGivingBack(api, options);
  addDisputes(api, options);
  addReading(api, options);
}

/** Without a key: the signature is who asks. */
function addCallbacks(api: Api, {callbacks}: PaymentRouteOptions): void {
  addOperation(api, ROUTES.callback, async context => {
    const {provider} = context.req.valid('param');
    const rawBody = new Uint8Array(await context.req.arrayBuffer());
    if (rawBody.length > MAX_CALLBACK_BYTES) throw new Refusal('body_too_large');
    const fate = await callbacks.take(provider, name => context.req.header(name), rawBody);
    if (IGNORED.has(fate)) throw new Refusal('bad_request');
    return context.json({ok: true});
  });
}

function addPaying(api: Api, options: PaymentRouteOptions): void {
  const {desk, members} = options;
  addOperation(api, ROUTES.recharge, context => {
    const {member} = context.req.valid('param');
    const caller = ownerOf(context, member, 'money:write');
    const wish = context.req.valid('json');
    return started(context, options, caller, {...wish, reason: 'recharge'}, async (tx, wanted) => {
      await members.assertActive(tx, caller.tenant, member);
      return desk.charge(tx, wanted, {...wish, account: `member:${member}`});
    });
  });
  addOperation(api, ROUTES.deposit, context => {
    const caller = wholeTenant(callerWith(context, 'money:write'));
    const {member} = context.req.valid('param');
    const {reason, ...wish} = context.req.valid('json');
    return started(context, options, caller, {reason, ...wish}, async (tx, wanted) => {
      await members.assertActive(tx, caller.tenant, member);
      return desk.takeDeposit(tx, wanted, {...wish, account: `deposit:${member}`});
    });
  });
}

function addGivingBack(api: Api, options: PaymentRouteOptions): void {
  const {desk} = options;
  addOperation(api, ROUTES.endDeposit, context => {
    const caller = wholeTenant(callerWith(context, 'money:write'));
    const {id: of} = context.req.valid('param');
    const {keepFen, account, reason} = context.req.valid('json');
    const wish = {keepFen, account: accountOf(account), reason};
    return started(context, options, caller, wish, (tx, wanted) =>
      desk.endDeposit(tx, wanted, {of, ...wish}),
    );
  });
  addOperation(api, ROUTES.refund, context => {
    const caller = wholeTenant(callerWith(context, 'money:write'));
    const {id: of} = context.req.valid('param');
    const wish = context.req.valid('json');
    return started(context, options, caller, wish, (tx, wanted) =>
      desk.refund(tx, wanted, {of, amountFen: wish.amountFen}),
    );
  });
}

/** Written down once; asked of the provider after the commit. */
function started(
  context: ApiContext,
  {writer, onIntent}: PaymentRouteOptions,
  caller: Caller,
  wish: {readonly reason: string},
  intend: (tx: CloudTransaction, wanted: Wanted) => Promise<Intended>,
): Promise<Response> {
  const {tenant, id: by} = caller;
  return writer.once(context, caller, wish, async (tx): Promise<Written> => {
    const made = await intend(tx, {tenant, by, reason: wish.reason});
    if (made.kind === 'intended') {
      return {status: 202, body: {payment: made.id}, after: onIntent};
    }
    throw refusalOf(made.why);
  });
}

export function refusalOf(why: PaymentRefusal): Refusal {
  switch (why) {
    case 'UNKNOWN_PAYMENT':
      return new Refusal('not_found');
    case 'OVER_REFUND':
      return new Refusal('already_refunded');
    case 'NO_PROVIDER':
      return new Refusal('no_provider');
    default:
      return new Refusal('money_refused', {detail: why});
  }
}

function addDisputes(
  api: Api,
  {writer, table, disputes, onIntent, onGateways}: PaymentRouteOptions,
) {
  addOperation(api, ROUTES.resolve, context => {
    const caller = wholeTenant(callerWith(context, 'money:write'));
    const {tenant, id: by} = caller;
    const {id} = context.req.valid('param');
    const wish = context.req.valid('json');
    return writer.once(context, caller, wish, async tx => {
      const resolved = await disputes.resolve(tx, id, {tenant, by, ...wish});
      if (resolved.kind === 'unknown') throw new Refusal('not_found');
      if (resolved.kind === 'not_disputed') {
        throw new Refusal('money_refused', {detail: 'NOT_DISPUTED'});
      }
      const row = await table.get(tx, id);
      if (!row) throw new Refusal('not_found');
      const after = () => {
        onGateways(resolved.gateways);
        onIntent();
      };
      return {status: 200, body: viewOf(row), after};
    });
  });
}

function addReading(api: Api, {store, table, desk}: PaymentRouteOptions): void {
  addOperation(api, ROUTES.providers, context => {
    const caller: Caller | undefined = context.get('caller');
    if (!caller) throw new Refusal('unauthorized');
    return context.json({providers: [...desk.providersOf(caller.tenant)]});
  });
  addOperation(api, ROUTES.payment, async context => {
    const {id} = context.req.valid('param');
    const row = await store.read(db => table.get(db, id));
    const member = /^(?:member|deposit):(.*)$/.exec(row?.account ?? '')?.[1] ?? '';
    const {tenant} = ownerOf(context, member);
    return row?.tenant === tenant ? context.json(viewOf(row)) : context.notFound();
  });
  addOperation(api, ROUTES.payments, async context => {
    const {tenant} = wholeTenant(callerWith(context, 'money:read'));
    const {cursor, limit, account, act} = context.req.valid('query');
    const [after = ''] = placeFrom(cursor, z.tuple([z.string()])) ?? [];
    const asked = {tenant, after, limit: limit + 1, account, act};
    const found = await store.read(db => table.list(db, asked));
    const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: ({id}) => [id]});
    return context.json({payments: rows.map(viewOf), nextCursor});
  });
}

function viewOf(row: IntentRow) {
  const {id, provider, act, account, amountFen, of, state, payLink, why, outcome, reason} = row;
  return {
    ...{id, provider, act, account, amountFen, of, state, payLink, why, outcome, reason},
    ...{order: row.orderId, bookDay: row.bookDay, settledDay: row.settledDay},
    ...{expiresMs: row.expiresWall, createdMs: row.createdWall, changedMs: row.changedWall},
  };
}
