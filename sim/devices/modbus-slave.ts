import type {Millis} from '../../protocols/base/clock.js';
import type {ExceptionCode} from '../../protocols/modbus/exceptions.js';
import {encodeReplyPdu, type ModbusReply, type ModbusRequest} from '../../protocols/modbus/pdu.js';
import {BROADCAST_UNIT, decodeRequest, encodeFrame} from '../../protocols/modbus/rtu-frame.js';
import type {Transmission} from '../wire/line-device.js';

/** What a cheap field device takes before its first reply byte. `assumed:` typical of small boards. */
export const DEFAULT_TURNAROUND_MS: Millis = 5;

export interface SlaveAddress {
  readonly unit: number;
  readonly turnaroundMs: Millis;
}

/** Undefined: the device keeps silent. */
export type ServeRequest = (request: ModbusRequest) => ModbusReply | undefined;

/**
 * What a slave does with a frame: silence for damaged frames and those of other units, the owed
 * exception for impossible ones, no answer to a broadcast.
 * @see Modbus over Serial Line V1.02, 2.2 and 2.5.1.2
 */
export function serveFrame(
  address: SlaveAddress,
  frame: Uint8Array,
  serve: ServeRequest,
): readonly Transmission[] {
  const decoded = decodeRequest(frame);
  if (decoded.kind !== 'frame' || decoded.used !== frame.length) return [];
  const {unit, request} = decoded.frame;
  if (unit !== address.unit && unit !== BROADCAST_UNIT) return [];
  const reply =
    request.kind === 'refused'
      ? exceptionReply(request.functionCode, request.exceptionCode)
      : serve(request);
  if (!reply || unit === BROADCAST_UNIT) return [];
  return [{afterMs: address.turnaroundMs, bytes: encodeFrame(unit, encodeReplyPdu(reply))}];
}

export function exceptionReply(functionCode: number, exceptionCode: ExceptionCode): ModbusReply {
  return {kind: 'exception', functionCode, exceptionCode};
}

/** Answer a read of registers from `words`, the first of which has address 0; exception 2 beyond them. */
export function readRegisters(
  request: Extract<ModbusRequest, {kind: 'read'}>,
  words: readonly number[],
): ModbusReply {
  const {functionCode, address, quantity} = request;
  if (functionCode !== 3 && functionCode !== 4) return exceptionReply(functionCode, 1);
  if (address + quantity > words.length) return exceptionReply(functionCode, 2);
  return {kind: 'registers', functionCode, values: words.slice(address, address + quantity)};
}

/** Answer a read of bits from `bits`, the first of which has address 0; exception 2 beyond them. */
export function readBits(
  request: Extract<ModbusRequest, {kind: 'read'}>,
  bits: readonly boolean[],
): ModbusReply {
  const {functionCode, address, quantity} = request;
  if (functionCode !== 1 && functionCode !== 2) return exceptionReply(functionCode, 1);
  if (address + quantity > bits.length) return exceptionReply(functionCode, 2);
  return {kind: 'bits', functionCode, bits: bits.slice(address, address + quantity)};
}
