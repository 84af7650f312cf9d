import {z} from '@hono/zod-openapi';
import {type Api, type ApiContext, addOperation, callerWith} from '../http/api.js';
import type {Caller} from '../http/caller.js';
import {pageOf, placeFrom} from '../http/page.js';
import {Refusal} from '../http/refusals.js';
import type {RequestWriter} from '../http/write.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {Ledger} from './ledger.js';
import type {LedgerChain} from './ledger-chain.js';
import {LEDGER_OPERATIONS as ROUTES} from './ledger-operations.js';
import type {LedgerView, SeenEntry, SeenHold} from './ledger-view.js';
import type {AccountName} from './money-move.js';
import type {RefundDesk, Refunded} from './refund-desk.js';

export interface LedgerRouteOptions {
  readonly store: CloudStore;
  readonly writer: RequestWriter;
  readonly ledger: Ledger;
  readonly view: LedgerView;
  readonly chain: LedgerChain;
  readonly refunds: RefundDesk;
}

const CHECK_AT_ONCE = 2000;

/** Balances, statements, entries, holds, refunds and the chain. */
export function addLedger(api: Api, options: LedgerRouteOptions): void {
  addAccounts(api, options);
  addOwn(api, options);
  addEntries(api, options);
  addHolds(api, options);
  addReversals(api, options);
  addChain(api, options);
}

function addAccounts(api: Api, options: LedgerRouteOptions): void {
  addOperation(api, ROUTES.balance, context => {
    const {tenant} = wholeTenant(callerWith(context, 'money:read'));
    return shownBalance(context, options, tenant, accountOf(context.req.valid('param').account));
  });
  addOperation(api, ROUTES.statement, context => {
    const {tenant} = wholeTenant(callerWith(context, 'money:read'));
    const {account: name} = context.req.valid('param');
    return shownStatement(context, options, tenant, name, context.req.valid('query'));
  });
}

/** A member sees his own; who may read money sees everybody's. Somebody else's is not there. */
function addOwn(api: Api, options: LedgerRouteOptions): void {
  addOperation(api, ROUTES.ownBalance, context => {
    const {member} = context.req.valid('param');
    const {tenant} = ownerOf(context, member);
    return shownBalance(context, options, tenant, `member:${member}`);
  });
  addOperation(api, ROUTES.ownStatement, context => {
    const {member} = context.req.valid('param');
    const {tenant} = ownerOf(context, member);
    return shownStatement(context, options, tenant, `member:${member}`, context.req.valid('query'));
  });
}

/** @throws Refusal `not_found` for somebody else's money */
export function ownerOf(
  context: ApiContext,
  member: string,
  scope: 'money:read' | 'money:write' = 'money:read',
): Caller {
  const caller: Caller | undefined = context.get('caller');
  if (!caller) throw new Refusal('unauthorized');
  if (caller.scopes.has(scope)) return wholeTenant(caller);
  if (!caller.scopes.has('own:write')) throw new Refusal('forbidden', {detail: 'needs own:write'});
  if (caller.member !== member) throw new Refusal('not_found');
  return caller;
}

/** Money belongs to a tenant: a key of a few sites sees none of it. @throws Refusal `forbidden` */
export function wholeTenant(caller: Caller): Caller {
  if (caller.sites) throw new Refusal('forbidden', {detail: 'for keys of all sites'});
  return caller;
}

async function shownBalance(
  context: ApiContext,
  {store, ledger}: LedgerRouteOptions,
  tenant: string,
  name: AccountName,
): Promise<Response> {
  const balance = await store.read(db => ledger.balance(db, tenant, name));
  return context.json({account: name, ...balance});
}

async function shownStatement(
  context: ApiContext,
  {store, view}: LedgerRouteOptions,
  tenant: string,
  name: string,
  {cursor, limit}: {readonly cursor?: string | undefined; readonly limit: number},
): Promise<Response> {
  const [after = 0] = placeFrom(cursor, z.tuple([z.int()])) ?? [];
  const asked = {after, limit: limit + 1};
  const found = await store.read(db => view.statement(db, tenant, name, asked));
  const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: ({no}) => [no]});
  const lines = rows.map(({ofKey, orderId, atWall, ...line}) => ({
    ...{...line, of: ofKey, order: orderId, atMs: atWall},
  }));
  return context.json({lines, nextCursor});
}

function addEntries(api: Api, {store, view}: LedgerRouteOptions): void {
  addOperation(api, ROUTES.entries, async context => {
    const {tenant} = wholeTenant(callerWith(context, 'money:read'));
    const {cursor, limit, account: name, order} = context.req.valid('query');
    const [after = 0] = placeFrom(cursor, z.tuple([z.int()])) ?? [];
    const asked = {after, limit: limit + 1, account: name, orderId: order};
    const found = await store.read(db => view.entries(db, tenant, asked));
    const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: ({no}) => [no]});
    return context.json({entries: rows.map(entryView), nextCursor});
  });
  addOperation(api, ROUTES.entry, async context => {
    const {tenant} = wholeTenant(callerWith(context, 'money:read'));
    const {key} = context.req.valid('param');
    const entry = await store.read(db => view.entry(db, tenant, key));
    return entry ? context.json(entryView(entry)) : context.notFound();
  });
}

function addHolds(api: Api, {store, view}: LedgerRouteOptions): void {
  addOperation(api, ROUTES.holds, async context => {
    const {tenant} = wholeTenant(callerWith(context, 'money:read'));
    const {cursor, limit, account: name, state} = context.req.valid('query');
    const [after = ''] = placeFrom(cursor, z.tuple([z.string()])) ?? [];
    const asked = {after, limit: limit + 1, account: name, state};
    const found = await store.read(db => view.holds(db, tenant, asked));
    const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: ({key}) => [key]});
    return context.json({holds: rows.map(holdView), nextCursor});
  });
}

function addReversals(api: Api, {writer, refunds}: LedgerRouteOptions): void {
  addOperation(api, ROUTES.reverse, context => {
    const caller = wholeTenant(callerWith(context, 'money:write'));
    const {key: of} = context.req.valid('param');
    const wish = context.req.valid('json');
    return writer.once(context, caller, wish, async tx => {
      const asked = {tenant: caller.tenant, of, by: caller.id, ...wish};
      return {status: 201, body: reversed(await refunds.refund(tx, asked))};
    });
  });
  addOperation(api, ROUTES.correct, context => {
    const caller = wholeTenant(callerWith(context, 'money:write'));
    const {key: of} = context.req.valid('param');
    const {reason, from, to} = context.req.valid('json');
    const right = {
      from: accountOf(from),
      to: to.map(share => ({account: accountOf(share.account), amountFen: share.amountFen})),
    };
    return writer.once(context, caller, {reason, ...right}, async tx => {
      const asked = {tenant: caller.tenant, of, by: caller.id, reason};
      return {status: 201, body: reversed(await refunds.correct(tx, asked, right))};
    });
  });
}

function reversed(result: Refunded): object {
  if (result.kind === 'reversed') return {key: result.key, amountFen: result.amountFen};
  if (result.why === 'UNKNOWN_ENTRY') throw new Refusal('not_found');
  if (result.why === 'ALREADY_REFUNDED') throw new Refusal('already_refunded');
  throw new Refusal('money_refused', {detail: result.why});
}

function addChain(api: Api, {store, chain}: LedgerRouteOptions): void {
  addOperation(api, ROUTES.chain, async context => {
    const {tenant} = wholeTenant(callerWith(context, 'money:read'));
    const head = await store.read(db => chain.head(db, tenant));
    const {entries, sinceWall} = await store.read(db => chain.waiting(db, tenant));
    return context.json({...head, unsealed: entries, unsealedSinceMs: sinceWall});
  });
  addOperation(api, ROUTES.check, async context => {
    const {tenant} = wholeTenant(callerWith(context, 'money:read'));
    const before = context.req.valid('query');
    const checked = await store.read(db => chain.check(db, tenant, before, CHECK_AT_ONCE));
    return context.json(
      checked.kind === 'whole'
        ? {kind: 'whole', ...checked.head, key: null, why: null}
        : {...checked, hash: null},
    );
  });
}

/** The schema has looked at it. */
export function accountOf(text: string): AccountName {
  return text as AccountName;
}

function entryView({ofKey, orderId, atWall, lines, ...entry}: SeenEntry) {
  return {...entry, of: ofKey, order: orderId, atMs: atWall, lines: [...lines]};
}

function holdView({orderId, atWall, expiresWall, ...hold}: SeenHold) {
  return {...hold, order: orderId, atMs: atWall, expiresMs: expiresWall};
}
