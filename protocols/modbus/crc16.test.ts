import test from 'ava';
import fc from 'fast-check';
import {concatBytes, fromHex} from '../base/bytes.js';
import {crc16, endsWithCrc16} from './crc16.js';
import {CRC_VECTORS, FRAME_VECTORS} from './vectors.js';

for (const {source, bytes, crc} of CRC_VECTORS) {
  test(`crc of ${source}`, t => {
    t.is(crc16(fromHex(bytes)), crc);
  });
}

for (const {source, frame} of FRAME_VECTORS) {
  test(`printed crc holds: ${source}`, t => {
    t.true(endsWithCrc16(fromHex(frame)));
  });
}

test('a window is checked without what stands around it', t => {
  const frame = fromHex('01 05 0000 FF00 8C3A');
  const around = concatBytes(fromHex('AA BB'), frame, fromHex('CC'));
  t.true(endsWithCrc16(around, 2, 10));
  t.false(endsWithCrc16(around, 2, 11));
  t.is(crc16(around, 2, 8), crc16(frame, 0, 6));
});

test('fewer than two bytes hold no crc', t => {
  t.false(endsWithCrc16(new Uint8Array(0)));
  t.false(endsWithCrc16(Uint8Array.of(0xff)));
});

test('any one flipped bit is found', t => {
  const frame = fromHex('0C 03 0005 0001 9516');
  fc.assert(
    fc.property(fc.nat(frame.length * 8 - 1), bit => {
      const damaged = frame.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return !endsWithCrc16(damaged);
    }),
  );
  t.pass();
});
