import test from 'ava';
import fc from 'fast-check';
import {decodeScreen, encodeScreen, REFERENCE_DISPLAY_PROFILE} from './display-profile.js';

test('a screen is 33 words from 0: tone, line 1, line 2', t => {
  const words = encodeScreen({tone: 'good', lines: ['A-012 开', 'ok']});
  t.is(words.length, REFERENCE_DISPLAY_PROFILE.screen.quantity);
  t.deepEqual(words.slice(0, 9), [1, 0x41, 0x2d, 0x30, 0x31, 0x32, 0x20, 0x5f00, 0]);
  t.deepEqual(words.slice(17, 20), [0x6f, 0x6b, 0]);
  t.is(REFERENCE_DISPLAY_PROFILE.screen.register, 0);
});

test('each tone has its word', t => {
  const toneWord = (tone: 'neutral' | 'good' | 'bad' | 'call') =>
    encodeScreen({tone, lines: ['', '']})[0];
  t.deepEqual(
    [toneWord('neutral'), toneWord('good'), toneWord('bad'), toneWord('call')],
    [0, 1, 2, 3],
  );
});

test('a long line is cut at 16 code units', t => {
  const screen = decodeScreen(encodeScreen({tone: 'bad', lines: ['0123456789ABCDEFGH', '']}));
  t.deepEqual(screen?.lines, ['0123456789ABCDEF', '']);
});

test('a cut never leaves half a character', t => {
  const screen = decodeScreen(encodeScreen({tone: 'bad', lines: ['0123456789ABCDE🚗', '🚗']}));
  t.deepEqual(screen?.lines, ['0123456789ABCDE', '🚗']);
  const fits = decodeScreen(encodeScreen({tone: 'bad', lines: ['0123456789ABCD🚗', '']}));
  t.deepEqual(fits?.lines, ['0123456789ABCD🚗', '']);
});

test('words that are no screen', t => {
  t.is(decodeScreen([]), undefined);
  t.is(decodeScreen(new Array<number>(32).fill(0)), undefined);
  t.is(decodeScreen([4, ...new Array<number>(32).fill(0)]), undefined);
});

test('any text that fits comes back', t => {
  const line = fc
    .string({unit: 'grapheme', maxLength: 16})
    .filter(text => text.length <= 16 && !text.includes('\0'));
  fc.assert(
    fc.property(line, line, (first, second) => {
      const screen = {tone: 'call', lines: [first, second]} as const;
      t.deepEqual(decodeScreen(encodeScreen(screen)), screen);
    }),
  );
});
