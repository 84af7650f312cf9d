import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import type {DownMessage} from '../../protocols/collector/down-message.js';
import type {CardField, UpMessage} from '../../protocols/collector/up-message.js';
import type {CardUid, CollectorId} from '../../protocols/site/ids.js';
import type {Reason} from '../../protocols/site/reasons.js';
import type {Screen} from '../display/contract.js';
import {LastValueWriter} from '../lifecycle/last-value-writer.js';
import {NoiseMeter} from '../lifecycle/noise-meter.js';
import type {TroubleListener} from '../lifecycle/polled-unit.js';
import type {ByteLink} from '../port/byte-link.js';
import type {
  CardPresented,
  CardVerdict,
  Collector,
  CollectorListener,
  CounterStore,
} from './contract.js';
import {type LifeInput, NEW_LIFE, SILENT_MS, stepLife} from './life-machine.js';
import {type Arrival, SealedChannel} from './sealed-channel.js';

export interface SmartCollectorOptions {
  readonly id: CollectorId;
  readonly clock: Clock;
  readonly listener: CollectorListener;
  /** Handed over: the collector opens it, and closes it with itself. */
  readonly link: ByteLink;
  readonly key: Uint8Array;
  readonly outgoing: CounterStore;
  readonly incoming: CounterStore;
  readonly onTrouble?: TroubleListener;
}

interface Signal {
  readonly buzzer: boolean;
  readonly lamp: boolean;
}

interface PendingReread {
  readonly uid: CardUid;
  readonly timer: Timer;
  finish(card: CardField | undefined): void;
}

/** How long a card may take to answer a fresh nonce. Source: requirements §2, collector link. */
const REREAD_TIMEOUT_MS: Millis = 800;
const HEARTBEAT_MS: Millis = 2000;
const RETRY_MS: Millis = 1000;
const REFRESH_MS: Millis = 30_000;

/**
 * A collector with a mind of its own on a serial link of its own: everything between us is sealed,
 * and what is not, or came before, is refused and told. Source: requirements A10, A11, P11-P13.
 */
export class SmartCollector implements Collector {
  readonly id: CollectorId;
  readonly #options: SmartCollectorOptions;
  readonly #channel: SealedChannel;
  readonly #noise: NoiseMeter;
  readonly #screen: LastValueWriter<Screen>;
  readonly #signal: LastValueWriter<Signal>;
  readonly #rereads = new Map<number, PendingReread>();
  #life = NEW_LIFE;
  #silence: Timer | undefined;
  #heartbeat: Timer | undefined;
  #lastCard: {readonly uid: CardUid; readonly requestNo: number} | undefined;
  #rereadNo = 0;
  #closed = false;

  constructor(options: SmartCollectorOptions) {
    const {id, key, outgoing, incoming, onTrouble, link} = options;
    this.id = id;
    this.#options = options;
    this.#channel = new SealedChannel({collector: id, key, outgoing, incoming, onTrouble});
    this.#noise = new NoiseMeter({
      clock: options.clock,
      tell: bytes => onTrouble?.('collector/noise', `${id}: ${bytes} bytes dropped since start`),
    });
    this.#screen = this.#writer(`screen ${id}`, screen => ({kind: 'screen', ...screen}));
    this.#signal = this.#writer(`signal ${id}`, signal => ({kind: 'signal', ...signal}));
    this.#follow('offline');
    this.#listen();
    link.open({
      onBytes: bytes => this.#receive(bytes),
      onUp: () => this.#linkUp(),
      onDown: reason => {
        onTrouble?.(reason.code, reason.message);
        this.#linkDown();
      },
    });
  }

  /** Bytes that belonged to no sealed frame, since start. */
  get discardedBytes(): number {
    return this.#channel.discardedBytes;
  }

  answer(requestNo: number, verdict: CardVerdict, reason: Reason | undefined): void {
    this.#send({kind: 'answer', requestNo, verdict, reason});
  }

  show(screen: Screen): void {
    this.#screen.set(screen);
  }

  signal(state: Signal): void {
    this.#signal.set(state);
  }

  reread(uid: CardUid): Promise<CardPresented | undefined> {
    this.#rereadNo += 1;
    const rereadNo = this.#rereadNo;
    if (!this.#send({kind: 'reread', rereadNo, uid})) return Promise.resolve(undefined);
    const {clock} = this.#options;
    return new Promise(resolve => {
      const finish = (card: CardField | undefined) => {
        this.#rereads.delete(rereadNo);
        timer.cancel();
        resolve(card && this.#presented(card, this.#requestOf(uid)));
      };
      const timer = clock.timer(`reread ${this.id}`, REREAD_TIMEOUT_MS, () => finish(undefined));
      this.#rereads.set(rereadNo, {uid, timer, finish});
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#silence?.cancel();
    this.#heartbeat?.cancel();
    this.#screen.close();
    this.#signal.close();
    this.#giveUpRereads();
    await this.#options.link.close();
  }

  #writer<Value>(name: string, message: (value: Value) => DownMessage): LastValueWriter<Value> {
    return new LastValueWriter<Value>({
      name,
      clock: this.#options.clock,
      settleMs: 0,
      retryMs: RETRY_MS,
      refreshMs: REFRESH_MS,
      send: value => Promise.resolve(this.#send(message(value))),
    });
  }

  /** A link that is down burns no counters. */
  #send(message: DownMessage): boolean {
    const {link} = this.#options;
    if (this.#closed || !link.isUp) return false;
    const frame = this.#channel.seal(message);
    return frame !== undefined && link.write(frame);
  }

  #receive(bytes: Uint8Array): void {
    if (this.#closed) return;
    for (const arrival of this.#channel.receive(bytes)) this.#arrived(arrival);
    this.#noise.follow(this.discardedBytes);
  }

  #arrived(arrival: Arrival): void {
    if (this.#closed) return;
    const {listener, clock} = this.#options;
    switch (arrival.kind) {
      case 'fault':
        listener.onSealFault(arrival.fault, clock.nowMs());
        break;
      case 'genuine':
        this.#live({kind: 'heard', uptimeS: undefined});
        break;
      case 'message': {
        const {message} = arrival;
        const uptimeS = message.kind === 'heartbeat' ? message.uptimeS : undefined;
        this.#live({kind: 'heard', uptimeS});
        this.#tell(message, clock.nowMs());
        break;
      }
      default:
        unreachable(arrival, 'arrival');
    }
  }

  #tell(message: UpMessage, atMs: Millis): void {
    const {listener} = this.#options;
    switch (message.kind) {
      case 'card':
        this.#lastCard = {uid: message.card.uid, requestNo: message.requestNo};
        listener.onCard(this.#presented(message.card, message.requestNo));
        break;
      case 'cardGone':
        listener.onCardGone(message.uid, atMs);
        break;
      case 'readError':
        listener.onReadError(message.error, atMs);
        break;
      case 'press':
        listener.onPress(message.presses, atMs);
        break;
      case 'rereadAnswer':
        this.#answered(message.rereadNo, message.card);
        break;
      case 'heartbeat':
        break;
      default:
        unreachable(message, 'message');
    }
  }

  /** An answer about another card than the one asked for is none. */
  #answered(rereadNo: number, card: CardField | undefined): void {
    const pending = this.#rereads.get(rereadNo);
    pending?.finish(card?.uid === pending.uid ? card : undefined);
  }

  #presented(card: CardField, requestNo: number): CardPresented {
    return {...card, requestNo, atMs: this.#options.clock.nowMs()};
  }

  /** A card read again still belongs to the request that its tap opened. */
  #requestOf(uid: CardUid): number {
    return this.#lastCard?.uid === uid ? this.#lastCard.requestNo : 0;
  }

  #live(input: LifeInput): void {
    const {state, effects} = stepLife(this.#life, input);
    this.#life = state;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'health':
          this.#options.listener.onHealth(effect.health, 'collector');
          break;
        case 'listen':
          this.#listen();
          break;
        case 'resend':
          this.#screen.resend();
          this.#signal.resend();
          break;
        default:
          unreachable(effect, 'life effect');
      }
    }
  }

  #listen(): void {
    this.#silence?.cancel();
    this.#silence = this.#options.clock.timer(`silence ${this.id}`, SILENT_MS, () =>
      this.#live({kind: 'silence'}),
    );
  }

  #linkUp(): void {
    if (this.#closed) return;
    this.#channel.interrupt();
    this.#follow('ok');
    this.#beat();
  }

  #linkDown(): void {
    if (this.#closed) return;
    this.#heartbeat?.cancel();
    this.#follow('offline');
    this.#giveUpRereads();
    this.#live({kind: 'linkDown'});
  }

  #follow(health: 'ok' | 'offline'): void {
    this.#screen.follow(health);
    this.#signal.follow(health);
  }

  #beat(): void {
    this.#send({kind: 'heartbeat'});
    this.#heartbeat?.cancel();
    this.#heartbeat = this.#options.clock.timer(`heartbeat ${this.id}`, HEARTBEAT_MS, () =>
      this.#beat(),
    );
  }

  #giveUpRereads(): void {
    for (const pending of [...this.#rereads.values()]) pending.finish(undefined);
  }
}
