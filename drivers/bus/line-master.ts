import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import type {LinkError} from '../../protocols/base/errors.js';
import type {ReplyExpectation} from '../../protocols/modbus/rtu-frame.js';
import type {ByteLink} from '../port/byte-link.js';
import type {Lane} from './contract.js';
import {LaneQueue} from './lane-queue.js';
import type {LinkCounters} from './link-counters.js';
import {
  freshTransaction,
  type LineTiming,
  stepTransaction,
  type TransactionEffect,
  type TransactionInput,
  type TransactionState,
} from './transaction-machine.js';
import type {WireTrace} from './wire-trace.js';

export type LineOutcome =
  | {readonly kind: 'reply'; readonly frame: Uint8Array; readonly atMs: Millis}
  /** Sent, and no valid reply in time. */
  | {readonly kind: 'timeout'; readonly atMs: Millis}
  /** Never sent. */
  | {readonly kind: 'down'; readonly atMs: Millis};

/** One frame that wants its turn on the line. */
export interface LineJob {
  readonly lane: Lane;
  readonly request: Uint8Array;
  readonly expectation: ReplyExpectation;
  readonly turnaroundMs: Millis;
  /** How often the line may send it again: 0 for everything that moves something. */
  readonly resends: number;
  /** The frame is on its way, after so long in its lane. */
  started?(atMs: Millis, waitedMs: Millis): void;
  settle(outcome: LineOutcome): void;
}

/** The owner of the devices on the line, as the line sees it. */
export interface LineOwner {
  /** The read that the line should do when no job waits: a job, or the instant to ask again (may be infinite). */
  nextPoll(nowMs: Millis): LineJob | Millis;
  onLinkUp(): void;
  onLinkDown(reason: LinkError): void;
}

export interface LineMasterOptions {
  readonly link: ByteLink;
  readonly clock: Clock;
  readonly timing: LineTiming;
  /** The adapter hears its own frames. */
  readonly echo: boolean;
  /** Most jobs that may wait in one lane. */
  readonly queueLimit: number;
  readonly counters: LinkCounters;
  readonly trace: WireTrace;
  readonly owner: LineOwner;
}

interface InFlight {
  readonly job: LineJob;
  readonly sentAtMs: Millis;
}

/** Periods of polls may shrink while the line idles. */
const LONGEST_IDLE_MS = 250;
/** A line that is never silent is broken anyway: then a request that fails shows it. */
const LONGEST_WAIT_FOR_SILENCE_MS = 250;
/** What is asked for while a port is exchanged for a fresh one waits so long for it. */
const LONGEST_WAIT_FOR_REOPENING_MS = 500;

/**
 * The one talker of an RS-485 line: one frame outstanding, silence before each, commands first. The
 * next poll is chosen and ready while the silence runs, and whatever waits in the queues by its end
 * goes in its place.
 */
export class LineMaster {
  readonly #options: LineMasterOptions;
  readonly #queue: LaneQueue<LineJob>;
  #transaction: TransactionState;
  #inFlight: InFlight | undefined;
  #silence: Timer | undefined;
  #silenceSinceMs: Millis | undefined;
  #idle: Timer | undefined;
  #patience: Timer | undefined;
  #reopening: Timer | undefined;
  #reopenWish: string | undefined;
  #closed = false;

  constructor(options: LineMasterOptions) {
    this.#options = options;
    this.#queue = new LaneQueue(options.queueLimit);
    this.#transaction = freshTransaction(options.clock.nowMs(), options.timing);
  }

  open(): void {
    const {link, clock, timing, owner, counters} = this.#options;
    link.open({
      onBytes: bytes => this.#hear(bytes),
      onUp: () => {
        this.#transaction = freshTransaction(clock.nowMs(), timing);
        this.#reopening?.cancel();
        this.#reopening = undefined;
        owner.onLinkUp();
        this.#pump();
      },
      onDown: reason => {
        counters.linkLost();
        this.#stop();
        if (!this.#reopening) this.#refuseWaiting();
        owner.onLinkDown(reason);
      },
    });
  }

  /** Put a job into its lane; it settles as `down` at once when it can never be sent. */
  submit(job: LineJob): void {
    const {clock, link, counters} = this.#options;
    const nowMs = clock.nowMs();
    const hasLine = !this.#closed && (link.isUp || this.#reopening !== undefined);
    const isAccepted = hasLine && this.#queue.push(job, nowMs);
    if (isAccepted) {
      this.#pump();
      return;
    }
    counters.refused(job.lane);
    job.settle({kind: 'down', atMs: nowMs});
  }

  /** The owner's polls have changed. */
  wake(): void {
    this.#pump();
  }

  /**
   * Exchange the port for a fresh one, as soon as no frame is on the wire. What waits or comes
   * meanwhile goes out on the fresh port when that opens within 500 ms, and never later: a series of
   * commands must not miss one because the line tries to cure itself.
   */
  reopen(why: string): void {
    if (this.#closed || this.#reopening) return;
    if (this.#inFlight) {
      this.#reopenWish = why;
      return;
    }
    this.#reopenWish = undefined;
    const {clock, link, counters} = this.#options;
    counters.reopened();
    this.#reopening = clock.timer('line reopening', LONGEST_WAIT_FOR_REOPENING_MS, () => {
      this.#reopening = undefined;
      this.#refuseWaiting();
    });
    link.reopen(why);
  }

  /** A frame on the wire counts as sent without an answer, everything that waits as never sent. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#reopening?.cancel();
    this.#stop();
    this.#refuseWaiting();
    await this.#options.link.close();
  }

  #stop(): void {
    this.#silence?.cancel();
    this.#silence = undefined;
    this.#silenceSinceMs = undefined;
    this.#idle?.cancel();
    this.#idle = undefined;
    this.#step({kind: 'linkLost'});
  }

  #refuseWaiting(): void {
    const atMs = this.#options.clock.nowMs();
    for (const job of this.#queue.drain()) job.settle({kind: 'down', atMs});
  }

  #pump(): void {
    const {clock, link, owner} = this.#options;
    if (this.#closed || !link.isUp) return;
    if (this.#silence || this.#transaction.phase.kind !== 'free') return;
    this.#idle?.cancel();
    this.#idle = undefined;
    let poll: LineJob | undefined;
    if (this.#queue.isEmpty) {
      const nowMs = clock.nowMs();
      const next = owner.nextPoll(nowMs);
      if (typeof next === 'number') {
        if (next === Number.POSITIVE_INFINITY) return;
        const restMs = Math.min(next - nowMs, LONGEST_IDLE_MS);
        this.#idle = clock.timer('line idle', restMs, () => this.#pump());
        return;
      }
      poll = next;
    }
    this.#awaitSilence(poll);
  }

  #awaitSilence(poll: LineJob | undefined): void {
    const {clock} = this.#options;
    this.#silenceSinceMs ??= clock.nowMs();
    const latestMs = this.#silenceSinceMs + LONGEST_WAIT_FOR_SILENCE_MS;
    const atMs = Math.min(this.#transaction.quietAtMs, latestMs);
    let hasEnded = false;
    const timer = clock.waitUntil(atMs, () => {
      hasEnded = true;
      this.#silence = undefined;
      const nowMs = clock.nowMs();
      if (nowMs < this.#transaction.quietAtMs && nowMs < latestMs) this.#awaitSilence(poll);
      else this.#sendNext(poll, nowMs);
    });
    if (!hasEnded) this.#silence = timer;
  }

  #sendNext(poll: LineJob | undefined, nowMs: Millis): void {
    this.#silenceSinceMs = undefined;
    const waiting = this.#queue.take();
    const job = waiting?.job ?? poll;
    if (!job) return;
    const {link, counters, trace, echo} = this.#options;
    if (!link.write(job.request)) {
      // The link tells its loss by itself; asking again before that would go round in circles.
      job.settle({kind: 'down', atMs: nowMs});
      return;
    }
    this.#inFlight = {job, sentAtMs: nowMs};
    const waitedMs = waiting ? nowMs - waiting.sinceMs : 0;
    counters.sent(job.expectation.unit, job.lane, waitedMs);
    trace.note('tx', nowMs, job.request);
    job.started?.(nowMs, waitedMs);
    this.#step({kind: 'sent', atMs: nowMs, exchange: job, echoed: echo});
  }

  #hear(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#step({kind: 'bytes', atMs: this.#options.clock.nowMs(), bytes});
  }

  #step(input: TransactionInput): void {
    const {state, effects} = stepTransaction(this.#transaction, input, this.#options.timing);
    this.#transaction = state;
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: TransactionEffect): void {
    const {clock, counters, trace} = this.#options;
    switch (effect.kind) {
      case 'flushed':
      case 'misfit': {
        const bytes = effect.kind === 'flushed' ? effect.bytes : effect.frame;
        counters.dropped(bytes);
        trace.note('drop', clock.nowMs(), bytes);
        return;
      }
      case 'armDeadline':
        this.#patience = clock.timer('line deadline', effect.afterMs, () =>
          this.#step({kind: 'deadline', atMs: clock.nowMs()}),
        );
        return;
      case 'armQuarantine':
        this.#patience = clock.timer('line quarantine', effect.afterMs, () => {
          this.#step({kind: 'quarantineOver'});
          this.#pump();
        });
        return;
      case 'disarm':
        this.#patience?.cancel();
        return;
      case 'reply':
        this.#replied(effect);
        return;
      case 'timeout':
        this.#timedOut(effect.garbled);
        return;
    }
  }

  #replied(effect: Extract<TransactionEffect, {kind: 'reply'}>): void {
    const {clock, counters, trace, timing} = this.#options;
    const flight = this.#land();
    if (!flight) return;
    const atMs = clock.nowMs();
    const {unit} = flight.job.expectation;
    const rttMs = atMs - flight.sentAtMs;
    const count = effect.reply.kind === 'reply' ? 'ok' : 'exceptions';
    counters.reply(unit, count, atMs, rttMs);
    counters.busy(rttMs + timing.silenceMs);
    if (effect.garbled) counters.count(unit, 'crcErrors');
    trace.note('rx', atMs, effect.frame);
    this.#reopenWish = undefined;
    flight.job.settle({kind: 'reply', frame: effect.frame, atMs});
    this.#pump();
  }

  #timedOut(garbled: boolean): void {
    const {clock, counters, trace, timing} = this.#options;
    const flight = this.#land();
    if (!flight) return;
    const atMs = clock.nowMs();
    const {job} = flight;
    const {unit} = job.expectation;
    counters.count(unit, 'timeouts');
    if (garbled) counters.count(unit, 'crcErrors');
    counters.busy(atMs - flight.sentAtMs + timing.quarantineMs);
    trace.note('none', atMs);
    // A silent unit gets no second poll at once: its late reply would answer it.
    const mayResend = job.resends > 0 && (garbled || job.lane !== 'poll');
    if (mayResend && !this.#closed && this.#options.link.isUp) {
      counters.count(unit, 'resent');
      this.#queue.pushFront({...job, resends: job.resends - 1}, atMs);
    } else {
      job.settle({kind: 'timeout', atMs});
    }
    if (this.#reopenWish !== undefined) this.reopen(this.#reopenWish);
  }

  #land(): InFlight | undefined {
    const flight = this.#inFlight;
    this.#inFlight = undefined;
    return flight;
  }
}
