import test from 'ava';
import fc from 'fast-check';
import {drain} from '../../sim/fuzz/drain.js';
import {checkResync} from '../../sim/fuzz/resync-laws.js';
import {concatBytes, equalBytes, fromHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import {
  decodePn532,
  encodePn532,
  PN532_ACK,
  PN532_ERROR,
  PN532_NACK,
  PN532_WAKE_UP,
  type Pn532Frame,
} from './frame.js';
import {PN532_SHORT_VECTORS, PN532_VECTORS} from './vectors.js';

for (const {source, frame, from, data} of PN532_VECTORS) {
  test(`published frame: ${source}`, t => {
    const bytes = fromHex(frame);
    t.deepEqual(encodePn532(from, fromHex(data)), bytes);
    t.deepEqual(decodePn532(bytes), {
      kind: 'frame',
      frame: {kind: 'info', from, data: fromHex(data)},
      used: bytes.length,
    });
  });
}

test('acknowledge, not acknowledge and error are frames of their own', t => {
  const sent = {ack: PN532_ACK, nack: PN532_NACK, error: PN532_ERROR};
  for (const kind of ['ack', 'nack', 'error'] as const) {
    const bytes = fromHex(PN532_SHORT_VECTORS[kind]);
    t.deepEqual(sent[kind], bytes);
    t.deepEqual(decodePn532(bytes), {kind: 'frame', frame: {kind}, used: bytes.length});
  }
});

test('a frame in pieces waits to the last byte', t => {
  const whole = encodePn532('reader', fromHex('15'));
  for (let length = 0; length < whole.length; length += 1) {
    t.deepEqual(decodePn532(whole.subarray(0, length)), {kind: 'wait'}, `${length}`);
  }
});

test('the wake-up goes as noise, and the command behind it is whole', t => {
  const stream = concatBytes(PN532_WAKE_UP, encodePn532('host', fromHex('14 01 14 01')));
  t.deepEqual(drain(decodePn532, stream), [
    {kind: 'info', from: 'host', data: fromHex('14 01 14 01')},
  ]);
  t.deepEqual(decodePn532(stream), {kind: 'discard', used: 16, why: 'noise'});
});

test('what does not add up is dropped and told apart', t => {
  const whyOf = (text: string) => {
    const decoded = decodePn532(fromHex(text));
    return decoded.kind === 'discard' ? decoded.why : decoded.kind;
  };
  t.is(whyOf('00 00 FF 02 FD D4 02 2A 00'), 'length');
  t.is(whyOf('00 00 FF 00 00 D5 00'), 'length');
  t.is(whyOf('00 00 FF FF FF 01 00 FF'), 'length');
  t.is(whyOf('00 00 FF 02 FE D4 03 2A 00'), 'crc');
  t.is(whyOf('00 00 FF 02 FE D4 02 2A 01'), 'crc');
  t.is(whyOf('00 00 FF 00 FF 07'), 'crc');
  t.is(whyOf('00 00 FF 02 FE D6 02 28 00'), 'foreign');
  t.is(whyOf('00 00 FF 01 FF D4 2C 00'), 'foreign');
  t.is(whyOf('12 34'), 'noise');
});

test('there and back', t => {
  fc.assert(
    fc.property(
      fc.constantFrom('host' as const, 'reader' as const),
      fc.uint8Array({minLength: 1, maxLength: 254}),
      (from, data) => {
        const bytes = encodePn532(from, data);
        t.deepEqual(decodePn532(bytes), {
          kind: 'frame',
          frame: {kind: 'info', from, data: Uint8Array.from(data)},
          used: bytes.length,
        });
      },
    ),
  );
});

test('no data and too much data are mistakes of the caller', t => {
  for (const length of [0, 255]) {
    const thrown = t.throws(() => encodePn532('host', new Uint8Array(length)), {
      instanceOf: CodecMisuse,
    });
    t.is(thrown.code, 'codec/pn532');
  }
});

test('it is in step again after garbage, lost, doubled and flipped bytes', t => {
  const dataOf = (frame: Pn532Frame) => (frame.kind === 'info' ? frame.data : new Uint8Array(0));
  checkResync({
    decode: decodePn532,
    frames: fc.uint8Array({minLength: 1, maxLength: 30}).map(data => encodePn532('reader', data)),
    same: (left, right) => left.kind === right.kind && equalBytes(dataOf(left), dataOf(right)),
    // Garbage may look like a head that announces 255 bytes; a frame has at least 9.
    recoverWithin: 30,
  });
  t.pass();
});
