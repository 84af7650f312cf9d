import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {MemberTable} from '../../cloud-sync/api/accounts/member-table.js';
import {BathTable} from '../../cloud-sync/api/bath/bath-table.js';
import type {Ledger} from '../../cloud-sync/api/ledger/ledger.js';
import {imbalancesOf} from '../../cloud-sync/api/ledger/ledger-audit.js';
import type {CloudTransaction} from '../../cloud-sync/api/store/cloud-schema.js';
import {CloudStore} from '../../cloud-sync/api/store/cloud-store.js';
import {SiteTable} from '../../cloud-sync/api/tenancy/site-table.js';
import {TenantTable} from '../../cloud-sync/api/tenancy/tenant-table.js';
import {stretchCode} from '../../edge/platform/stretch.js';
import type {VirtualClock} from '../clock/virtual-clock.js';
import {stallNames} from '../plan/house-plan.js';
import type {SimPaymentProvider} from '../services/payment-provider.js';
import {World} from '../world.js';
import {BathHouse, type HouseOptions} from './bath-rig.js';
import {newLedger} from './booked-lot.js';
import {NINE} from './linked-cloud.js';
import {cloudOf} from './lot-on-platform.js';
import {simProvider} from './paid-lot.js';

const TENANT = 'demo';
const SITE = 'lot-1';
/** Guesses are to be wrong and not slow here. */
const CHEAP = {n: 2, r: 1, p: 1};

/** A code as the platform shows it. */
export interface PlatformCode {
  readonly id: string;
  readonly state: string;
  readonly heldFen: number;
  readonly expiresMs: number;
  readonly usedFen: number | null;
  readonly owedFen: number;
  readonly usedMl: number | null;
  readonly quality: string;
  readonly refundedFen: number;
  readonly point: string | null;
  readonly openedMs: number | null;
  readonly stop: {readonly state: string; readonly why: string | null} | null;
  readonly dispute: {readonly state: string} | null;
  readonly code?: string;
}

/** A member with a phone in hand. */
export interface AppUser {
  readonly id: string;
  ask<Body>(method: string, path: string, body?: object): Promise<Body>;
}

export interface Purse {
  readonly postedFen: number;
  readonly heldFen: number;
  readonly availableFen: number;
}

export interface PlatformPlan extends HouseOptions {
  /** What each member has at the start, in fen. */
  readonly purses: Readonly<Record<string, number>>;
}

/** A bathhouse with its gateway and the platform that its bathers ask for codes. */
export class BathPlatform {
  readonly house: BathHouse;
  readonly world: World;
  readonly #file: string;
  readonly #provider: () => SimPaymentProvider | undefined;

  private constructor(
    parts: Pick<BathPlatform, 'house' | 'world'>,
    file: string,
    provider: () => SimPaymentProvider | undefined,
  ) {
    this.house = parts.house;
    this.world = parts.world;
    this.#file = file;
    this.#provider = provider;
  }

  static async open(t: ExecutionContext, {purses, ...plan}: PlatformPlan): Promise<BathPlatform> {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-bath-'));
    t.teardown(() => rmSync(folder, {recursive: true, force: true}));
    const database = join(folder, 'cloud.db');
    let provider: SimPaymentProvider | undefined;
    const providers = (clock: VirtualClock) => {
      const sim = simProvider(clock, {deliver: () => {}});
      provider = sim.provider;
      return [sim.wire];
    };
    const house = new BathHouse({
      ...plan,
      more: {
        cloud: {database, providers, passwordCost: CHEAP},
        stretch: stretchCode,
        wallMs: NINE,
        ...plan.more,
      },
    });
    const store = await CloudStore.open(database);
    await store.transaction(tx => fill(tx, stallNames(plan), purses));
    await store.close();
    const world = await World.start(house.options);
    t.teardown(() => world.close());
    await house.ready();
    return new BathPlatform({house, world}, database, () => provider);
  }

  get cloud() {
    return cloudOf(this.world);
  }

  ask<Body>(method: string, path: string, body?: object) {
    return this.world.clock.settle(this.cloud.ask<Body>(method, path, body));
  }

  /** A code for a member, once the stalls have it; its digits as he keys them in. */
  async code(holder: string, more: object = {}): Promise<PlatformCode & {readonly digits: string}> {
    const {body} = await this.ask<PlatformCode>('POST', '/v1/bath/codes', {
      ...{site: SITE, holder},
      ...more,
    });
    await this.world.advance(1000);
    return {...body, digits: (body.code ?? '').replaceAll(' ', '')};
  }

  async see(id: string): Promise<PlatformCode> {
    return (await this.ask<PlatformCode>('GET', `/v1/bath/codes/${id}`)).body;
  }

  /** Until the platform shows the code in this state. */
  async until(id: string, state: string, limitMs = 60_000): Promise<PlatformCode> {
    const untilMs = this.world.nowMs + limitMs;
    for (;;) {
      const code = await this.see(id);
      if (code.state === state) return code;
      if (this.world.nowMs >= untilMs) throw new Error(`${id} is ${code.state}, not ${state}`);
      await this.world.advance(500);
    }
  }

  async purse(member: string): Promise<Purse> {
    return (await this.ask<Purse>('GET', `/v1/members/${member}/balance`)).body;
  }

  /** Until the money is there. */
  async recharge(member: string, amountFen: number): Promise<void> {
    const path = `/v1/members/${member}/recharges`;
    const {body} = await this.ask<{payment: string}>('POST', path, {provider: 'sim', amountFen});
    await this.world.advance(2000);
    this.#provider()?.pay(body.payment);
    await this.world.advance(60_000);
  }

  /** Somebody who has registered with so much, and has logged in on a phone. */
  async user(
    person: {readonly phone: string; readonly name: string},
    fen: number,
  ): Promise<AppUser> {
    const {id} = (
      await this.ask<{id: string}>('POST', '/v1/members', {...person, roles: ['bather']})
    ).body;
    await this.give(id, fen);
    await this.ask('PUT', `/v1/members/${id}/access`, {roles: ['member'], sites: null});
    const invited = await this.ask<{invitation: string}>('POST', `/v1/members/${id}/invitation`);
    const {invitation} = invited.body;
    const {token} = (
      await this.ask<{token: string}>('POST', '/v1/sessions/redeem', {
        ...{invitation, password: '1234567890'},
      })
    ).body;
    let asked = 0;
    return {
      id,
      ask: (method, path, body) => {
        asked += 1;
        const own = {authorization: `Bearer ${token}`, 'idempotency-key': `app-${id}-${asked}`};
        const sent = {headers: own, ...(body && {body})};
        return this.world.clock.settle(this.cloud.send(method, path, sent));
      },
    };
  }

  /** Money that was there before the story. */
  give(member: string, amountFen: number): Promise<void> {
    return this.look(tx => fillPurse(tx, newLedger(), member, amountFen));
  }

  /** What a member owes for showers. */
  debt(holder: string): Promise<number> {
    return this.look(tx => new BathTable().debt(tx, {tenant: TENANT, holder}));
  }

  /** Look into the database beside the running cloud. */
  async look<Found>(how: (tx: CloudTransaction) => Promise<Found>): Promise<Found> {
    const store = await CloudStore.open(this.#file, {mustExist: true});
    const found = await store.transaction(how);
    await store.close();
    return found;
  }

  /** Sums of the books that are not 0. */
  imbalances() {
    return this.look(tx => imbalancesOf(tx, TENANT));
  }

  /** Kinds of the entries of an order, with what they moved in all. */
  entries(order: string): Promise<readonly string[]> {
    return this.look(async tx => {
      const query = tx.selectFrom('ledger_entry').select(['id', 'kind']);
      const rows = await query.where('order_id', '=', order).orderBy('id').execute();
      return Promise.all(
        rows.map(async ({id, kind}) => {
          const lines = tx
            .selectFrom('ledger_line')
            .select('amount_fen')
            .where('entry_id', '=', id);
          const fen = (await lines.execute()).map(({amount_fen}) => Math.max(0, amount_fen));
          return `${kind} ${fen.reduce((sum, one) => sum + one, 0)}`;
        }),
      );
    });
  }
}

async function fill(
  tx: CloudTransaction,
  stalls: readonly string[],
  purses: Readonly<Record<string, number>>,
): Promise<void> {
  const [sites, members, ledger] = [new SiteTable(), new MemberTable(), newLedger()];
  await new TenantTable().add(tx, {id: TENANT, name: TENANT, createdWall: NINE});
  const site = {id: SITE, tenant: TENANT, name: 'Bath', kind: 'bath'} as const;
  const place = {zone: 'Asia/Shanghai', address: '', latE7: null, lngE7: null};
  await sites.add(tx, {...site, ...place, createdWall: NINE});
  await sites.bindGateway(tx, {tenant: TENANT, site: SITE, gateway: 'gw-1'});
  for (const id of stalls) {
    await sites.addPoint(tx, TENANT, {
      ...{site: SITE, id, kind: 'stall', parent: null, gateway: 'gw-1', guidance: ''},
      ...{capacity: 1, saleState: 'open', owner: null},
    });
  }
  for (const [id, purseFen] of Object.entries(purses)) {
    const member = {id, tenant: TENANT, site: null, roles: ['bather'], displayMask: id} as const;
    await members.add(tx, {...member, createdWall: NINE});
    await fillPurse(tx, ledger, id, purseFen);
  }
}

async function fillPurse(
  tx: CloudTransaction,
  ledger: Pick<Ledger, 'move'>,
  member: string,
  amountFen: number,
): Promise<void> {
  const to = [{account: `member:${member}`, amountFen}] as const;
  const move = {move: 'transfer', key: `purse-${member}`, from: 'house:clearing', to} as const;
  await ledger.move(tx, TENANT, {...move, reason: 'recharge'}, {orderId: null});
}
