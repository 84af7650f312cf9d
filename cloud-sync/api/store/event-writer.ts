import type {CloudTransaction} from './cloud-schema.js';
import type {EpochRow, StoredEvent} from './event-ledger.js';

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

type Awaitable<Value> = Value | Promise<Value>;

/** What ingest does with many rows at once, each database in its fastest way. */
export interface EventWriter {
  /** Read epochs and keep other transactions from them; those that do not exist are left out. Locked in
   *  one order for all workers, so that no two wait for each other. */
  lockEpochs(tx: CloudTransaction, keys: readonly EpochKey[]): Awaitable<readonly NamedEpoch[]>;
  saveEpochs(tx: CloudTransaction, epochs: readonly NamedEpoch[]): Awaitable<void>;
  /** Insert events whose numbers are free; gives how many were. */
  insert(tx: CloudTransaction, runs: readonly EventRun[], receivedWall: number): Awaitable<number>;
}

export function byName(left: EpochKey, right: EpochKey): number {
  if (left.gateway !== right.gateway) return left.gateway < right.gateway ? -1 : 1;
  return left.epoch < right.epoch ? -1 : 1;
}
