import test from 'ava';
import fc from 'fast-check';
import {checkResync} from '../../sim/fuzz/resync-laws.js';
import {concatBytes, equalBytes, fromHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import {
  ackBytes,
  CODE,
  codeText,
  decodeAck,
  encodeInstruction,
  FINGERPRINT_INSTRUCTIONS,
} from './instructions.js';
import {DEFAULT_ADDRESS, decodePacket, encodePacket, type FingerprintPacket} from './packet.js';
import {ACK_VECTORS, COMMAND_VECTORS} from './vectors.js';

const address = DEFAULT_ADDRESS;

for (const {name, values, frame} of COMMAND_VECTORS) {
  test(`published command: ${name}`, t => {
    const payload = encodeInstruction(name, values);
    t.deepEqual(encodePacket({address, kind: 'command', payload}), fromHex(frame));
    t.deepEqual(decodePacket(fromHex(frame)), {
      kind: 'frame',
      frame: {address, kind: 'command', payload},
      used: fromHex(frame).length,
    });
  });
}

for (const {source, name, frame, code, values} of ACK_VECTORS) {
  test(`answer by the tables: ${source}`, t => {
    const decoded = decodePacket(fromHex(frame));
    if (decoded.kind !== 'frame') return t.fail(decoded.kind);
    t.is(decoded.frame.kind, 'ack');
    t.deepEqual(decodeAck(name, decoded.frame.payload), {code, values});
    t.deepEqual(encodePacket(decoded.frame), fromHex(frame));
  });
}

test('no instruction of the table carries a template or an image to the host', t => {
  const codes = Object.values(FINGERPRINT_INSTRUCTIONS).map(({code}) => code as number);
  for (const code of [0x08, 0x09, 0x0a, 0x0b]) t.false(codes.includes(code), `${code}`);
  t.is(new Set(codes).size, codes.length);
});

test('a packet in pieces waits, a started sensor and damage are dropped and told apart', t => {
  const whole = fromHex('EF01 FFFFFFFF 07 0003 00 000A');
  for (let length = 0; length < whole.length; length += 1) {
    t.deepEqual(decodePacket(whole.subarray(0, length)), {kind: 'wait'}, `${length}`);
  }
  const whyOf = (text: string) => {
    const decoded = decodePacket(fromHex(text));
    return decoded.kind === 'discard' ? `${decoded.why} ${decoded.used}` : decoded.kind;
  };
  t.is(whyOf('55 EF01'), 'noise 1');
  t.is(whyOf('55'), 'noise 1');
  t.is(whyOf('EF01 FFFFFFFF 07 0003 00 000B'), 'crc 1');
  t.is(whyOf('EF01 FFFFFFFF 03 0003 00 0006'), 'length 1');
  t.is(whyOf('EF01 FFFFFFFF 07 0002 0009'), 'length 1');
  t.is(whyOf('EF01 FFFFFFFF 07 0103 00'), 'length 1');
});

test('there and back', t => {
  const packets: fc.Arbitrary<FingerprintPacket> = fc.record({
    address: fc.nat(0xffffffff),
    kind: fc.constantFrom('command', 'data', 'ack', 'lastData'),
    payload: fc.uint8Array({minLength: 1, maxLength: 256}).map(bytes => Uint8Array.from(bytes)),
  });
  fc.assert(
    fc.property(packets, packet => {
      const bytes = encodePacket(packet);
      t.deepEqual(decodePacket(bytes), {kind: 'frame', frame: packet, used: bytes.length});
    }),
  );
});

test('it is in step again after garbage, lost, doubled and flipped bytes', t => {
  checkResync({
    decode: decodePacket,
    frames: fc
      .uint8Array({minLength: 1, maxLength: 20})
      .map(payload => encodePacket({address, kind: 'ack', payload})),
    same: (left, right) => left.kind === right.kind && equalBytes(left.payload, right.payload),
    // A damaged length may announce 267 bytes; a packet has at least 12.
    recoverWithin: 23,
  });
  t.pass();
});

test('what does not fit an instruction is a mistake of the caller', t => {
  const codeOf = (run: () => unknown) => t.throws(run, {instanceOf: CodecMisuse}).code;
  t.is(
    codeOf(() => encodeInstruction('store', [1])),
    'codec/fingerprint',
  );
  t.is(
    codeOf(() => encodeInstruction('store', [1, 0x1_0000])),
    'codec/fingerprint',
  );
  t.is(
    codeOf(() => encodeInstruction('store', [1, -1])),
    'codec/fingerprint',
  );
  t.is(
    codeOf(() => encodePacket({address, kind: 'ack', payload: new Uint8Array(0)})),
    'codec/fingerprint',
  );
  t.is(
    codeOf(() => encodePacket({address, kind: 'ack', payload: new Uint8Array(257)})),
    'codec/fingerprint',
  );
});

test('an answer too short for its instruction is none; a refusal needs no values', t => {
  t.is(decodeAck('match', fromHex('00 01')), undefined);
  t.is(decodeAck('match', new Uint8Array(0)), undefined);
  t.deepEqual(decodeAck('match', fromHex('08')), {code: CODE.mismatch, values: {}});
  t.deepEqual(decodeAck('match', concatBytes(fromHex('00 0032'), fromHex('99'))), {
    code: 0,
    values: {score: 50},
  });
  t.is(ackBytes('match'), 3);
  t.is(ackBytes('readSystem'), 17);
});

test('every code has words, documented or not', t => {
  t.is(codeText(CODE.flashFailed), 'the memory of the sensor failed');
  t.is(codeText(0x99), 'code 99');
});
