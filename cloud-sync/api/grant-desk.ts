import type {Clock, Entropy, UnixMillis} from '../../protocols/base/clock.js';
import {DAY_MS} from '../../protocols/base/units.js';
import type {GrantStateRow} from '../../protocols/cloud/grant-state.js';
import type {CardCredential, Grant} from '../../protocols/site/grant.js';
import {asId, type CredentialId, type GrantId} from '../../protocols/site/ids.js';
import type {CloudTransaction} from './store/cloud-schema.js';
import type {CloudStore} from './store/cloud-store.js';
import type {GatewayTable} from './store/gateway-table.js';
import type {GrantTable} from './store/grant-table.js';

/** What an integrator says of a grant; the rest is the cloud's. */
export type GrantOrder = Omit<Grant, 'id' | 'number' | 'rev' | 'leaseUntil' | 'state'> & {
  readonly id?: GrantId | undefined;
  readonly state: 'offered' | 'active' | 'suspended' | 'ended';
};
export type CardOrder = Omit<CardCredential, 'id' | 'kind' | 'rev' | 'state'> & {
  readonly id?: CredentialId | undefined;
  readonly state: 'active' | 'suspended' | 'consumed';
};

/** A key of tokens is taken away and never revoked: it has no state of its own. */
export type Revocable = Exclude<GrantStateRow, {readonly table: 'issuer'}>;

export type DeskAnswer<Row> =
  | {readonly kind: 'stored'; readonly row: Row}
  /** What was revoked never comes back under the same id. */
  | {readonly kind: 'revoked'}
  | {readonly kind: 'unknown'};

export interface GrantDeskOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly store: CloudStore;
  readonly gateways: GatewayTable;
  readonly grants: GrantTable;
  /** After the commit: the gateway should hear of it. */
  readonly onChange: (gateway: string) => void;
}

/** A gateway cut off from the cloud keeps honouring a grant this long. @see sync.md 8 */
export const LEASE_MS = 30 * DAY_MS;
/** Tombstones outlive their grant: a late copy of it must not come back by a clock that is wrong. */
const TOMBSTONE_REST_MS = 30 * DAY_MS;
const RENEW_BELOW_MS = 15 * DAY_MS;

/** Issues, changes and withdraws grants and cards. */
export class GrantDesk {
  readonly #options: GrantDeskOptions;

  constructor(options: GrantDeskOptions) {
    this.#options = options;
  }

  /** Store under `order.id`, or a new id; an existing grant is replaced as its next revision. */
  putGrant(gateway: string, order: GrantOrder): Promise<DeskAnswer<Grant>> {
    const {entropy, grants} = this.#options;
    const id = order.id ?? asId<GrantId>(entropy.ulid());
    return this.#put(gateway, {table: 'grant', id}, async (tx, before) => {
      const row: Grant = {
        ...order,
        id,
        number: before?.table === 'grant' ? before.row.number : newGrantNumber(entropy),
        rev: (before?.row.rev ?? 0) + 1,
        leaseUntil: this.#leaseUntil(),
      };
      await grants.put(tx, gateway, {table: 'grant', row});
      const kept = await grants.get(tx, gateway, 'grant', id);
      return kept?.table === 'grant' ? kept.row : row;
    });
  }

  putCard(gateway: string, order: CardOrder): Promise<DeskAnswer<CardCredential>> {
    const {entropy, grants} = this.#options;
    const id = order.id ?? asId<CredentialId>(entropy.ulid());
    return this.#put(gateway, {table: 'credential', id}, async (tx, before) => {
      const row: CardCredential = {...order, kind: 'card', id, rev: (before?.row.rev ?? 0) + 1};
      await grants.put(tx, gateway, {table: 'credential', row});
      return row;
    });
  }

  /** Withdraw for good. The tombstone travels ahead of every version. */
  async revoke(
    gateway: string,
    section: Revocable['table'],
    id: string,
  ): Promise<DeskAnswer<Revocable['row']>> {
    const {clock, store, gateways, grants, onChange} = this.#options;
    const row = await store.transaction(async tx => {
      if (!(await gateways.lock(tx, gateway))) return undefined;
      const before = await grants.get(tx, gateway, section, id);
      if (!before || before.table === 'issuer') return undefined;
      const endsWall = before.table === 'grant' ? before.row.validUntil : null;
      const tombstone = {id, wallMs: clock.wallMs(), endsWall};
      // Without its tombstone, which ended with it, the row still says so.
      if (before.row.state === 'revoked') return before.row;
      if (!(await grants.revoke(tx, gateway, tombstone))) return before.row;
      const revoked = asRevoked(before);
      await grants.put(tx, gateway, revoked);
      return revoked.row;
    });
    if (!row) return {kind: 'unknown'};
    onChange(gateway);
    return {kind: 'stored', row};
  }

  /** Extend what would run out, so that only a cut-off gateway ever sees a lease end. */
  async renewLeases(): Promise<void> {
    const {clock, store, grants, onChange} = this.#options;
    for (;;) {
      const untilMs = clock.wallMs() + RENEW_BELOW_MS;
      const due = await store.read(db => grants.leasesBefore(db, untilMs));
      if (due.length === 0) return;
      for (const gateway of new Set(due.map(key => key.gateway))) {
        const ids = due.filter(key => key.gateway === gateway).map(key => key.id);
        await store.transaction(tx => this.#renew(tx, gateway, ids, untilMs));
        onChange(gateway);
      }
    }
  }

  /** Of a grant that has ended its own end is enough. */
  async forgetEnded(): Promise<void> {
    const {clock, store, grants} = this.#options;
    const endedBefore = clock.wallMs() - TOMBSTONE_REST_MS;
    await store.read(db => grants.forgetEnded(db, endedBefore));
  }

  /** Those that another worker has not renewed meanwhile. */
  async #renew(
    tx: CloudTransaction,
    gateway: string,
    ids: readonly string[],
    untilMs: number,
  ): Promise<void> {
    const {gateways, grants} = this.#options;
    await gateways.lock(tx, gateway);
    for (const id of ids) {
      const entry = await grants.get(tx, gateway, 'grant', id);
      if (entry?.table !== 'grant' || entry.row.leaseUntil >= untilMs) continue;
      const row = {...entry.row, rev: entry.row.rev + 1, leaseUntil: this.#leaseUntil()};
      await grants.put(tx, gateway, {table: 'grant', row});
    }
  }

  async #put<Row>(
    gateway: string,
    {table, id}: {readonly table: Revocable['table']; readonly id: string},
    keep: (tx: CloudTransaction, before: GrantStateRow | undefined) => Promise<Row>,
  ): Promise<DeskAnswer<Row>> {
    const {store, gateways, grants, onChange} = this.#options;
    const answer = await store.transaction(async (tx): Promise<DeskAnswer<Row>> => {
      await gateways.add(tx, [gateway]);
      await gateways.lock(tx, gateway);
      const before = await grants.get(tx, gateway, table, id);
      const isRevoked =
        (before?.table !== 'issuer' && before?.row.state === 'revoked') ||
        (await grants.isRevoked(tx, gateway, id));
      return isRevoked ? {kind: 'revoked'} : {kind: 'stored', row: await keep(tx, before)};
    });
    if (answer.kind === 'stored') onChange(gateway);
    return answer;
  }

  #leaseUntil(): UnixMillis {
    return (this.#options.clock.wallMs() + LEASE_MS) as UnixMillis;
  }
}

/** 63 random bits in decimal: what a QR token can hold, positive wherever it is read. */
export function newGrantNumber(entropy: Entropy): string {
  const bytes = Buffer.from(entropy.bytes(8));
  return (bytes.readBigUInt64BE() >> 1n).toString();
}

export function asRevoked(entry: Revocable): Revocable {
  return entry.table === 'grant'
    ? {table: 'grant', row: {...entry.row, state: 'revoked', rev: entry.row.rev + 1}}
    : {table: 'credential', row: {...entry.row, state: 'revoked', rev: entry.row.rev + 1}};
}
