import {type AddressInfo, createServer, type Server, type Socket} from 'node:net';
import type {ExecutionContext} from 'ava';
import type {ModbusReply, ModbusRequest} from '../../protocols/modbus/pdu.js';
import {
  encodeLockRegisters,
  lockStatusRead,
} from '../../protocols/profiles/parking-lock-profile.js';
import {exceptionReply, serveFrame} from '../devices/modbus-slave.js';
import {rest} from './peer-process.js';

/** Which reply is cut, how much of it comes, and what becomes of the rest. */
export interface Cut {
  readonly of: 'reading' | 'order';
  /** Bytes that come: at least one, never all. */
  readonly bytes: number;
  /** The rest comes first on the next connection, as from a converter that kept it. */
  readonly keepsRest: boolean;
}

type CutKind = Cut['of'];
type PendingCut = Cut & {readonly done: () => void};

/** Until the half is on its way. */
const DEPARTURE_MS = 10;
const REQUEST_BYTES = 8;
const NO_FAULTS = {
  ...{motor: false, limitSwitch: false, lowBattery: false, tamper: false, overCurrent: false},
};

/**
 * A converter to Ethernet with one lock behind it. Each reading carries a number of its own as the
 * lock's movement counter; the connection ends in the middle of the reply that is to be cut.
 */
export class CuttingConverter {
  /** Numbers of the readings that went out whole, and of those that were cut. */
  readonly whole = new Set<number>();
  readonly halved = new Set<number>();
  /** Orders heard, answered or not. */
  orders = 0;
  readonly #unit: number;
  readonly #server: Server;
  #number = 0;
  #cut: PendingCut | undefined;
  #kept: Uint8Array | undefined;

  private constructor(unit: number) {
    this.#unit = unit;
    this.#server = createServer(socket => this.#accept(socket));
  }

  static async listen(t: ExecutionContext, unit: number): Promise<CuttingConverter> {
    const converter = new CuttingConverter(unit);
    const server = converter.#server;
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    t.teardown(() => void server.close());
    return converter;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Settles when the connection has been cut. */
  cut(cut: Cut): Promise<void> {
    return new Promise(done => {
      this.#cut = {...cut, done};
    });
  }

  #accept(socket: Socket): void {
    let received = Buffer.alloc(0);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    if (this.#kept) socket.write(this.#kept);
    this.#kept = undefined;
    socket.on('data', bytes => {
      received = Buffer.concat([received, bytes]);
      // Reads and single writes, all of one length.
      if (received.length < REQUEST_BYTES) return;
      const request = received.subarray(0, REQUEST_BYTES);
      received = received.subarray(REQUEST_BYTES);
      this.#answer(socket, request);
    });
  }

  #answer(socket: Socket, frame: Uint8Array): void {
    let kind: CutKind | undefined;
    const [reply] = serveFrame({unit: this.#unit, turnaroundMs: 0}, frame, request => {
      kind = kindOf(request);
      return this.#replyTo(request, kind);
    });
    if (!reply) return;
    const cut = this.#cut?.of === kind ? this.#cut : undefined;
    if (kind === 'reading') (cut ? this.halved : this.whole).add(this.#number);
    if (cut) void this.#sever(socket, reply.bytes, cut);
    else socket.write(reply.bytes);
  }

  #replyTo(request: ModbusRequest, kind: CutKind | undefined): ModbusReply {
    if (kind === 'order' && request.kind === 'writeOne') {
      this.orders += 1;
      const {functionCode, address, value} = request;
      return {kind: 'written', functionCode, address, value};
    }
    if (kind !== 'reading') return exceptionReply(3, 2);
    this.#number += 1;
    const values = encodeLockRegisters({
      ...{arm: 'up', vehicle: 'absent', supplyMv: 12_340, faults: NO_FAULTS},
      cycles: this.#number,
    });
    return {kind: 'registers', functionCode: 3, values};
  }

  async #sever(socket: Socket, reply: Uint8Array, cut: PendingCut) {
    this.#cut = undefined;
    socket.write(reply.subarray(0, cut.bytes));
    await rest(DEPARTURE_MS);
    if (cut.keepsRest) this.#kept = reply.subarray(cut.bytes);
    socket.destroy();
    cut.done();
  }
}

/** Undefined: the lock is asked what it is, which it does not tell. */
function kindOf(request: ModbusRequest): CutKind | undefined {
  if (request.kind === 'writeOne') return 'order';
  const isStatus = request.kind === 'read' && request.quantity === lockStatusRead().quantity;
  return isStatus ? 'reading' : undefined;
}
