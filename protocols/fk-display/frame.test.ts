import test from 'ava';
import fc from 'fast-check';
import {checkResync} from '../../sim/fuzz/resync-laws.js';
import {concatBytes, equalBytes, fromHex, toHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import {decodeFkLine, decodeFkSpeech, encodeFkLine, encodeFkSpeech} from './commands.js';
import {decodeFkFrame, encodeFkFrame, type FkFrame} from './frame.js';
import {FK_VECTORS} from './vectors.js';

const frames: fc.Arbitrary<FkFrame> = fc.record({
  address: fc.nat(255),
  command: fc.nat(255),
  data: fc.uint8Array({minLength: 20, maxLength: 40}),
});

for (const {source, frame, command, data} of FK_VECTORS) {
  test(`published frame: ${source}`, t => {
    const bytes = fromHex(frame);
    const expected = {address: 0, command, data: fromHex(data)};
    t.is(toHex(encodeFkFrame(expected)), toHex(bytes));
    t.deepEqual(decodeFkFrame(bytes), {kind: 'frame', frame: expected, used: bytes.length});
  });
}

test('the words of the captured frame, and the line of the published one', t => {
  const [captured] = FK_VECTORS;
  t.is(toHex(encodeFkSpeech('粤B12345,欢迎光临')), toHex(fromHex(captured?.data ?? '')));
  t.is(decodeFkSpeech(fromHex(captured?.data ?? '')), '粤B12345,欢迎光临');
  const published = fromHex(FK_VECTORS[5]?.data ?? '');
  const line = {line: 0, text: '欢迎光临', colour: {red: 255, green: 0, blue: 0}};
  t.is(toHex(encodeFkLine(line)), toHex(published));
  t.deepEqual(decodeFkLine(published), line);
});

test('an empty line is a blank, a text too long is cut between characters', t => {
  const colour = {red: 0, green: 255, blue: 0};
  t.is(decodeFkLine(encodeFkLine({line: 1, text: '', colour}))?.text, ' ');
  t.is(
    decodeFkLine(encodeFkLine({line: 1, text: `a${'停'.repeat(130)}`, colour}))?.text.length,
    118,
  );
  t.is(encodeFkSpeech('停'.repeat(200)).length, 255);
});

test('what is no line or no speech is none', t => {
  t.is(decodeFkSpeech(new Uint8Array(0)), undefined);
  t.is(decodeFkLine(new Uint8Array(5)), undefined);
  const data = encodeFkLine({line: 0, text: 'ab', colour: {red: 0, green: 0, blue: 0}});
  t.is(decodeFkLine(data.subarray(0, -1)), undefined);
  data[20] = 0xff;
  t.is(decodeFkLine(data), undefined);
});

test('there and back', t => {
  fc.assert(
    fc.property(frames, frame => {
      const bytes = encodeFkFrame(frame);
      t.deepEqual(decodeFkFrame(bytes), {kind: 'frame', frame, used: bytes.length});
    }),
  );
});

test('damage is told apart, pieces wait', t => {
  const bytes = encodeFkFrame({address: 1, command: 0x30, data: Uint8Array.of(0)});
  for (let length = 0; length < bytes.length; length += 1) {
    t.deepEqual(decodeFkFrame(bytes.subarray(0, length)), {kind: 'wait'});
  }
  const wrong = bytes.slice();
  wrong[6] = 9;
  t.deepEqual(decodeFkFrame(wrong), {kind: 'discard', used: 1, why: 'crc'});
  t.deepEqual(decodeFkFrame(concatBytes(Uint8Array.of(7), bytes)), {
    kind: 'discard',
    used: 1,
    why: 'noise',
  });
  t.deepEqual(decodeFkFrame(bytes, 0), {kind: 'discard', used: 1, why: 'length'});
});

test('finds its step again after any damage', t => {
  checkResync({
    decode: decodeFkFrame,
    frames: frames.map(encodeFkFrame),
    same: (left, right) => equalBytes(left.data, right.data) && left.command === right.command,
    recoverWithin: 14,
  });
  t.pass();
});

test('what no frame can carry is our mistake', t => {
  const colour = {red: 0, green: 0, blue: 0};
  const misuses = [
    () => encodeFkFrame({address: 256, command: 0, data: new Uint8Array(0)}),
    () => encodeFkFrame({address: 0, command: -1, data: new Uint8Array(0)}),
    () => encodeFkFrame({address: 0, command: 0, data: new Uint8Array(256)}),
    () => encodeFkLine({line: 300, text: '', colour}),
    () => encodeFkLine({line: 0, text: '', colour: {...colour, red: 1.5}}),
  ];
  for (const misuse of misuses) {
    t.is(t.throws(misuse, {instanceOf: CodecMisuse}).code, 'codec/display');
  }
});
