import test from 'ava';
import {fromHex, toHex} from '../../protocols/base/bytes.js';
import {UsageError} from '../../protocols/base/errors.js';
import {LOCK_BOARD_MODELS, type LockBoardModelName} from '../../protocols/lock-board/models.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {LockBoard} from './lock-board.js';

function build(model: LockBoardModelName, flatSetsBit = true) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const board = new LockBoard({
    clock,
    model: LOCK_BOARD_MODELS[model],
    board: 1,
    locks: [
      {lock: 1, raiseLock: 2, flatSetsBit},
      {lock: 9, flatSetsBit, arm: 'down'},
    ],
  });
  const ask = (hex: string) => {
    const [reply] = board.receive(fromHex(hex));
    return reply ? `${toHex(reply.bytes)} after ${reply.afterMs}` : 'silence';
  };
  return {clock, board, ask};
}

test('8A/80: an order is answered late, and the bit changes when the arm lies flat', async t => {
  const {clock, board, ask} = build('board-8a80');
  t.is(ask('80 01 00 33 B2'), '80010000010033b3 after 20');
  t.is(ask('8A 01 01 11 9B'), '8a0101008a after 200');
  await clock.advance(2900);
  t.is(ask('80 01 00 33 B2'), '80010000010033b3 after 20');
  await clock.advance(200);
  t.is(ask('80 01 00 33 B2'), '80010000010133b2 after 20');
  t.is(board.lock(1).position, 0);
  ask('8A 01 02 11 98');
  t.is(ask('80 01 00 33 B2'), '80010000010133b2 after 20');
  await clock.advance(100);
  t.is(ask('80 01 00 33 B2'), '80010000010033b3 after 20', 'the contact opens at once');
});

test('8A/80: with the other contact every bit is turned round', t => {
  t.is(build('board-8a80', false).ask('80 01 00 33 B2'), '80010000000133b3 after 20');
});

test('KR-CU16: an unlock is not answered, the status has two bytes of locks', async t => {
  const {clock, ask} = build('kr-cu16');
  t.is(ask('02 10 31 03 46'), 'silence');
  await clock.advance(3100);
  t.is(ask('02 10 30 03 45'), '02103501010000034c after 20');
});

test('Winnsen: one channel a question', async t => {
  const {clock, ask} = build('winnsen');
  t.is(ask('90 06 12 01 01 03'), '90079201010003 after 20');
  t.is(ask('90 06 12 01 09 03'), '90079201090103 after 20');
  t.is(ask('90 06 05 01 01 03'), '90078501010003 after 200');
  await clock.advance(3100);
  t.is(ask('90 06 12 01 01 03'), '90079201010103 after 20');
});

test('other boards, damage and an unplugged board: silence; a mute one moves all the same', async t => {
  const {clock, board, ask} = build('board-8a80');
  t.is(ask('80 02 00 33 B1'), 'silence');
  t.is(ask('80 01 00 33 B3'), 'silence');
  board.isMute = true;
  t.is(ask('8A 01 01 11 9B'), 'silence');
  await clock.advance(3100);
  t.is(board.lock(1).position, 0);
  board.isUnplugged = true;
  t.is(ask('80 01 00 33 B2'), 'silence');
});

test('a deaf lock stands, a jammed one stays on its way, and hands may move both', async t => {
  const {clock, board, ask} = build('board-8a80');
  const lock = board.lock(1);
  lock.isDeaf = true;
  ask('8A 01 01 11 9B');
  await clock.advance(5000);
  t.is(lock.position, 1);
  lock.isDeaf = false;
  lock.jamAt = 0.5;
  ask('8A 01 01 11 9B');
  await clock.advance(5000);
  t.is(lock.position, 0.5);
  lock.push(0);
  t.true(lock.bit);
  t.deepEqual(
    lock.commands.map(({direction}) => direction),
    ['lower', 'lower'],
  );
  t.throws(() => board.lock(3), {instanceOf: UsageError});
});
