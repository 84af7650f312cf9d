import {z} from '@hono/zod-openapi';
import type {Clock} from '../../../protocols/base/clock.js';
import {type Api, addOperation, callerWith} from '../http/api.js';
import {pageOf, placeFrom} from '../http/page.js';
import {Refusal} from '../http/refusals.js';
import type {RequestWriter} from '../http/write.js';
import {accountOf, wholeTenant} from '../ledger/ledger-routes.js';
import type {AuditLog} from '../tenancy/audit-log.js';
import {bookDayOf} from './book-day.js';
import type {MoneyFaults} from './money-faults.js';
import {PAYMENT_OPERATIONS as ROUTES} from './payment-operations.js';
import type {PayoutDesk} from './payout-desk.js';
import type {PaymentProvider} from './provider-port.js';
import {type ReconcileParts, type ReconciliationReport, settleDifference} from './reconcile.js';
import type {ReconciliationItem, ReconciliationRow} from './reconciliation-table.js';

export interface SettlementRouteOptions extends ReconcileParts {
  readonly clock: Clock;
  readonly writer: RequestWriter;
  readonly audit: AuditLog;
  readonly faults: MoneyFaults;
  readonly payouts: PayoutDesk;
  readonly providers: ReadonlyMap<string, PaymentProvider>;
  /** Asks the provider for the day, and compares. */
  readonly reconcile: (
    asked: Readonly<Record<'tenant' | 'provider' | 'day' | 'by', string>>,
  ) => Promise<ReconciliationReport>;
  /** After the commit of something that a provider is to be asked for. */
  readonly onIntent: () => void;
}

/** Beyond every day that has a date of ten characters. */
const END_OF_DAYS = '9999-99-99';

/** Days of providers beside our books, payouts, and what does not add up. */
export function addSettlements(api: Api, options: SettlementRouteOptions): void {
  addReconciling(api, options);
  addReports(api, options);
  addPayouts(api, options);
  const {store, faults} = options;
  addOperation(api, ROUTES.faults, async context => {
    const {tenant} = wholeTenant(callerWith(context, 'money:read'));
    const open = await store.read(db => faults.open(db, tenant));
    return context.json({
      faults: open.map(({kind, subject, detail, sinceWall, told}) => ({
        ...{kind, subject, detail, sinceMs: sinceWall},
        told: told.map(({who, how, atWall}) => ({who, how, atMs: atWall})),
      })),
    });
  });
}

function addReconciling(api: Api, options: SettlementRouteOptions): void {
  const {writer, audit, providers, reconcile, clock} = options;
  addOperation(api, ROUTES.reconcile, async context => {
    const {tenant, id: by} = wholeTenant(callerWith(context, 'money:write'));
    const {provider, day} = context.req.valid('param');
    if (providers.get(provider)?.merchantOf(tenant) === undefined) throw new Refusal('not_found');
    assertClosed(clock, day);
    return context.json(reportView(await reconcile({tenant, provider, day, by})));
  });
  addOperation(api, ROUTES.settle, context => {
    const caller = wholeTenant(callerWith(context, 'money:write'));
    const {tenant, id: actor} = caller;
    const {provider, day} = context.req.valid('param');
    const {subject, account, reason} = context.req.valid('json');
    const wish = {subject, account: accountOf(account), reason};
    return writer.once(context, caller, wish, async tx => {
      const key = {tenant, provider, day};
      const fate = await settleDifference(tx, options, key, wish);
      if (fate === 'unknown') throw new Refusal('not_found');
      if (fate !== 'settled') throw new Refusal('money_refused', {detail: fate});
      const about = {subject: 'reconciliation', subjectId: `${provider}/${day}/${subject}`};
      await audit.note(tx, {tenant, actor, action: 'reconciliation.settle', ...about, reason});
      return {status: 200, body: {settled: subject}};
    });
  });
}

function addReports(api: Api, {store, reconciliations}: SettlementRouteOptions): void {
  addOperation(api, ROUTES.report, async context => {
    const {tenant} = wholeTenant(callerWith(context, 'money:read'));
    const key = {tenant, ...context.req.valid('param')};
    const report = await store.read(async db => {
      const run = await reconciliations.get(db, key);
      return run && {run, items: await reconciliations.items(db, key)};
    });
    return report ? context.json(reportView(report)) : context.notFound();
  });
  addOperation(api, ROUTES.reports, async context => {
    const {tenant} = wholeTenant(callerWith(context, 'money:read'));
    const {cursor, limit} = context.req.valid('query');
    const [before = END_OF_DAYS] = placeFrom(cursor, z.tuple([z.string()])) ?? [];
    const asked = {before, limit: limit + 1};
    const found = await store.read(db => reconciliations.list(db, tenant, asked));
    const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: ({day}) => [day]});
    return context.json({reconciliations: rows.map(runView), nextCursor});
  });
}

function addPayouts(api: Api, options: SettlementRouteOptions): void {
  const {store, payouts, providers, clock, onIntent} = options;
  addOperation(api, ROUTES.payOut, async context => {
    const {tenant, id: by} = wholeTenant(callerWith(context, 'money:write'));
    const {provider, day} = context.req.valid('json');
    if (providers.get(provider)?.merchantOf(tenant) === undefined) throw new Refusal('not_found');
    assertClosed(clock, day);
    // Once a day by its own key: asking again changes nothing.
    const run = await payouts.run({tenant, provider, day, by});
    if (run.kind === 'before') throw new Refusal('paid_out');
    if (run.kind === 'blocked') {
      const errors = run.findings.slice(0, 100).map(({kind, subject, detail}) => ({
        ...{pointer: `#/${kind}/${subject}`, detail},
      }));
      throw new Refusal('books_differ', {detail: `${run.findings.length} findings`, errors});
    }
    onIntent();
    return context.json({day, payouts: run.payouts}, 202);
  });
  addOperation(api, ROUTES.runs, async context => {
    const {tenant} = wholeTenant(callerWith(context, 'money:read'));
    const {cursor, limit} = context.req.valid('query');
    const [before = END_OF_DAYS] = placeFrom(cursor, z.tuple([z.string()])) ?? [];
    const found = await store.read(db => payouts.runs(db, tenant, {before, limit: limit + 1}));
    const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: ({day}) => [day]});
    const runs = rows.map(({atWall, ...run}) => ({...run, atMs: atWall}));
    return context.json({runs, nextCursor});
  });
}

/** A day that goes on has no settlement yet. @throws Refusal `invalid` */
function assertClosed(clock: Clock, day: string): void {
  if (day < bookDayOf(clock.wallMs())) return;
  throw new Refusal('invalid', {errors: [{pointer: '#/day', detail: 'is not over yet'}]});
}

function reportView({run, items}: ReconciliationReport) {
  return {...runView(run), differences: items.map(itemView)};
}

function runView({
  provider,
  day,
  state,
  oursFen,
  theirsFen,
  matched,
  by,
  atWall,
}: ReconciliationRow) {
  return {provider, day, state, oursFen, theirsFen, matched, by, atMs: atWall};
}

function itemView(item: ReconciliationItem) {
  const {subject, kind, oursFen, theirsFen, state, reason} = item;
  const suspenseFen = item.suspenseFen - item.settledFen;
  return {subject, kind, oursFen, theirsFen, suspenseFen, state, reason};
}
