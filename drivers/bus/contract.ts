import type {Millis} from '../../protocols/base/clock.js';
import type {Decoded} from '../../protocols/base/decode.js';

/**
 * Who goes first on a line: an operator's or tenant's command, then the reading that proves it, then
 * the routine sweep. A transaction in flight is never cut short.
 */
export type Lane = 'command' | 'confirm' | 'poll';

export type RegisterTable = 'holding' | 'input' | 'coil' | 'discrete';

/** A read may be repeated by the line (at most `resends`, default 0, at most 2): reading moves nothing. */
export interface ReadRequest {
  readonly unit: number;
  readonly table: RegisterTable;
  /** First register or bit, 0-based as on the wire. */
  readonly address: number;
  readonly quantity: number;
  readonly lane: Lane;
  readonly resends?: number;
  /** Longest time the device may take before its first reply byte; default 50. */
  readonly turnaroundMs?: Millis;
  /** The registers hold a key, a password or a code: the trace keeps no more than lengths. */
  readonly isSecret?: boolean;
}

/** A write goes out exactly once, whatever comes back: the caller judges it by reading. */
export interface WriteRequest {
  /**
   * 0: all units hear it and none answers. It settles as `written` when it has gone out and the units
   * had `turnaroundMs` (default 150) to do it, which proves nothing of any of them.
   * @see Modbus over Serial Line V1.02, 2.4.1 (100 to 200 ms)
   */
  readonly unit: number;
  readonly address: number;
  /**
   * `register` = FC06 (one value), `registers` = FC16, `coil` = FC05 (one value, 0 or 1), `coilWord` =
   * FC05 with the word of a maker, such as the length of a pulse that the device itself times.
   */
  readonly kind: 'register' | 'registers' | 'coil' | 'coilWord';
  readonly values: readonly number[];
  readonly lane: Lane;
  readonly turnaroundMs?: Millis;
}

/** What became of a transaction. Only `values` and `written` prove that the device lives and understood. */
export type BusOutcome =
  | {readonly kind: 'values'; readonly values: readonly number[]; readonly atMs: Millis}
  | {readonly kind: 'written'; readonly atMs: Millis}
  | {readonly kind: 'exception'; readonly exceptionCode: number; readonly atMs: Millis}
  /** Sent, and no valid reply in time: for a write this means *unknown*, not *failed*. */
  | {readonly kind: 'timeout'; readonly atMs: Millis}
  /** Never sent: the line is down or being closed. */
  | {readonly kind: 'down'; readonly atMs: Millis};

/** `suspect` after a miss, `offline` after three or 8 s; any valid reply makes it `ok`. */
export type DeviceHealth = 'unknown' | 'ok' | 'suspect' | 'offline';

/** A read that the sweep repeats for ever. */
export interface PollEntry {
  readonly read: Omit<ReadRequest, 'lane'>;
  /**
   * Most registers or bits that the device gives in one read; default 125 and 2000. Blocks of one table
   * that lie close together and have the same period are read as one; each hears of its own values.
   */
  readonly mostQuantity?: number;
  /** Shortest distance of two polls now, start to start; asked at every sweep. 0 = as often as the line can. */
  periodMs(): Millis;
  /** A person waits for what it reads: when it is due it goes before all that is not; asked at every sweep. */
  isUrgent?(): boolean;
  onOutcome(outcome: BusOutcome): void;
  onHealth(health: DeviceHealth): void;
}

/** The line as a device driver sees it: registers of units, in lanes. */
export interface RegisterBus {
  read(request: ReadRequest): Promise<BusOutcome>;
  write(request: WriteRequest): Promise<BusOutcome>;
  /** Add a read to the sweep; the returned function takes it out again. */
  poll(entry: PollEntry): () => void;
}

/**
 * Names one device among all protocols of a line, `protocol:address`: `modbus:3`, `osdp:5`,
 * `board-8a80:1`. Two protocols may use the same number on one line.
 */
export type UnitKey = `${string}:${string}`;

/** How a protocol knows the reply to one of its requests. Pure: the line asks after every byte. */
export interface ReplyReader {
  /** Longest whole reply in bytes: the deadline is computed from it. */
  readonly longestBytes: number;
  /**
   * Find the reply at the start of what came since the request left, own echo stripped. `answer` and
   * `refusal` both prove that the device lives. A discard whose `why` is `crc` or `noise` counts as a
   * broken frame, any other as a sound frame of somebody else.
   */
  read(received: Uint8Array): Decoded<'answer' | 'refusal'>;
}

/** One frame of any protocol, as it goes on the wire. */
export interface Frame {
  readonly bytes: Uint8Array;
  /** Undefined: nobody answers (broadcast, one-way display); the line then rests for `turnaroundMs`. */
  readonly reply: ReplyReader | undefined;
  /** Longest time the device may take before its first reply byte; default 50. */
  readonly turnaroundMs?: Millis;
  /** Silence that this device wants before the frame, where it is more than that of the line. */
  readonly gapMs?: Millis;
  /** It, or what comes back, holds a key, a password or a code: of both the trace keeps the lengths alone. */
  readonly isSecret?: boolean;
}

/** What became of a frame. Only `reply` proves that the device lives. */
export type FrameOutcome =
  /** The bytes that the reader took for the reply. */
  | {
      readonly kind: 'reply';
      readonly verdict: 'answer' | 'refusal';
      readonly bytes: Uint8Array;
      readonly atMs: Millis;
    }
  /** A frame that nobody answers has gone out. */
  | {readonly kind: 'sent'; readonly atMs: Millis}
  /** Sent, and no valid reply in time: of a command this means *unknown*, not *failed*. */
  | {readonly kind: 'timeout'; readonly garbled: boolean; readonly atMs: Millis}
  /** Never sent: the line is down or being closed, the lane is full, or `compose` had nothing to say. */
  | {readonly kind: 'down'; readonly atMs: Millis};

/** A turn on the line. */
export interface FrameTurn {
  readonly unit: UnitKey;
  readonly lane: Lane;
  /** Reads only: how often the line may send the same bytes again after a timeout, at most 2; default 0. */
  readonly resends?: number;
  /** The frame, asked for when it is about to go out, so that sequence numbers and nonces are fresh. */
  compose(nowMs: Millis): Frame | undefined;
  /** Called once, before the line composes anything further for this unit. */
  settle(outcome: FrameOutcome): void;
}

/** A turn that the sweep repeats for ever. */
export interface FramePoll {
  readonly unit: UnitKey;
  readonly resends?: number;
  /** Shortest distance of two polls now, start to start; asked at every sweep. 0 = as often as the line can. */
  periodMs(): Millis;
  /** A person waits for what it reads: when it is due it goes before all that is not; asked at every sweep. */
  isUrgent?(): boolean;
  /** Not before this instant, whatever the period; asked at every sweep. */
  fromMs?(): Millis;
  /** Undefined: nothing to say in this turn. */
  compose(nowMs: Millis): Frame | undefined;
  /** Once for every frame composed, before the line composes anything further for this unit. */
  onOutcome(outcome: FrameOutcome): void;
  onHealth(health: DeviceHealth): void;
}

/** The line as a driver of any other protocol sees it: frames with their replies, in lanes. */
export interface FrameBus {
  submit(turn: FrameTurn): void;
  /** Add a poll to the sweep; the returned function takes it out again. */
  poll(entry: FramePoll): () => void;
}
