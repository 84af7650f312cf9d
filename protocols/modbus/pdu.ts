import {concatBytes, readUint16, uint16Bytes} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import type {ExceptionCode} from './exceptions.js';

/** Longest function code + data. @see Modbus Application Protocol V1.1b3, 4.1 */
export const MAX_PDU_BYTES = 253;
/** Set in the function code of an exception reply. @see V1.1b3, 7 */
export const EXCEPTION_FLAG = 0x80;
/** The two coil values of the specification; vendors put others there (device-timed pulses). @see V1.1b3, 6.5 */
export const COIL_ON = 0xff00;
export const COIL_OFF = 0x0000;

/** Most bits or registers of one request, by function code. @see V1.1b3, 6.1-6.4, 6.11, 6.12 */
const MAX_QUANTITY = {1: 2000, 2: 2000, 3: 125, 4: 125, 15: 1968, 16: 123} as const;

export type BitReadCode = 1 | 2;
export type RegisterReadCode = 3 | 4;

/** Addresses are 0-based as on the wire. */
export type ModbusRequest =
  | {
      readonly kind: 'read';
      readonly functionCode: BitReadCode | RegisterReadCode;
      readonly address: number;
      readonly quantity: number;
    }
  /** FC05 and FC06; `value` is the raw word, for FC05 mostly `COIL_ON` or `COIL_OFF`. */
  | {
      readonly kind: 'writeOne';
      readonly functionCode: 5 | 6;
      readonly address: number;
      readonly value: number;
    }
  | {
      readonly kind: 'writeCoils';
      readonly functionCode: 15;
      readonly address: number;
      readonly bits: readonly boolean[];
    }
  | {
      readonly kind: 'writeRegisters';
      readonly functionCode: 16;
      readonly address: number;
      readonly values: readonly number[];
    };

/** What a slave makes of a request PDU: a request it may serve, or the refusal it owes. */
export type ReceivedRequest =
  | ModbusRequest
  | {
      readonly kind: 'refused';
      readonly functionCode: number;
      readonly exceptionCode: ExceptionCode;
    };

export type ModbusReply =
  | {
      readonly kind: 'bits';
      readonly functionCode: BitReadCode;
      readonly bits: readonly boolean[];
    }
  | {
      readonly kind: 'registers';
      readonly functionCode: RegisterReadCode;
      readonly values: readonly number[];
    }
  /** `value`: the written word of FC05 and FC06, the quantity of FC15 and FC16. */
  | {
      readonly kind: 'written';
      readonly functionCode: 5 | 6 | 15 | 16;
      readonly address: number;
      readonly value: number;
    }
  | {readonly kind: 'exception'; readonly functionCode: number; readonly exceptionCode: number};

/**
 * Function code and data of a request, without unit and CRC.
 * @throws CodecMisuse `codec/modbus-range` for a value, address or quantity that does not fit.
 * @see Modbus Application Protocol V1.1b3, 6.1-6.6, 6.11, 6.12
 */
export function encodeRequestPdu(request: ModbusRequest): Uint8Array {
  const {functionCode} = request;
  const head = concatBytes(
    Uint8Array.of(functionCode),
    uint16Bytes(inRange(request.address, 0, 0xffff, 'address')),
  );
  switch (request.kind) {
    case 'read': {
      const most = MAX_QUANTITY[request.functionCode];
      return concatBytes(head, uint16Bytes(inRange(request.quantity, 1, most, 'quantity')));
    }
    case 'writeOne':
      return concatBytes(head, uint16Bytes(inRange(request.value, 0, 0xffff, 'value')));
    case 'writeCoils': {
      const quantity = inRange(request.bits.length, 1, MAX_QUANTITY[15], 'quantity');
      const data = packBits(request.bits);
      return concatBytes(head, uint16Bytes(quantity), Uint8Array.of(data.length), data);
    }
    case 'writeRegisters': {
      const quantity = inRange(request.values.length, 1, MAX_QUANTITY[16], 'quantity');
      const data = packWords(request.values);
      return concatBytes(head, uint16Bytes(quantity), Uint8Array.of(data.length), data);
    }
  }
}

/**
 * Read a whole request PDU as a slave does. An unknown function code is refused with exception 1, an
 * impossible quantity or a byte count that contradicts it with exception 3; never throws.
 * @see Modbus Application Protocol V1.1b3, 6 and 7
 */
export function decodeRequestPdu(pdu: Uint8Array): ReceivedRequest {
  const functionCode = pdu[0] ?? 0;
  const address = readUint16(pdu, 1);
  const operand = readUint16(pdu, 3);
  switch (functionCode) {
    case 1:
    case 2:
    case 3:
    case 4:
      if (pdu.length !== 5 || operand < 1 || operand > MAX_QUANTITY[functionCode]) break;
      return {kind: 'read', functionCode, address, quantity: operand};
    case 5:
    case 6:
      if (pdu.length !== 5) break;
      return {kind: 'writeOne', functionCode, address, value: operand};
    case 15:
      if (!holdsMany(pdu, operand, Math.ceil(operand / 8), MAX_QUANTITY[15])) break;
      return {
        kind: 'writeCoils',
        functionCode,
        address,
        bits: unpackBits(pdu.subarray(6), operand),
      };
    case 16:
      if (!holdsMany(pdu, operand, operand * 2, MAX_QUANTITY[16])) break;
      return {kind: 'writeRegisters', functionCode, address, values: unpackWords(pdu.subarray(6))};
    default:
      return {kind: 'refused', functionCode, exceptionCode: 1};
  }
  return {kind: 'refused', functionCode, exceptionCode: 3};
}

/**
 * Function code and data of a slave's reply, without unit and CRC.
 * @throws CodecMisuse `codec/modbus-range` for a value or a quantity that does not fit.
 * @see Modbus Application Protocol V1.1b3, 6 and 7
 */
export function encodeReplyPdu(reply: ModbusReply): Uint8Array {
  switch (reply.kind) {
    case 'bits': {
      inRange(reply.bits.length, 1, MAX_QUANTITY[reply.functionCode], 'quantity');
      const data = packBits(reply.bits);
      return concatBytes(Uint8Array.of(reply.functionCode, data.length), data);
    }
    case 'registers': {
      inRange(reply.values.length, 1, MAX_QUANTITY[reply.functionCode], 'quantity');
      const data = packWords(reply.values);
      return concatBytes(Uint8Array.of(reply.functionCode, data.length), data);
    }
    case 'written':
      return concatBytes(
        Uint8Array.of(reply.functionCode),
        uint16Bytes(inRange(reply.address, 0, 0xffff, 'address')),
        uint16Bytes(inRange(reply.value, 0, 0xffff, 'value')),
      );
    case 'exception':
      return Uint8Array.of(reply.functionCode | EXCEPTION_FLAG, reply.exceptionCode);
  }
}

/**
 * Bytes of the reply that grants `request`, unit and CRC included. A refusal has always 5.
 * @see Modbus Application Protocol V1.1b3, 6
 */
export function expectedReplyLength(request: ModbusRequest): number {
  if (request.kind !== 'read') return 8;
  const bits = request.functionCode <= 2;
  return 5 + (bits ? Math.ceil(request.quantity / 8) : request.quantity * 2);
}

function holdsMany(pdu: Uint8Array, quantity: number, dataBytes: number, most: number): boolean {
  return quantity >= 1 && quantity <= most && pdu[5] === dataBytes && pdu.length === 6 + dataBytes;
}

/** First bit in the lowest bit of the first byte, the last byte filled up with zeros. */
function packBits(bits: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, index) => {
    if (bit) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
  });
  return bytes;
}

function unpackBits(bytes: Uint8Array, quantity: number): boolean[] {
  return Array.from(
    {length: quantity},
    (_, index) => (((bytes[index >> 3] ?? 0) >> (index & 7)) & 1) === 1,
  );
}

function packWords(values: readonly number[]): Uint8Array {
  return concatBytes(...values.map(value => uint16Bytes(inRange(value, 0, 0xffff, 'value'))));
}

function unpackWords(bytes: Uint8Array): number[] {
  return Array.from({length: bytes.length / 2}, (_, index) => readUint16(bytes, index * 2));
}

function inRange(value: number, least: number, most: number, what: string): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new CodecMisuse('codec/modbus-range', `${what} ${value} is not in ${least}..${most}`, {
    value,
  });
}
