import type {Millis} from '../../protocols/base/clock.js';

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
}

/** A write goes out exactly once, whatever comes back: the caller judges it by reading. */
export interface WriteRequest {
  readonly unit: number;
  readonly address: number;
  /** `register` = FC06 (one value), `registers` = FC16, `coil` = FC05 (one value, 0 or 1). */
  readonly kind: 'register' | 'registers' | 'coil';
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
  /** Shortest distance of two polls now, start to start; asked at every sweep. 0 = as often as the line can. */
  periodMs(): Millis;
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
