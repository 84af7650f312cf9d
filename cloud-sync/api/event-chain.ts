import {fromHex, toHex} from '../../protocols/base/bytes.js';
import {chainHashes, HASH_BYTES} from '../../protocols/cloud/chain.js';
import type {Batch, WireEvent} from '../../protocols/cloud/up-messages.js';
import type {StoredEvent} from './store/event-ledger.js';
import type {ChainedRun} from './store/event-writer.js';

/** The batch's events with their hashes; undefined when the chain does not lead from `p` to `h`. */
export function chained(gateway: string, batch: Batch, epochNo: number): ChainedRun | undefined {
  const {from, ev, p, h} = batch;
  const bodies = ev.map(event => event[5]);
  const run = {gateway, epochNo, from, ev, hashes: chainHashes(fromHex(p), from, bodies)};
  return toHex(hashIn(run, ev.length - 1)) === h ? run : undefined;
}

/** Chain hash after the event at `index`. */
export function hashIn({hashes}: ChainedRun, index: number): Uint8Array {
  return hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
}

/** What is left of a run behind its first `count` events. */
export function runBehind(run: ChainedRun, count: number): ChainedRun {
  if (count === 0) return run;
  const hashes = run.hashes.subarray(count * HASH_BYTES);
  return {...run, from: run.from + count, ev: run.ev.slice(count), hashes};
}

export function storedRun(run: ChainedRun): readonly StoredEvent[] {
  return run.ev.map((event, index) =>
    storedEvent(event, run.epochNo, run.from + index, hashIn(run, index)),
  );
}

export function storedEvent(
  event: WireEvent,
  epochNo: number,
  seq: number,
  hash: Uint8Array | null,
): StoredEvent {
  const [kind, boot, mono, wall, clk, body] = event;
  return {epochNo, seq, kind, boot, mono, wall, clk, body, hash};
}

export function sameHash(left: Uint8Array | null, right: Uint8Array | null): boolean {
  return left !== null && right !== null && toHex(left) === toHex(right);
}

export function sameContent(left: StoredEvent, right: StoredEvent): boolean {
  return (
    left.kind === right.kind &&
    left.boot === right.boot &&
    left.mono === right.mono &&
    left.wall === right.wall &&
    left.clk === right.clk &&
    left.body === right.body
  );
}
