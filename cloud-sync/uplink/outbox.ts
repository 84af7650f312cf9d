import type {Batch, WireEvent} from '../../protocols/cloud/up-messages.js';

/** Where a row that was carried over stood first. */
export type EventOrigin = NonNullable<Batch['o']>[number];

/**
 * The journal as its sender sees it. Everything is synchronous and answers from committed rows only:
 * what is sent can never roll back. Rows up to `acked` may be pruned at any time; later ones never.
 * All numbers belong to the current epoch.
 */
export interface Outbox {
  /** 32 hex digits, made with the database. */
  epoch(): string;
  /** False while epoch and numbers live in memory only: the cloud must not hear of them. */
  isDurable(): boolean;
  /** Highest sequence number committed; 0 before the first. */
  head(): number;
  /** Highest sequence number the cloud has confirmed; 0 before the first. */
  acked(): number;
  /** Lowest sequence number that this epoch ever had: 1, or where it took over from the one before. */
  first(): number;
  /** Lowest sequence number of this epoch still held; `head() + 1` when none is. */
  low(): number;
  /** At most `limit` rows from `fromSeq` on as they go out, ascending and without a gap; fewer at the
   *  end. Bodies are the JSON text exactly as hashed into the chain. */
  page(fromSeq: number, limit: number): readonly WireEvent[];
  /** Origins of the rows from `fromSeq` on that come from an epoch before, at most `limit`;
   *  they are the lowest rows of an epoch, so none follows the first that has none. */
  origins(fromSeq: number, limit: number): readonly EventOrigin[];
  /** Chain hash after `seq`, 32 bytes; 32 zero bytes for 0; undefined for a row no longer known.
   *  `low() - 1` is always known. */
  hashAt(seq: number): Uint8Array | undefined;
  /** The cloud has committed everything up to `seq`. Lower numbers than before are ignored. Costs a
   *  write: while a backlog drains it is called once a second. */
  markAcked(seq: number): void;
  /** The numbers may belong to others already: a fresh epoch, journalled as `epoch.new`, begins with the
   *  oldest row that the cloud has not confirmed. */
  startNewEpoch(why: string): void;
  /** `listener` runs after each commit that added rows; the result ends it. */
  onAppend(listener: () => void): () => void;
}
