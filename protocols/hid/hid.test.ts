import test from 'ava';
import fc from 'fast-check';
import {fromHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import {decodeHidPos, encodeHidPos, HID_POS_DATA_BYTES} from './hid-pos.js';
import {KEY_ENTER, KEY_KEYPAD_ENTER, KEY_MEANINGS, padKeyOf} from './key-usages.js';
import {encodeBootReport, NO_KEYS, readKeyboard} from './keyboard.js';
import {TYPED_VECTORS, US_LAYOUT_SPOTS} from './vectors.js';

function typed(reports: readonly Uint8Array[]): string {
  let state = NO_KEYS;
  let text = '';
  for (const report of reports) {
    const step = readKeyboard(state, report);
    state = step.state;
    for (const stroke of step.strokes) {
      const isEnter = stroke.usage === KEY_ENTER || stroke.usage === KEY_KEYPAD_ENTER;
      text += isEnter ? '\r' : (stroke.text ?? '');
    }
  }
  return text;
}

for (const {source, reports, text} of TYPED_VECTORS) {
  test(`boot reports: ${source}`, t => {
    t.is(typed(reports.map(report => fromHex(report))), text);
  });
}

test('keys write what the usage tables say on a US layout', t => {
  for (const [usage, plain, shifted] of US_LAYOUT_SPOTS) {
    const meaning = KEY_MEANINGS.get(usage);
    t.deepEqual([meaning?.plain, meaning?.shifted], [plain, shifted], usage.toString(16));
  }
  t.is(KEY_MEANINGS.size, 26 + 10 + 6 + 6 + 15);
  t.false(KEY_MEANINGS.has(KEY_ENTER));
});

test('a text of printing characters comes back from its reports', t => {
  const keys = [...KEY_MEANINGS].filter(([, {isKeypad}]) => !isKeypad);
  const stroke = fc.record({at: fc.nat(keys.length - 1), shift: fc.boolean()});
  fc.assert(
    fc.property(fc.array(stroke, {maxLength: 60}), strokes => {
      const reports = strokes.flatMap(({at, shift}) => [
        encodeBootReport([keys[at]?.[0] ?? 0], shift),
        encodeBootReport([]),
      ]);
      const text = strokes.map(({at, shift}) => keys[at]?.[1][shift ? 'shifted' : 'plain']);
      t.is(typed(reports), text.join(''));
    }),
  );
});

test('any report is read without an error, and a key that stays down is told once', t => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({maxLength: 12})), reports => {
      let state = NO_KEYS;
      for (const report of reports) {
        const step = readKeyboard(state, report);
        if (step.strokes.some(({usage}) => state.down.includes(usage))) return false;
        state = step.state;
      }
      return state.down.length <= 6;
    }),
  );
  t.is(typed([encodeBootReport([4, 5, 6, 7, 8, 9, 10])]), '');
});

test('keys of a pad: digits of both blocks, clear and enter, nothing else', t => {
  const keys = [0x1e, 0x27, 0x59, 0x62, 0x55, 0x2a, 0x29, 0x28, 0x58, 0x04, 0x57];
  t.deepEqual(
    keys.map(usage => padKeyOf(usage, false)),
    ['1', '0', '1', '0', '*', '*', '*', '#', '#', undefined, undefined],
  );
  t.is(padKeyOf(0x20, true), '#');
  t.is(padKeyOf(0x25, true), '*');
  t.is(padKeyOf(0x1e, true), undefined);
});

test('a HID-POS report by hand: ]Q1, four bytes, the last report of its code', t => {
  const report = new Uint8Array(64);
  report.set(fromHex('02 04 5D 51 31 4C 4B 31 2E'));
  t.deepEqual(decodeHidPos(report), {aim: ']Q1', data: fromHex('4C4B312E'), more: false});
  report[63] = 1;
  t.is(decodeHidPos(report)?.more, true);
});

test('HID-POS pieces come back as they went', t => {
  const part = fc.record({
    aim: fc.constantFrom(']Q1', ']d2', ''),
    data: fc.uint8Array({maxLength: HID_POS_DATA_BYTES}),
    more: fc.boolean(),
  });
  fc.assert(fc.property(part, piece => t.deepEqual(decodeHidPos(encodeHidPos(piece)), piece)));
});

test('a report of another shape is no piece of a code', t => {
  const report = encodeHidPos({aim: ']Q1', data: fromHex('41'), more: false});
  t.is(decodeHidPos(report.subarray(0, 63)), undefined);
  t.is(decodeHidPos(Uint8Array.of(3, ...report.subarray(1))), undefined);
  t.is(decodeHidPos(Uint8Array.of(2, 57, ...report.subarray(2))), undefined);
  t.is(decodeHidPos(new Uint8Array(0)), undefined);
  fc.assert(
    fc.property(
      fc.uint8Array({maxLength: 70}),
      bytes => (decodeHidPos(bytes)?.data.length ?? 0) <= 56,
    ),
  );
  const long = {aim: ']Q1', data: new Uint8Array(57), more: false};
  t.is(t.throws(() => encodeHidPos(long), {instanceOf: CodecMisuse}).code, 'codec/hid-pos');
});
