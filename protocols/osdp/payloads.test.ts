import test from 'ava';
import fc from 'fast-check';
import {fromHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import {COMMAND_CODES, decodeCommand, encodeCommand, type OsdpCommand} from './commands.js';
import {keyByte, keyOf} from './keys.js';
import {decodeReply, encodeReply, type OsdpReply} from './replies.js';
import {cardBitsHex, decodeWiegand, encodeWiegand} from './wiegand.js';

const byte = fc.nat(0xff);
const word = fc.nat(0xffff);
const bytesOf = (length: number) => fc.uint8Array({minLength: length, maxLength: length});

const led = fc.record({
  ...{reader: byte, led: byte, tempCode: byte, tempOn100ms: byte, tempOff100ms: byte},
  ...{tempOnColour: byte, tempOffColour: byte, tempTime100ms: word, permCode: byte},
  ...{permOn100ms: byte, permOff100ms: byte, permOnColour: byte, permOffColour: byte},
});
const place = fc.record({reader: byte, mode: byte, tempSeconds: byte, row: byte, column: byte});
const communication = fc.record({address: fc.nat(0x7e), baudRate: fc.nat(0xffffffff)});

const commands: fc.Arbitrary<OsdpCommand> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('poll', 'id', 'cap', 'lstat', 'istat', 'ostat', 'rstat'),
  }),
  fc.record({
    kind: fc.constant('out' as const),
    outputs: fc.array(fc.record({output: byte, control: byte, time100ms: word}), {
      minLength: 1,
      maxLength: 4,
    }),
  }),
  fc.record({kind: fc.constant('led' as const), leds: fc.array(led, {minLength: 1, maxLength: 4})}),
  fc.record({
    kind: fc.constant('buz' as const),
    buzzer: fc.record({reader: byte, tone: byte, on100ms: byte, off100ms: byte, count: byte}),
  }),
  fc.record({
    kind: fc.constant('text' as const),
    place,
    text: fc.string({unit: 'grapheme-ascii', maxLength: 40}),
  }),
  fc.record({kind: fc.constant('comset' as const), communication}),
  fc.record({kind: fc.constant('keyset' as const), key: bytesOf(16)}),
  fc.record({kind: fc.constant('chlng' as const), random: bytesOf(8)}),
  fc.record({kind: fc.constant('scrypt' as const), cryptogram: bytesOf(16)}),
  fc.record({kind: fc.constant('acurxsize' as const), size: word}),
);

const replies: fc.Arbitrary<OsdpReply> = fc.oneof(
  fc.record({kind: fc.constantFrom('ack' as const, 'busy' as const)}),
  fc.record({kind: fc.constant('nak' as const), reason: byte}),
  fc.record({
    kind: fc.constant('pdid' as const),
    identity: fc.record({
      ...{vendor: fc.nat(0xffffff), model: byte, version: byte, serial: fc.nat(0xffffffff)},
      ...{firmwareMajor: byte, firmwareMinor: byte, firmwareBuild: byte},
    }),
  }),
  fc.record({
    kind: fc.constant('pdcap' as const),
    capabilities: fc.array(fc.record({feature: byte, compliance: byte, items: byte}), {
      minLength: 1,
      maxLength: 16,
    }),
  }),
  fc.record({kind: fc.constant('lstatr' as const), status: fc.record({tamper: byte, power: byte})}),
  fc.record({
    kind: fc.constantFrom('istatr' as const, 'ostatr' as const, 'rstatr' as const),
    points: fc.array(byte, {maxLength: 16}),
  }),
  fc.tuple(byte, byte, fc.uint8Array({maxLength: 20})).map(([reader, format, data]): OsdpReply => {
    return {kind: 'raw', card: {reader, format, bits: data.length * 8, data}};
  }),
  fc.record({
    kind: fc.constant('keypad' as const),
    reader: byte,
    keys: fc.array(byte, {maxLength: 20}),
  }),
  fc.record({kind: fc.constant('com' as const), communication}),
  fc.record({
    kind: fc.constant('ccrypt' as const),
    ...{client: bytesOf(8), random: bytesOf(8), cryptogram: bytesOf(16)},
  }),
  fc.record({kind: fc.constant('rmacI' as const), mac: bytesOf(16)}),
  fc.record({kind: fc.constant('other' as const), code: fc.constant(0x90), data: bytesOf(3)}),
);

test('every command is read back as it was built', t => {
  fc.assert(
    fc.property(commands, command => {
      const {code, data} = encodeCommand(command);
      t.deepEqual(decodeCommand(code, data), {kind: 'command', command});
    }),
  );
});

test('every reply is read back as it was built', t => {
  fc.assert(
    fc.property(replies, reply => {
      const {code, data} = encodeReply(reply);
      t.deepEqual(decodeReply(code, data), reply);
    }),
  );
});

test('the published COMSET and the recorded capabilities mean what they say', t => {
  t.deepEqual(decodeCommand(0x6e, fromHex('00 80 25 00 00')), {
    kind: 'command',
    command: {kind: 'comset', communication: {address: 0, baudRate: 9600}},
  });
  t.deepEqual(decodeReply(0x45, fromHex('ccbb0a990104030201010203')), {
    kind: 'pdid',
    identity: {
      ...{vendor: 0x0abbcc, model: 0x99, version: 1, serial: 0x01020304},
      ...{firmwareMajor: 1, firmwareMinor: 2, firmwareBuild: 3},
    },
  });
});

test('OUT, LED and TEXT lie on the wire as the standard lays them out', t => {
  const outputs = [{output: 1, control: 5, time100ms: 50}];
  t.deepEqual(encodeCommand({kind: 'out', outputs}).data, fromHex('01 05 32 00'));
  const {data} = encodeCommand({
    kind: 'text',
    place: {reader: 0, mode: 1, tempSeconds: 0, row: 2, column: 1},
    text: 'A-7',
  });
  t.deepEqual(data, fromHex('00 01 00 02 01 03 41 2d 37'));
  const green = {
    ...{reader: 0, led: 0, tempCode: 2, tempOn100ms: 3, tempOff100ms: 4},
    ...{tempOnColour: 1, tempOffColour: 0, tempTime100ms: 0x0102, permCode: 1},
    ...{permOn100ms: 5, permOff100ms: 6, permOnColour: 2, permOffColour: 0},
  };
  t.deepEqual(
    encodeCommand({kind: 'led', leds: [green]}).data,
    fromHex('00 00 02 03 04 01 00 02 01 01 05 06 02 00'),
  );
});

test('a wrong length and an unknown code are values', t => {
  for (const [kind, code] of Object.entries(COMMAND_CODES)) {
    t.deepEqual(decodeCommand(code, new Uint8Array(77)), {kind: 'length'}, kind);
  }
  t.deepEqual(decodeCommand(0x75, fromHex(`0210${'00'.repeat(16)}`)), {kind: 'length'});
  t.deepEqual(decodeCommand(0x01, new Uint8Array(0)), {kind: 'unknown'});
  for (const code of [0x40, 0x45, 0x46, 0x48, 0x50, 0x53, 0x54, 0x76, 0x78, 0x79]) {
    t.is(decodeReply(code, new Uint8Array(77).fill(1)), undefined, code.toString(16));
  }
  for (const code of [0x41, 0x50, 0x53]) t.is(decodeReply(code, new Uint8Array(0)), undefined);
});

test('what no frame can carry is a misuse', t => {
  const place = {reader: 0, mode: 1, tempSeconds: 0, row: 1, column: 1};
  const misuse = {instanceOf: CodecMisuse};
  t.throws(() => encodeCommand({kind: 'text', place, text: 'Ä'}), misuse);
  t.throws(() => encodeCommand({kind: 'keyset', key: new Uint8Array(15)}), misuse);
  t.throws(() => encodeReply({kind: 'rmacI', mac: new Uint8Array(15)}), misuse);
  t.throws(() => encodeWiegand(27, 0, 0), misuse);
  t.throws(() => encodeWiegand(26, 256, 0), misuse);
});

test('keys are told by name, function keys are not known', t => {
  for (const key of ['0', '9', '*', '#'] as const) t.is(keyOf(keyByte(key)), key);
  t.is(keyOf(0x7f), '*');
  t.is(keyOf(0x0d), '#');
  t.is(keyOf(0x41), undefined);
});

test('a Wiegand card of 26 bits gives facility and number', t => {
  // Facility 1, number 1, by hand: 1 00000001 0000000000000001 0.
  const data = fromHex('80 80 00 80');
  t.deepEqual(decodeWiegand(26, data), {bits: 26, facility: 1, number: 1, dataHex: '010001'});
  t.deepEqual(encodeWiegand(26, 1, 1), data);
});

test('Wiegand 26, 34 and 37 bits: any number comes back, any single wrong bit is noticed', t => {
  const shapes = fc.constantFrom([26, 8, 16], [34, 16, 16], [37, 16, 19] as const);
  fc.assert(
    fc.property(shapes, fc.nat(), fc.nat(), fc.nat(), (shape, left, right, at) => {
      const [bits = 0, facilityBits = 0, numberBits = 0] = shape;
      const facility = left % 2 ** facilityBits;
      const number = right % 2 ** numberBits;
      const data = encodeWiegand(bits, facility, number);
      t.like(decodeWiegand(bits, data), {facility, number});
      const wrong = at % bits;
      data[wrong >> 3] = (data[wrong >> 3] ?? 0) ^ (0x80 >> (wrong & 7));
      t.is(decodeWiegand(bits, data), undefined);
    }),
  );
  t.is(decodeWiegand(32, new Uint8Array(4)), undefined);
  t.is(decodeWiegand(26, new Uint8Array(3)), undefined);
});

test('the filling of the last byte makes no other card', t => {
  t.is(cardBitsHex(37, fromHex('0123456789')), '0123456788');
  t.is(cardBitsHex(37, fromHex('012345678f')), '0123456788');
  t.is(cardBitsHex(32, fromHex('04a1b2c3')), '04A1B2C3');
});
