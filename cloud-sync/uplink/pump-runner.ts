import {toHex} from '../../protocols/base/bytes.js';
import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {errorText, StoreError, unreachable} from '../../protocols/base/errors.js';
import {SECOND_MS} from '../../protocols/base/units.js';
import {batchLines} from '../../protocols/cloud/event-batch.js';
import {
  encodeLines,
  encodePayload,
  framedLines,
  plainLines,
} from '../../protocols/cloud/payload.js';
import type {UpName} from '../../protocols/cloud/topics.js';
import type {UpMessages, WireEvent} from '../../protocols/cloud/up-messages.js';
import {type SiteEventKind, URGENT_EVENTS} from '../../protocols/site/events.js';
import {type DeflateLater, rawDeflate} from '../raw-deflate.js';
import type {Outbox} from './outbox.js';
import {
  type PumpEffect,
  type PumpInput,
  type PumpState,
  type PumpStep,
  type PumpTimer,
  startPump,
  stepPump,
} from './outbox-pump.js';

/** How much a link carries, over all its connections. */
export interface LinkPace {
  batchEvents: number;
}

export interface PumpRunnerOptions {
  readonly clock: Clock;
  readonly outbox: Outbox;
  /** Left out: everything is deflated at once, on the thread that drives the line. */
  readonly deflateLater?: DeflateLater | undefined;
  readonly publish: (name: UpName, payload: Uint8Array, qos: 0 | 1) => void;
  /** What the connections before this one learnt of the link. */
  readonly pace: LinkPace;
  /** The link is half-open or the journal cannot be read: end this connection. */
  readonly onGiveUp: (why: string) => void;
}

/** Shorter batches are deflated before another thread would have begun. */
const LATER_FROM_EVENTS = 64;
/** Rows that are read in one turn: with more the line would notice that its turn comes late. */
const READ_EVENTS = 125;
/** One turn of the event loop. Shorter, and it would often be over before it is waited for. */
const REST_MS: Millis = 0.05;
/** While a backlog drains, what the cloud confirmed is stored no more often: it is an optimisation, and
 *  each time costs the disk a sync. @see sync.md 7, onAck */
const STORE_ACK_MS: Millis = SECOND_MS;

/** Carries out what the pump decides, for one connection. */
export class PumpRunner {
  readonly #options: PumpRunnerOptions;
  readonly #timers = new Map<PumpTimer, Timer>();
  readonly #stopListening: () => void;
  #state: PumpState | undefined;
  #rest: Timer | undefined;
  #ackStoredMs: Millis = Number.NEGATIVE_INFINITY;

  constructor(options: PumpRunnerOptions) {
    this.#options = options;
    this.#stopListening = options.outbox.onAppend(() =>
      this.#contain(() => this.#input({kind: 'appended', head: options.outbox.head()})),
    );
  }

  /** True once the cloud has said where it stands. */
  get open(): boolean {
    return this.#state !== undefined;
  }

  start(upto: number): void {
    const {outbox, pace} = this.#options;
    this.#contain(() => this.#take(startPump(upto, outbox.head(), outbox.low(), pace.batchEvents)));
  }

  onAck(upto: number): void {
    this.#contain(() => this.#input({kind: 'ack', upto}));
  }

  onWant(from: number): void {
    this.#contain(() => this.#input({kind: 'want', from, low: this.#options.outbox.low()}));
  }

  close(): void {
    this.#stopListening();
    this.#state = undefined;
    this.#rest?.cancel();
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #input(input: PumpInput): void {
    if (this.#state) this.#take(stepPump(this.#state, input));
  }

  #take(step: PumpStep): void {
    this.#state = step.state;
    this.#options.pace.batchEvents = step.state.batchEvents;
    for (const effect of step.effects) {
      // An earlier effect may have ended the connection.
      if (this.#state) this.#carryOut(effect);
    }
  }

  #carryOut(effect: PumpEffect): void {
    switch (effect.kind) {
      case 'send':
        this.#send(effect.from, effect.limit);
        break;
      case 'live':
        this.#sendLive(effect.from, effect.to);
        break;
      case 'gone':
        this.#sendGone(effect.from, effect.to, 'pruned');
        break;
      case 'markAcked':
        this.#markAcked(effect.upto);
        break;
      case 'rest':
        this.#afterTurn(() => this.#input({kind: 'rested'}));
        break;
      case 'startTimer':
        this.#startTimer(effect.timer, effect.afterMs);
        break;
      case 'cancelTimer':
        this.#cancelTimer(effect.timer);
        break;
      case 'giveUp':
        this.#options.onGiveUp('no acknowledgement');
        break;
      default:
        unreachable(effect, 'pump runner');
    }
  }

  #send(from: number, limit: number): void {
    this.#read(from, limit, this.#options.outbox.epoch(), []);
  }

  /** Read a backlog a piece each turn, so that the line never waits for a whole batch of it. */
  #read(from: number, limit: number, epoch: string, before: readonly WireEvent[]): void {
    const {outbox, deflateLater, onGiveUp} = this.#options;
    if (!this.#state) return;
    const isCurrent = this.#state.sent + 1 === from && outbox.epoch() === epoch;
    if (before.length > 0 && !(isCurrent && outbox.low() <= from)) {
      this.#input({kind: 'rested'});
      return;
    }
    const most = deflateLater ? READ_EVENTS : limit;
    const count = Math.min(limit - before.length, most);
    const piece = outbox.page(from + before.length, count);
    const events = before.length > 0 ? [...before, ...piece] : piece;
    const isEnd = piece.length < count || events.length >= limit;
    if (events.length === 0) onGiveUp(`journal cannot be read at ${from}`);
    else if (isEnd) this.#pack(from, events);
    else this.#afterTurn(() => this.#read(from, limit, epoch, events));
  }

  /** A backlog is deflated beside the loop, so that the line has its turn; what is short at once. */
  #pack(from: number, events: readonly WireEvent[]): void {
    const {deflateLater, onGiveUp} = this.#options;
    const lines = this.#linesOf(from, events);
    if (!lines) {
      onGiveUp(`journal cannot be read at ${from}`);
      return;
    }
    if (!deflateLater || events.length < LATER_FROM_EVENTS) {
      this.#sendPacked(from, events, encodeLines(lines, rawDeflate));
      return;
    }
    const plain = plainLines(lines);
    deflateLater(plain, deflated =>
      this.#contain(() => this.#sendPacked(from, events, framedLines(plain, deflated))),
    );
  }

  #sendPacked(from: number, events: readonly WireEvent[], payload: Uint8Array | undefined): void {
    if (!this.#state) return;
    if (this.#state.sent + 1 !== from) {
      this.#input({kind: 'rested'});
    } else if (payload) {
      this.#options.publish('ev', payload, 1);
      this.#input({kind: 'sent', upto: from + events.length - 1, bytes: payload.length});
    } else if (events.length === 1) {
      // Kept in the journal, never sendable: say so, or everything behind it would wait for ever.
      this.#sendGone(from, from, 'too_large');
      this.#input({kind: 'sent', upto: from, bytes: 0});
    } else {
      this.#pack(from, events.slice(0, events.length >> 1));
    }
  }

  /** Undefined when the journal cannot be read. */
  #linesOf(from: number, ev: readonly WireEvent[]): readonly string[] | undefined {
    const {outbox} = this.#options;
    const before = outbox.hashAt(from - 1);
    const after = outbox.hashAt(from + ev.length - 1);
    if (!before || !after) return undefined;
    const ends = {p: toHex(before), h: toHex(after)};
    const origins = outbox.origins(from, ev.length);
    const carried = origins.length > 0 ? {o: origins} : {};
    return batchLines({epoch: outbox.epoch(), from, ev, ...ends, ...carried});
  }

  #sendLive(from: number, to: number): void {
    const {outbox, publish} = this.#options;
    outbox.page(from, to - from + 1).forEach((event, index) => {
      if (!URGENT_EVENTS.has(event[0] as SiteEventKind)) return;
      const live: UpMessages['live'] = {epoch: outbox.epoch(), seq: from + index, ev: [event]};
      const payload = encodePayload(live, rawDeflate);
      if (payload) publish('live', payload, 0);
    });
  }

  #sendGone(from: number, to: number, why: string): void {
    const gone: UpMessages['gone'] = {epoch: this.#options.outbox.epoch(), from, to, why};
    const payload = encodePayload(gone, rawDeflate);
    if (payload) this.#options.publish('gone', payload, 1);
  }

  #markAcked(upto: number): void {
    const {clock, outbox} = this.#options;
    const nowMs = clock.nowMs();
    if (upto < outbox.head() && nowMs - this.#ackStoredMs < STORE_ACK_MS) return;
    this.#ackStoredMs = nowMs;
    try {
      outbox.markAcked(upto);
    } catch (thrown) {
      // A disk without room gets it by what the cloud confirms: the events flow all the same.
      if (!(thrown instanceof StoreError)) throw thrown;
    }
  }

  #afterTurn(work: () => void): void {
    const {clock} = this.#options;
    let isOver = false;
    const timer = clock.waitUntil(clock.nowMs() + REST_MS, () => {
      isOver = true;
      this.#rest = undefined;
      this.#contain(work);
    });
    // On a busy machine it may be over before it is waited for, and another one may have begun.
    if (!isOver) this.#rest = timer;
  }

  #startTimer(timer: PumpTimer, afterMs: number): void {
    this.#cancelTimer(timer);
    const kind = timer === 'gather' ? 'gathered' : 'stalled';
    const fire = () => this.#contain(() => this.#input({kind}));
    this.#timers.set(timer, this.#options.clock.timer(`uplink.${timer}`, afterMs, fire));
  }

  /** Appending is the site's business: a journal that cannot be read ends this connection and no more. */
  #contain(work: () => void): void {
    try {
      work();
    } catch (thrown) {
      this.#options.onGiveUp(errorText(thrown));
    }
  }

  #cancelTimer(timer: PumpTimer): void {
    this.#timers.get(timer)?.cancel();
    this.#timers.delete(timer);
  }
}
