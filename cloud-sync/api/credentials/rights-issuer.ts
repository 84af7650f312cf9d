import type {OrderRow} from '../orders/order-table.js';
import type {GrantWish} from '../orders/order-type.js';
import type {OrderUseTable} from '../orders/order-use-table.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {GrantTable} from '../store/grant-table.js';
import type {CredentialWish} from './credential-maker.js';
import type {CredentialTable} from './credential-table.js';
import type {Right} from './right.js';
import type {RightTable} from './right-table.js';
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
  async grant(tx: CloudTransaction, order: Owner, wish: GrantWish): Promise<readonly string[]> {
    const {rights, credentials, uses} = this.#options;
    const {name} = wish;
    const [before] = await rights.liveOfOrder(tx, order.id, name);
    const changed = await this.#given(tx, order, wish, before);
    const right = await rights.ofOrder(tx, order.id, name);
    for (const {gateway} of await credentials.places(tx, right?.id ?? '')) {
      await uses?.addGrant(tx, {gateway, grant: right?.id ?? '', order: order.id, name});
    }
    return changed;
  }

  async #given(
    tx: CloudTransaction,
    order: Owner,
    wish: GrantWish,
    before: Right | undefined,
  ): Promise<readonly string[]> {
    const {desk, credentials, maskOf} = this.#options;
    const {name, kind, points, validFrom, validUntil, entries} = wish;
    if (!before) {
      const {id: orderId, tenant, site, holder} = order;
      const holderMask = (await maskOf?.(tx, tenant, holder)) ?? '';
      const about = {tenant, site, holder, holderMask, orderId, name};
      const window = {points, validFrom, validUntil, weekly: [], entries};
      const issued = await desk.issue(tx, {...about, kind, ...window}, []);
      return this.#equip(tx, issued.right, wish.credentials, issued.gateways);
    }
    const {right, gateways} = await desk.change(tx, before, {
      ...{points, validFrom, validUntil, entries},
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
  ): Promise<readonly string[]> {
    const {desk} = this.#options;
    const wishes: CredentialWish[] = [];
    for (const kind of kinds) wishes.push(...(await this.#wishes(tx, right, kind)));
    const own = await this.#withHolders(tx, right, kinds);
    const {gateways} = await desk.equip(tx, own, wishes, {isFetchedLater: true});
    return [...new Set([...before, ...gateways])];
  }

  /** A token for each point that a token can name; the others are opened otherwise. */
  async #wishes(
    tx: CloudTransaction,
    right: Right,
    kind: GrantWish['credentials'][number],
  ): Promise<readonly CredentialWish[]> {
    if (kind === 'code' || kind === 'key') return [{kind}];
    if (kind !== 'qr') return [];
    const {tenant, site, points} = right;
    const placed = await this.#options.rights.points(tx, tenant, site, points);
    const named = placed.filter(({gateway, number}) => gateway !== null && number !== null);
    return named.map(({id}) => ({kind: 'qr', point: id}));
  }

  /** Cards and plates are the holder's own: those that he has count for this right too. */
  async #withHolders(
    tx: CloudTransaction,
    right: Right,
    kinds: GrantWish['credentials'],
  ): Promise<Right> {
    const {tenant, holder} = right;
    const ids = new Set(right.credentials);
    for (const kind of kinds) {
      if (kind !== 'card' && kind !== 'plate') continue;
      const own = await this.#options.credentials.ofHolder(tx, tenant, holder, kind);
      for (const {id} of own) ids.add(id);
      // Those that somebody gave to a gateway by itself count too.
      for (const {gateway} of await this.#options.credentials.places(tx, right.id)) {
        for (const id of await this.#options.grants.credentialsOf(tx, gateway, holder)) {
          if (kind === 'card') ids.add(id);
        }
      }
    }
    return {...right, credentials: [...ids]};
  }
}

function isLiving({state}: ShownCredential): boolean {
  return state === 'active' || state === 'suspended';
}
