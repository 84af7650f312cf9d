import type {CloudTransaction} from '../store/cloud-schema.js';
import type {CodeMaker} from './code-maker.js';
import type {CredentialTable} from './credential-table.js';
import type {GatewayRows} from './gateway-rows.js';
import {isLive, type Right, rowOfRight} from './right.js';
import type {RightTable} from './right-table.js';
import {rowOfCredential, type ShownCredential} from './shown-credential.js';
import type {TokenKeys} from './token-keys.js';

export interface RightSpreadOptions {
  readonly rights: RightTable;
  readonly credentials: CredentialTable;
  readonly rows: GatewayRows;
  readonly codes: CodeMaker;
  readonly tokenKeys: TokenKeys;
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

  /** Gives the gateways at which something changed. */
  async spread(tx: CloudTransaction, right: Right): Promise<readonly string[]> {
    const {credentials} = this.#options;
    const byGateway = await this.#pointsByGateway(tx, right);
    const before = (await credentials.places(tx, right.id)).map(({gateway}) => gateway);
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
    what: {
      readonly right: Right;
      readonly points: readonly string[];
      readonly shown: readonly ShownCredential[];
    },
  ): Promise<boolean> {
    const {rows, tokenKeys} = this.#options;
    const {right, points, shown} = what;
    await rows.lock(tx, gateway);
    let isChanged = false;
    if (shown.some(({kind}) => kind === 'qr')) {
      isChanged = await tokenKeys.deliver(tx, right.tenant, gateway);
    }
    for (const credential of shown) {
      if (await this.#putCredential(tx, gateway, credential)) isChanged = true;
    }
    if (right.state === 'revoked' && (await rows.revoke(tx, gateway, 'grant', right.id))) {
      await this.#place(tx, 'grant', right.id, gateway);
      return true;
    }
    const ver = await rows.put(tx, gateway, {table: 'grant', id: right.id}, at => ({
      table: 'grant',
      row: rowOfRight(right, points, at),
    }));
    if (ver === undefined) return isChanged;
    await this.#place(tx, 'grant', right.id, gateway);
    return true;
  }

  /** A code that another one there equals is left out: its place stays missing. */
  async #putCredential(
    tx: CloudTransaction,
    gateway: string,
    credential: ShownCredential,
  ): Promise<boolean> {
    const {rows} = this.#options;
    const {id, facts, site, state} = credential;
    if (state === 'revoked') {
      if (!(await rows.revoke(tx, gateway, 'credential', id))) return false;
      await this.#place(tx, 'credential', id, gateway);
      return true;
    }
    if ('digest' in facts && !(await this.#claim(tx, gateway, {id, site, digest: facts.digest}))) {
      return false;
    }
    const ver = await rows.put(tx, gateway, {table: 'credential', id}, ({rev}) => {
      const row = rowOfCredential(credential, rev);
      return row && {table: 'credential', row};
    });
    if (ver === undefined) return false;
    await this.#place(tx, 'credential', id, gateway);
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

  /** As it stands in the gateway's line of versions now. */
  async #place(
    tx: CloudTransaction,
    section: 'grant' | 'credential',
    id: string,
    gateway: string,
  ): Promise<void> {
    const {rows, credentials} = this.#options;
    const row = await rows.get(tx, gateway);
    if (!row) return;
    const isRevoked = await rows.isRevoked(tx, gateway, id);
    const revVer = isRevoked ? row.revVer : 0;
    await credentials.putPlace(tx, section, id, {gateway, cfgVer: row.cfgVer, revVer});
  }

  async #pointsByGateway(
    tx: CloudTransaction,
    right: Right,
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    const found = new Map<string, string[]>();
    if (!isLive(right)) return found;
    const {tenant, site, points} = right;
    for (const {bay, gateway} of await this.#options.rights.points(tx, tenant, site, points)) {
      if (gateway === null) continue;
      const others = (found.get(gateway) ?? []).filter(other => other !== bay);
      found.set(gateway, [...others, bay]);
    }
    return new Map([...found].sort(([one], [other]) => (one < other ? -1 : 1)));
  }
}
