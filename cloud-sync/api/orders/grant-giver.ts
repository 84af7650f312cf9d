import type {Clock, Entropy, UnixMillis} from '../../../protocols/base/clock.js';
import {UsageError} from '../../../protocols/base/errors.js';
import {DAY_MS} from '../../../protocols/base/units.js';
import type {Grant} from '../../../protocols/site/grant.js';
import {asId} from '../../../protocols/site/ids.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {GatewayTable} from '../store/gateway-table.js';
import type {GrantTable} from '../store/grant-table.js';
import type {SiteTable} from '../tenancy/site-table.js';
import type {OrderOwner, RightsGiver} from './order-frame.js';
import type {GrantWish} from './order-type.js';
import type {OrderUseTable} from './order-use-table.js';

export interface GrantGiverOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly sites: SiteTable;
  readonly gateways: GatewayTable;
  readonly grants: GrantTable;
  readonly uses: OrderUseTable;
}

/** A gateway cut off from the cloud keeps honouring a grant this long. @see sync.md 8 */
const LEASE_MS = 30 * DAY_MS;

/** One signed grant at each gateway that serves a point of the order. */
export class GrantGiver implements RightsGiver {
  readonly #options: GrantGiverOptions;

  constructor(options: GrantGiverOptions) {
    this.#options = options;
  }

  async grant(
    tx: CloudTransaction,
    order: OrderOwner,
    wish: GrantWish,
  ): Promise<readonly string[]> {
    const {gateways, grants, uses, entropy} = this.#options;
    const given = await uses.grants(tx, order.id, wish.name);
    const wanted = await this.#pointsByGateway(tx, order.site, wish.points);
    for (const [gateway, points] of wanted) {
      await gateways.add(tx, [gateway]);
      await gateways.lock(tx, gateway);
      const id = given.find(one => one.gateway === gateway)?.grant ?? entropy.ulid();
      const before = await grants.get(tx, gateway, 'grant', id);
      const held = before?.table === 'grant' ? before.row : undefined;
      const row = await this.#row(tx, gateway, {order, wish, points, id, held});
      await grants.put(tx, gateway, {table: 'grant', row});
      await uses.addGrant(tx, {gateway, grant: id, order: order.id, name: wish.name});
    }
    return [...wanted.keys()];
  }

  async revoke(tx: CloudTransaction, order: OrderOwner, name: string): Promise<readonly string[]> {
    const {gateways, grants, uses, clock} = this.#options;
    const given = await uses.grants(tx, order.id, name);
    for (const {gateway, grant: id} of given) {
      await gateways.lock(tx, gateway);
      const before = await grants.get(tx, gateway, 'grant', id);
      if (before?.table !== 'grant' || before.row.state === 'revoked') continue;
      const endsWall = before.row.validUntil;
      await grants.revoke(tx, gateway, {id, wallMs: clock.wallMs(), endsWall});
      const row: Grant = {...before.row, state: 'revoked', rev: before.row.rev + 1};
      await grants.put(tx, gateway, {table: 'grant', row});
    }
    return given.map(({gateway}) => gateway);
  }

  /** By name, so that two transactions lock gateways in the same order. */
  async #pointsByGateway(
    tx: CloudTransaction,
    site: string,
    points: readonly string[],
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    const byGateway = new Map<string, readonly string[]>();
    for (const id of points) {
      const point = await this.#options.sites.point(tx, site, id);
      if (!point?.gateway) {
        throw new UsageError('order/point', `${site}/${id} hangs at no gateway`, {site, point: id});
      }
      byGateway.set(point.gateway, [...(byGateway.get(point.gateway) ?? []), id]);
    }
    return new Map([...byGateway].sort(([left], [right]) => (left < right ? -1 : 1)));
  }

  async #row(
    tx: CloudTransaction,
    gateway: string,
    made: {
      readonly order: OrderOwner;
      readonly wish: GrantWish;
      readonly points: readonly string[];
      readonly id: string;
      readonly held: Grant | undefined;
    },
  ): Promise<Grant> {
    const {clock, grants} = this.#options;
    const {order, wish, points, id, held} = made;
    const {kind, validFrom, validUntil, entries} = wish;
    return {
      ...{id: asId(id), number: held?.number ?? this.#newNumber(), kind, holderMask: ''},
      ...{holder: asId(order.holder), points: points.map(point => asId(point)), weekly: []},
      ...{validFrom, validUntil, entries, state: 'active', rev: (held?.rev ?? 0) + 1},
      credentials: await grants.credentialsOf(tx, gateway, order.holder),
      leaseUntil: (clock.wallMs() + LEASE_MS) as UnixMillis,
    };
  }

  /** 63 random bits in decimal: what a QR token can hold, positive wherever it is read. */
  #newNumber(): string {
    const bytes = Buffer.from(this.#options.entropy.bytes(8));
    return (bytes.readBigUInt64BE() >> 1n).toString();
  }
}
