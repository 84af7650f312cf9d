import type {Millis} from '../../protocols/base/clock.js';
import type {CardUid, DeviceId} from '../../protocols/site/ids.js';

/**
 * What a card showed besides its number, which anybody can copy. `opened`: it let itself be opened with
 * the key that is its own; `userInfo` is what stands there, empty when nothing readable does. `refused`:
 * it has sectors and does not know its key: a copy, or a card of somebody else. `keyless`: its kind has
 * no sectors to open.
 */
export type CardProof =
  | {readonly kind: 'opened'; readonly userInfo: string}
  | {readonly kind: 'refused'}
  | {readonly kind: 'keyless'};

/** A card came into the field. */
export interface CardSeen {
  readonly uid: CardUid;
  readonly atMs: Millis;
  /** Undefined: the reader takes numbers and asks no card for more. */
  readonly proof?: CardProof;
}

/**
 * `two_cards`: different cards within one field time. `garbled`: a frame whose checksum was wrong, or a
 * card that was not held still for as long as its sector takes.
 */
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
  /** Bytes dropped as garbage since start; 0 of a reader on a line, whose line counts them. */
  readonly discardedBytes: number;
  close(): Promise<void>;
}
