import test from 'ava';
import fc from 'fast-check';
import {PacketSizeGuard} from './packet-size-guard.js';

/** MQTT 3.1.1, table 2.4: 128 needs two length bytes, 80 01; 16,384 three. */
const packet = (length: number) => {
  const header = [0x30];
  let rest = length;
  do {
    header.push((rest % 128) + (rest >= 128 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Uint8Array.from([...header, ...new Array<number>(length).fill(0xff)]);
};

test('packets up to the limit pass, however they are cut', t => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({min: 0, max: 300}), {minLength: 1, maxLength: 8}),
      fc.integer({min: 1, max: 50}),
      (lengths, step) => {
        const guard = new PacketSizeGuard(300);
        const bytes = lengths.flatMap(length => [...packet(length)]);
        for (let at = 0; at < bytes.length; at += step) {
          t.true(guard.accepts(Uint8Array.from(bytes.slice(at, at + step))));
        }
      },
    ),
  );
});

test('a longer packet is refused by its header alone', t => {
  const guard = new PacketSizeGuard(300);
  t.true(guard.accepts(packet(300)));
  t.false(guard.accepts(packet(301).subarray(0, 3)));
});

test('a length of five bytes is none', t => {
  t.false(new PacketSizeGuard(300).accepts(Uint8Array.of(0x30, 0x80, 0x80, 0x80, 0x80, 0x80)));
});
