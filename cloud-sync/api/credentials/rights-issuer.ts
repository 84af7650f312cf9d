import type {KnownOfGrant} from '../orders/order-frame.js';
import type {OrderRow} from '../orders/order-table.js';
import type {GrantWish} from '../orders/order-type.js';
import type {OrderUseTable} from '../orders/order-use-table.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {GrantTable} from '../store/grant-table.js';
import type {CredentialWish} from './credential-maker.js';
import type {CredentialTable} from './credential-table.js';
import type {Right} from './right.js';
import type {PlacedPoint, RightTable} from './right-table.js';
import type {RightsDesk} from './rights-desk.js';
import type {ShownCredential} from './shown-credential.js';

type Owner = Pick<OrderRow, 'id' | 'tenant' | 'site' | 'holder'>;

export interface RightsIssuerOptions {
  readonly desk: RightsDesk;
  readonly rights: RightTable;
  readonly credentials: CredentialTable;
  readonly grants: GrantTable;
  /** Gateways tell of the use of a right by its id: whose order that is. Left out: nobody asks. */
  readonly uses?: Pick<OrderUseTable, 'addGrant'>;
  /** What staff may see of a member. Left out: nothing. */
  readonly maskOf?: (tx: CloudTransaction, tenant: string, holder: string) => Promise<string>;
}

/** A code or key whose digits nobody has had yet. */
export interface FetchedCode {
  readonly credential: string;
  readonly kind: 'code' | 'key';
  readonly digits: string;
}

/**
 * Rights as orders want them: named within their order, changed by a later wish of the same name. What is
 * to be pushed after the commit is given back. The order is locked.
 */
export class RightsIssuer {
  readonly #options: RightsIssuerOptions;

  constructor(options: RightsIssuerOptions) {
    this.#options = options;
  }

  /** @throws Refusal when the site has not all of the points */
  async grant(
    tx: CloudTransaction,
    order: Owner,
    wish: GrantWish,
    {isNew = false, isHolderActive = false}: KnownOfGrant = {},
  ): Promise<readonly string[]> {
    const {rights, credentials, uses} = this.#options;
    const {name} = wish;
    const [before] = isNew ? [] : await rights.liveOfOrder(tx, order.id, name);
    const {right, gateways, places} = before
      ? await this.#changed(tx, wish, before)
      : await this.#issued(tx, order, wish, isHolderActive);
    const at = places ?? (await credentials.places(tx, right.id)).map(({gateway}) => gateway);
    for (const gateway of at) {
      await uses?.addGrant(tx, {gateway, grant: right.id, order: order.id, name});
    }
    return gateways;
  }

  async #issued(
    tx: CloudTransaction,
    order: Owner,
    wish: GrantWish,
    isHolderActive: boolean,
  ): Promise<Given> {
    const {desk, rights, maskOf} = this.#options;
    const {name, kind, points, validFrom, validUntil, entries, budget, plates} = wish;
    const {credentials: kinds} = wish;
    const {id: orderId, tenant, site, holder} = order;
    const holderMask = (await maskOf?.(tx, tenant, holder)) ?? '';
    const about = {tenant, site, holder, holderMask, orderId, name};
    const window = {points, validFrom, validUntil, weekly: [], entries, budget, plates};
    const placed = await rights.points(tx, tenant, site, points);
    const wishes = kinds.flatMap(one => wishesOf(one, placed));
    return desk.issue(tx, {...about, kind, ...window}, wishes, {
      ...{isFetchedLater: true, placed, isHolderActive},
      own: gateways => this.#ofHolder(tx, {tenant, holder}, kinds, gateways),
    });
  }

  async #changed(tx: CloudTransaction, wish: GrantWish, before: Right): Promise<Given> {
    const {desk, credentials} = this.#options;
    const {points, validFrom, validUntil, entries, budget} = wish;
    const {right, gateways} = await desk.change(tx, before, {
      ...{points, validFrom, validUntil, entries, budget},
    });
    const had = await credentials.some(tx, right.credentials);
    const living = new Set(had.filter(isLiving).map(one => one.kind));
    const lacking = wish.credentials.filter(one => !living.has(one));
    return this.#equip(tx, right, lacking, gateways);
  }

  async revoke(tx: CloudTransaction, order: Owner, name: string): Promise<readonly string[]> {
    const {desk, rights} = this.#options;
    const gateways = new Set<string>();
    for (const right of await rights.liveOfOrder(tx, order.id, name)) {
      for (const gateway of await desk.setState(tx, right, 'revoked')) gateways.add(gateway);
    }
    return [...gateways];
  }

  /** A freeze takes all rights of a holder out of force; its end gives them back as each of them was. */
  suspendHolder(
    tx: CloudTransaction,
    tenant: string,
    holder: string,
    isSuspended: boolean,
  ): Promise<readonly string[]> {
    return this.#options.desk.suspendHolder(tx, {tenant, holder}, isSuspended);
  }

  forgetHolder(tx: CloudTransaction, tenant: string, holder: string): Promise<readonly string[]> {
    return this.#options.desk.forgetHolder(tx, {tenant, holder});
  }

  /** Digits of what an order was given, once: they are stored no longer than until now. */
  async fetchCodes(
    tx: CloudTransaction,
    order: Pick<Owner, 'id'>,
    name: string,
  ): Promise<readonly FetchedCode[]> {
    const {rights, credentials} = this.#options;
    const right = await rights.ofOrder(tx, order.id, name);
    const fetched: FetchedCode[] = [];
    for (const credential of await credentials.some(tx, right?.credentials ?? [])) {
      const {id, facts} = credential;
      if (!('unfetched' in facts) || facts.unfetched === undefined) continue;
      fetched.push({credential: id, kind: facts.kind, digits: facts.unfetched});
      await credentials.save(tx, {...credential, facts: {...facts, unfetched: undefined}});
    }
    return fetched;
  }

  async #equip(
    tx: CloudTransaction,
    right: Right,
    kinds: GrantWish['credentials'],
    before: readonly string[],
  ): Promise<Given> {
    const {desk, rights, credentials} = this.#options;
    const {tenant, site, points} = right;
    const placed = kinds.includes('qr') ? await rights.points(tx, tenant, site, points) : [];
    const wishes = kinds.flatMap(kind => wishesOf(kind, placed));
    const places = await credentials.places(tx, right.id);
    const at = places.map(({gateway}) => gateway);
    const own = await this.#ofHolder(tx, right, kinds, at);
    const held = {...right, credentials: [...new Set([...right.credentials, ...own])]};
    const equipped = await desk.equip(tx, held, wishes, {isFetchedLater: true});
    return {right: equipped.right, gateways: [...new Set([...before, ...equipped.gateways])]};
  }

  /** Cards and plates are the holder's own: those that he has count for any right of his. */
  async #ofHolder(
    tx: CloudTransaction,
    {tenant, holder}: Pick<Right, 'tenant' | 'holder'>,
    kinds: GrantWish['credentials'],
    gateways: readonly string[],
  ): Promise<readonly string[]> {
    const {credentials, grants} = this.#options;
    const asked: Promise<readonly string[]>[] = [];
    for (const kind of kinds) {
      if (kind !== 'card' && kind !== 'plate') continue;
      const own = credentials.ofHolder(tx, tenant, holder, kind);
      asked.push(own.then(held => held.map(({id}) => id)));
      if (kind !== 'card') continue;
      // Those that somebody gave to a gateway by itself count too.
      for (const gateway of gateways) asked.push(grants.credentialsOf(tx, gateway, holder));
    }
    return (await Promise.all(asked)).flat();
  }
}

interface Given {
  readonly right: Right;
  readonly places?: readonly string[];
  readonly gateways: readonly string[];
}

/** A token for each point that a token can name; the others are opened otherwise. */
function wishesOf(
  kind: GrantWish['credentials'][number],
  placed: readonly PlacedPoint[],
): readonly CredentialWish[] {
  if (kind === 'code' || kind === 'key') return [{kind}];
  if (kind !== 'qr') return [];
  const named = placed.filter(({gateway, number}) => gateway !== null && number !== null);
  return named.map(({id}) => ({kind: 'qr', point: id}));
}

function isLiving({state}: ShownCredential): boolean {
  return state === 'active' || state === 'suspended';
}
