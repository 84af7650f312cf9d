import {BathDebts} from '../../cloud-sync/api/bath/bath-debts.js';
import {BathDesk} from '../../cloud-sync/api/bath/bath-desk.js';
import {bathOrder} from '../../cloud-sync/api/bath/bath-order.js';
import {BathTable} from '../../cloud-sync/api/bath/bath-table.js';
import {bathWork} from '../../cloud-sync/api/bath/bath-work.js';
import {ShowerFeeder} from '../../cloud-sync/api/bath/shower-feeder.js';
import {joinReports, type ShowerReport} from '../../cloud-sync/api/bath/shower-report.js';
import {ShowerTable} from '../../cloud-sync/api/bath/shower-table.js';
import {Refusal} from '../../cloud-sync/api/http/refusals.js';
import {Ledger} from '../../cloud-sync/api/ledger/ledger.js';
import {imbalancesOf} from '../../cloud-sync/api/ledger/ledger-audit.js';
import {LedgerTable} from '../../cloud-sync/api/ledger/ledger-table.js';
import {OrderFrame} from '../../cloud-sync/api/orders/order-frame.js';
import {OrderTable} from '../../cloud-sync/api/orders/order-table.js';
import {showerBodySchema} from '../../cloud-sync/api/site-event-schemas.js';
import {CloudStore} from '../../cloud-sync/api/store/cloud-store.js';
import {ChangeFeed} from '../../cloud-sync/api/tenancy/change-feed.js';
import {SiteTable} from '../../cloud-sync/api/tenancy/site-table.js';
import {TenantTable} from '../../cloud-sync/api/tenancy/tenant-table.js';
import type {SyncLog} from '../../cloud-sync/log.js';
import type {Clock, Entropy} from '../../protocols/base/clock.js';
import type {WireEvent} from '../../protocols/cloud/up-messages.js';
import type {SoakCode, SoakRights} from './soak-rights.js';

export interface SoakPlatformOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly site: string;
  readonly stalls: readonly string[];
  /** What the gateway should know from now on. */
  readonly rights: SoakRights;
  readonly isOnline: () => boolean;
}

/** Events of one gateway, in the order of its journal from `firstSeq` on. */
export interface SoakBatch {
  readonly epochNo: number;
  readonly firstSeq: number;
  readonly events: readonly WireEvent[];
}

const TENANT = 'soak';
const GATEWAY = 'gw-1';

/**
 * The bath of the platform: its desk sells codes, its feeder settles them by what the gateway tells, as late and
 * as often as that comes. No HTTP and no log-in: a year of it is 200,000 codes.
 */
export class SoakPlatform {
  /** Put into purses in all. */
  #chargedFen = 0;
  #purses = 0;
  #toldMs = 0;
  readonly #options: SoakPlatformOptions;
  readonly #store: CloudStore;
  readonly #ledger: Ledger;
  readonly #desk: BathDesk;
  readonly #frame: OrderFrame;
  readonly #feeder: ShowerFeeder;
  readonly #showers: ShowerTable;
  readonly #members = new Set<string>();

  private constructor(store: CloudStore, sites: SiteTable, options: SoakPlatformOptions) {
    const {clock, entropy, rights, isOnline} = options;
    this.#options = options;
    this.#store = store;
    const ledger = new Ledger({clock, entropy, table: new LedgerTable()});
    const [orders, codes] = [new OrderTable(), new BathTable()];
    const debts = new BathDebts(ledger, codes);
    const changes = new Unread({clock, entropy, store});
    const log = QUIET;
    const frame = new OrderFrame({
      ...{clock, entropy, log, store, orders, changes, money: ledger, rights},
      onGateways: () => rights.tell(),
    });
    const gateways = {
      areReached: () => Promise.resolve(isOnline()),
      haveTold: (_: unknown, __: unknown, sinceMs: number) =>
        Promise.resolve(this.#toldMs >= sinceMs),
    };
    frame.register(bathOrder, bathWork({clock, entropy, orders, debts, gateways}));
    const members = {assertActive: () => Promise.resolve()};
    this.#desk = new BathDesk({
      ...{clock, entropy, frame, orders, ledger, sites, codes, debts, members, gateways},
      commands: {add: () => Promise.reject(new Error('nobody stops from afar here'))},
    });
    this.#showers = new ShowerTable(clock);
    const onGateways = () => rights.tell();
    const [showers, desk] = [this.#showers, this.#desk];
    this.#feeder = new ShowerFeeder({log, store, showers, frame, desk, onGateways});
    this.#ledger = ledger;
    this.#frame = frame;
  }

  static async open(options: SoakPlatformOptions): Promise<SoakPlatform> {
    const {clock, site, stalls} = options;
    const store = await CloudStore.open(':memory:');
    const sites = new SiteTable();
    await store.transaction(async tx => {
      await new TenantTable().add(tx, {id: TENANT, name: TENANT, createdWall: clock.wallMs()});
      const place = {zone: 'Asia/Shanghai', address: '', latE7: null, lngE7: null};
      const held = {id: site, tenant: TENANT, name: 'Bath', kind: 'bath', ...place} as const;
      await sites.add(tx, {...held, createdWall: clock.wallMs()});
      await sites.bindGateway(tx, {tenant: TENANT, site, gateway: GATEWAY});
      for (const id of stalls) {
        await sites.addPoint(tx, TENANT, {
          ...{site, id, kind: 'stall', parent: null, gateway: GATEWAY, guidance: ''},
          ...{capacity: 1, saleState: 'open', owner: null},
        });
      }
    });
    return new SoakPlatform(store, sites, options);
  }

  /** As much as a member brings along. */
  async charge(holder: string, amountFen: number): Promise<void> {
    this.#purses += 1;
    this.#chargedFen += amountFen;
    this.#members.add(holder);
    const to = [{account: `member:${holder}`, amountFen}] as const;
    const purse = {key: `purse-${this.#purses}`, from: 'house:clearing', to} as const;
    const move = {move: 'transfer', ...purse, reason: 'recharge'} as const;
    const about = {orderId: null};
    const why = await this.#store.transaction(tx => this.#ledger.move(tx, TENANT, move, about));
    if (why !== undefined) throw new Error(`recharge: ${why}`);
  }

  /** A code; the code of a refusal when there is none. */
  async sell(holder: string): Promise<SoakCode | string> {
    const {site, rights} = this.#options;
    try {
      const place = {tenant: TENANT, holder, site, child: 0, limits: {}};
      const {order} = await this.#store.transaction(tx => this.#desk.request(tx, place));
      rights.tell();
      return rights.codeOf(order);
    } catch (error) {
      if (error instanceof Refusal) return error.code;
      throw error;
    }
  }

  /** What the gateway tells, told again or not. Undefined of `untilMs`: there is more to come. */
  async hear({epochNo, firstSeq, events}: SoakBatch, untilMs: number | undefined): Promise<void> {
    const reports = new Map<string, ShowerReport>();
    for (const [index, [kind, , , wall, clk, body]] of events.entries()) {
      if (kind !== 'shower') continue;
      const atWall = clk === 'floor' ? null : wall;
      const said = showerBodySchema.parse(JSON.parse(body));
      const isDry = said.phase === 'settled' && said.end === 'no_flow' && said.meteredMl === 0;
      const report: ShowerReport = {
        ...{...said, isGivenBack: said.isGivenBack || isDry, gateway: GATEWAY},
        ...{epochNo, seq: firstSeq + index, openedWall: atWall, atWall},
      };
      const before = reports.get(said.session);
      reports.set(said.session, before ? joinReports(before, report) : report);
    }
    const {rights} = this.#options;
    const writer = {
      ordersOf: (_: unknown, grants: readonly {readonly id: string}[]) =>
        grants.map(({id}) => rights.orderOf(id)),
    };
    await this.#store.transaction(tx => this.#showers.note(tx, [...reports.values()], writer));
    await this.#feeder.run();
    if (untilMs !== undefined) this.#toldMs = untilMs;
  }

  /** Deadlines of codes. */
  async tick(): Promise<void> {
    await this.#frame.runDue();
  }

  /** What does not add up, when this was used within holds, and owed beyond. */
  async findings(used: {
    readonly usedFen: number;
    readonly owedFen: number;
  }): Promise<readonly string[]> {
    const store = this.#store;
    const wrong = await store.read(db => imbalancesOf(db, TENANT));
    const below: string[] = [];
    let [postedFen, heldFen, debtFen] = [0, 0, 0];
    for (const holder of this.#members) {
      const sums = await store.read(db => this.#ledger.balance(db, TENANT, `member:${holder}`));
      postedFen += sums.postedFen;
      heldFen += sums.heldFen;
      debtFen += await store.read(db => new BathTable().debt(db, {tenant: TENANT, holder}));
      if (sums.postedFen < 0) below.push(`${holder} has ${sums.postedFen} fen`);
    }
    const spentFen = this.#chargedFen - postedFen;
    const {usedFen, owedFen} = used;
    return [
      ...wrong.map(({kind, subject, foundFen}) => `${kind} ${subject}: ${foundFen} fen`),
      ...below,
      ...(heldFen === 0 ? [] : [`${heldFen} fen are still held`]),
      ...(spentFen === usedFen + owedFen - debtFen
        ? []
        : [`${spentFen} fen taken; ${usedFen} used, ${owedFen} owed, ${debtFen} of it unpaid`]),
    ];
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

/** What others would be told of it: nobody reads it here, and a year of it is a gigabyte. */
class Unread extends ChangeFeed {
  override note(): Promise<void> {
    return Promise.resolve();
  }
}

const QUIET: SyncLog = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: (event, fields) => {
    throw new Error(`${event} ${JSON.stringify(fields)}`);
  },
};
