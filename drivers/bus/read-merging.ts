import type {Millis} from '../../protocols/base/clock.js';

/** A polled block of one table of one unit. */
export interface ReadBlock {
  readonly address: number;
  readonly quantity: number;
  readonly periodMs: Millis;
  /** Most registers or bits that the device gives in one read. */
  readonly mostQuantity: number;
}

/** One read for blocks that lie close together, in order of their addresses. */
export interface MergedRead<Block extends ReadBlock> {
  readonly address: number;
  readonly quantity: number;
  readonly blocks: readonly Block[];
}

/** devices.md 1.4 rule 7: reading 8 registers for nothing costs less than a frame. */
const LONGEST_GAP = 8;

/**
 * The fewest reads for `blocks`, all of one table of one unit: blocks of the same period with at most 8
 * unwanted registers between them are read together, as far as the device gives so many at once.
 */
export function mergeReads<Block extends ReadBlock>(
  blocks: readonly Block[],
): readonly MergedRead<Block>[] {
  const merged: MergedRead<Block>[] = [];
  const sorted = blocks.toSorted(
    (left, right) => left.periodMs - right.periodMs || left.address - right.address,
  );
  for (const block of sorted) {
    const last = merged.at(-1);
    const joined = last && join(last, block);
    if (joined) merged[merged.length - 1] = joined;
    else merged.push({address: block.address, quantity: block.quantity, blocks: [block]});
  }
  return merged;
}

function join<Block extends ReadBlock>(
  read: MergedRead<Block>,
  block: Block,
): MergedRead<Block> | undefined {
  const blocks = [...read.blocks, block];
  const endsAt = read.address + read.quantity;
  const quantity = Math.max(endsAt, block.address + block.quantity) - read.address;
  const isClose = block.address - endsAt <= LONGEST_GAP;
  const isSameTempo = read.blocks[0]?.periodMs === block.periodMs;
  const fits = quantity <= Math.min(...blocks.map(({mostQuantity}) => mostQuantity));
  return isClose && isSameTempo && fits ? {address: read.address, quantity, blocks} : undefined;
}
