import type {CardUid} from '../../protocols/site/ids.js';

/** A card as it lies in a pocket. Without `secret` it can only tell its number; a clone has a wrong one. */
export interface SimCard {
  /** For an RDM6300: 10 hex digits. */
  readonly uid: CardUid;
  /** 16 bytes. */
  readonly secret?: Uint8Array;
  readonly userInfo?: string;
}

/** Where a card can be held: the reader of a plain collector, or a smart collector. */
export interface CardField {
  present(card: SimCard): void;
  remove(uid?: CardUid): void;
}
