import type {Clock, UnixMillis} from '../../../protocols/base/clock.js';
import {canonicalRow, type GrantStateRow} from '../../../protocols/cloud/grant-state.js';
import {asRevoked, LEASE_MS, type Revocable} from '../grant-desk.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {GatewayRow, GatewayTable} from '../store/gateway-table.js';
import type {GrantTable, KnownRow, StateVersion} from '../store/grant-table.js';

export interface GatewayRowsOptions {
  readonly clock: Clock;
  readonly gateways: GatewayTable;
  readonly grants: GrantTable;
}

/** The version of a gateway's state from which on it is as wanted; `undefined`: it was so before. */
export type PutVersion = number | undefined;

/** Puts rows at gateways and withdraws them. Whoever calls has locked the gateway. */
export class GatewayRows {
  readonly #options: GatewayRowsOptions;

  constructor(options: GatewayRowsOptions) {
    this.#options = options;
  }

  /** The gateway, made known if it is new, which nobody else changes before the end of `tx`. */
  async lock(tx: CloudTransaction, gateway: string): Promise<StateVersion | undefined> {
    const {gateways} = this.#options;
    const locked = await gateways.lock(tx, gateway);
    if (locked) return {ver: locked.cfgVer, hash: locked.cfgHash};
    await gateways.add(tx, [gateway]);
    await gateways.lock(tx, gateway);
    return undefined;
  }

  get(tx: CloudTransaction, gateway: string): Promise<GatewayRow | undefined> {
    return this.#options.gateways.get(tx, gateway);
  }

  /** `owner`: whose it is, whatever its row says. `build` is given the revision that the row will have, and the lease of a grant. What was revoked there
   *  stays so, and what would not differ makes no new version. */
  async put(
    tx: CloudTransaction,
    gateway: string,
    {table, id, owner}: {table: Revocable['table']; id: string; owner: string},
    build: (at: {readonly rev: number; readonly leaseUntil: UnixMillis}) => Revocable | undefined,
  ): Promise<PutVersion> {
    const {clock, grants} = this.#options;
    if (await grants.isRevoked(tx, gateway, id)) return undefined;
    const before = await grants.get(tx, gateway, table, id);
    if (before && isSame(before, build(asBefore(before)))) return undefined;
    const leaseUntil = (clock.wallMs() + LEASE_MS) as UnixMillis;
    const entry = build({rev: (before?.row.rev ?? 0) + 1, leaseUntil});
    return entry && grants.put(tx, gateway, entry, {before, owner});
  }

  /** One whose id was made in this transaction: it lay nowhere before. `state`: as it was when the gateway
   *  was locked, with nothing put there since; left out: it is read. `isHolderActive`: he is locked. */
  putNew(
    tx: CloudTransaction,
    gateway: string,
    build: (at: {readonly rev: number; readonly leaseUntil: UnixMillis}) => GrantStateRow,
    known: Omit<KnownRow, 'before'>,
  ): Promise<number> {
    const {clock, grants} = this.#options;
    const leaseUntil = (clock.wallMs() + LEASE_MS) as UnixMillis;
    return grants.put(tx, gateway, build({rev: 1, leaseUntil}), {before: undefined, ...known});
  }

  /** For good, and ahead of everything else on the way to the gateway. False where it never was. */
  async revoke(
    tx: CloudTransaction,
    gateway: string,
    table: Revocable['table'],
    id: string,
  ): Promise<boolean> {
    const {clock, grants} = this.#options;
    const before = await grants.get(tx, gateway, table, id);
    if (!before || before.table === 'issuer' || before.row.state === 'revoked') return false;
    const endsWall = before.table === 'grant' ? before.row.validUntil : null;
    await grants.revoke(tx, gateway, {id, wallMs: clock.wallMs(), endsWall});
    await grants.put(tx, gateway, asRevoked(before));
    return true;
  }
}

function asBefore({table, row}: GrantStateRow) {
  const leaseUntil = (table === 'grant' ? row.leaseUntil : 0) as UnixMillis;
  return {rev: row.rev, leaseUntil};
}

function isSame(before: GrantStateRow, after: GrantStateRow | undefined): boolean {
  return after !== undefined && canonicalRow(before) === canonicalRow(after);
}
