import type {Millis} from '../../protocols/base/clock.js';
import type {CardUid, DeviceId} from '../../protocols/site/ids.js';

/** A card came into the field. */
export interface CardSeen {
  readonly uid: CardUid;
  readonly atMs: Millis;
}

/** `two_cards`: different cards within one field time. `garbled`: a frame whose checksum was wrong. */
export type CardReadError = 'two_cards' | 'garbled';

export interface CardReaderListener {
  /** Once per card until it has been gone for 300 ms; a held card repeats nothing. */
  onCard(card: CardSeen): void;
  onReadError(error: CardReadError, atMs: Millis): void;
  /** The field is empty again. */
  onCardGone(uid: CardUid, atMs: Millis): void;
  /** The reader's port went or came; a reader that only talks cannot be asked more. */
  onLink(up: boolean): void;
}

export interface CardReader {
  readonly id: DeviceId;
  /** The card that lies in the field now. */
  readonly present: CardUid | undefined;
  /** Bytes dropped as garbage since start. */
  readonly discardedBytes: number;
  close(): Promise<void>;
}
