import {fixedFrame} from './fixed-frame.js';
import {byteOfStates, type LockBoardModel, statesOfBits} from './lock-board-model.js';

/**
 * The common board with headers 8A and 80, 9600 8N1, up to 32 channels. `st` is 11 or 00, and which of
 * them means open depends on the contact of the lock: the two published descriptions contradict each other.
 * `assumed:` all four state bytes also on boards with fewer than 25 channels; 200 ms to an answer.
 * @see devices.md 3.1, 0.2; blog.csdn.net/qiwenmingshiwo/article/details/50717517,
 * blog.csdn.net/u012909822/article/details/147892413
 */
export const BOARD_8A80: LockBoardModel = {
  name: 'board-8a80',
  boards: {first: 1, last: 99},
  locks: 32,
  frames: {
    open: fixedFrame('8A board lock 11 xor'),
    openReply: fixedFrame('8A board lock st xor'),
    state: fixedFrame('80 board 00 33 xor'),
    stateReply: fixedFrame('80 board s1 s2 s3 s4 33 xor'),
  },
  asks: 'board',
  fieldsOf: ({board, lock}) => ({board, lock}),
  statesOf: ({s1 = 0, s2 = 0, s3 = 0, s4 = 0}) => statesOfBits([s4, s3, s2, s1]),
  sayStates: (states, {lock}) => ({
    s1: byteOfStates(states, 25),
    s2: byteOfStates(states, 17),
    s3: byteOfStates(states, 9),
    s4: byteOfStates(states, 1),
    st: states.get(lock) ? 0x11 : 0x00,
  }),
  gapMs: undefined,
  stateReplyMs: 200,
};

/**
 * KERONG KR-CU16, 19200 8N1 (9600 option), 16 channels. The high half of `ad` is the board, the low half
 * the channel from 0. By the maker a set bit means locked; the contact decides here too.
 * `assumed:` an unlock is not answered, boards 0-15, 100 ms to an answer.
 * @see devices.md 3.2; github.com/jin0949/KR-CU16_locker
 */
export const KR_CU16: LockBoardModel = {
  name: 'kr-cu16',
  boards: {first: 0, last: 15},
  locks: 16,
  frames: {
    open: fixedFrame('02 ad 31 03 sum'),
    openReply: undefined,
    state: fixedFrame('02 ad 30 03 sum'),
    stateReply: fixedFrame('02 ad 35 low high irLow irHigh 03 sum'),
  },
  asks: 'board',
  fieldsOf: ({board, lock}, about) => ({ad: (board << 4) | (about === 'lock' ? lock - 1 : 0)}),
  statesOf: ({low = 0, high = 0}) => statesOfBits([low, high]),
  sayStates: states => ({
    low: byteOfStates(states, 1),
    high: byteOfStates(states, 9),
    irLow: 0,
    irHigh: 0,
  }),
  // 25-100 ms between frames.
  gapMs: 100,
  stateReplyMs: 100,
};

/**
 * Winnsen type boards, 9600 8N1. There is no check byte: nothing but the exact length, header and end is
 * a reply. `assumed:` up to 24 channels, stations 1-99; `res` is 01 or 00, and the contact decides which
 * of them means open; 200 ms to an answer.
 * @see devices.md 3.3; pudo kiosk, WinnsenProtocol.kt
 */
export const WINNSEN: LockBoardModel = {
  name: 'winnsen',
  boards: {first: 1, last: 99},
  locks: 24,
  frames: {
    open: fixedFrame('90 06 05 board lock 03'),
    openReply: fixedFrame('90 07 85 board lock res 03'),
    state: fixedFrame('90 06 12 board lock 03'),
    stateReply: fixedFrame('90 07 92 board lock res 03'),
  },
  asks: 'lock',
  fieldsOf: ({board, lock}) => ({board, lock}),
  statesOf: ({res = 0}, {lock}) => new Map([[lock, res !== 0]]),
  sayStates: (states, {lock}) => ({res: states.get(lock) ? 1 : 0}),
  gapMs: undefined,
  stateReplyMs: 200,
};

export const LOCK_BOARD_MODEL_NAMES = ['board-8a80', 'kr-cu16', 'winnsen'] as const;
export type LockBoardModelName = (typeof LOCK_BOARD_MODEL_NAMES)[number];

export const LOCK_BOARD_MODELS: Readonly<Record<LockBoardModelName, LockBoardModel>> = {
  'board-8a80': BOARD_8A80,
  'kr-cu16': KR_CU16,
  winnsen: WINNSEN,
};
