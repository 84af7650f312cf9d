import type {Outbox} from '../../cloud-sync/uplink/outbox.js';
import type {Millis} from '../../protocols/base/clock.js';
import {InternalError} from '../../protocols/base/errors.js';
import {CHAIN_START, chainHash} from '../../protocols/cloud/chain.js';
import type {WireEvent} from '../../protocols/cloud/up-messages.js';

interface Row {
  readonly event: WireEvent;
  readonly hash: Uint8Array;
  readonly sinceMs: Millis;
}

/** One gateway's journal without a disk: thousands of them share one process of a bench. */
export class FleetOutbox implements Outbox {
  readonly #epoch: string;
  readonly #onAcked: (afterMs: Millis) => void;
  readonly #nowMs: () => Millis;
  readonly #listeners = new Set<() => void>();
  #rows: Row[] = [];
  #acked = 0;
  #ackedHash: Uint8Array = CHAIN_START;

  constructor(epoch: string, nowMs: () => Millis, onAcked: (afterMs: Millis) => void) {
    this.#epoch = epoch;
    this.#nowMs = nowMs;
    this.#onAcked = onAcked;
  }

  append(event: WireEvent): void {
    const seq = this.head() + 1;
    const hash = chainHash(this.#rows.at(-1)?.hash ?? this.#ackedHash, seq, event[5]);
    this.#rows.push({event, hash, sinceMs: this.#nowMs()});
    for (const listener of this.#listeners) listener();
  }

  epoch(): string {
    return this.#epoch;
  }

  isDurable(): boolean {
    return true;
  }

  head(): number {
    return this.#acked + this.#rows.length;
  }

  acked(): number {
    return this.#acked;
  }

  first(): number {
    return 1;
  }

  low(): number {
    return this.#acked + 1;
  }

  page(fromSeq: number, limit: number): readonly WireEvent[] {
    const start = fromSeq - this.low();
    return this.#rows.slice(start, start + limit).map(row => row.event);
  }

  origins(): readonly [] {
    return [];
  }

  hashAt(seq: number): Uint8Array | undefined {
    return seq === this.#acked ? this.#ackedHash : this.#rows[seq - this.low()]?.hash;
  }

  markAcked(seq: number): void {
    const count = seq - this.#acked;
    if (count <= 0 || count > this.#rows.length) return;
    const gone = this.#rows.splice(0, count);
    this.#acked = seq;
    this.#ackedHash = gone.at(-1)?.hash ?? this.#ackedHash;
    for (const {sinceMs} of gone) this.#onAcked(this.#nowMs() - sinceMs);
  }

  /** A cloud that lost what it had acknowledged: no bench can go on after that. */
  startNewEpoch(why: string): never {
    throw new InternalError('bench/fleet', `the cloud wants a new epoch: ${why}`);
  }

  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
