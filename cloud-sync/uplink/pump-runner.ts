import {toHex} from '../../protocols/base/bytes.js';
import type {Clock, Timer} from '../../protocols/base/clock.js';
import {errorText, unreachable} from '../../protocols/base/errors.js';
import {encodePayload} from '../../protocols/cloud/payload.js';
import type {UpName} from '../../protocols/cloud/topics.js';
import type {UpMessages, WireEvent} from '../../protocols/cloud/up-messages.js';
import {type SiteEventKind, URGENT_EVENTS} from '../../protocols/site/events.js';
import {rawDeflate} from '../raw-deflate.js';
import type {Outbox, OutboxEvent} from './outbox.js';
import {
  type PumpEffect,
  type PumpInput,
  type PumpState,
  type PumpStep,
  type PumpTimer,
  startPump,
  stepPump,
} from './outbox-pump.js';

export interface PumpRunnerOptions {
  readonly clock: Clock;
  readonly outbox: Outbox;
  readonly publish: (name: UpName, payload: Uint8Array, qos: 0 | 1) => void;
  /** The link is half-open or the journal cannot be read: end this connection. */
  readonly onGiveUp: (why: string) => void;
}

/** Carries out what the pump decides, for one connection. */
export class PumpRunner {
  readonly #options: PumpRunnerOptions;
  readonly #timers = new Map<PumpTimer, Timer>();
  readonly #stopListening: () => void;
  #state: PumpState | undefined;

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
    const {outbox} = this.#options;
    this.#take(startPump(upto, outbox.head(), outbox.low()));
  }

  onAck(upto: number): void {
    this.#input({kind: 'ack', upto});
  }

  onWant(from: number): void {
    this.#input({kind: 'want', from, low: this.#options.outbox.low()});
  }

  close(): void {
    this.#stopListening();
    this.#state = undefined;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #input(input: PumpInput): void {
    if (this.#state) this.#take(stepPump(this.#state, input));
  }

  #take(step: PumpStep): void {
    this.#state = step.state;
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
        this.#options.outbox.markAcked(effect.upto);
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
    const {outbox, publish, onGiveUp} = this.#options;
    let events = outbox.read(from, limit);
    while (events.length > 0) {
      const payload = this.#encodeBatch(from, events);
      if (payload === 'unreadable') break;
      if (payload) {
        publish('ev', payload, 1);
        this.#input({kind: 'sent', upto: from + events.length - 1, bytes: payload.length});
        return;
      }
      if (events.length === 1) {
        // Kept in the journal, never sendable: say so, or everything behind it would wait for ever.
        this.#sendGone(from, from, 'too_large');
        this.#input({kind: 'sent', upto: from, bytes: 0});
        return;
      }
      events = events.slice(0, events.length >> 1);
    }
    onGiveUp(`journal cannot be read at ${from}`);
  }

  #encodeBatch(
    from: number,
    events: readonly OutboxEvent[],
  ): Uint8Array | undefined | 'unreadable' {
    const {outbox} = this.#options;
    const before = outbox.hashAt(from - 1);
    const after = outbox.hashAt(from + events.length - 1);
    if (!before || !after) return 'unreadable';
    const batch: UpMessages['ev'] = {
      epoch: outbox.epoch(),
      from,
      n: events.length,
      ev: events.map(wireEvent),
      p: toHex(before),
      h: toHex(after),
    };
    return encodePayload(batch, rawDeflate);
  }

  #sendLive(from: number, to: number): void {
    const {outbox, publish} = this.#options;
    for (const event of outbox.read(from, to - from + 1)) {
      if (!URGENT_EVENTS.has(event.kind as SiteEventKind)) continue;
      const live: UpMessages['live'] = {
        epoch: outbox.epoch(),
        seq: event.seq,
        ev: [wireEvent(event)],
      };
      const payload = encodePayload(live, rawDeflate);
      if (payload) publish('live', payload, 0);
    }
  }

  #sendGone(from: number, to: number, why: string): void {
    const gone: UpMessages['gone'] = {epoch: this.#options.outbox.epoch(), from, to, why};
    const payload = encodePayload(gone, rawDeflate);
    if (payload) this.#options.publish('gone', payload, 1);
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

function wireEvent(event: OutboxEvent): WireEvent {
  return [event.kind, event.boot, event.monoMs, event.wallMs, event.clk, event.body];
}
