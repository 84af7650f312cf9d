import type {Partition} from '../platform/partition.js';

const MB = 1024 * 1024;
/** Never ours: logs, the write-ahead log and what else lives on the partition. */
const RESERVE_BYTES = 64 * MB;
/** Twice the size that the write-ahead log is cut back to: with less, the next commit may find no room. */
export const WAL_ROOM_BYTES = 8 * MB;

/**
 * How full the store is, by the highest mark that was reached: from 70 % on confirmed events are kept
 * for a day only, from 85 % not at all, from 95 % somebody is told and telemetry stops, from 99 % no
 * stay begins. @see sync.md 3.3
 */
export type StoreLevel = 'roomy' | 'shortened' | 'crowded' | 'alarm' | 'full';

const MARKS: readonly (readonly [level: StoreLevel, from: number])[] = [
  ['full', 0.99],
  ['alarm', 0.95],
  ['crowded', 0.85],
  ['shortened', 0.7],
  ['roomy', 0],
];
/** A mark is left only so far below it: nobody is told twice a minute. */
const SLACK = 0.02;

/** Largest size of the database file, in bytes: what is wished for, as far as the partition has it. */
export function quotaBytes(wishedBytes: number, partition: Partition | undefined): number {
  if (partition === undefined) return wishedBytes;
  const {sizeBytes} = partition;
  return Math.min(wishedBytes, sizeBytes - Math.min(RESERVE_BYTES, sizeBytes / 2));
}

/** `fill`: share of the quota in use. `before`: the level until now. */
export function levelOf(
  fill: number,
  partition: Partition | undefined,
  before: StoreLevel,
): StoreLevel {
  const freeBytes = partition?.freeBytes ?? Number.POSITIVE_INFINITY;
  if (freeBytes < WAL_ROOM_BYTES) return 'full';
  const byFill = markOf(fill, before);
  return freeBytes < 2 * WAL_ROOM_BYTES && !reaches(byFill, 'alarm') ? 'alarm' : byFill;
}

/** Is `level` the mark `wanted`, or beyond it? */
export function reaches(level: StoreLevel, wanted: StoreLevel): boolean {
  return rank(level) <= rank(wanted);
}

function markOf(fill: number, before: StoreLevel): StoreLevel {
  for (const [level, from] of MARKS) {
    const isHeld = reaches(before, level);
    if (fill >= (isHeld ? from - SLACK : from)) return level;
  }
  return 'roomy';
}

function rank(level: StoreLevel): number {
  return MARKS.findIndex(([known]) => known === level);
}
