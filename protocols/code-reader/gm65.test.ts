import test from 'ava';
import fc from 'fast-check';
import {checkResync} from '../../sim/fuzz/resync-laws.js';
import {concatBytes, equalBytes, fromHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import {
  crc16Xmodem,
  decodeGm65Command,
  decodeGm65Reply,
  encodeGm65Command,
  encodeGm65Reply,
  type Gm65Command,
} from './gm65.js';
import {GM65_ZONE_MAPS, gm65Settings} from './gm65-zones.js';
import {
  GM65_COMMAND_VECTORS,
  GM65_OK_VECTOR,
  GM65_UNCHECKED_VECTOR,
  XMODEM_CHECK,
} from './vectors.js';

const data = fc.uint8Array({minLength: 1, maxLength: 40});
const zone = fc.integer({min: 0, max: 0xffff});
const commands: fc.Arbitrary<Gm65Command> = fc.oneof(
  fc.record({kind: fc.constant('read' as const), zone, count: fc.integer({min: 1, max: 255})}),
  fc.record({kind: fc.constant('write' as const), zone, data}),
  fc.constant({kind: 'save' as const}),
);

test('the checksum is CRC-16/XMODEM', t => {
  t.is(crc16Xmodem(new TextEncoder().encode(XMODEM_CHECK.text)), XMODEM_CHECK.crc);
});

for (const {source, frame, command} of GM65_COMMAND_VECTORS) {
  test(`published frame: ${source}`, t => {
    const bytes = fromHex(frame);
    t.deepEqual(encodeGm65Command(command), bytes);
    t.deepEqual(decodeGm65Command(bytes), {kind: 'frame', frame: command, used: bytes.length});
  });
}

test('a command whose checksum is AB CD is taken unchecked', t => {
  const {frame, command} = GM65_UNCHECKED_VECTOR;
  t.deepEqual(decodeGm65Command(fromHex(frame)), {kind: 'frame', frame: command, used: 9});
});

test('the published answer of a command that was done', t => {
  const bytes = fromHex(GM65_OK_VECTOR.frame);
  t.deepEqual(decodeGm65Reply(bytes), {kind: 'frame', frame: GM65_OK_VECTOR.reply, used: 7});
  t.deepEqual(encodeGm65Reply(GM65_OK_VECTOR.reply), bytes);
});

test('commands and replies come back as they went, and wait to the last byte', t => {
  fc.assert(
    fc.property(commands, data, (command, bytes) => {
      const frame = encodeGm65Command(command);
      t.deepEqual(decodeGm65Command(frame), {kind: 'frame', frame: command, used: frame.length});
      t.deepEqual(decodeGm65Command(frame.subarray(0, -1)), {kind: 'wait'});
      const reply = encodeGm65Reply({status: 0, data: bytes});
      t.deepEqual(decodeGm65Reply(reply), {
        kind: 'frame',
        frame: {status: 0, data: bytes},
        used: reply.length,
      });
      t.deepEqual(decodeGm65Reply(reply.subarray(0, -1)), {kind: 'wait'});
    }),
  );
});

test('a damaged reply costs itself, not the next', t => {
  checkResync({
    decode: decodeGm65Reply,
    frames: data.map(bytes => encodeGm65Reply({status: 0, data: bytes})),
    same: (left, right) => left.status === right.status && equalBytes(left.data, right.data),
    // A damaged length may ask for 255 bytes, and the shortest reply has 7.
    recoverWithin: 40,
  });
  t.pass();
});

test('a damaged command costs itself, not the next', t => {
  checkResync({
    decode: decodeGm65Command,
    frames: commands.map(encodeGm65Command),
    same: (left, right) => equalBytes(encodeGm65Command(left), encodeGm65Command(right)),
    recoverWithin: 40,
  });
  t.pass();
});

test('a code before a reply is handed back as bytes that are no reply', t => {
  const code = new TextEncoder().encode('LK1.abc\r');
  const stream = concatBytes(code, fromHex(GM65_OK_VECTOR.frame));
  t.deepEqual(decodeGm65Reply(stream), {kind: 'discard', used: code.length, why: 'noise'});
  t.deepEqual(decodeGm65Reply(Uint8Array.of(0x02, 0x41)), {
    kind: 'discard',
    used: 2,
    why: 'noise',
  });
  t.deepEqual(decodeGm65Reply(Uint8Array.of(0x41, 0x02)), {
    kind: 'discard',
    used: 1,
    why: 'noise',
  });
});

test('a head without data, a wrong sum and a foreign type are told apart', t => {
  const why = (hex: string, decode: typeof decodeGm65Reply | typeof decodeGm65Command) => {
    const decoded = decode(fromHex(hex));
    return decoded.kind === 'discard' ? decoded.why : decoded.kind;
  };
  t.is(why('02 00 00 00', decodeGm65Reply), 'length');
  t.is(why('02 00 00 01 00 33 32', decodeGm65Reply), 'crc');
  t.is(why('7E 00 09 00', decodeGm65Command), 'length');
  t.is(why('7E 00 09 01 00 00 00 DE C9', decodeGm65Command), 'crc');
  t.is(why('7E 00 55 01 00 00 00 AB CD', decodeGm65Command), 'foreign');
});

test('no frame is made of what it cannot carry', t => {
  const code = (make: () => unknown) => t.throws(make, {instanceOf: CodecMisuse}).code;
  t.is(
    code(() => encodeGm65Command({kind: 'write', zone: 0, data: new Uint8Array(0)})),
    'codec/scanner-zone',
  );
  t.is(
    code(() => encodeGm65Command({kind: 'write', zone: 0, data: new Uint8Array(256)})),
    'codec/scanner-zone',
  );
  t.is(
    code(() => encodeGm65Command({kind: 'read', zone: 0x10000, count: 1})),
    'codec/scanner-zone',
  );
  t.is(
    code(() => encodeGm65Reply({status: 0, data: new Uint8Array(0)})),
    'codec/scanner-zone',
  );
});

test('mode and tail are asked for at the places of the map', t => {
  t.deepEqual(gm65Settings(GM65_ZONE_MAPS.gm65, 'continuous'), [
    {name: 'mode', zone: 0, mask: 3, value: 2},
    {name: 'tail', zone: 0x60, mask: 0x61, value: 1},
  ]);
  t.is(gm65Settings(GM65_ZONE_MAPS.gm65, 'sense')[0]?.value, 3);
  t.is(gm65Settings(GM65_ZONE_MAPS.gm65TailAt0e, 'sense')[1]?.zone, 0x0e);
});
