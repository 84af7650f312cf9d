import type {Clock} from '../../protocols/base/clock.js';
import type {
  BusOutcome,
  DeviceHealth,
  PollEntry,
  ReadRequest,
  RegisterBus,
  WriteRequest,
} from '../bus/contract.js';

/** What a script answers, without the time: the line stamps it. */
export type ScriptedReply =
  | {readonly kind: 'values'; readonly values: readonly number[]}
  | {readonly kind: 'written'}
  | {readonly kind: 'exception'; readonly exceptionCode: number}
  | {readonly kind: 'timeout'}
  | {readonly kind: 'down'};

export interface BusScript {
  read?(request: ReadRequest): ScriptedReply;
  write?(request: WriteRequest): ScriptedReply;
}

/**
 * A line for unit tests of drivers: every transaction takes `delayMs` and is answered by the script.
 * The sweep does not run by itself; the test moves it with `sweep`.
 */
export class ScriptedBus implements RegisterBus {
  readonly reads: ReadRequest[] = [];
  readonly writes: WriteRequest[] = [];
  readonly entries = new Set<PollEntry>();
  readonly #clock: Clock;
  readonly #delayMs: number;
  script: BusScript;

  constructor(clock: Clock, script: BusScript, delayMs = 10) {
    this.#clock = clock;
    this.script = script;
    this.#delayMs = delayMs;
  }

  async read(request: ReadRequest): Promise<BusOutcome> {
    this.reads.push(request);
    await this.#clock.sleep(this.#delayMs);
    return this.#stamped(this.script.read?.(request));
  }

  async write(request: WriteRequest): Promise<BusOutcome> {
    this.writes.push(request);
    await this.#clock.sleep(this.#delayMs);
    return this.#stamped(this.script.write?.(request));
  }

  poll(entry: PollEntry): () => void {
    this.entries.add(entry);
    return () => void this.entries.delete(entry);
  }

  /** Poll every entry once, now. */
  sweep(): void {
    for (const entry of this.entries) {
      entry.onOutcome(this.#stamped(this.script.read?.({...entry.read, lane: 'poll'})));
    }
  }

  health(health: DeviceHealth): void {
    for (const entry of this.entries) entry.onHealth(health);
  }

  #stamped(reply: ScriptedReply = {kind: 'timeout'}): BusOutcome {
    return {...reply, atMs: this.#clock.nowMs()};
  }
}
