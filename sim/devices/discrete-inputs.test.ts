import test from 'ava';
import {fromHex, toHex} from '../../protocols/base/bytes.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {DiscreteInputs} from './discrete-inputs.js';

/** Unit 40, FC02 of eight inputs. CRCs computed apart from this project. */
const READ_8 = '2802000000087e35';

function build() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const board = new DiscreteInputs({clock, unit: 40});
  const ask = (frame: string) =>
    board
      .receive(fromHex(frame))
      .map(reply => toHex(reply.bytes))
      .join();
  return {clock, board, ask};
}

test('each closed contact is a bit, the first input the lowest', t => {
  const {board, ask} = build();
  t.is(ask(READ_8), '28020100a9d4');
  board.set(2, true);
  t.is(ask(READ_8), '28020104a817');
  board.set(0, true);
  t.is(ask(READ_8), '2802010569d7');
  board.set(2, false);
  t.is(ask(READ_8), '280201016814');
});

test('a sick detector reports its own truth', async t => {
  const {clock, board, ask} = build();
  board.ail(2, 'stuck_on');
  t.is(ask(READ_8), '28020104a817');
  board.set(2, true);
  board.ail(2, 'stuck_off');
  t.is(ask(READ_8), '28020100a9d4');
  board.ail(2, {flappingMs: 50});
  t.false(board.contacts[2]);
  await clock.advance(50);
  t.true(board.contacts[2]);
  board.ail(2, 'ok');
  t.is(ask(READ_8), '28020104a817');
});

test('inputs beyond the board and other functions are refused; unplugged it is silent', t => {
  const {board, ask} = build();
  t.is(ask('280200000009bff5'), '28820210a9');
  t.is(ask('2801000000083a35'), '2881015058');
  board.isUnplugged = true;
  t.is(ask(READ_8), '');
});
