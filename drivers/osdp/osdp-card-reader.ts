import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import {asId, type CardUid, type DeviceId} from '../../protocols/site/ids.js';
import type {CardReader, CardReaderListener} from '../card-reader/contract.js';
import {
  EMPTY_FIELD,
  FIELD_GONE_MS,
  type FieldInput,
  stepField,
} from '../card-reader/field-machine.js';
import type {CardRead, OsdpReader} from './contract.js';

export interface OsdpCardReaderOptions {
  readonly id: DeviceId;
  readonly reader: OsdpReader;
  readonly clock: Clock;
  readonly listener: CardReaderListener;
  /**
   * What counts as the number of a card: `bits` as the reader reports them (default), or `data`, what a
   * Wiegand card has between its parity bits; other cards keep all their bits.
   */
  readonly number?: 'bits' | 'data';
  /**
   * A reader reports a card and never that it goes: it counts as gone so long after its last report;
   * default 300. More than the pause between two reports for readers that repeat a card that is held.
   */
  readonly goneAfterMs?: Millis;
  /** Which of the readers of the unit; default 0. */
  readonly readerNo?: number;
}

/** The card field of an OSDP reader. Closing it leaves the reader itself alone. */
export class OsdpCardReader implements CardReader {
  readonly id: DeviceId;
  /** Noise is dropped and counted by the line. */
  readonly discardedBytes = 0;
  readonly #options: OsdpCardReaderOptions;
  readonly #leave: () => void;
  #field = EMPTY_FIELD;
  #silence: Timer | undefined;

  constructor(options: OsdpCardReaderOptions) {
    this.id = options.id;
    this.#options = options;
    this.#leave = options.reader.listen({
      onCard: card => this.#read(card),
      onHealth: health => {
        if (health === 'ok') options.listener.onLink(true);
        if (health === 'offline') this.#lost();
      },
    });
  }

  get present(): CardUid | undefined {
    return this.#field.kind === 'card' ? this.#field.uid : undefined;
  }

  close(): Promise<void> {
    this.#silence?.cancel();
    this.#leave();
    return Promise.resolve();
  }

  #read(card: CardRead): void {
    const {readerNo = 0, number} = this.#options;
    if (card.reader !== readerNo) return;
    const data = number === 'data' ? card.wiegand?.dataHex : undefined;
    const uid = data === undefined ? card.uid : asId<CardUid>(data);
    this.#take({kind: 'read', uid, atMs: card.atMs});
  }

  #lost(): void {
    this.#silence?.cancel();
    this.#take({kind: 'silence', atMs: this.#options.clock.nowMs()});
    this.#options.listener.onLink(false);
  }

  #take(input: FieldInput): void {
    const {state, effects} = stepField(this.#field, input);
    this.#field = state;
    const {listener} = this.#options;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'card':
          listener.onCard({uid: effect.uid, atMs: effect.atMs});
          break;
        case 'gone':
          listener.onCardGone(effect.uid, effect.atMs);
          break;
        case 'error':
          listener.onReadError(effect.error, effect.atMs);
          break;
        case 'listen':
          this.#listen();
          break;
        default:
          unreachable(effect, 'field effect');
      }
    }
  }

  #listen(): void {
    const {clock, goneAfterMs = FIELD_GONE_MS} = this.#options;
    this.#silence?.cancel();
    this.#silence = clock.timer(`card gone ${this.id}`, goneAfterMs, () =>
      this.#take({kind: 'silence', atMs: clock.nowMs()}),
    );
  }
}
