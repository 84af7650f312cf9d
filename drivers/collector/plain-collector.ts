import type {Clock} from '../../protocols/base/clock.js';
import type {CardUid, CollectorId} from '../../protocols/site/ids.js';
import type {CardProof, CardReader, CardReaderListener, CardSeen} from '../card-reader/contract.js';
import type {Display, DisplayListener, Screen} from '../display/contract.js';
import type {EmergencyButton, EmergencyButtonListener} from '../emergency-button/contract.js';
import type {CardAssurance, CardPresented, Collector, CollectorListener} from './contract.js';

export interface PlainCollectorOptions {
  readonly id: CollectorId;
  readonly clock: Clock;
  readonly listener: CollectorListener;
  /** Each part is made with the ear of the collector; any of them may be missing. */
  readonly reader?: ((listener: CardReaderListener) => CardReader) | undefined;
  readonly display?: (listener: DisplayListener) => Display;
  readonly button?: (listener: EmergencyButtonListener) => EmergencyButton;
}

/**
 * A collector without a mind of its own: reader, display and button wired to the gateway one by one.
 * Its cards prove nothing but their number, unless its reader opens their sectors. Source: requirements A10.
 */
export class PlainCollector implements Collector {
  readonly id: CollectorId;
  readonly #clock: Clock;
  readonly #reader: CardReader | undefined;
  readonly #display: Display | undefined;
  readonly #button: EmergencyButton | undefined;
  #requestNo = 0;
  #lastSeen: CardSeen | undefined;

  constructor(options: PlainCollectorOptions) {
    const {id, clock, listener, reader, display, button} = options;
    this.id = id;
    this.#clock = clock;
    this.#reader = reader?.({
      onCard: card => {
        this.#lastSeen = card;
        listener.onCard(this.#presented(card));
      },
      onReadError: (error, atMs) =>
        listener.onReadError(error === 'two_cards' ? 'two_cards' : 'read_error', atMs),
      onCardGone: (uid, atMs) => listener.onCardGone(uid, atMs),
      onLink: up => listener.onHealth(up ? 'ok' : 'offline', 'reader'),
    });
    this.#display = display?.({onHealth: health => listener.onHealth(health, 'display')});
    this.#button = button?.({
      onPress: (presses, atMs) => listener.onPress(presses, atMs),
      onLine: line => listener.onButtonLine(line),
      onHealth: health => listener.onHealth(health, 'button'),
    });
  }

  answer(): void {}

  show(screen: Screen): void {
    this.#display?.show(screen);
  }

  signal(state: {readonly buzzer: boolean; readonly lamp: boolean}): void {
    this.#button?.signal(state);
  }

  /** At once: the field is watched all the time, so its last word is fresh. */
  reread(uid: CardUid): Promise<CardPresented | undefined> {
    const seen = this.#lastSeen;
    if (this.#reader?.present !== uid) return Promise.resolve(undefined);
    const card = seen?.uid === uid ? seen : {uid};
    return Promise.resolve(this.#presented({...card, atMs: this.#clock.nowMs()}));
  }

  async close(): Promise<void> {
    this.#display?.close();
    this.#button?.close();
    await this.#reader?.close();
  }

  #presented({uid, atMs, proof}: CardSeen): CardPresented {
    this.#requestNo += 1;
    const userInfo = proof?.kind === 'opened' ? proof.userInfo : '';
    return {uid, assurance: assuranceOf(proof), userInfo, requestNo: this.#requestNo, atMs};
  }
}

/** A card of a kind without sectors is as good as its number. */
function assuranceOf(proof: CardProof | undefined): CardAssurance {
  switch (proof?.kind) {
    case 'opened':
      return {kind: 'sector', isGenuine: true};
    case 'refused':
      return {kind: 'sector', isGenuine: false};
    default:
      return {kind: 'uid'};
  }
}
