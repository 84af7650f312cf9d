import type {WireEvent} from '../../../protocols/cloud/up-messages.js';
import type {CloudTransaction} from './cloud-schema.js';
import type {EpochRow, StoredEvent} from './event-ledger.js';
import type {PlacedBay} from './site-view.js';

export interface EpochKey {
  readonly gateway: string;
  readonly epoch: string;
}

export interface NamedEpoch extends EpochKey {
  readonly row: EpochRow;
}

export interface EventRun {
  readonly gateway: string;
  readonly events: readonly StoredEvent[];
}

/** Events numbered without a gap, of one epoch, as they came and with their chain hashes. */
export interface ChainedRun {
  readonly gateway: string;
  readonly epochNo: number;
  /** Number of the first. */
  readonly from: number;
  readonly ev: readonly WireEvent[];
  /** 32 bytes each. */
  readonly hashes: Uint8Array;
}

/** A grant or a credential of one gateway. */
export interface GatewayId {
  readonly gateway: string;
  readonly id: string;
}

type Awaitable<Value> = Value | Promise<Value>;

/** What ingest asks and writes with every tick, each database in its fastest way. */
export interface EventWriter {
  /** Read epochs and keep other transactions from them; those that do not exist are left out. Locked in
   *  one order for all workers, so that no two wait for each other. */
  lockEpochs(tx: CloudTransaction, keys: readonly EpochKey[]): Awaitable<readonly NamedEpoch[]>;
  saveEpochs(tx: CloudTransaction, epochs: readonly NamedEpoch[]): Awaitable<void>;
  /** Insert events whose numbers are free; gives how many were. Nearly all events come this way. */
  append(tx: CloudTransaction, runs: readonly ChainedRun[], wallMs: number): Awaitable<number>;
  /** The same for events one by one. */
  insert(tx: CloudTransaction, runs: readonly EventRun[], receivedWall: number): Awaitable<number>;
  /** At most one of each bay; gives those that were newer than what was there. */
  putBays(tx: CloudTransaction, bays: readonly PlacedBay[]): Awaitable<readonly PlacedBay[]>;
  /** When each of them was revoked, in their order; undefined: it was not. */
  revokedAt(
    tx: CloudTransaction,
    ids: readonly GatewayId[],
  ): Awaitable<readonly (number | undefined)[]>;
  /** Id of the order that gave each of these grants, in their order; undefined: none did. */
  ordersOf(
    tx: CloudTransaction,
    grants: readonly GatewayId[],
  ): Awaitable<readonly (string | undefined)[]>;
}

export function byName(left: EpochKey, right: EpochKey): number {
  if (left.gateway !== right.gateway) return left.gateway < right.gateway ? -1 : 1;
  return left.epoch < right.epoch ? -1 : 1;
}
