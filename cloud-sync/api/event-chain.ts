import {fromHex, toHex} from '../../protocols/base/bytes.js';
import {chainHash} from '../../protocols/cloud/chain.js';
import type {Batch, WireEvent} from '../../protocols/cloud/up-messages.js';
import type {StoredEvent} from './store/event-ledger.js';

/** The batch's events with their hashes; undefined when the chain does not lead from `p` to `h`. */
export function chained(batch: Batch, epochNo: number): readonly StoredEvent[] | undefined {
  let hash = fromHex(batch.p);
  const events = batch.ev.map((event, index) => {
    const seq = batch.from + index;
    hash = chainHash(hash, seq, event[5]);
    return storedEvent(event, epochNo, seq, hash);
  });
  return toHex(hash) === batch.h ? events : undefined;
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
