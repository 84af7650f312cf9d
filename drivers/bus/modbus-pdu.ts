import {EventEmitter} from 'node:events';
import modbusSerial from 'modbus-serial';
import {CodecMisuse, errorText} from '../../protocols/base/errors.js';
import {encodeRequestPdu} from '../../protocols/modbus/pdu.js';
import {encodeFrame} from '../../protocols/modbus/rtu-frame.js';
import type {ReadRequest, WriteRequest} from './contract.js';

type RegisterWrite = Pick<WriteRequest, 'kind' | 'unit' | 'address' | 'values'>;

export type RegisterRequest =
  | ({readonly kind: 'read'} & Pick<ReadRequest, 'unit' | 'table' | 'address' | 'quantity'>)
  | {readonly kind: 'write'; readonly write: RegisterWrite};

/** What a checked reply frame says. */
export type RegisterReply =
  | {readonly kind: 'values'; readonly values: readonly number[]}
  | {readonly kind: 'written'}
  | {readonly kind: 'exception'; readonly exceptionCode: number};

type Callback = (error: unknown, result?: object) => void;

/**
 * The port that modbus-serial writes to and hears from. It never touches a line: a request stays
 * here until it is taken, a reply is told only when `ModbusPdu` holds the request it belongs to.
 */
class PduPort extends EventEmitter {
  readonly isOpen = true;
  #request: Uint8Array = new Uint8Array(0);

  open(done: (error: null) => void): void {
    done(null);
  }

  write(request: Uint8Array): void {
    this.#request = request;
  }

  takeRequest(): Uint8Array {
    return new Uint8Array(this.#request);
  }
}

/**
 * Request frames and reply contents by modbus-serial; the line, its time, framing and checks are not
 * its business. modbus-serial keeps one transaction and would take any later frame for its reply, so
 * none is left waiting: `decode` asks anew and tells the reply in the same breath, and its own timer
 * is never started (`setTimeout` of it is not called).
 */
export class ModbusPdu {
  readonly #port = new PduPort();
  readonly #client = new modbusSerial.default(this.#port);

  constructor() {
    this.#client.open(() => {});
  }

  /**
   * The whole request frame: unit, PDU, CRC low byte first. FC01-FC04 by table; FC05 `coil` and
   * `coilWord`, FC06 `register`, FC16 `registers`.
   * @throws CodecMisuse `codec/modbus-range` for a unit outside 1..247 (writes: 0..247) or a value that
   * does not fit.
   * @see Modbus Application Protocol V1.1b3, 6
   */
  encode(request: RegisterRequest): Uint8Array {
    const {unit} = request.kind === 'read' ? request : request.write;
    const lowest = request.kind === 'read' ? 1 : 0;
    if (!isWhole(unit, lowest, 247)) throw outOfRange(`no unit to ${request.kind}: ${unit}`);
    if (request.kind === 'write') {
      checkValues(request.write);
      if (request.write.kind === 'coilWord') return coilWordFrame(request.write);
    }
    try {
      this.#ask(request, () => {});
    } catch (error) {
      throw outOfRange(errorText(error), error);
    }
    return this.#port.takeRequest();
  }

  /**
   * Contents of `frame`, a reply to `request` that the line has checked already: words 0..65535, bits
   * as 0 or 1, exactly `quantity` of them. Undefined when modbus-serial refuses what the line took.
   * @see Modbus Application Protocol V1.1b3, 6 and 7
   */
  decode(request: RegisterRequest, frame: Uint8Array): RegisterReply | undefined {
    let reply: RegisterReply | undefined;
    let isOver = false;
    this.#ask(request, (error, result) => {
      if (!isOver) reply = readReply(request, error, result);
    });
    this.#port.emit('data', Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength));
    isOver = true;
    return reply;
  }

  #ask(request: RegisterRequest, done: Callback): void {
    if (request.kind === 'read') this.#askRead(request, done);
    else this.#askWrite(request.write, done);
  }

  #askRead(request: Extract<RegisterRequest, {kind: 'read'}>, done: Callback): void {
    const {unit, address, quantity} = request;
    switch (request.table) {
      case 'coil':
        this.#client.writeFC1(unit, address, quantity, done);
        break;
      case 'discrete':
        this.#client.writeFC2(unit, address, quantity, done);
        break;
      case 'holding':
        this.#client.writeFC3(unit, address, quantity, done);
        break;
      case 'input':
        this.#client.writeFC4(unit, address, quantity, done);
        break;
    }
  }

  #askWrite(request: RegisterWrite, done: Callback): void {
    const {unit, address, values} = request;
    switch (request.kind) {
      case 'coil':
      case 'coilWord':
        this.#client.writeFC5(unit, address, values[0] === 1, done);
        break;
      case 'register':
        this.#client.writeFC6(unit, address, values[0] ?? Number.NaN, done);
        break;
      case 'registers':
        this.#client.writeFC16(unit, address, [...values], done);
        break;
    }
  }
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

/** modbus-serial writes zeros for a value that is missing or no number. */
function checkValues({kind, values}: RegisterWrite): void {
  const most = kind === 'coil' ? 1 : 0xffff;
  const fits = values.length === 1 || (kind === 'registers' && values.length > 1);
  if (!fits) throw outOfRange(`${values.length} values for one ${kind}`);
  for (const value of values) {
    if (!isWhole(value, 0, most)) throw outOfRange(`${value} is no value of a ${kind}`);
  }
}

/** modbus-serial knows the two coil values of the specification only; devices.md 3.5 needs others. */
function coilWordFrame({unit, address, values}: RegisterWrite): Uint8Array {
  const [value = Number.NaN] = values;
  const pdu = encodeRequestPdu({kind: 'writeOne', functionCode: 5, address, value});
  return encodeFrame(unit, pdu);
}

function outOfRange(message: string, cause?: unknown): CodecMisuse {
  return new CodecMisuse('codec/modbus-range', message, {}, cause);
}

function readReply(
  request: RegisterRequest,
  error: unknown,
  result: object | undefined,
): RegisterReply | undefined {
  if (error instanceof Error && 'modbusCode' in error) {
    return {kind: 'exception', exceptionCode: Number(error.modbusCode)};
  }
  if (error || !result) return undefined;
  if (request.kind === 'write') return {kind: 'written'};
  if (!('data' in result) || !Array.isArray(result.data)) return undefined;
  // Bits come in whole bytes.
  return {kind: 'values', values: result.data.slice(0, request.quantity).map(Number)};
}
