import type {LockBoardModelName} from './models.js';

export interface LockBoardVector {
  readonly source: string;
  readonly model: LockBoardModelName;
  readonly board: number;
  readonly lock: number;
  readonly ask: 'open' | 'state';
  readonly send: string;
}

/**
 * Frames as published. Hex. Check bytes recomputed by hand: 8A^01^01^11=9B, 80^01^00^33=B2;
 * 02+00+31+03=36, 02+00+30+03=35.
 */
export const LOCK_BOARD_VECTORS: readonly LockBoardVector[] = [
  {
    source: 'device notes 3.1, open lock',
    model: 'board-8a80',
    board: 1,
    lock: 1,
    ask: 'open',
    send: '8A 01 01 11 9B',
  },
  {
    source: 'device notes 3.1, state all',
    model: 'board-8a80',
    board: 1,
    lock: 1,
    ask: 'state',
    send: '80 01 00 33 B2',
  },
  {
    source: 'device notes 3.2, unlock lock 1',
    model: 'kr-cu16',
    board: 0,
    lock: 1,
    ask: 'open',
    send: '02 00 31 03 36',
  },
  {
    source: 'device notes 3.2, status',
    model: 'kr-cu16',
    board: 0,
    lock: 1,
    ask: 'state',
    send: '02 00 30 03 35',
  },
  {
    source: 'device notes 3.3, open, station 1 lock 5',
    model: 'winnsen',
    board: 1,
    lock: 5,
    ask: 'open',
    send: '90 06 05 01 05 03',
  },
  {
    source: 'device notes 3.3, status, station 1 lock 5',
    model: 'winnsen',
    board: 1,
    lock: 5,
    ask: 'state',
    send: '90 06 12 01 05 03',
  },
];

/**
 * Replies laid out by the same tables, check bytes by hand: 80^01^80^00^00^01^33=33;
 * 8A^01^01^11=9B; 02+00+35+01+80+00+00+03=BB.
 */
export const LOCK_BOARD_REPLIES: readonly (Omit<LockBoardVector, 'send'> & {
  readonly reply: string;
  /** Channels whose bit is set. */
  readonly set: readonly number[];
})[] = [
  {
    source: 'device notes 3.1, reply to state all, locks 1 and 32 set',
    model: 'board-8a80',
    board: 1,
    lock: 1,
    ask: 'state',
    reply: '80 01 80 00 00 01 33 33',
    set: [1, 32],
  },
  {
    source: 'device notes 3.1, reply to open lock',
    model: 'board-8a80',
    board: 1,
    lock: 1,
    ask: 'open',
    reply: '8A 01 01 11 9B',
    set: [],
  },
  {
    source: 'device notes 3.2, reply to status, locks 1 and 16 set',
    model: 'kr-cu16',
    board: 0,
    lock: 1,
    ask: 'state',
    reply: '02 00 35 01 80 00 00 03 BB',
    set: [1, 16],
  },
  {
    source: 'device notes 3.3, reply to open',
    model: 'winnsen',
    board: 1,
    lock: 5,
    ask: 'open',
    reply: '90 07 85 01 05 01 03',
    set: [],
  },
  {
    source: 'device notes 3.3, reply to status',
    model: 'winnsen',
    board: 1,
    lock: 5,
    ask: 'state',
    reply: '90 07 92 01 05 01 03',
    set: [5],
  },
];
