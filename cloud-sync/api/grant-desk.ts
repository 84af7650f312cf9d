import type {Clock, Entropy, UnixMillis} from '../../protocols/base/clock.js';
import {DAY_MS} from '../../protocols/base/units.js';
import type {GrantStateRow} from '../../protocols/cloud/grant-state.js';
import type {CardCredential, Grant} from '../../protocols/site/grant.js';
import {asId, type CredentialId, type GrantId} from '../../protocols/site/ids.js';
import type {CloudDatabase} from './store/cloud-database.js';
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

export type DeskAnswer<Row> =
  | {readonly kind: 'stored'; readonly row: Row}
  /** What was revoked never comes back under the same id. */
  | {readonly kind: 'revoked'}
  | {readonly kind: 'unknown'};

export interface GrantDeskOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly database: CloudDatabase;
  readonly gateways: GatewayTable;
  readonly grants: GrantTable;
  /** After the commit: the gateway should hear of it. */
  readonly onChange: (gateway: string) => void;
}

/** A gateway cut off from the cloud keeps honouring a grant this long. @see sync.md 8 */
const LEASE_MS = 30 * DAY_MS;
const RENEW_BELOW_MS = 15 * DAY_MS;

/** Issues, changes and withdraws grants and cards. */
export class GrantDesk {
  readonly #options: GrantDeskOptions;

  constructor(options: GrantDeskOptions) {
    this.#options = options;
  }

  /** Store under `order.id`, or a new id; an existing grant is replaced as its next revision. */
  putGrant(gateway: string, order: GrantOrder): DeskAnswer<Grant> {
    const {entropy, grants} = this.#options;
    const id = order.id ?? asId<GrantId>(entropy.ulid());
    return this.#put(gateway, id, () => {
      const before = grants.get(gateway, 'grant', id);
      const row: Grant = {
        ...order,
        id,
        number: before?.table === 'grant' ? before.row.number : this.#newNumber(),
        rev: (before?.row.rev ?? 0) + 1,
        leaseUntil: this.#leaseUntil(),
      };
      grants.put(gateway, {table: 'grant', row});
      return row;
    });
  }

  putCard(gateway: string, order: CardOrder): DeskAnswer<CardCredential> {
    const {entropy, grants} = this.#options;
    const id = order.id ?? asId<CredentialId>(entropy.ulid());
    return this.#put(gateway, id, () => {
      const before = grants.get(gateway, 'credential', id);
      const row: CardCredential = {...order, kind: 'card', id, rev: (before?.row.rev ?? 0) + 1};
      grants.put(gateway, {table: 'credential', row});
      return row;
    });
  }

  /** Withdraw for good. The tombstone travels ahead of every version. */
  revoke(
    gateway: string,
    section: GrantStateRow['table'],
    id: string,
  ): DeskAnswer<GrantStateRow['row']> {
    const {clock, database, grants, onChange} = this.#options;
    const before = grants.get(gateway, section, id);
    if (!before) return {kind: 'unknown'};
    const revoked = asRevoked(before);
    database.transaction(() => {
      if (grants.revoke(gateway, id, clock.wallMs())) grants.put(gateway, revoked);
    });
    onChange(gateway);
    return {kind: 'stored', row: revoked.row};
  }

  /** Extend what would run out, so that only a cut-off gateway ever sees a lease end. */
  renewLeases(): void {
    const {clock, database, grants, onChange} = this.#options;
    const due = grants.leasesBefore(clock.wallMs() + RENEW_BELOW_MS);
    database.transaction(() => {
      for (const {gateway, entry} of due) {
        if (entry.table !== 'grant') continue;
        const row = {...entry.row, rev: entry.row.rev + 1, leaseUntil: this.#leaseUntil()};
        grants.put(gateway, {table: 'grant', row});
      }
    });
    for (const gateway of new Set(due.map(grant => grant.gateway))) onChange(gateway);
  }

  #put<Row>(gateway: string, id: string, store: () => Row): DeskAnswer<Row> {
    const {database, gateways, grants, onChange} = this.#options;
    if (grants.isRevoked(gateway, id)) return {kind: 'revoked'};
    const row = database.transaction(() => {
      gateways.add(gateway);
      return store();
    });
    onChange(gateway);
    return {kind: 'stored', row};
  }

  #leaseUntil(): UnixMillis {
    return (this.#options.clock.wallMs() + LEASE_MS) as UnixMillis;
  }

  /** 63 random bits in decimal: what a QR token can hold, positive wherever it is read. */
  #newNumber(): string {
    const bytes = Buffer.from(this.#options.entropy.bytes(8));
    return (bytes.readBigUInt64BE() >> 1n).toString();
  }
}

function asRevoked(entry: GrantStateRow): GrantStateRow {
  return entry.table === 'grant'
    ? {table: 'grant', row: {...entry.row, state: 'revoked', rev: entry.row.rev + 1}}
    : {table: 'credential', row: {...entry.row, state: 'revoked', rev: entry.row.rev + 1}};
}
