import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import type {LinkError} from '../../protocols/base/errors.js';
import {CodecMisuse} from '../../protocols/base/errors.js';
import {wireTimeMs} from '../../protocols/base/units.js';
import {expectReplyToFrame} from '../../protocols/modbus/rtu-frame.js';
import {FIELD_CHARACTER_BITS, interFrameSilenceMs} from '../../protocols/modbus/timing.js';
import type {ByteLink} from '../port/byte-link.js';
import type {
  BusOutcome,
  Lane,
  PollEntry,
  ReadRequest,
  RegisterBus,
  WriteRequest,
} from './contract.js';
import {LINE_AT_START, type LineBreakerInput, stepLineBreaker} from './line-breaker.js';
import {type LineJob, LineMaster, type LineOutcome} from './line-master.js';
import {type LineCounters, LinkCounters} from './link-counters.js';
import {ModbusPdu, type RegisterRequest} from './modbus-pdu.js';
import {type PollSlot, PollSweep} from './poll-sweep.js';
import {UnitWatch} from './unit-watch.js';
import {type WireRecord, WireTrace} from './wire-trace.js';

export interface ModbusLineOptions {
  readonly link: ByteLink;
  readonly clock: Clock;
  /** Uniform in [0, 1), for the jitter of probes and reopenings. */
  readonly fraction: () => number;
  readonly baudRate: number;
  /** 10 for 8N1, 11 with parity or two stop bits. */
  readonly bitsPerCharacter?: number;
  /** The adapter hears its own frames. */
  readonly echo?: boolean;
  /** Silence before a frame where devices need more than t3.5. */
  readonly minGapMs?: Millis;
  /** Most requests that may wait in one lane; more settle as `down`. Default 64. */
  readonly queueLimit?: number;
  /** `true` once when the link is lost or every polled unit is silent, `false` with the first reply after it. */
  onLine?(isDown: boolean, why: string): void;
  /** A command was sent, but more than 500 ms after it was asked for: the line is too busy. */
  onLateCommand?(unit: number, waitedMs: Millis): void;
}

/** devices.md 1.4 rule 1. */
const HOST_MS = 30;
const QUARANTINE_MS = 40;
const DEFAULT_TURNAROUND_MS = 50;
const DEFAULT_QUEUE_LIMIT = 64;
const MOST_RESENDS = 2;
const LATE_COMMAND_MS = 500;
/** A block that the device refuses is a mistake of configuration: asked again only to see it mended. */
const PARKED_MS = 60_000;
/** Illegal function, address, value. @see Modbus Application Protocol V1.1b3, 7 */
const LASTING_EXCEPTIONS: ReadonlySet<number> = new Set([1, 2, 3]);

/** Registers of the units of one RS-485 line, over whatever link carries it. */
export class ModbusLine implements RegisterBus {
  readonly #options: ModbusLineOptions;
  readonly #pdu = new ModbusPdu();
  readonly #counters: LinkCounters;
  readonly #trace = new WireTrace();
  readonly #master: LineMaster;
  readonly #sweep: PollSweep;
  readonly #watch: UnitWatch;
  #line = LINE_AT_START;
  #reopen: Timer | undefined;
  #closed = false;

  constructor(options: ModbusLineOptions) {
    this.#options = options;
    const {link, clock, baudRate} = options;
    const bits = options.bitsPerCharacter ?? FIELD_CHARACTER_BITS;
    this.#counters = new LinkCounters(clock.nowMs());
    this.#watch = new UnitWatch({
      fraction: options.fraction,
      tell: (unit, health) => {
        for (const slot of this.#sweep.slotsOf(unit)) slot.entry.onHealth(health);
      },
    });
    this.#sweep = new PollSweep(unit => this.#watch.gateOf(unit));
    this.#master = new LineMaster({
      link,
      clock,
      timing: {
        silenceMs: Math.max(interFrameSilenceMs(baudRate, bits), options.minGapMs ?? 0),
        perByteMs: wireTimeMs(1, baudRate, bits),
        hostMs: HOST_MS,
        quarantineMs: QUARANTINE_MS,
      },
      echo: options.echo ?? false,
      queueLimit: options.queueLimit ?? DEFAULT_QUEUE_LIMIT,
      counters: this.#counters,
      trace: this.#trace,
      owner: {
        nextPoll: nowMs => this.#nextPoll(nowMs),
        onLinkUp: () => this.#watch.linkUp(clock.nowMs()),
        onLinkDown: reason => this.#linkDown(reason),
      },
    });
  }

  get isDown(): boolean {
    return this.#line.isDown;
  }

  counters(): LineCounters {
    return this.#counters.snapshot(this.#options.clock.nowMs());
  }

  /** The last frames on the wire, oldest first. */
  dumpTrace(): readonly WireRecord[] {
    return this.#trace.dump();
  }

  open(): void {
    this.#master.open();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#reopen?.cancel();
    await this.#master.close();
  }

  /** Rejects with `codec/modbus-range` for a request that no frame can carry; never for what the line does. */
  read(request: ReadRequest): Promise<BusOutcome> {
    const resends = Math.min(request.resends ?? 0, MOST_RESENDS);
    return this.#transact({kind: 'read', ...request}, request.lane, resends, request.turnaroundMs);
  }

  /** Rejects as `read` does. */
  write(request: WriteRequest): Promise<BusOutcome> {
    return this.#transact({kind: 'write', write: request}, request.lane, 0, request.turnaroundMs);
  }

  /** @throws CodecMisuse `codec/modbus-range` for a read that no frame can carry. */
  poll(entry: PollEntry): () => void {
    const request = this.#pdu.encode({kind: 'read', ...entry.read});
    const slot = this.#sweep.add(entry, request);
    entry.onHealth(this.#watch.healthOf(entry.read.unit));
    this.#master.wake();
    return () => this.#sweep.remove(slot);
  }

  #transact(
    request: RegisterRequest,
    lane: Lane,
    resends: number,
    turnaroundMs: Millis | undefined,
  ): Promise<BusOutcome> {
    return new Promise(resolve => {
      const frame = this.#pdu.encode(request);
      const job = this.#job(request, frame, lane, resends, turnaroundMs, resolve);
      this.#master.submit({
        ...job,
        started: (_, waitedMs) => {
          if (lane !== 'command' || waitedMs <= LATE_COMMAND_MS) return;
          this.#options.onLateCommand?.(job.expectation.unit, waitedMs);
        },
      });
    });
  }

  #job(
    request: RegisterRequest,
    frame: Uint8Array,
    lane: Lane,
    resends: number,
    turnaroundMs: Millis | undefined,
    done: (outcome: BusOutcome) => void,
  ): LineJob {
    const expectation = expectReplyToFrame(frame);
    if (!expectation) {
      throw new CodecMisuse('codec/modbus-range', 'a quantity that no frame can carry');
    }
    return {
      lane,
      request: frame,
      expectation,
      resends,
      turnaroundMs: turnaroundMs ?? DEFAULT_TURNAROUND_MS,
      settle: outcome => {
        const told = this.#read(request, outcome);
        this.#judge(expectation.unit, told);
        done(told);
      },
    };
  }

  #read(request: RegisterRequest, outcome: LineOutcome): BusOutcome {
    if (outcome.kind !== 'reply') return outcome;
    const reply = this.#pdu.decode(request, outcome.frame);
    return reply ? {...reply, atMs: outcome.atMs} : {kind: 'timeout', atMs: outcome.atMs};
  }

  #judge(unit: number, outcome: BusOutcome): void {
    switch (outcome.kind) {
      case 'values':
      case 'written':
      case 'exception':
        this.#moveLine({kind: 'reply'}, 'a unit answers');
        this.#watch.replied(unit, outcome.atMs);
        return;
      case 'timeout':
        if (this.#closed || !this.#options.link.isUp) return;
        this.#watch.missed(unit, outcome.atMs);
        if (!this.#watch.areAllSilent(this.#sweep.units)) return;
        this.#moveLine(
          {kind: 'allSilent', fraction: this.#options.fraction()},
          'no unit of the line answers',
        );
        return;
      case 'down':
        return;
    }
  }

  #nextPoll(nowMs: Millis): LineJob | Millis {
    const choice = this.#sweep.choose(nowMs);
    if (choice.kind === 'idle') return choice.untilMs;
    const {slot} = choice;
    const {read} = slot.entry;
    const resends = Math.min(read.resends ?? 0, MOST_RESENDS);
    const request: RegisterRequest = {kind: 'read', ...read};
    const done = (outcome: BusOutcome) => this.#polled(slot, outcome);
    const job = this.#job(request, slot.request, 'poll', resends, read.turnaroundMs, done);
    return {...job, started: atMs => this.#sweep.started(slot, atMs)};
  }

  #polled(slot: PollSlot, outcome: BusOutcome): void {
    if (outcome.kind === 'exception' && LASTING_EXCEPTIONS.has(outcome.exceptionCode)) {
      slot.parkedUntilMs = outcome.atMs + PARKED_MS;
    }
    // A poll that never left is no news of the device.
    if (outcome.kind !== 'down') slot.entry.onOutcome(outcome);
  }

  #linkDown(reason: LinkError): void {
    if (this.#closed) return;
    this.#moveLine({kind: 'linkLost'}, reason.message);
    this.#watch.linkLost(this.#sweep.units, this.#options.clock.nowMs());
  }

  #moveLine(input: LineBreakerInput, why: string): void {
    const {state, effects} = stepLineBreaker(this.#line, input);
    this.#line = state;
    const {clock, onLine} = this.#options;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'tellDown':
          onLine?.(true, why);
          this.#watch.tellHeld();
          break;
        case 'tellUp':
          onLine?.(false, why);
          // Whatever cured one may have cured all: none waits out the backoff of the dead line.
          this.#watch.linkUp(clock.nowMs());
          break;
        case 'armReopen':
          this.#reopen = clock.timer('line reopen', effect.afterMs, () =>
            this.#moveLine({kind: 'reopenDue'}, why),
          );
          break;
        case 'disarmReopen':
          this.#reopen?.cancel();
          break;
        case 'reopen':
          this.#master.reopen(why);
          break;
      }
    }
  }
}
