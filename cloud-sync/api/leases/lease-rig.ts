import {generateKeyPairSync} from 'node:crypto';
import type {ExecutionContext} from 'ava';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {MemberTable} from '../accounts/member-table.js';
import {assembleCredentials} from '../credentials/assemble-credentials.js';
import {cheapStretch} from '../credentials/rights-rig.js';
import {type ApiContext, newApi} from '../http/api.js';
import {type Caller, type Role, scopesOf} from '../http/caller.js';
import {refuse} from '../http/problem.js';
import {Refusal} from '../http/refusals.js';
import {RequestWriter} from '../http/write.js';
import {Ledger} from '../ledger/ledger.js';
import {LedgerTable} from '../ledger/ledger-table.js';
import {OrderFrame} from '../orders/order-frame.js';
import {OrderTable} from '../orders/order-table.js';
import {OrderUseTable} from '../orders/order-use-table.js';
import {Calendar} from '../places/calendar.js';
import {ListingTable} from '../places/listing-table.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import {CloudStore} from '../store/cloud-store.js';
import {GatewayTable} from '../store/gateway-table.js';
import {GrantTable} from '../store/grant-table.js';
import {SecretBox} from '../store/secret-box.js';
import {AnswerTable} from '../tenancy/answer-table.js';
import {ChangeFeed} from '../tenancy/change-feed.js';
import {SiteTable} from '../tenancy/site-table.js';
import {TenantTable} from '../tenancy/tenant-table.js';

const TENANT = 'ten';
export const START = 1_772_467_200_000 as UnixMillis;
const {privateKey} = generateKeyPairSync('ed25519');
const ALWAYS = {
  single: [],
  weekly: [{days: [1, 2, 3, 4, 5, 6, 7] as const, fromMinute: 0, toMinute: 1440}],
};
const SITE = {
  ...{zone: 'Asia/Shanghai', address: 'Road 1', latE7: null, lngE7: null, createdWall: 1},
  tenant: TENANT,
};

/**
 * Orders, money, places and rights on a database in memory. The lot `lot-1` offers `A-012` of the member
 * `len` and its own `A-013` for lease at 720 yuan for 30 days; `bath-1` has two stalls.
 */
export async function leaseRig(t: ExecutionContext, database = ':memory:') {
  const clock = new VirtualClock({yieldTurn: () => Promise.resolve(), wallMs: START});
  const entropy = new SeededEntropy();
  const store = await CloudStore.open(database);
  t.teardown(() => store.close());
  const [sites, listings, orders] = [new SiteTable(), new ListingTable(), new OrderTable()];
  const [members, gateways] = [new MemberTable(), new GatewayTable()];
  const calendar = new Calendar(sites, listings);
  const box = new SecretBox(privateKey, entropy);
  const grants = new GrantTable(box);
  const uses = new OrderUseTable();
  const changes = new ChangeFeed({clock, entropy, store});
  const ledger = new Ledger({clock, entropy, table: new LedgerTable()});
  const errors: string[] = [];
  const log = {debug() {}, info() {}, warn() {}, error: (event: string) => void errors.push(event)};
  const pushed: string[] = [];
  const onGateways = (named: readonly string[]) => void pushed.push(...named);
  const rights = assembleCredentials(
    {clock, entropy, store, changes, onGateways},
    {box, gateways, grants, uses, stretch: cheapStretch},
  );
  const frame = new OrderFrame({
    ...{
      clock,
      entropy,
      log,
      store,
      orders,
      changes,
      money: ledger,
      rights: rights.issuer,
      onGateways,
    },
  });
  await store.transaction(tx => fill(tx, {sites, listings, members, entropy}));
  const give = (member: string, amountFen: number) =>
    store.transaction(async tx => {
      const to = [{account: `member:${member}` as const, amountFen}];
      const move = {move: 'transfer', from: 'house:clearing', to, reason: 'recharge'} as const;
      await ledger.move(tx, TENANT, {...move, key: entropy.ulid()}, {orderId: null});
    });
  const has = (member: string) => store.read(db => ledger.balance(db, TENANT, `member:${member}`));
  /** Every grant of the gateway, as it would be sent to it. */
  const grantsAt = async (gateway: string) => {
    const rows = await store.read(db =>
      db.selectFrom('grant_row').select('id').where('gw', '=', gateway).orderBy('id').execute(),
    );
    const found = rows.map(({id}) => store.read(db => grants.get(db, gateway, 'grant', id)));
    const all = await Promise.all(found);
    return all.flatMap(entry => (entry?.table === 'grant' ? [entry.row] : []));
  };
  const wait = async (ms: number) => {
    await clock.advance(ms);
    await frame.runDue();
  };
  const writer = new RequestWriter({clock, store, answers: new AnswerTable()});
  return {
    ...{clock, entropy, store, sites, orders, members, calendar, ledger, frame, changes, listings},
    ...{rights, writer, onGateways, pushed, errors, give, has, grantsAt, wait, gateways, grants},
    ...asking(),
  };
}

async function fill(
  tx: CloudTransaction,
  {
    sites,
    listings,
    members,
    entropy,
  }: {
    readonly sites: SiteTable;
    readonly listings: ListingTable;
    readonly members: MemberTable;
    readonly entropy: SeededEntropy;
  },
): Promise<void> {
  await new TenantTable().add(tx, {id: TENANT, name: 'T', createdWall: 1});
  await sites.add(tx, {...SITE, id: 'lot-1', name: 'Lot', kind: 'residential'});
  await sites.add(tx, {...SITE, id: 'bath-1', name: 'Bath', kind: 'bath'});
  const point = {
    parent: null,
    guidance: '',
    capacity: 1,
    saleState: 'open',
  } as const;
  const places = [
    ['lot-1', 'A-012', 'bay', 'gw-1', 'len'],
    ['lot-1', 'A-013', 'bay', 'gw-1', null],
    ['bath-1', 'S-1', 'stall', 'gw-2', null],
    ['bath-1', 'S-2', 'stall', 'gw-2', null],
  ] as const;
  for (const [site, id, kind, gateway, owner] of places) {
    await sites.addPoint(tx, TENANT, {...point, site, id, kind, gateway, owner});
    if (kind !== 'bay') continue;
    await listings.add(tx, {
      ...{id: entropy.ulid(), tenant: TENANT, site, point: id, offer: 'lease', lender: owner},
      ...{ownershipRef: '', openings: ALWAYS, priceFen: 72_000, termDays: 30, isPublic: true},
      ...{minStayMs: null, maxStayMs: null, createdWall: 1, changedWall: 1},
    });
  }
  for (const id of ['ann', 'bob', 'len']) {
    await members.add(tx, {
      ...{id, tenant: TENANT, site: null, roles: [], displayMask: '', createdWall: 1},
    });
  }
}

/** An interface whose callers are members by name, `staff`, or `stranger` of another tenant. */
function asking() {
  const api = newApi();
  api.use('*', async (context, next) => {
    context.set('caller', callerOf(context.req.header('x-who') ?? ''));
    await next();
  });
  api.onError((error, context) => {
    if (error instanceof Refusal) return refuse(context as ApiContext, error);
    throw error;
  });
  let count = 0;
  const ask = async <Body = Record<string, never>>(
    who: string,
    method: 'GET' | 'POST',
    path: string,
    body?: object,
    key?: string,
  ): Promise<{status: number; body: Body; isReplayed: boolean}> => {
    count += 1;
    const headers = {
      ...{'x-who': who, 'idempotency-key': key ?? `k-${count}`},
      'content-type': 'application/json',
    };
    const init = {method, headers, ...(method === 'POST' && {body: JSON.stringify(body ?? {})})};
    const response = await api.fetch(new Request(`http://cloud${path}`, init));
    const isReplayed = response.headers.get('idempotency-replayed') === 'true';
    return {status: response.status, body: (await response.json()) as Body, isReplayed};
  };
  return {api, ask};
}

function callerOf(who: string): Caller {
  const isMember = who !== 'staff' && who !== 'stranger';
  const roles: readonly Role[] = isMember ? ['member'] : ['operator'];
  return {
    ...{kind: isMember ? 'person' : 'key', id: who, scopes: scopesOf(roles)},
    ...{tenant: who === 'stranger' ? 'other' : TENANT, sites: undefined},
    member: isMember ? who : undefined,
  };
}
