import {fromHex} from '../../protocols/base/bytes.js';
import type {Batch} from '../../protocols/cloud/up-messages.js';
import {sameHash} from './event-chain.js';
import type {CloudTransaction} from './store/cloud-schema.js';
import type {CarriedPlace, EpochRow, EventLedger} from './store/event-ledger.js';

export interface CopiesOptions {
  readonly tx: CloudTransaction;
  readonly ledger: EventLedger;
  /** An epoch as this transaction has it by now. */
  readonly epoch: (name: string) => Promise<EpochRow | undefined>;
}

interface Claim extends CarriedPlace {
  readonly body: string | undefined;
}

/**
 * Numbers of those events in `batch` that are here already under an earlier epoch of the same gateway:
 * one whose card was put back to an older copy cannot know what it has sent since, and sends it again.
 * They may be here in their first place, or in one that they were carried to since.
 */
export async function copiesIn(
  options: CopiesOptions,
  gateway: string,
  batch: Batch,
  epochNo: number,
): Promise<readonly number[]> {
  const {tx, ledger} = options;
  const claims = claimsOf(batch);
  const copies = new Set<number>();
  for (const name of new Set(claims.map(({first}) => first.epoch))) {
    const own = claims.filter(({first}) => first.epoch === name);
    const isHere = [
      await inFirstPlace(options, gateway, name, own),
      await carriedEarlier(options, gateway, epochNo, own),
    ];
    for (const claim of own) if (isHere.some(is => is(claim))) copies.add(claim.seq);
  }
  await ledger.addOrigins(tx, gateway, epochNo, claims);
  return [...copies];
}

function claimsOf({from, epoch, o = [], ev}: Batch): readonly Claim[] {
  const claims = o.map(([first, seq, hash], index) => ({
    ...{seq: from + index, body: ev[index]?.[5]},
    first: {epoch: first, seq, h: fromHex(hash)},
  }));
  return claims.filter(({first}) => first.epoch !== epoch);
}

async function inFirstPlace(
  {tx, ledger, epoch: epochOf}: CopiesOptions,
  gateway: string,
  name: string,
  claims: readonly Claim[],
): Promise<(claim: Claim) => boolean> {
  const row = await epochOf(name);
  if (!row) return () => false;
  const seqs = claims.map(({first}) => first.seq);
  const held = await ledger.hashes(tx, gateway, row.no, seqs);
  return ({first: {seq, h}}) => seq <= row.known && sameHash(held.get(seq) ?? null, h);
}

async function carriedEarlier(
  {tx, ledger, epoch: epochOf}: CopiesOptions,
  gateway: string,
  epochNo: number,
  claims: readonly Claim[],
): Promise<(claim: Claim) => boolean> {
  const epoch = claims[0]?.first.epoch ?? '';
  const seqs = claims.map(({first}) => first.seq);
  const rows = await ledger.carriedFrom(tx, gateway, epochNo, {epoch, seqs});
  const known = new Map<string, number>();
  for (const name of new Set(rows.map(row => row.epoch))) {
    known.set(name, (await epochOf(name))?.known ?? 0);
  }
  const shown = rows.filter(row => row.seq <= (known.get(row.epoch) ?? 0));
  return ({first: {seq, h}, body}) =>
    shown.some(row => row.firstSeq === seq && row.body === body && sameHash(row.firstHash, h));
}
