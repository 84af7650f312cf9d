import type {FarEnd} from '../../drivers/port/byte-link.js';
import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {wireTimeMs} from '../../protocols/base/units.js';
import {encodeRdm6300, RDM6300_FRAME_BYTES} from '../../protocols/card/rdm6300.js';
import type {CardUid} from '../../protocols/site/ids.js';
import type {CardField, SimCard} from './sim-card.js';

/** Distance of two frames while a card stays, start to start. `assumed:` @see devices.md 4.2 */
const REPEAT_MS: Millis = 65;
const BAUD_RATE = 9600;
/** Where the checksum digits begin in a frame. */
const CHECKSUM_OFFSET = 11;

/** What two cards in one field look like: the reader takes them in turn, or reads neither. */
export type TwoCards = 'alternate' | 'garble';

export interface CardReaderOptions {
  readonly clock: Clock;
  readonly farEnd: FarEnd;
  readonly twoCards?: TwoCards;
}

/**
 * An RDM6300 on a serial port of its own: it talks for as long as a card lies in its field, and it
 * never listens. A frame arrives whole, at the time of its last bit; a card that leaves earlier takes
 * its half frame with it.
 */
export class CardReader implements CardField {
  readonly #clock: Clock;
  readonly #farEnd: FarEnd;
  readonly #twoCards: TwoCards;
  #field: readonly CardUid[] = [];
  #frameNo = 0;
  #next: Timer | undefined;

  constructor(options: CardReaderOptions) {
    this.#clock = options.clock;
    this.#farEnd = options.farEnd;
    this.#twoCards = options.twoCards ?? 'alternate';
  }

  /** Cards in the field now, in the order in which they came. */
  get field(): readonly CardUid[] {
    return this.#field;
  }

  /** Put a card into the field. Of all that is on it this reader takes the number. */
  present({uid}: SimCard): void {
    if (this.#field.includes(uid)) return;
    this.#field = [...this.#field, uid];
    this.#next ??= this.#arm(wireTimeMs(RDM6300_FRAME_BYTES, BAUD_RATE));
  }

  /** Take one card away, or all of them. */
  remove(uid?: CardUid): void {
    this.#field = uid === undefined ? [] : this.#field.filter(card => card !== uid);
    if (this.#field.length > 0) return;
    this.#next?.cancel();
    this.#next = undefined;
  }

  /** Send bytes that no card wrote: noise, half frames, floods. */
  inject(bytes: Uint8Array): void {
    this.#farEnd.send(bytes);
  }

  unplug(): void {
    this.#farEnd.unplug();
  }

  replug(): void {
    this.#farEnd.replug();
  }

  close(): void {
    this.remove();
  }

  #arm(afterMs: Millis): Timer {
    return this.#clock.timer('card reader frame', afterMs, () => {
      this.#next = this.#arm(REPEAT_MS);
      this.#emit();
    });
  }

  #emit(): void {
    const uid = this.#field[this.#frameNo % this.#field.length];
    this.#frameNo += 1;
    if (uid === undefined) return;
    const frame = encodeRdm6300(uid);
    if (this.#field.length > 1 && this.#twoCards === 'garble') {
      // Two coils answer at once: the digits stay digits, the sum no longer fits them.
      frame[CHECKSUM_OFFSET] = frame[CHECKSUM_OFFSET] === 0x30 ? 0x31 : 0x30;
    }
    this.#farEnd.send(frame);
  }
}
