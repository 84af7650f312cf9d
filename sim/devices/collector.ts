import type {CardVerdict} from '../../drivers/collector/contract.js';
import type {Screen} from '../../drivers/display/contract.js';
import type {Entropy, Millis, Timer} from '../../protocols/base/clock.js';
import {CARD_NONCE_BYTES, computeKeyProof} from '../../protocols/card/key-proof.js';
import type {DownMessage} from '../../protocols/collector/down-message.js';
import type {CardField as CardReport} from '../../protocols/collector/up-message.js';
import type {CardUid} from '../../protocols/site/ids.js';
import type {Reason} from '../../protocols/site/reasons.js';
import {
  type CapturedFrame,
  type RefusedFrame,
  SealedEnd,
  type SealedEndOptions,
} from './sealed-end.js';
import type {CardField, SimCard} from './sim-card.js';

export interface CollectorOptions extends SealedEndOptions {
  readonly entropy: Entropy;
}

export interface AnswerHeard {
  readonly requestNo: number;
  readonly verdict: CardVerdict;
  readonly reason: Reason | undefined;
  readonly atMs: Millis;
}

export interface ScreenHeard {
  readonly screen: Screen;
  readonly atMs: Millis;
}

/** From the card in the field to its proof. `assumed:` anticollision, authentication and one read. */
const READ_MS: Millis = 40;
const HEARTBEAT_MS: Millis = 2000;
const HISTORY_LIMIT = 1000;

/**
 * A smart collector on a serial link of its own: card field, display, call button, sounder and lamp,
 * all behind sealed frames. It asks and shows; it decides nothing.
 */
export class Collector implements CardField {
  readonly #options: CollectorOptions;
  readonly #end: SealedEnd;
  readonly #reads = new Set<Timer>();
  readonly #answers: AnswerHeard[] = [];
  readonly #screens: ScreenHeard[] = [];
  #field: readonly SimCard[] = [];
  #reported: CardUid | undefined;
  #requestNo = 0;
  #signal = {buzzer: false, lamp: false};
  #isOn = false;
  #bootMs: Millis = 0;
  #reading: Timer | undefined;
  #heartbeat: Timer | undefined;

  /** Powered at once. */
  constructor(options: CollectorOptions) {
    this.#options = options;
    this.#end = new SealedEnd(options, message => this.#hear(message));
    this.powerOn();
  }

  get field(): readonly SimCard[] {
    return this.#field;
  }

  /** What a person reads now. */
  get screen(): Screen | undefined {
    return this.#screens.at(-1)?.screen;
  }

  /** Every screen received, repetitions included, oldest first. */
  get screens(): readonly ScreenHeard[] {
    return this.#screens;
  }

  get answers(): readonly AnswerHeard[] {
    return this.#answers;
  }

  get buzzer(): boolean {
    return this.#signal.buzzer;
  }

  get lamp(): boolean {
    return this.#signal.lamp;
  }

  /** What a wiretap holds: the latest frames sent. */
  get captured(): readonly CapturedFrame[] {
    return this.#end.captured;
  }

  get refused(): readonly RefusedFrame[] {
    return this.#end.refused;
  }

  /** Put a card into the field. Two at once are read as neither. */
  present(card: SimCard): void {
    if (this.#field.some(other => other.uid === card.uid)) return;
    this.#field = [...this.#field, card];
    this.#startReading();
  }

  /** Take one card away, or all of them; what stays is read again. */
  remove(uid?: CardUid): void {
    const gone = this.#field.filter(card => uid === undefined || card.uid === uid);
    this.#field = this.#field.filter(card => !gone.includes(card));
    const wasUnread = this.#reading !== undefined && gone.length > 0;
    this.#reading?.cancel();
    this.#reading = undefined;
    if (wasUnread && this.#field.length === 0) this.#say({kind: 'readError', error: 'read_error'});
    if (gone.some(card => card.uid === this.#reported)) this.#reportGone();
    if (gone.length > 0 && this.#field.length > 0) this.#startReading();
  }

  /** `presses` of the call button since it was last told. */
  press(presses = 1): void {
    this.#say({kind: 'press', presses});
  }

  /** Put bytes on the wire as they are: a captured frame again, one with a flipped bit, noise. */
  inject(bytes: Uint8Array): void {
    this.#end.sendRaw(bytes);
  }

  unplug(): void {
    this.#options.farEnd.unplug();
  }

  replug(): void {
    this.#options.farEnd.replug();
  }

  powerOn(): void {
    if (this.#isOn) return;
    this.#isOn = true;
    this.#bootMs = this.#options.clock.nowMs();
    this.#beat();
  }

  /** The display goes dark, the sounder still; counters live in flash and go on. */
  powerOff(): void {
    this.#isOn = false;
    this.#heartbeat?.cancel();
    this.#reading?.cancel();
    this.#reading = undefined;
    for (const read of this.#reads) read.cancel();
    this.#reads.clear();
    this.#end.reset();
    this.#field = [];
    this.#reported = undefined;
    this.#signal = {buzzer: false, lamp: false};
    this.#screens.length = 0;
  }

  close(): void {
    this.powerOff();
  }

  #startReading(): void {
    this.#reading?.cancel();
    this.#reading = this.#options.clock.timer('collector reads card', READ_MS, () => {
      this.#reading = undefined;
      this.#report();
    });
  }

  #report(): void {
    const [card, ...others] = this.#field;
    if (!card) return;
    if (others.length > 0) {
      this.#say({kind: 'readError', error: 'two_cards'});
      return;
    }
    // A card that had company and is alone again was told already.
    if (this.#reported === card.uid) return;
    this.#reported = card.uid;
    this.#requestNo += 1;
    this.#say({kind: 'card', requestNo: this.#requestNo, card: this.#read(card)});
  }

  #reportGone(): void {
    if (this.#reported !== undefined) this.#say({kind: 'cardGone', uid: this.#reported});
    this.#reported = undefined;
  }

  /** Every reading has a nonce of its own: an old proof proves nothing. */
  #read(card: SimCard): CardReport {
    const {uid, secret, userInfo = ''} = card;
    if (!secret) return {uid, assurance: {kind: 'uid'}, userInfo};
    const nonce = this.#options.entropy.bytes(CARD_NONCE_BYTES);
    const proof = computeKeyProof(secret, nonce, uid);
    return {uid, assurance: {kind: 'proof', nonce, proof}, userInfo};
  }

  #hear(message: DownMessage): void {
    if (!this.#isOn) return;
    const atMs = this.#options.clock.nowMs();
    switch (message.kind) {
      case 'answer': {
        const {requestNo, verdict, reason} = message;
        remember(this.#answers, {requestNo, verdict, reason, atMs});
        break;
      }
      case 'screen':
        remember(this.#screens, {screen: {tone: message.tone, lines: message.lines}, atMs});
        break;
      case 'signal':
        this.#signal = {buzzer: message.buzzer, lamp: message.lamp};
        break;
      case 'reread':
        this.#reread(message.rereadNo, message.uid);
        break;
      case 'heartbeat':
        break;
    }
  }

  #reread(rereadNo: number, uid: CardUid): void {
    const timer = this.#options.clock.timer('collector rereads card', READ_MS, () => {
      this.#reads.delete(timer);
      const [card, ...others] = this.#field;
      const isAlone = card?.uid === uid && others.length === 0;
      this.#say({kind: 'rereadAnswer', rereadNo, card: isAlone ? this.#read(card) : undefined});
    });
    this.#reads.add(timer);
  }

  #say(message: Parameters<SealedEnd['send']>[0]): void {
    if (this.#isOn) this.#end.send(message);
  }

  #beat(): void {
    const {clock} = this.#options;
    const uptimeS = Math.floor((clock.nowMs() - this.#bootMs) / 1000);
    this.#say({kind: 'heartbeat', uptimeS});
    this.#heartbeat = clock.timer('collector heartbeat', HEARTBEAT_MS, () => this.#beat());
  }
}

function remember<Entry>(history: Entry[], entry: Entry): void {
  history.push(entry);
  if (history.length > HISTORY_LIMIT) history.shift();
}
