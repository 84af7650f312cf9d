import type {JournalHead} from '../gateway-sessions.js';
import type {OrderUseTable} from '../orders/order-use-table.js';
import type {Presence} from '../places/live-bays.js';
import type {CloudReader} from '../store/cloud-schema.js';
import type {GatewayTable} from '../store/gateway-table.js';

/** How far the journals of gateways had come when they last said so; `GatewaySessions` fits. */
export interface JournalHeads {
  /** Undefined: nothing was heard since the start. */
  headOf(gateway: string): JournalHead | undefined;
}

export interface StallGatewayOptions {
  readonly gateways: GatewayTable;
  readonly uses: Pick<OrderUseTable, 'grants'>;
  readonly presence: Presence;
  readonly journals: JournalHeads;
}

/** What the gateways with the right of an order can be known to have heard and told. */
export class StallGateways {
  readonly #options: StallGatewayOptions;

  constructor(options: StallGatewayOptions) {
    this.#options = options;
  }

  /** They hear at once what becomes of the right; one that never spoke has it not. */
  async areReached(db: CloudReader, order: string, name: string): Promise<boolean> {
    const {presence} = this.#options;
    for (const gateway of await this.#gatewaysOf(db, order, name)) {
      if (!presence.isOnline(gateway) && (await this.#hasSpoken(db, gateway))) return false;
    }
    return true;
  }

  /** All that they saw before `sinceMs` is here. @see requirements E69 */
  async haveTold(
    db: CloudReader,
    {order, name}: {readonly order: string; readonly name: string},
    sinceMs: number,
  ): Promise<boolean> {
    for (const gateway of await this.#gatewaysOf(db, order, name)) {
      if (!(await this.#hasTold(db, gateway, sinceMs))) return false;
    }
    return true;
  }

  async #hasTold(db: CloudReader, gateway: string, sinceMs: number): Promise<boolean> {
    const said = this.#options.journals.headOf(gateway);
    if (!said) return !(await this.#hasSpoken(db, gateway));
    if (said.wallMs < sinceMs) return false;
    const {epoch} = said;
    let query = db.selectFrom('epoch').select('known').where('gw', '=', gateway);
    if (epoch !== undefined) query = query.where('epoch', '=', epoch);
    const newest = await query.orderBy('no', 'desc').limit(1).executeTakeFirst();
    return newest !== undefined && newest.known >= said.head;
  }

  async #hasSpoken(db: CloudReader, gateway: string): Promise<boolean> {
    const row = await this.#options.gateways.get(db, gateway);
    return row !== undefined && row.seenWall !== null;
  }

  async #gatewaysOf(db: CloudReader, order: string, name: string): Promise<readonly string[]> {
    const grants = await this.#options.uses.grants(db, order, name);
    return grants.map(({gateway}) => gateway);
  }
}
