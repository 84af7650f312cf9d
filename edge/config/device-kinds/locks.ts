import {z} from 'zod';
import {LOCK_BOARD_MODEL_NAMES, LOCK_BOARD_MODELS} from '../../../protocols/lock-board/models.js';
import {choice, duration, exactly, flag, identifier, integer} from '../fields.js';

const id = identifier('Name of the device.');
const travelMs = duration(1000, 10_000, 'Full travel of the arm, one way.').default(3000);
const pollMs = duration(50, 2000, 'Routine polls, start to start.').default(500);

/** A lock behind Modbus registers. */
export const parkingLock = exactly({
  id,
  kind: z.literal('parking-lock'),
  profile: choice(['reference'], 'Register map of the device.').default('reference'),
  address: integer(1, 247, 'Modbus unit address, unique on its line together with the base.'),
  base: integer(
    0,
    65_000,
    'First register of this lock: 100, 110 and so on for locks behind a collector.',
  ).default(0),
  travelMs,
  pollMs,
});

/** The model decides how many there are: checked below. */
const channel = (sentence: string) => integer(1, 32, sentence);

/** A lock on a channel of a board that knows one contact of it. */
export const boardLock = exactly({
  id,
  kind: z.literal('board-lock'),
  model: choice(LOCK_BOARD_MODEL_NAMES, 'Model of the board, which is its language.'),
  board: integer(0, 99, 'Address on the DIP switch of the board.'),
  lock: channel('Channel that lowers the arm and reads its contact, as printed on the board.'),
  raiseLock: channel('Channel that raises the arm; left out, only hands raise it.').optional(),
  statusMeansOpen: flag(
    'Does a set bit of the contact mean that the arm lies flat? Proven by moving it once.',
  ),
  openReplyMs: duration(50, 2000, 'Longest time to the answer to an order.').default(1000),
  travelMs,
  pollMs,
  leastPollMs: duration(50, 2000, 'The board is asked no more often, for all its locks.').default(
    200,
  ),
}).superRefine(({model, board, lock, raiseLock}, context) => {
  const {boards, locks} = LOCK_BOARD_MODELS[model];
  const expect = (holds: boolean, path: string, message: string) => {
    if (!holds) context.addIssue({code: 'custom', path: [path], message});
  };
  const {first, last} = boards;
  expect(board >= first && board <= last, 'board', `expected ${first}-${last} of a ${model}`);
  expect(lock <= locks, 'lock', `expected 1-${locks} of a ${model}`);
  if (raiseLock === undefined) return;
  expect(raiseLock <= locks, 'raiseLock', `expected 1-${locks} of a ${model}`);
  expect(raiseLock !== lock, 'raiseLock', 'expected another channel than the one that lowers');
});

export const LOCK_KINDS = ['parking-lock', 'board-lock'] as const;

export type ParkingLockConfig = z.output<typeof parkingLock>;
export type BoardLockConfig = z.output<typeof boardLock>;
