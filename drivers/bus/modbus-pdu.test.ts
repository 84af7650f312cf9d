import test from 'ava';
import {fromHex, toHex} from '../../protocols/base/bytes.js';
import {CodecMisuse} from '../../protocols/base/errors.js';
import {ModbusPdu, type RegisterRequest} from './modbus-pdu.js';

const read = (
  table: 'holding' | 'input' | 'coil' | 'discrete',
  address: number,
  quantity: number,
) => ({kind: 'read', unit: 1, table, address, quantity}) as const satisfies RegisterRequest;
type RegisterKind = 'register' | 'registers' | 'coil' | 'coilWord';
const write = (kind: RegisterKind, address: number, values: number[]) =>
  ({kind: 'write', write: {unit: 1, kind, address, values}}) as const satisfies RegisterRequest;

/** PDUs of Modbus Application Protocol V1.1b3, 6.1-6.6 and 6.12; CRC of appendix B by an outside calculator. */
const REQUESTS: readonly (readonly [string, RegisterRequest, string])[] = [
  ['FC01', read('coil', 0x13, 0x13), '0101001300138c02'],
  ['FC02', read('discrete', 0xc4, 0x16), '010200c40016b839'],
  ['FC03', read('holding', 0x6b, 3), '0103006b00037417'],
  ['FC04', read('input', 8, 1), '010400080001b008'],
  ['FC05 on', write('coil', 0xac, [1]), '010500acff004c1b'],
  ['FC06', write('register', 1, [3]), '010600010003980b'],
  ['FC16', write('registers', 1, [10, 0x102]), '01100001000204000a01029230'],
];

test('FC05 carries the word of a maker where one is asked for, and its echo is the answer', t => {
  // Waveshare Modbus RTU Relay: relay 1 closes for 700 ms (devices.md 3.5).
  const pulse = write('coilWord', 0x200, [7]);
  const pdu = new ModbusPdu();
  t.is(toHex(pdu.encode(pulse)), '0105020000078db0');
  t.deepEqual(pdu.decode(pulse, fromHex('0105020000078db0')), {kind: 'written'});
  t.throws(() => pdu.encode(write('coilWord', 0x200, [0x1_0000])), {code: 'codec/modbus-range'});
});

for (const [name, request, hex] of REQUESTS) {
  test(`${name} is encoded as the specification shows it`, t => {
    t.is(toHex(new ModbusPdu().encode(request)), hex);
  });
}

test('registers come as words, bits as 0 and 1, no more than were asked', t => {
  const pdu = new ModbusPdu();
  t.deepEqual(pdu.decode(read('holding', 0x6b, 3), fromHex('010306022b00000064057a')), {
    kind: 'values',
    values: [555, 0, 100],
  });
  t.deepEqual(pdu.decode(read('coil', 0, 3), fromHex('010101fd9009')), {
    kind: 'values',
    values: [1, 0, 1],
  });
});

test('an exception reply is its code', t => {
  t.deepEqual(new ModbusPdu().decode(read('holding', 0, 1), fromHex('018302c0f1')), {
    kind: 'exception',
    exceptionCode: 2,
  });
});

test('nothing of an unanswered request is left that could take a later reply', t => {
  const pdu = new ModbusPdu();
  pdu.encode(read('holding', 0, 1));
  const asked = read('holding', 10, 2);
  pdu.encode(asked);
  // The reply to the first request has another length: modbus-serial refuses it for the second.
  t.is(pdu.decode(asked, fromHex('0103020007f986')), undefined);
  t.deepEqual(pdu.decode(asked, fromHex('010304000700084a34')), {kind: 'values', values: [7, 8]});
});

test('what no frame can carry is a mistake of the caller', t => {
  const pdu = new ModbusPdu();
  const broken: RegisterRequest[] = [
    {...read('holding', 0, 1), unit: 0},
    {...read('holding', 0, 1), unit: 248},
    read('holding', 65_536, 1),
    write('register', 0, []),
    write('register', 0, [70_000]),
  ];
  for (const request of broken) t.throws(() => pdu.encode(request), {instanceOf: CodecMisuse});
});
