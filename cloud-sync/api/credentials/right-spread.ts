import type {UnixMillis} from '../../../protocols/base/clock.js';
import {allSettled} from '../store/all-settled.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {StateVersion} from '../store/grant-table.js';
import type {CodeMaker} from './code-maker.js';
import type {CredentialTable} from './credential-table.js';
import type {GatewayRows} from './gateway-rows.js';
import {type AliasBox, aliasOf} from './holder-alias.js';
import {isLive, type Right, rowOfRight} from './right.js';
import type {PlacedPoint, RightTable} from './right-table.js';
import {rowOfCredential, type ShownCredential} from './shown-credential.js';
import type {TokenKeys} from './token-keys.js';

export interface RightSpreadOptions {
  readonly rights: RightTable;
  readonly credentials: CredentialTable;
  readonly rows: GatewayRows;
  readonly codes: CodeMaker;
  readonly tokenKeys: TokenKeys;
  readonly box: AliasBox;
}

/** With how far each was when it was locked; undefined: to be read. */
export type LockedGateways = ReadonlyMap<string, StateVersion | undefined>;

/** What is known of a right that was made in this transaction. */
export interface NewlyMade {
  /** Its points, just read. */
  readonly placed: readonly PlacedPoint[];
  /** Their gateways, when they were locked for it. */
  readonly locked?: LockedGateways | undefined;
  /** The holder is locked and may use what he has. */
  readonly isHolderActive?: boolean | undefined;
}

interface Spread {
  readonly right: Right;
  readonly points: readonly string[];
  readonly shown: readonly ShownCredential[];
}

/**
 * Brings a right and what is shown for it to the gateways of its points: a row each under the same ids,
 * every gateway with its own points. Where a point has gone from, the row stays and opens nothing, for a
 * token in somebody's hand would open by itself at a gateway that has forgotten the right.
 */
export class RightSpread {
  readonly #options: RightSpreadOptions;

  constructor(options: RightSpreadOptions) {
    this.#options = options;
  }

  /** The gateways of a right's points, in the order in which they are locked. */
  async gatewaysOf(tx: CloudTransaction, right: Right): Promise<readonly string[]> {
    return [...(await this.#pointsByGateway(tx, right)).keys()];
  }

  /** Lock the gateways of these points, which are given with how far they are. */
  async lock(tx: CloudTransaction, placed: readonly PlacedPoint[]): Promise<LockedGateways> {
    const gateways = gatewaysOf(placed);
    // Each goes out before the next, and none waits for the answer of another.
    const states = await allSettled(gateways.map(gateway => this.#options.rows.lock(tx, gateway)));
    return new Map(gateways.map((gateway, at) => [gateway, states[at]]));
  }

  /** A right that was made in this transaction and lies nowhere yet. */
  async spreadNew(tx: CloudTransaction, right: Right, made: NewlyMade): Promise<readonly string[]> {
    const byGateway = byGatewayOf(made.placed);
    if (right.state === 'revoked') return this.#spreadOver(tx, right, byGateway, []);
    const shown = await this.#options.credentials.some(tx, right.credentials);
    for (const [gateway, points] of byGateway) {
      await this.#spreadNewTo(tx, gateway, {right, points, shown}, made);
    }
    return [...byGateway.keys()];
  }

  /** Gives the gateways at which something changed. */
  async spread(tx: CloudTransaction, right: Right): Promise<readonly string[]> {
    const byGateway = await this.#pointsByGateway(tx, right);
    const places = await this.#options.credentials.places(tx, right.id);
    const before = places.map(({gateway}) => gateway);
    return this.#spreadOver(tx, right, byGateway, before);
  }

  async #spreadOver(
    tx: CloudTransaction,
    right: Right,
    byGateway: ReadonlyMap<string, readonly string[]>,
    before: readonly string[],
  ): Promise<readonly string[]> {
    const {credentials} = this.#options;
    const shown = await credentials.some(tx, right.credentials);
    const changed: string[] = [];
    for (const gateway of [...new Set([...byGateway.keys(), ...before])].sort()) {
      const points = byGateway.get(gateway) ?? [];
      if (await this.#spreadTo(tx, gateway, {right, points, shown})) changed.push(gateway);
    }
    return changed;
  }

  /** A credential that changed, wherever it lies. */
  async spreadCredential(
    tx: CloudTransaction,
    credential: ShownCredential,
  ): Promise<readonly string[]> {
    const {credentials, rows} = this.#options;
    const changed: string[] = [];
    for (const {gateway} of await credentials.places(tx, credential.id)) {
      await rows.lock(tx, gateway);
      if (await this.#putCredential(tx, gateway, credential)) changed.push(gateway);
    }
    return changed;
  }

  async #spreadTo(
    tx: CloudTransaction,
    gateway: string,
    {right, points, shown}: Spread,
  ): Promise<boolean> {
    const {rows, box} = this.#options;
    await rows.lock(tx, gateway);
    const isChanged = await this.#putShown(tx, gateway, right, shown);
    if (right.state === 'revoked' && (await rows.revoke(tx, gateway, 'grant', right.id))) {
      await this.#placeRevoked(tx, 'grant', right.id, gateway);
      return true;
    }
    const {id, holder: owner} = right;
    const ver = await rows.put(tx, gateway, {table: 'grant', id, owner}, at => ({
      table: 'grant',
      row: rowOfRight(right, points, at, aliasOf(box, right)),
    }));
    if (ver === undefined) return isChanged;
    await this.#place(tx, 'grant', right.id, {gateway, cfgVer: ver});
    return true;
  }

  async #spreadNewTo(
    tx: CloudTransaction,
    gateway: string,
    {right, points, shown}: Spread,
    {locked, isHolderActive}: NewlyMade,
  ): Promise<void> {
    const {rows, box} = this.#options;
    const state = locked?.has(gateway) ? locked.get(gateway) : await rows.lock(tx, gateway);
    const isMoved = await this.#putShown(tx, gateway, right, shown);
    const build = (at: {readonly rev: number; readonly leaseUntil: UnixMillis}) => ({
      ...({table: 'grant'} as const),
      row: rowOfRight(right, points, at, aliasOf(box, right)),
    });
    const known = {state: isMoved ? undefined : state, isHolderActive, owner: right.holder};
    const cfgVer = await rows.putNew(tx, gateway, build, known);
    await this.#place(tx, 'grant', right.id, {gateway, cfgVer});
  }

  /** What is shown for the right; true when something of it changed there. */
  async #putShown(
    tx: CloudTransaction,
    gateway: string,
    right: Right,
    shown: readonly ShownCredential[],
  ): Promise<boolean> {
    let isChanged = false;
    if (shown.some(({kind}) => kind === 'qr')) {
      isChanged = await this.#options.tokenKeys.deliver(tx, right.tenant, gateway);
    }
    for (const credential of shown) {
      if (await this.#putCredential(tx, gateway, credential)) isChanged = true;
    }
    return isChanged;
  }

  /** A code that another one there equals is left out: its place stays missing. */
  async #putCredential(
    tx: CloudTransaction,
    gateway: string,
    credential: ShownCredential,
  ): Promise<boolean> {
    const {rows} = this.#options;
    const {id, facts, site, state, holder: owner} = credential;
    if (state === 'revoked') {
      if (!(await rows.revoke(tx, gateway, 'credential', id))) return false;
      await this.#placeRevoked(tx, 'credential', id, gateway);
      return true;
    }
    if ('digest' in facts && !(await this.#claim(tx, gateway, {id, site, digest: facts.digest}))) {
      return false;
    }
    const ver = await rows.put(tx, gateway, {table: 'credential', id, owner}, ({rev}) => {
      const row = rowOfCredential(credential, rev);
      return row && {table: 'credential', row};
    });
    if (ver === undefined) return false;
    await this.#place(tx, 'credential', id, {gateway, cfgVer: ver});
    return true;
  }

  async #claim(
    tx: CloudTransaction,
    gateway: string,
    {id, site, digest}: {readonly id: string; readonly site: string; readonly digest: string},
  ): Promise<boolean> {
    const known = await this.#options.credentials.places(tx, id);
    if (known.some(place => place.gateway === gateway)) return true;
    return this.#options.codes.claimOne(tx, {site, credential: id, digest}, gateway);
  }

  /** Its row has just been put as version `cfgVer`: so it is not revoked there. */
  #place(
    tx: CloudTransaction,
    section: 'grant' | 'credential',
    id: string,
    at: {readonly gateway: string; readonly cfgVer: number},
  ): Promise<void> {
    return this.#options.credentials.putPlace(tx, section, id, {...at, revVer: 0});
  }

  /** As it stands in the gateway's lines of versions now. */
  async #placeRevoked(
    tx: CloudTransaction,
    section: 'grant' | 'credential',
    id: string,
    gateway: string,
  ): Promise<void> {
    const {rows, credentials} = this.#options;
    const row = await rows.get(tx, gateway);
    if (!row) return;
    const {cfgVer, revVer} = row;
    await credentials.putPlace(tx, section, id, {gateway, cfgVer, revVer});
  }

  async #pointsByGateway(
    tx: CloudTransaction,
    right: Right,
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    if (!isLive(right)) return new Map();
    const {tenant, site, points} = right;
    return byGatewayOf(await this.#options.rights.points(tx, tenant, site, points));
  }
}

/** The gateways of these points, in the order in which they are locked. */
export function gatewaysOf(placed: readonly PlacedPoint[]): readonly string[] {
  return [...byGatewayOf(placed).keys()];
}

/** The bays of each gateway, in the order in which gateways are locked. */
function byGatewayOf(placed: readonly PlacedPoint[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const {bay, gateway} of placed) {
    if (gateway === null) continue;
    const others = (found.get(gateway) ?? []).filter(other => other !== bay);
    found.set(gateway, [...others, bay]);
  }
  return new Map([...found].sort(([one], [other]) => (one < other ? -1 : 1)));
}
