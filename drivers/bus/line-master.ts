import type {Millis, Timer} from '../../protocols/base/clock.js';
import type {FrameOutcome, Lane} from './contract.js';
import type {LineMasterOptions} from './line-owner.js';
import {type Departure, type LineJob, LineTurns} from './line-turns.js';
import {Patience} from './patience.js';
import {
  freshTransaction,
  stepTransaction,
  type TransactionEffect,
  type TransactionInput,
  type TransactionState,
} from './transaction-machine.js';

interface InFlight {
  readonly departure: Departure;
  readonly sentAtMs: Millis;
}

const DEFAULT_TURNAROUND_MS = 50;
/** A command that meets a dead slave waits no longer. */
const HAND_OVER_MS = 100;
/** What a USB adapter may hold back at its default latency of 16 ms, and the host's own share. */
const ADAPTER_MS = 20;
/** Periods of polls may shrink while the line idles. */
const LONGEST_IDLE_MS = 250;
/** A line that is never silent is broken anyway: then a request that fails shows it. */
const LONGEST_WAIT_FOR_SILENCE_MS = 250;
/** What is asked for while a port is exchanged for a fresh one waits so long for it. */
const LONGEST_WAIT_FOR_REOPENING_MS = 500;

/**
 * The one talker of an RS-485 line: one frame outstanding, silence before each, commands first. The
 * next poll is chosen while the silence runs, and whatever waits in the queues by its end goes in its
 * place. A frame is composed once its turn is certain, and what is composed goes out before anything else.
 */
export class LineMaster {
  readonly #options: LineMasterOptions;
  readonly #turns: LineTurns;
  readonly #patience: Patience;
  #transaction: TransactionState;
  #inFlight: InFlight | undefined;
  #lastSent: InFlight | undefined;
  /** Composed, but its device wants a longer silence than the line. */
  #departure: Departure | undefined;
  #isSettling = false;
  #silence: Timer | undefined;
  #silenceSinceMs: Millis | undefined;
  #idle: Timer | undefined;
  #reopening: Timer | undefined;
  #reopenWish: string | undefined;
  #closed = false;
  /** When the line last went on; undefined while it has nothing to go on with. */
  #wentOnMs: Millis | undefined;

  constructor(options: LineMasterOptions) {
    this.#options = options;
    this.#turns = new LineTurns(options.queueLimit, (job, outcome) => this.#settle(job, outcome));
    this.#patience = new Patience(options.clock);
    this.#transaction = freshTransaction(options.clock.nowMs());
  }

  /** How long the job that would go first has waited in each lane. */
  queueAgeMs(lane: Lane): Millis {
    return this.#turns.ageMs(lane, this.#options.clock.nowMs());
  }

  /** How long nothing has gone on though there is work: undefined without work, and while the link is down. */
  stillMs(nowMs: Millis): Millis | undefined {
    if (this.#closed || !this.#options.link.isUp || this.#wentOnMs === undefined) return undefined;
    return nowMs - this.#wentOnMs;
  }

  open(): void {
    const {link, clock, owner, counters} = this.#options;
    link.open({
      onBytes: bytes => this.#hear(bytes),
      onUp: () => {
        this.#wentOnMs = undefined;
        this.#transaction = freshTransaction(clock.nowMs());
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
    const isAccepted = hasLine && this.#turns.push(job, nowMs);
    if (isAccepted) {
      if (job.lane === 'command') this.#hurry();
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
    if (this.#inFlight || this.#departure) {
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
    const unsent = [this.#departure, this.#turns.takeOwed()];
    this.#departure = undefined;
    for (const departure of unsent) if (departure) this.#giveUp(departure);
  }

  #giveUp({job, isAgain}: Departure): void {
    const atMs = this.#options.clock.nowMs();
    this.#settle(job, isAgain ? {kind: 'timeout', garbled: false, atMs} : {kind: 'down', atMs});
  }

  #refuseWaiting(): void {
    const atMs = this.#options.clock.nowMs();
    for (const job of this.#turns.drain()) this.#settle(job, {kind: 'down', atMs});
  }

  /** Whatever its owner asks for meanwhile is composed only when it has heard the outcome whole. */
  #settle(job: LineJob, outcome: FrameOutcome): void {
    const isNested = this.#isSettling;
    this.#isSettling = true;
    try {
      job.settle(outcome);
    } finally {
      this.#isSettling = isNested;
    }
  }

  #pump(): void {
    const {clock, link, owner, timing} = this.#options;
    if (this.#closed || this.#isSettling || !link.isUp) return;
    if (this.#silence || this.#departure || this.#transaction.phase.kind !== 'free') return;
    this.#idle?.cancel();
    this.#idle = undefined;
    const nowMs = clock.nowMs();
    this.#wentOnMs = nowMs;
    let poll: LineJob | undefined;
    const {isEmpty} = this.#turns;
    if (isEmpty || this.#turns.isPollOwed) {
      const next = owner.nextPoll(nowMs);
      if (typeof next !== 'number') poll = next;
      else if (isEmpty) {
        if (next < Number.POSITIVE_INFINITY) this.#pumpAfter(next - nowMs);
        else this.#wentOnMs = undefined;
        return;
      }
    }
    this.#awaitSilence(timing.silenceMs, atMs => this.#takeTurn(poll, atMs));
  }

  #pumpAfter(restMs: Millis): void {
    const afterMs = Math.min(restMs, LONGEST_IDLE_MS);
    this.#idle?.cancel();
    this.#idle = this.#options.clock.timer('line idle', afterMs, () => this.#pump());
  }

  /** `silenceMs` counts from the last byte on the line. */
  #awaitSilence(silenceMs: Millis, then: (nowMs: Millis) => void): void {
    const {clock} = this.#options;
    this.#silenceSinceMs ??= clock.nowMs();
    const latestMs = this.#silenceSinceMs + silenceMs + LONGEST_WAIT_FOR_SILENCE_MS;
    const atMs = Math.min(this.#transaction.quietSinceMs + silenceMs, latestMs);
    let hasEnded = false;
    const timer = clock.waitUntil(atMs, () => {
      hasEnded = true;
      this.#silence = undefined;
      const nowMs = clock.nowMs();
      const quietAtMs = this.#transaction.quietSinceMs + silenceMs;
      if (nowMs < quietAtMs && nowMs < latestMs) this.#awaitSilence(silenceMs, then);
      else then(nowMs);
    });
    if (!hasEnded) this.#silence = timer;
  }

  #takeTurn(poll: LineJob | undefined, nowMs: Millis): void {
    const departure = this.#turns.next(poll, nowMs);
    if (!departure) {
      this.#silenceSinceMs = undefined;
      this.#pump();
      return;
    }
    const gapMs = departure.frame.gapMs ?? 0;
    if (gapMs <= this.#options.timing.silenceMs) {
      this.#send(departure, nowMs);
      return;
    }
    this.#departure = departure;
    this.#awaitSilence(gapMs, atMs => this.#send(departure, atMs));
  }

  #send(departure: Departure, nowMs: Millis): void {
    const {link, counters, trace, echo} = this.#options;
    const {job, frame, isAgain} = departure;
    this.#departure = undefined;
    this.#silenceSinceMs = undefined;
    if (!link.write(frame.bytes)) {
      // The link tells its loss by itself; asking again at once would go round in circles.
      this.#giveUp(departure);
      if (!this.#idle) this.#pumpAfter(LONGEST_IDLE_MS);
      return;
    }
    this.#inFlight = {departure, sentAtMs: nowMs};
    this.#lastSent = this.#inFlight;
    const waitedMs = nowMs - departure.sinceMs;
    counters.sent(job.unit, job.lane, waitedMs, frame.reply);
    trace.note('tx', nowMs, frame.bytes, frame.isSecret);
    if (!isAgain) job.started?.(nowMs, waitedMs);
    const exchange = {
      request: frame.bytes,
      reply: frame.reply,
      turnaroundMs: frame.turnaroundMs ?? DEFAULT_TURNAROUND_MS,
    };
    this.#step({kind: 'sent', atMs: nowMs, exchange, echoed: echo});
  }

  /**
   * A command for another unit does not wait out the patience for a silent one: the line is free for
   * it when no reply that keeps to its turnaround can still be under way, or after 100 ms if that is
   * longer. What has begun to answer is heard to its deadline, and so is a command.
   */
  #hurry(): void {
    const {phase} = this.#transaction;
    if (!this.#lastSent || phase.kind === 'free') return;
    const {departure, sentAtMs} = this.#lastSent;
    const {job, frame} = departure;
    if (!frame.reply || !this.#turns.hasCommandBeside(job.unit)) return;
    const isSilentPoll =
      phase.kind === 'awaiting' && job.lane === 'poll' && phase.received.length === 0;
    if (phase.kind === 'awaiting' && !isSilentPoll) return;
    const bytes = frame.bytes.length + frame.reply.longestBytes;
    const turnaroundMs = frame.turnaroundMs ?? DEFAULT_TURNAROUND_MS;
    const lastByteMs = bytes * this.#options.timing.perByteMs + turnaroundMs + ADAPTER_MS;
    this.#patience.shorten(sentAtMs + Math.max(HAND_OVER_MS, lastByteMs));
  }

  #hear(bytes: Uint8Array): void {
    if (!this.#closed) this.#step({kind: 'bytes', atMs: this.#options.clock.nowMs(), bytes});
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
        this.#patience.start('line deadline', effect.afterMs, () =>
          this.#step({kind: 'deadline', atMs: clock.nowMs()}),
        );
        this.#hurry();
        return;
      case 'armQuarantine':
        this.#patience.start('line quarantine', effect.afterMs, () => {
          this.#step({kind: 'quarantineOver'});
          this.#pump();
        });
        this.#hurry();
        return;
      case 'disarm':
        this.#patience.cancel();
        return;
      case 'reply':
        this.#replied(effect);
        return;
      case 'gone':
        this.#gone();
        return;
      case 'timeout':
        this.#timedOut(effect.garbled);
        return;
    }
  }

  #replied({verdict, frame, garbled}: Extract<TransactionEffect, {kind: 'reply'}>): void {
    const {clock, counters, trace, timing} = this.#options;
    const flight = this.#land();
    if (!flight) return;
    const atMs = clock.nowMs();
    const {job, frame: request} = flight.departure;
    const rttMs = atMs - flight.sentAtMs;
    counters.reply(job.unit, verdict === 'answer' ? 'ok' : 'exceptions', atMs, rttMs);
    counters.busy(rttMs + timing.silenceMs);
    if (garbled) counters.count(job.unit, 'crcErrors');
    trace.note('rx', atMs, frame, request.isSecret);
    this.#reopenWish = undefined;
    this.#settle(job, {kind: 'reply', verdict, bytes: frame, atMs});
    this.#pump();
  }

  #gone(): void {
    const {clock, counters} = this.#options;
    const flight = this.#land();
    if (!flight) return;
    const atMs = clock.nowMs();
    counters.busy(atMs - flight.sentAtMs);
    this.#settle(flight.departure.job, {kind: 'sent', atMs});
    if (this.#reopenWish !== undefined) this.reopen(this.#reopenWish);
    this.#pump();
  }

  #timedOut(garbled: boolean): void {
    const {clock, counters, trace, timing, link} = this.#options;
    const flight = this.#land();
    if (!flight) return;
    const atMs = clock.nowMs();
    const {departure} = flight;
    const {job, resends} = departure;
    counters.count(job.unit, 'timeouts');
    if (garbled) counters.count(job.unit, 'crcErrors');
    counters.busy(atMs - flight.sentAtMs + timing.quarantineMs);
    trace.note('none', atMs);
    // A silent unit gets no second poll at once: its late reply would answer it.
    const mayResend = resends > 0 && (garbled || job.lane !== 'poll');
    if (mayResend && !this.#closed && link.isUp) {
      counters.count(job.unit, 'resent');
      this.#turns.owe(departure, atMs);
    } else {
      this.#settle(job, {kind: 'timeout', garbled, atMs});
    }
    if (this.#reopenWish !== undefined) this.reopen(this.#reopenWish);
  }

  #land(): InFlight | undefined {
    const flight = this.#inFlight;
    this.#inFlight = undefined;
    return flight;
  }
}
