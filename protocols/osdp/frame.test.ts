import test from 'ava';
import fc from 'fast-check';
import {drain} from '../../sim/fuzz/drain.js';
import {checkResync} from '../../sim/fuzz/resync-laws.js';
import {concatBytes, equalBytes, fromHex, toHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import {osdpChecksum, osdpCrc16} from './check.js';
import {
  decodeOsdpFrame,
  encodeOsdpFrame,
  type OsdpFrame,
  type OsdpFrameParts,
  withMark,
} from './frame.js';
import {CHECK_VECTORS, LIVE_SESSION} from './vectors.js';

for (const {body, check} of CHECK_VECTORS) {
  test(`published check of ${body}`, t => {
    const bytes = fromHex(body);
    const crc = osdpCrc16(bytes);
    const found = check.length > 2 ? Uint8Array.of(crc & 0xff, crc >> 8) : [osdpChecksum(bytes)];
    t.deepEqual(Uint8Array.from(found), fromHex(check));
    const decoded = decodeOsdpFrame(concatBytes(bytes, fromHex(check)));
    t.is(decoded.kind, 'frame');
  });
}

const ID = fromHex('53050900046100c125');
const idFrame: OsdpFrameParts = {
  address: 5,
  direction: 'command',
  sequence: 0,
  check: 'crc',
  code: 0x61,
  data: Uint8Array.of(0),
};

test('the recorded ID command is built and read', t => {
  t.deepEqual(encodeOsdpFrame(idFrame), ID);
  const decoded = decodeOsdpFrame(withMark(ID));
  t.like(decoded, {kind: 'frame', used: 10});
  if (decoded.kind === 'frame') t.like(decoded.frame, idFrame);
});

test('every recorded frame is read to its end', t => {
  for (const {command, reply} of LIVE_SESSION.frames) {
    for (const hex of [command, reply]) {
      const bytes = fromHex(hex);
      const decoded = decodeOsdpFrame(bytes);
      t.like(decoded, {kind: 'frame', used: bytes.length}, hex);
    }
  }
});

test('a frame waits for its last byte', t => {
  for (let length = 0; length < ID.length; length += 1) {
    t.deepEqual(decodeOsdpFrame(ID.subarray(0, length)), {kind: 'wait'}, String(length));
  }
  t.deepEqual(decodeOsdpFrame(Uint8Array.of(0xff)), {kind: 'wait'});
});

test('a start in noise swallows no frame, whatever length it promises', t => {
  const false53 = fromHex('53 05 00 05 04');
  const found = drain(decodeOsdpFrame, concatBytes(false53, ID));
  t.is(found.length, 1);
  t.deepEqual(decodeOsdpFrame(concatBytes(false53, ID)), {
    kind: 'discard',
    used: false53.length,
    why: 'length',
  });
});

test('noise, length, control bits and check are told apart', t => {
  const why = (hex: string) => {
    const decoded = decodeOsdpFrame(fromHex(hex));
    return decoded.kind === 'discard' ? `${decoded.why} ${decoded.used}` : decoded.kind;
  };
  t.is(why('00 12 34'), 'noise 3');
  t.is(why('00 12 ff'), 'noise 2');
  t.is(why('00 ff 53'), 'noise 1');
  t.is(why('53 05 09 00 14'), 'noise 1');
  t.is(why('53 05 07 00 04'), 'length 1');
  t.is(why('53 05 06 00 00'), 'length 1');
  t.is(why('53 05 a1 05 04'), 'length 1');
  t.is(why('53050900046100c126'), 'crc 1');
  t.is(why('ff53050900046100c126'), 'crc 2');
});

test('a security block that does not fit into its frame is no frame', t => {
  for (const hex of [
    '53 05 09 00 0c 01 60',
    '53 05 09 00 0c 02 15',
    '53 05 0b 00 0c 02 15 60 00',
  ]) {
    const body = fromHex(hex);
    const crc = osdpCrc16(body);
    const bytes = concatBytes(body, Uint8Array.of(crc & 0xff, crc >> 8));
    t.like(decodeOsdpFrame(bytes), {kind: 'discard', why: 'length'}, hex);
  }
});

const parts = fc.record({
  address: fc.nat(0x7f),
  direction: fc.constantFrom('command' as const, 'reply' as const),
  sequence: fc.nat(3),
  check: fc.constantFrom('crc' as const, 'sum' as const),
  security: fc.option(
    fc.record({type: fc.integer({min: 0x11, max: 0x18}), data: fc.uint8Array({maxLength: 1})}),
    {nil: undefined},
  ),
  code: fc.nat(0xff),
  data: fc.uint8Array({maxLength: 60}),
});
const sign = () => Uint8Array.of(1, 2, 3, 4);

test('what is built is read back', t => {
  fc.assert(
    fc.property(parts, fc.boolean(), (frame, marked) => {
      const bytes = encodeOsdpFrame(frame, sign);
      const decoded = decodeOsdpFrame(marked ? withMark(bytes) : bytes);
      if (decoded.kind !== 'frame') throw new Error(decoded.kind);
      const {mac, signed, ...rest} = decoded.frame;
      t.deepEqual(rest, frame);
      t.is(mac !== undefined, frame.security !== undefined && frame.security.type > 0x14);
      t.deepEqual(signed, bytes.slice(0, signed.length));
    }),
  );
});

const same = (left: OsdpFrame, right: OsdpFrame) => equalBytes(left.signed, right.signed);

test('after any damage the frames behind it are found', t => {
  checkResync({
    decode: decodeOsdpFrame,
    frames: parts.map(frame => encodeOsdpFrame({...frame, check: 'crc'}, sign)),
    same,
  });
  t.pass();
});

test('parts out of their limits are a misuse', t => {
  const refused = (frame: Partial<OsdpFrameParts>) =>
    t.throws(() => encodeOsdpFrame({...idFrame, ...frame}), {instanceOf: CodecMisuse}).code;
  t.is(refused({address: 0x80}), 'codec/osdp');
  t.is(refused({sequence: 4}), 'codec/osdp');
  t.is(refused({data: new Uint8Array(1433)}), 'codec/osdp');
  t.is(refused({security: {type: 0x15, data: new Uint8Array(0)}}), 'codec/osdp');
  t.is(toHex(encodeOsdpFrame({...idFrame, data: new Uint8Array(1432)})).length, 2880);
});
