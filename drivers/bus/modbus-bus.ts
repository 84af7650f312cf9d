import type {Millis} from '../../protocols/base/clock.js';
import {CodecMisuse} from '../../protocols/base/errors.js';
import {
  BROADCAST_UNIT,
  decodeReply,
  expectReplyToFrame,
  type ReplyExpectation,
} from '../../protocols/modbus/rtu-frame.js';
import type {
  BusOutcome,
  Frame,
  FrameBus,
  FrameOutcome,
  Lane,
  PollEntry,
  ReadRequest,
  RegisterBus,
  ReplyReader,
  UnitKey,
  WriteRequest,
} from './contract.js';
import {MergedPolls} from './merged-polls.js';
import {ModbusPdu, type RegisterRequest} from './modbus-pdu.js';

/** A block that the device refuses is a mistake of configuration: asked again only to see it mended. */
const PARKED_MS = 60_000;
/** Illegal function, address, value. @see Modbus Application Protocol V1.1b3, 7 */
const LASTING_EXCEPTIONS: ReadonlySet<number> = new Set([1, 2, 3]);
/** 100 to 200 ms. @see Modbus over Serial Line V1.02, 2.4.1 (turnaround delay) */
const BROADCAST_TURNAROUND_MS: Millis = 150;

/** How a request goes out. */
interface Manner {
  readonly resends?: number;
  readonly turnaroundMs?: Millis | undefined;
  readonly isSecret?: boolean;
}

/** Registers of the Modbus units of a line, which may carry other protocols beside. */
export class ModbusBus implements RegisterBus {
  readonly #bus: FrameBus;
  readonly #pdu = new ModbusPdu();
  /** By unit, table and manner of asking. */
  readonly #polls = new Map<string, MergedPolls>();

  constructor(bus: FrameBus) {
    this.#bus = bus;
  }

  /** Rejects with `codec/modbus-range` for a request that no frame can carry; never for what the line does. */
  read(request: ReadRequest): Promise<BusOutcome> {
    return this.#transact({kind: 'read', ...request}, request.unit, request.lane, request);
  }

  /** Rejects as `read` does. */
  write(request: WriteRequest): Promise<BusOutcome> {
    const {unit, lane, turnaroundMs} = request;
    return this.#transact({kind: 'write', write: request}, unit, lane, {turnaroundMs});
  }

  /** @throws CodecMisuse `codec/modbus-range` for a read that no frame can carry. */
  poll(entry: PollEntry): () => void {
    const {unit, table, turnaroundMs, resends, isSecret} = entry.read;
    const key = `${unit} ${table} ${turnaroundMs} ${resends} ${isSecret}`;
    let polls = this.#polls.get(key);
    if (!polls) {
      polls = new MergedPolls(one => this.#pollOne(one));
      this.#polls.set(key, polls);
    }
    return polls.add(entry);
  }

  #pollOne(entry: PollEntry): () => void {
    const {read} = entry;
    const request: RegisterRequest = {kind: 'read', ...read};
    const frame = this.#frame(request, read.unit, read);
    let parkedUntilMs = Number.NEGATIVE_INFINITY;
    return this.#bus.poll({
      unit: unitKey(read.unit),
      resends: read.resends ?? 0,
      periodMs: () => entry.periodMs(),
      isUrgent: () => entry.isUrgent?.() ?? false,
      fromMs: () => parkedUntilMs,
      compose: () => frame,
      onOutcome: outcome => {
        // A poll that never left is no news of the device.
        if (outcome.kind === 'down') return;
        const told = this.#tell(request, outcome);
        if (told.kind === 'exception' && LASTING_EXCEPTIONS.has(told.exceptionCode)) {
          parkedUntilMs = told.atMs + PARKED_MS;
        }
        entry.onOutcome(told);
      },
      onHealth: health => entry.onHealth(health),
    });
  }

  #transact(
    request: RegisterRequest,
    unit: number,
    lane: Lane,
    manner: Manner,
  ): Promise<BusOutcome> {
    return new Promise(resolve => {
      const frame = this.#frame(request, unit, manner);
      this.#bus.submit({
        unit: unitKey(unit),
        lane,
        resends: manner.resends ?? 0,
        compose: () => frame,
        settle: outcome => resolve(this.#tell(request, outcome)),
      });
    });
  }

  #frame(request: RegisterRequest, unit: number, {turnaroundMs, isSecret}: Manner): Frame {
    const bytes = this.#pdu.encode(request);
    if (unit === BROADCAST_UNIT) {
      return {bytes, reply: undefined, turnaroundMs: turnaroundMs ?? BROADCAST_TURNAROUND_MS};
    }
    const expectation = expectReplyToFrame(bytes);
    if (!expectation) {
      throw new CodecMisuse('codec/modbus-range', 'a quantity that no frame can carry');
    }
    return {
      bytes,
      reply: new ModbusReplyReader(expectation),
      ...(turnaroundMs !== undefined && {turnaroundMs}),
      ...(isSecret !== undefined && {isSecret}),
    };
  }

  #tell(request: RegisterRequest, outcome: FrameOutcome): BusOutcome {
    const {kind, atMs} = outcome;
    switch (kind) {
      case 'reply': {
        const reply = this.#pdu.decode(request, outcome.bytes);
        return reply ? {...reply, atMs} : {kind: 'timeout', atMs};
      }
      case 'sent':
        return {kind: 'written', atMs};
      case 'timeout':
      case 'down':
        return {kind, atMs};
    }
  }
}

class ModbusReplyReader implements ReplyReader {
  readonly #expectation: ReplyExpectation;

  constructor(expectation: ReplyExpectation) {
    this.#expectation = expectation;
  }

  get longestBytes(): number {
    return this.#expectation.frameBytes;
  }

  read(received: Uint8Array): ReturnType<ReplyReader['read']> {
    const decoded = decodeReply(received, this.#expectation);
    if (decoded.kind !== 'frame') return decoded;
    const verdict = decoded.frame.kind === 'reply' ? 'answer' : 'refusal';
    return {kind: 'frame', frame: verdict, used: decoded.used};
  }
}

function unitKey(unit: number): UnitKey {
  return `modbus:${unit}`;
}
