import test from 'ava';
import fc from 'fast-check';
import {concatBytes, fromHex} from '../base/bytes.js';
import type {Decoded} from '../base/decode.js';
import {CodecMisuse} from '../base/errors.js';
import type {ModbusRequest} from './pdu.js';
import {
  decodeReply,
  decodeRequest,
  encodeFrame,
  expectReply,
  expectReplyToFrame,
  type ReplyExpectation,
  type RtuReply,
} from './rtu-frame.js';
import {FRAME_VECTORS} from './vectors.js';

/** Frame of a PDU in hex, for replies whose PDU the specification prints. */
const framed = (unit: number, pdu: string) => encodeFrame(unit, fromHex(pdu));
const readThree = expectReply(17, {kind: 'read', functionCode: 3, address: 0x6b, quantity: 3});
const THREE = framed(17, '03 06 022B 0000 0064');
const writeOne = expectReply(17, {kind: 'writeOne', functionCode: 6, address: 1, value: 3});

/** Drain a buffer as a line does: what was found, and why bytes went. */
function drain(received: Uint8Array, expectation: ReplyExpectation) {
  const replies: RtuReply[] = [];
  const whys: string[] = [];
  let rest = received;
  for (;;) {
    const decoded = decodeReply(rest, expectation);
    if (decoded.kind === 'wait') return {replies, whys, left: rest.length};
    if (decoded.kind === 'frame') replies.push(decoded.frame);
    else whys.push(decoded.why);
    rest = rest.subarray(decoded.used);
  }
}

for (const {source, frame, unit, request} of FRAME_VECTORS) {
  test(`a slave reads the frame of ${source}`, t => {
    const bytes = fromHex(frame);
    t.deepEqual(decodeRequest(bytes), {
      kind: 'frame',
      frame: {unit, request},
      used: bytes.length,
    });
    t.deepEqual(encodeFrame(unit, bytes.subarray(1, -2)), bytes);
    t.deepEqual(expectReplyToFrame(bytes), expectReply(unit, request));
  });
}

test('a reply in one piece', t => {
  t.deepEqual(decodeReply(THREE, readThree), {
    kind: 'frame',
    frame: {kind: 'reply', unit: 17, pdu: fromHex('03 06 022B 0000 0064')},
    used: 11,
  });
});

test('a reply byte by byte waits to the last', t => {
  for (let length = 0; length < THREE.length; length += 1) {
    t.deepEqual(decodeReply(THREE.subarray(0, length), readThree), {kind: 'wait'});
  }
});

test('a refusal is a reply with its code', t => {
  t.deepEqual(decodeReply(framed(17, '83 02'), readThree), {
    kind: 'frame',
    frame: {kind: 'exception', unit: 17, functionCode: 3, exceptionCode: 2},
    used: 5,
  });
  t.is(decodeReply(framed(17, '86 06'), writeOne).kind, 'frame');
});

test('the reply of another unit is dropped whole, and the awaited one behind it found', t => {
  const foreign = framed(9, '03 06 0001 0002 0003');
  t.deepEqual(decodeReply(foreign, readThree), {kind: 'discard', used: 11, why: 'foreign'});
  const {replies, whys} = drain(concatBytes(foreign, THREE), readThree);
  t.is(replies.length, 1);
  t.deepEqual(whys, ['foreign']);
});

test('a late reply to another question is not taken for the answer', t => {
  const whyOf = (pdu: string, expectation: ReplyExpectation) => {
    const decoded = decodeReply(framed(17, pdu), expectation);
    return decoded.kind === 'discard' ? decoded.why : decoded.kind;
  };
  t.is(whyOf('04 06 0001 0002 0003', readThree), 'unexpected');
  t.is(whyOf('84 02', readThree), 'unexpected');
  t.is(whyOf('03 02 0001', readThree), 'length');
  t.is(whyOf('06 0001 0004', writeOne), 'echo');
  t.is(whyOf('06 0002 0003', writeOne), 'echo');
  t.is(whyOf('06 0001 0003', writeOne), 'frame');
});

test('the echo of each write function is checked', t => {
  const writes: readonly [ModbusRequest, good: string, bad: string][] = [
    [
      {kind: 'writeOne', functionCode: 5, address: 0xac, value: 0xff00},
      '05 00AC FF00',
      '05 00AC 0000',
    ],
    [
      {kind: 'writeCoils', functionCode: 15, address: 0x13, bits: [true, false, true]},
      '0F 0013 0003',
      '0F 0013 0004',
    ],
    [
      {kind: 'writeRegisters', functionCode: 16, address: 1, values: [10, 258]},
      '10 0001 0002',
      '10 0002 0002',
    ],
  ];
  for (const [request, good, bad] of writes) {
    const expectation = expectReply(1, request);
    t.is(decodeReply(framed(1, good), expectation).kind, 'frame');
    t.deepEqual(decodeReply(framed(1, bad), expectation), {
      kind: 'discard',
      used: 8,
      why: 'echo',
    });
  }
});

test('a broken reply costs one byte at a time, then silence', t => {
  const broken = THREE.slice();
  broken[4] = 0xff;
  t.deepEqual(decodeReply(broken, readThree), {kind: 'discard', used: 1, why: 'crc'});
  const {replies, whys} = drain(broken, readThree);
  t.deepEqual(replies, []);
  t.true(whys.includes('crc'));
});

test('noise that looks like the beginning of a long frame does not hide a whole reply', t => {
  // 05 03 FA announces 255 bytes that never come.
  const {replies, whys} = drain(concatBytes(fromHex('05 03 FA'), THREE), readThree);
  t.is(replies.length, 1);
  t.deepEqual(whys, ['noise']);
});

test('noise before a reply is dropped at once', t => {
  const received = concatBytes(fromHex('00 FF FE 00'), THREE);
  t.deepEqual(decodeReply(received, readThree), {kind: 'discard', used: 4, why: 'noise'});
});

test('the reply is found behind any garbage that holds none', t => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 300}), garbage => {
      const {replies} = drain(concatBytes(garbage, THREE), readThree);
      t.true(replies.some(reply => reply.kind === 'reply' && reply.pdu[3] === 0x2b));
    }),
  );
});

test('garbage never makes it wait for more than one frame', t => {
  fc.assert(
    fc.property(fc.uint8Array({minLength: 256, maxLength: 600}), garbage => {
      t.true(drain(garbage, readThree).left < 256);
    }),
  );
});

test('one damaged bit never gives a reply', t => {
  fc.assert(
    fc.property(fc.nat(THREE.length * 8 - 1), bit => {
      const damaged = THREE.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      t.deepEqual(drain(damaged, readThree).replies, []);
    }),
  );
});

const whyRequest = (decoded: Decoded<unknown>) =>
  decoded.kind === 'discard' ? [decoded.used, decoded.why] : decoded.kind;

test('a slave waits for the rest of a request', t => {
  const frame = fromHex('01 0F 0000 0008 01 FF BED5');
  for (let length = 0; length < frame.length; length += 1) {
    t.deepEqual(decodeRequest(frame.subarray(0, length)), {kind: 'wait'});
  }
});

test('a slave hears two requests in a row', t => {
  const both = concatBytes(fromHex('01 05 0000 FF00 8C3A'), fromHex('0C 03 0005 0001 9516'));
  const first = decodeRequest(both);
  t.is(first.kind === 'frame' ? first.used : 0, 8);
  const second = decodeRequest(both.subarray(8));
  t.is(second.kind === 'frame' ? second.frame.unit : 0, 12);
});

test('a slave stays silent on a bad crc', t => {
  t.deepEqual(whyRequest(decodeRequest(fromHex('01 05 0000 FF00 8C3B'))), [1, 'crc']);
});

test('a function nobody knows is refused when its crc holds, else dropped', t => {
  const decoded = decodeRequest(framed(1, '07'));
  t.deepEqual(decoded, {
    kind: 'frame',
    frame: {unit: 1, request: {kind: 'refused', functionCode: 7, exceptionCode: 1}},
    used: 4,
  });
  t.deepEqual(whyRequest(decodeRequest(fromHex('01 07 00 00 00'))), [1, 'crc']);
  t.deepEqual(whyRequest(decodeRequest(fromHex('01 07 00'))), [1, 'noise']);
});

test('a request longer than any frame is dropped, not awaited', t => {
  const huge = new Uint8Array(300);
  huge.set(fromHex('01 10 0000 00FF FE'));
  t.deepEqual(whyRequest(decodeRequest(huge)), [1, 'length']);
  huge.set(fromHex('01 63'));
  t.deepEqual(whyRequest(decodeRequest(huge)), [1, 'length']);
});

test('an expectation is only made from a whole request that can be granted', t => {
  t.is(expectReplyToFrame(fromHex('01 05 0000 FF00')), undefined);
  t.is(expectReplyToFrame(framed(1, '07')), undefined);
  t.is(
    expectReplyToFrame(concatBytes(fromHex('01 05 0000 FF00 8C3A'), Uint8Array.of(0))),
    undefined,
  );
});

test('a frame needs a unit and a PDU', t => {
  for (const make of [
    () => encodeFrame(256, Uint8Array.of(3)),
    () => encodeFrame(-1, Uint8Array.of(3)),
    () => encodeFrame(1, new Uint8Array(0)),
    () => encodeFrame(1, new Uint8Array(254)),
  ]) {
    t.is(t.throws(make, {instanceOf: CodecMisuse}).code, 'codec/modbus-frame');
  }
});
