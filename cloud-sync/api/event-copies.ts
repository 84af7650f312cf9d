import {fromHex} from '../../protocols/base/bytes.js';
import type {Batch} from '../../protocols/cloud/up-messages.js';
import {sameHash} from './event-chain.js';
import type {CloudTransaction} from './store/cloud-schema.js';
import type {EpochRow, EventLedger} from './store/event-ledger.js';

export interface CopiesOptions {
  readonly tx: CloudTransaction;
  readonly ledger: EventLedger;
  /** An epoch as this transaction has it by now. */
  readonly epoch: (name: string) => Promise<EpochRow | undefined>;
}

/**
 * Numbers of those events in `batch` that are here already under an earlier epoch of the same gateway:
 * one whose card was put back to an older copy cannot know what it has sent since, and sends it again.
 */
export async function copiesIn(
  {tx, ledger, epoch: epochOf}: CopiesOptions,
  gateway: string,
  batch: Batch,
): Promise<readonly number[]> {
  const origins = batch.o ?? [];
  const copies: number[] = [];
  for (const name of new Set(origins.map(([epoch]) => epoch))) {
    if (name === batch.epoch) continue;
    const row = await epochOf(name);
    if (!row) continue;
    const seqs = origins.filter(([epoch]) => epoch === name).map(([, seq]) => seq);
    const held = await ledger.hashes(tx, gateway, row.no, seqs);
    origins.forEach(([epoch, seq, hash], index) => {
      const isHere = seq <= row.known && sameHash(held.get(seq) ?? null, fromHex(hash));
      if (epoch === name && isHere) copies.push(batch.from + index);
    });
  }
  return copies;
}
