import test from 'ava';
import fc from 'fast-check';
import {fromHex, toHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import {
  decodeRequestPdu,
  encodeReplyPdu,
  encodeRequestPdu,
  expectedReplyLength,
  type ModbusReply,
  type ModbusRequest,
} from './pdu.js';
import {PDU_VECTORS} from './vectors.js';

for (const {section, request, requestPdu, reply, replyPdu} of PDU_VECTORS) {
  test(`specification ${section}`, t => {
    t.deepEqual(encodeRequestPdu(request), fromHex(requestPdu));
    t.deepEqual(decodeRequestPdu(fromHex(requestPdu)), request);
    t.deepEqual(encodeReplyPdu(reply), fromHex(replyPdu));
    if (reply.kind !== 'exception') {
      t.is(expectedReplyLength(request), fromHex(replyPdu).length + 3);
    }
  });
}

const word = fc.nat(0xffff);
const anyRequest: fc.Arbitrary<ModbusRequest> = fc.oneof(
  fc.record({
    kind: fc.constant('read' as const),
    functionCode: fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const),
    address: word,
    quantity: fc.integer({min: 1, max: 125}),
  }),
  fc.record({
    kind: fc.constant('writeOne' as const),
    functionCode: fc.constantFrom(5 as const, 6 as const),
    address: word,
    value: word,
  }),
  fc.record({
    kind: fc.constant('writeCoils' as const),
    functionCode: fc.constant(15 as const),
    address: word,
    bits: fc.array(fc.boolean(), {minLength: 1, maxLength: 100}),
  }),
  fc.record({
    kind: fc.constant('writeRegisters' as const),
    functionCode: fc.constant(16 as const),
    address: word,
    values: fc.array(word, {minLength: 1, maxLength: 123}),
  }),
);

test('a slave reads every request as it was meant', t => {
  fc.assert(
    fc.property(anyRequest, request => {
      t.deepEqual(decodeRequestPdu(encodeRequestPdu(request)), request);
    }),
  );
});

test('a slave refuses what it cannot serve, and never throws', t => {
  const refusals: readonly [pdu: string, functionCode: number, exceptionCode: number][] = [
    ['07', 7, 1],
    ['2B 0E 01 00', 0x2b, 1],
    ['03 0000 0000', 3, 3],
    ['03 0000 007E', 3, 3],
    ['01 0000 07D1', 1, 3],
    ['03 0000 0001 00', 3, 3],
    ['06 0000', 6, 3],
    ['0F 0000 0008 02 FFFF', 15, 3],
    ['0F 0000 0000 00', 15, 3],
    ['10 0000 0002 04 0001', 16, 3],
    ['10 0000 007C 00', 16, 3],
    ['', 0, 1],
  ];
  for (const [pdu, functionCode, exceptionCode] of refusals) {
    t.deepEqual(
      decodeRequestPdu(fromHex(pdu)),
      {kind: 'refused', functionCode, exceptionCode: exceptionCode as 1 | 3},
      pdu,
    );
  }
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 260}), pdu => {
      decodeRequestPdu(pdu);
      return true;
    }),
  );
});

test('the longest requests fit: 2000 coils, 125 registers read, 123 registers written', t => {
  const coils = {kind: 'read', functionCode: 1, address: 0, quantity: 2000} as const;
  t.is(expectedReplyLength(coils), 255);
  t.is(toHex(encodeRequestPdu(coils)), '01000007d0');
  const registers = {kind: 'read', functionCode: 3, address: 0, quantity: 125} as const;
  t.is(expectedReplyLength(registers), 255);
  const values = new Array<number>(123).fill(0xffff);
  t.is(
    encodeRequestPdu({kind: 'writeRegisters', functionCode: 16, address: 0, values}).length,
    252,
  );
});

test('what cannot be put on the wire is our own mistake', t => {
  const requests: readonly ModbusRequest[] = [
    {kind: 'read', functionCode: 3, address: 0, quantity: 126},
    {kind: 'read', functionCode: 3, address: 0, quantity: 0},
    {kind: 'read', functionCode: 3, address: 0x1_0000, quantity: 1},
    {kind: 'writeOne', functionCode: 6, address: 0, value: -1},
    {kind: 'writeOne', functionCode: 6, address: 0, value: 1.5},
    {kind: 'writeCoils', functionCode: 15, address: 0, bits: []},
    {kind: 'writeRegisters', functionCode: 16, address: 0, values: new Array<number>(124).fill(0)},
    {kind: 'writeRegisters', functionCode: 16, address: 0, values: [0x1_0000]},
  ];
  for (const request of requests) {
    const error = t.throws(() => encodeRequestPdu(request), {instanceOf: CodecMisuse});
    t.is(error.code, 'codec/modbus-range');
  }
  const replies: readonly ModbusReply[] = [
    {kind: 'bits', functionCode: 1, bits: []},
    {kind: 'registers', functionCode: 3, values: new Array<number>(126).fill(0)},
    {kind: 'written', functionCode: 6, address: 0, value: 0x1_0000},
  ];
  for (const reply of replies) {
    t.throws(() => encodeReplyPdu(reply), {instanceOf: CodecMisuse});
  }
});
