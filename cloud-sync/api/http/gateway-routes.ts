import type {Context} from 'hono';
import type {z} from 'zod';
import {isTopicSegment} from '../../../protocols/cloud/topics.js';
import {asId, type BayId} from '../../../protocols/site/ids.js';
import type {CommandDesk} from '../command-desk.js';
import {correctedWalls} from '../event-times.js';
import type {GatewaySessions} from '../gateway-sessions.js';
import type {DeskAnswer, GrantDesk} from '../grant-desk.js';
import type {SiteConfigDesk} from '../site-config-desk.js';
import type {CloudReader} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {EventLedger, FeedEvent} from '../store/event-ledger.js';
import type {GatewayOverview, GatewaySummary} from '../store/gateway-overview.js';
import type {GatewayTable} from '../store/gateway-table.js';
import type {GrantTable, Withdrawal} from '../store/grant-table.js';
import type {LateUse, LateUseTable} from '../store/late-use-table.js';
import type {SiteView} from '../store/site-view.js';
import type {SiteTable} from '../tenancy/site-table.js';
import {type Api, callerWith} from './api.js';
import {maySee, type Scope} from './caller.js';
import {addIdentities, type IdentityRoutes} from './identity-routes.js';
import {invalid, problem} from './problem.js';
import {
  cardRequestSchema,
  eventsQuerySchema,
  grantRequestSchema,
  openRequestSchema,
} from './requests.js';
import {addSiteConfigs} from './site-config-routes.js';

export interface GatewayRouteOptions {
  readonly store: CloudStore;
  readonly gateways: GatewayTable;
  readonly overview: GatewayOverview;
  readonly sessions: GatewaySessions;
  readonly ledger: EventLedger;
  readonly view: SiteView;
  readonly lateUses: LateUseTable;
  readonly grants: GrantDesk;
  readonly grantRows: GrantTable;
  readonly commands: CommandDesk;
  readonly siteConfigs: SiteConfigDesk;
  readonly sites: SiteTable;
  /** Whose the gateways are that serve no site yet. */
  readonly firstTenant: string;
  /** Left out: this cloud enrols nobody. */
  readonly identity?: IdentityRoutes | undefined;
}

/** Gateways: what they tell, what they may open, what they are told to do. */
export function addGatewayRoutes(app: Api, options: GatewayRouteOptions): void {
  app.use('/v1/gateways/:gw/*', async (context, next) => {
    const {method, path} = context.req;
    const caller = callerWith(context, scopeOf(method, path));
    const site = await options.store.read(db => options.sites.siteOf(db, context.req.param('gw')));
    const isHis = site
      ? site.tenant === caller.tenant && maySee(caller, site.site)
      : caller.tenant === options.firstTenant && caller.sites === undefined;
    return isHis ? next() : context.notFound();
  });
  addReads(app, options);
  addGrants(app, options);
  addCommands(app, options);
  addSiteConfigs(app, options.siteConfigs);
  if (options.identity) addIdentities(app, options.identity);
}

function scopeOf(method: string, path: string): Scope {
  if (method === 'GET') return 'gateways:read';
  if (/\/(?:grants|cards)(?:\/|$)/.test(path)) return 'grants:write';
  return path.endsWith('/open') ? 'commands:write' : 'gateways:write';
}

function addReads(app: Api, options: GatewayRouteOptions): void {
  const {store, gateways, ledger, view, lateUses} = options;
  const known = async (
    context: Context,
    read: (db: CloudReader, gateway: string) => Promise<object>,
  ) => {
    const gateway = context.req.param('gw') ?? '';
    const found = await store.read(async db =>
      (await gateways.get(db, gateway)) ? read(db, gateway) : undefined,
    );
    return found ? context.json(found) : context.notFound();
  };
  app.get('/v1/gateways', async context => {
    const all = await store.read(db => options.overview.all(db));
    return context.json({gateways: all.map(one => summary(options, one))});
  });
  app.get('/v1/gateways/:gw/bays', context =>
    known(context, async (db, gw) => ({bays: await view.bays(db, gw)})),
  );
  app.get('/v1/gateways/:gw/alarms', context =>
    known(context, async (db, gw) => ({alarms: await view.alarms(db, gw)})),
  );
  app.get('/v1/gateways/:gw/risks', context =>
    known(context, async (db, gw) => ({risks: risksOf(await lateUses.of(db, gw))})),
  );
  app.get('/v1/gateways/:gw/events', context => {
    const query = eventsQuerySchema.safeParse(context.req.query());
    if (!query.success) return invalid(context, query.error);
    const {after, limit} = query.data;
    const [epochNo = 0, seq = 0] = after.split('.').map(Number);
    return known(context, async (db, gw) => {
      const events = await ledger.feed(db, gw, epochNo, seq, limit);
      return page(gw, after, events, await correctedWalls(db, ledger, gw, events));
    });
  });
}

function summary(
  {sessions}: GatewayRouteOptions,
  {row, faults, gaps, conflicts}: GatewaySummary,
): object {
  return {
    id: row.gw,
    online: sessions.online(row.gw) !== undefined,
    firmware: row.firmware,
    seenMs: row.seenWall,
    grants: {
      version: row.cfgVer,
      held: row.heldVer,
      current: row.heldVer === row.cfgVer && row.heldHash === row.cfgHash,
    },
    revocations: {version: row.revVer, held: row.heldRev},
    ...{faults, gaps, conflicts},
  };
}

/** Nobody is punished by machine for any of these: a person looks at them. */
function risksOf(uses: readonly LateUse[]): readonly object[] {
  return uses.map(({epoch, seq, grant, bay, usedWall, revokedWall, clk}) => ({
    kind: 'USED_AFTER_REVOKE',
    ...{epoch, seq, grant, bay, usedMs: usedWall, revokedMs: revokedWall, clk},
  }));
}

function page(
  gateway: string,
  after: string,
  events: readonly FeedEvent[],
  corrected: ReadonlyMap<FeedEvent, number>,
): object {
  const last = events.at(-1);
  return {
    events: events.map(event => ({
      id: `${gateway}/${event.epoch}/${event.seq}`,
      epoch: event.epoch,
      seq: event.seq,
      kind: event.kind,
      boot: event.boot,
      monoMs: event.mono,
      wallMs: event.wall,
      correctedMs: corrected.get(event) ?? null,
      clk: event.clk,
      body: parsed(event.body),
      receivedMs: event.receivedWall,
    })),
    next: last ? `${last.epochNo}.${last.seq}` : after,
  };
}

/** The body as the gateway wrote it; what is no JSON is shown as text. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** How far a revocation has come: shown for as long as its tombstone is kept. @see sync.md 8 */
function effectOf(
  {sessions}: GatewayRouteOptions,
  id: string,
  withdrawals: readonly Withdrawal[],
): object {
  const waiting = withdrawals.filter(({ver, heldRev}) => heldRev < ver);
  return {
    id,
    revokedMs: Math.min(...withdrawals.map(({revokedWall}) => revokedWall)),
    effectiveOn: {gateways: withdrawals.length - waiting.length, of: withdrawals.length},
    waitingFor: waiting.map(({gateway, seenWall}) => ({
      gateway,
      online: sessions.online(gateway) !== undefined,
      seenMs: seenWall,
    })),
  };
}

function addGrants(app: Api, options: GatewayRouteOptions): void {
  const {grants, grantRows, store} = options;
  app.get('/v1/revocations/:id', async context => {
    const id = context.req.param('id');
    const withdrawals = await store.read(db => grantRows.withdrawals(db, id));
    return withdrawals.length === 0
      ? context.notFound()
      : context.json(effectOf(options, id, withdrawals));
  });
  app.post('/v1/gateways/:gw/grants', context =>
    withBody(context, grantRequestSchema, async (gateway, order) =>
      answer(context, await grants.putGrant(gateway, order)),
    ),
  );
  app.post('/v1/gateways/:gw/cards', context =>
    withBody(context, cardRequestSchema, async (gateway, order) =>
      // The secret goes to the gateway alone.
      answer(context, await grants.putCard(gateway, order), card => ({
        ...card,
        secretHex: undefined,
      })),
    ),
  );
  app.delete('/v1/gateways/:gw/grants/:id', async context => {
    const {gw, id} = context.req.param();
    return answer(context, await grants.revoke(gw, 'grant', id));
  });
  app.delete('/v1/gateways/:gw/cards/:id', async context => {
    const {gw, id} = context.req.param();
    return answer(context, await grants.revoke(gw, 'credential', id), row => ({
      ...row,
      secretHex: undefined,
    }));
  });
}

function answer<Row extends object>(
  context: Context,
  result: DeskAnswer<Row>,
  show: (row: Row) => object = row => row,
): Response | Promise<Response> {
  if (result.kind === 'stored') return context.json(show(result.row));
  if (result.kind === 'unknown') return context.notFound();
  return problem(context, {
    status: 409,
    code: 'revoked',
    title: 'This id was revoked for good',
    detail: 'Issue it under a new id.',
  });
}

function addCommands(app: Api, {commands}: GatewayRouteOptions): void {
  app.post('/v1/gateways/:gw/bays/:bay/open', context => {
    const key = context.req.header('idempotency-key');
    if (!key || key.length > 128) {
      const title = 'Idempotency-Key of 1-128 characters required';
      return problem(context, {status: 400, code: 'idempotency_key_missing', title});
    }
    return withBody(context, openRequestSchema, async (gateway, order) => {
      const bay = asId<BayId>(context.req.param('bay').slice(0, 64));
      const result = await commands.open({gateway, bay, key, ...order});
      if (result.kind === 'answered') return context.json(result.command);
      const title = 'Idempotency-Key was used for another order';
      return problem(context, {status: 422, code: 'idempotency_key_reused', title});
    });
  });
  app.get('/v1/commands/:id', async context => {
    const command = await commands.get(context.req.param('id'));
    return command ? context.json(command) : context.notFound();
  });
}

async function withBody<Body>(
  context: Context,
  schema: z.ZodType<Body>,
  handle: (gateway: string, body: Body) => Response | Promise<Response>,
): Promise<Response> {
  const gateway = context.req.param('gw') ?? '';
  if (!isTopicSegment(gateway)) return context.notFound();
  const text = await context.req.text();
  const checked = schema.safeParse(parsed(text === '' ? '{}' : text));
  return checked.success ? handle(gateway, checked.data) : invalid(context, checked.error);
}
