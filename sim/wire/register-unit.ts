import type {Millis} from '../../protocols/base/clock.js';
import {
  decodeRequestPdu,
  encodeReplyPdu,
  type ModbusReply,
  type ModbusRequest,
} from '../../protocols/modbus/pdu.js';
import {decodeRequest, encodeFrame} from '../../protocols/modbus/rtu-frame.js';
import type {LineDevice, Transmission} from './line-device.js';

/**
 * The smallest Modbus slave: 16 holding registers and nothing behind them. For proofs of the line
 * itself, where a device with physics would only be in the way.
 */
export class RegisterUnit implements LineDevice {
  readonly unit: number;
  readonly registers = new Uint16Array(16);
  readonly heard: Uint8Array[] = [];
  readonly heardAtMs: Millis[] = [];
  /** Turnaround before the reply; changed by tests to make it late. */
  turnaroundMs: Millis;
  isDead = false;
  /** Refuse everything with this code. */
  exceptionCode: number | undefined;

  constructor(unit: number, turnaroundMs: Millis = 5) {
    this.unit = unit;
    this.turnaroundMs = turnaroundMs;
  }

  receive(frame: Uint8Array, atMs: Millis): readonly Transmission[] {
    const decoded = decodeRequest(frame);
    if (decoded.kind !== 'frame' || decoded.frame.unit !== this.unit || this.isDead) return [];
    this.heard.push(frame);
    this.heardAtMs.push(atMs);
    const reply = encodeReplyPdu(this.#answer(frame.slice(1, -2)));
    return [{afterMs: this.turnaroundMs, bytes: encodeFrame(this.unit, reply)}];
  }

  #answer(pdu: Uint8Array): ModbusReply {
    const request = decodeRequestPdu(pdu);
    const {functionCode} = request;
    const refuse = (exceptionCode: number): ModbusReply => ({
      kind: 'exception',
      functionCode,
      exceptionCode,
    });
    if (this.exceptionCode !== undefined) return refuse(this.exceptionCode);
    switch (request.kind) {
      case 'refused':
        return refuse(request.exceptionCode);
      case 'read':
        return this.#read(request);
      case 'writeOne':
        this.registers[request.address] = request.value;
        return {
          kind: 'written',
          functionCode: request.functionCode,
          address: request.address,
          value: request.value,
        };
      case 'writeRegisters':
        this.registers.set(request.values, request.address);
        return {
          kind: 'written',
          functionCode: 16,
          address: request.address,
          value: request.values.length,
        };
      case 'writeCoils':
        this.registers.set(request.bits.map(Number), request.address);
        return {
          kind: 'written',
          functionCode: 15,
          address: request.address,
          value: request.bits.length,
        };
    }
  }

  /** Bits are the registers that are not zero. */
  #read(request: Extract<ModbusRequest, {kind: 'read'}>): ModbusReply {
    const {functionCode, address, quantity} = request;
    const values = [...this.registers.slice(address, address + quantity)];
    if (functionCode === 3 || functionCode === 4) return {kind: 'registers', functionCode, values};
    return {kind: 'bits', functionCode, bits: values.map(value => value !== 0)};
  }
}
