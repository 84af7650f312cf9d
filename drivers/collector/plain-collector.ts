import type {Clock, Millis} from '../../protocols/base/clock.js';
import type {CardUid, CollectorId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';
import type {CardReader, CardReaderListener} from '../card-reader/contract.js';
import type {Display, DisplayListener, Screen} from '../display/contract.js';
import type {
  ButtonLine,
  EmergencyButton,
  EmergencyButtonListener,
} from '../emergency-button/contract.js';
import type {CardPresented, Collector, CollectorListener} from './contract.js';

export interface PlainCollectorOptions {
  readonly id: CollectorId;
  readonly clock: Clock;
  readonly listener: CollectorListener;
  /** Each part is made with the ear of the collector; a display or button may be missing. */
  readonly reader: (listener: CardReaderListener) => CardReader;
  readonly display?: (listener: DisplayListener) => Display;
  readonly button?: (listener: EmergencyButtonListener) => EmergencyButton;
}

/**
 * A collector without a mind of its own: reader, display and button wired to the gateway one by one.
 * Its cards prove nothing but their number. Source: requirements A10.
 */
export class PlainCollector implements Collector {
  readonly id: CollectorId;
  readonly #clock: Clock;
  readonly #listener: CollectorListener;
  readonly #reader: CardReader;
  readonly #display: Display | undefined;
  readonly #button: EmergencyButton | undefined;
  #requestNo = 0;
  #buttonHealth: DeviceHealth = 'unknown';
  #buttonLine: ButtonLine = 'ok';
  #buttonTold: DeviceHealth = 'unknown';

  constructor(options: PlainCollectorOptions) {
    const {id, clock, listener, reader, display, button} = options;
    this.id = id;
    this.#clock = clock;
    this.#listener = listener;
    this.#reader = reader({
      onCard: ({uid, atMs}) => listener.onCard(this.#presented(uid, atMs)),
      onReadError: (error, atMs) =>
        listener.onReadError(error === 'two_cards' ? 'two_cards' : 'read_error', atMs),
      onCardGone: (uid, atMs) => listener.onCardGone(uid, atMs),
      onLink: up => listener.onHealth(up ? 'ok' : 'offline', 'reader'),
    });
    this.#display = display?.({onHealth: health => listener.onHealth(health, 'display')});
    this.#button = button?.({
      onPress: (presses, atMs) => listener.onPress(presses, atMs),
      onLine: line => {
        this.#buttonLine = line;
        this.#tellButton();
      },
      onHealth: health => {
        this.#buttonHealth = health;
        this.#tellButton();
      },
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
    const present = this.#reader.present === uid;
    return Promise.resolve(present ? this.#presented(uid, this.#clock.nowMs()) : undefined);
  }

  async close(): Promise<void> {
    this.#display?.close();
    this.#button?.close();
    await this.#reader.close();
  }

  #presented(uid: CardUid, atMs: Millis): CardPresented {
    this.#requestNo += 1;
    return {uid, assurance: {kind: 'uid'}, userInfo: '', requestNo: this.#requestNo, atMs};
  }

  /** A cut or bridged loop is a button that cannot call, however well its board answers. */
  #tellButton(): void {
    const health = this.#buttonLine === 'ok' ? this.#buttonHealth : 'offline';
    if (health === this.#buttonTold) return;
    this.#buttonTold = health;
    this.#listener.onHealth(health, 'button');
  }
}
