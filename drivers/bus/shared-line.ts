import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import type {LinkError} from '../../protocols/base/errors.js';
import {wireTimeMs} from '../../protocols/base/units.js';
import {FIELD_CHARACTER_BITS, interFrameSilenceMs} from '../../protocols/modbus/timing.js';
import type {ByteLink} from '../port/byte-link.js';
import type {FrameBus, FrameOutcome, FramePoll, FrameTurn, UnitKey} from './contract.js';
import {LINE_AT_START, type LineBreakerInput, stepLineBreaker} from './line-breaker.js';
import {LineMaster} from './line-master.js';
import type {LineJob} from './line-turns.js';
import {type LineCounters, LinkCounters} from './link-counters.js';
import {type PollSlot, PollSweep} from './poll-sweep.js';
import {UnitWatch} from './unit-watch.js';
import {type WireRecord, WireTrace} from './wire-trace.js';

export interface SharedLineOptions {
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
  onLateCommand?(unit: UnitKey, waitedMs: Millis): void;
}

/** devices.md 1.4 rule 1. */
const HOST_MS = 30;
const QUARANTINE_MS = 40;
const DEFAULT_QUEUE_LIMIT = 64;
const MOST_RESENDS = 2;
const LATE_COMMAND_MS = 500;
/** A poll that has nothing to say is asked again after so long, whatever its period. */
const NOTHING_TO_SAY_MS = 10;

/**
 * One RS-485 line, whatever its devices speak: the only talker, the sweep of the polls, the breakers of
 * units and line, counters and the last frames. Several protocols may share it, since the line has one
 * frame outstanding and knows replies by the reader that comes with each.
 */
export class SharedLine implements FrameBus {
  readonly #options: SharedLineOptions;
  readonly #counters: LinkCounters;
  readonly #trace = new WireTrace();
  readonly #master: LineMaster;
  readonly #sweep: PollSweep;
  readonly #watch: UnitWatch;
  readonly #polls = new Map<PollSlot, LineJob>();
  #line = LINE_AT_START;
  #reopen: Timer | undefined;
  #closed = false;

  constructor(options: SharedLineOptions) {
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
    const {clock} = this.#options;
    return this.#counters.snapshot(clock.nowMs(), lane => this.#master.queueAgeMs(lane));
  }

  /** How long nothing has gone on though there is work: undefined without work, and while the link is down. */
  stillMs(nowMs: Millis): Millis | undefined {
    return this.#master.stillMs(nowMs);
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

  submit(turn: FrameTurn): void {
    const {unit, lane} = turn;
    this.#master.submit({
      unit,
      lane,
      resends: Math.min(turn.resends ?? 0, MOST_RESENDS),
      compose: nowMs => turn.compose(nowMs),
      started: (_, waitedMs) => {
        if (lane !== 'command' || waitedMs <= LATE_COMMAND_MS) return;
        this.#options.onLateCommand?.(unit, waitedMs);
      },
      settle: outcome => {
        this.#judge(unit, outcome);
        turn.settle(outcome);
      },
    });
  }

  poll(entry: FramePoll): () => void {
    const slot = this.#sweep.add(entry);
    this.#polls.set(slot, this.#pollJob(slot));
    entry.onHealth(this.#watch.healthOf(entry.unit));
    this.#master.wake();
    return () => {
      this.#sweep.remove(slot);
      this.#polls.delete(slot);
    };
  }

  /** Made once: a line makes its polls without pause. */
  #pollJob(slot: PollSlot): LineJob {
    const {entry} = slot;
    let isComposed = false;
    return {
      unit: entry.unit,
      lane: 'poll',
      resends: Math.min(entry.resends ?? 0, MOST_RESENDS),
      compose: nowMs => {
        const frame = this.#polls.has(slot) ? entry.compose(nowMs) : undefined;
        isComposed = frame !== undefined;
        if (!isComposed) slot.restsUntilMs = nowMs + NOTHING_TO_SAY_MS;
        return frame;
      },
      started: atMs => {
        if (this.#sweep.started(slot, atMs)) this.#counters.starved();
      },
      settle: outcome => {
        if (!isComposed) return;
        this.#judge(entry.unit, outcome);
        entry.onOutcome(outcome);
      },
    };
  }

  #judge(unit: UnitKey, outcome: FrameOutcome): void {
    switch (outcome.kind) {
      case 'reply':
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
      case 'sent':
      case 'down':
        return;
    }
  }

  #nextPoll(nowMs: Millis): LineJob | Millis {
    const choice = this.#sweep.choose(nowMs);
    if (choice.kind === 'idle') return choice.untilMs;
    return this.#polls.get(choice.slot) ?? nowMs;
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
