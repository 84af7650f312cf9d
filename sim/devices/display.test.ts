import test from 'ava';
import {fromHex, toHex} from '../../protocols/base/bytes.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {Display} from './display.js';

/** Unit 31: FC16 of 33 words, tone good, "A-001" and "请进" in UTF-16. CRCs computed apart from this project. */
const WRITE_SCREEN = [
  '1f100000002142',
  '0001',
  '0041002d00300030003100000000000000000000000000000000000000000000',
  '8bf78fdb00000000000000000000000000000000000000000000000000000000',
  '30c0',
].join('');

function build() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const display = new Display({clock, unit: 31});
  const ask = (frame: string) =>
    display
      .receive(fromHex(frame))
      .map(reply => toHex(reply.bytes))
      .join();
  return {clock, display, ask};
}

test('one FC16 puts both lines and their tone on the display', async t => {
  const {clock, display, ask} = build();
  await clock.advance(1234);
  t.is(ask(WRITE_SCREEN), '1f100000002103af');
  t.deepEqual(display.screen, {tone: 'good', lines: ['A-001', '请进']});
  t.deepEqual(display.history, [{screen: {tone: 'good', lines: ['A-001', '请进']}, atMs: 1234}]);
  t.is(ask('1f030000000187b4'), '1f03020001d186', 'its first word can be read back');
});

test('a part of the screen can be written alone', t => {
  const {display, ask} = build();
  ask(WRITE_SCREEN);
  t.is(ask('1f10000100020400410000025f'), '1f100001000213b6');
  t.deepEqual(display.screen?.lines, ['A', '请进']);
});

test('an unknown tone shows nothing and leaves no trace in the history', t => {
  const {display, ask} = build();
  ask(WRITE_SCREEN);
  t.is(ask('1f1000000001020009e7f6'), '1f10000000010277');
  t.is(display.screen, undefined);
  t.is(display.history.length, 1);
});

test('words beyond the screen and other functions are refused', t => {
  const {ask} = build();
  t.is(ask('1f1000200002040041004241ba'), '1f9002adc7');
  t.is(ask('1f06000000014bb4'), '1f8601e3a6');
  t.is(ask('1f04000000013274'), '1f8401e2c6');
});

test('an unplugged display neither answers nor shows; its history is bounded', t => {
  const {display, ask} = build();
  display.isUnplugged = true;
  t.is(ask(WRITE_SCREEN), '');
  t.deepEqual(display.history, []);
  display.isUnplugged = false;
  for (let round = 0; round < 1001; round += 1) ask(WRITE_SCREEN);
  t.is(display.history.length, 1000);
});
