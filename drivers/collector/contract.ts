import type {Millis} from '../../protocols/base/clock.js';
import type {CardUid, CollectorId} from '../../protocols/site/ids.js';
import type {Reason} from '../../protocols/site/reasons.js';
import type {DeviceHealth} from '../bus/contract.js';
import type {Screen} from '../display/contract.js';
import type {ButtonFitness} from '../emergency-button/contract.js';

/**
 * What a card proved of itself. `uid`: only its number, which anybody can copy. `proof`: an HMAC of a
 * fresh nonce under the card's own secret, to be checked against the credential. `sector`: the reader
 * tried the key that is this card's own on its sector; not genuine: the sector stayed shut.
 */
export type CardAssurance =
  | {readonly kind: 'uid'}
  | {readonly kind: 'proof'; readonly nonce: Uint8Array; readonly proof: Uint8Array}
  | {readonly kind: 'sector'; readonly isGenuine: boolean};

/** A card at a collector, as both kinds of collector report it. */
export interface CardPresented {
  readonly uid: CardUid;
  readonly assurance: CardAssurance;
  /** User information stored on the card; empty where the technology holds none. */
  readonly userInfo: string;
  /** The request that an `answer` belongs to; counts up per collector. */
  readonly requestNo: number;
  readonly atMs: Millis;
}

export type CollectorReadError = 'two_cards' | 'read_error';

/** A sealed frame that was refused: its tag was wrong, or its counter had been seen. */
export type SealFault = Extract<Reason, 'BAD_MAC' | 'REPLAY'>;

export interface CollectorListener {
  onCard(card: CardPresented): void;
  onReadError(error: CollectorReadError, atMs: Millis): void;
  onCardGone(uid: CardUid, atMs: Millis): void;
  onPress(presses: number, atMs: Millis): void;
  onSealFault(fault: SealFault, atMs: Millis): void;
  /** The supervised loop of the button was cut, bridged or mended, its battery is low or new. */
  onButtonLine(line: ButtonFitness): void;
  /** The collector, or a part of it (reader, display, button), named in `part`. */
  onHealth(health: DeviceHealth, part: 'collector' | 'reader' | 'display' | 'button'): void;
}

export type CardVerdict = 'allow' | 'redirect' | 'deny';

/** Reader + display + call button of a group of bays: one pipeline, two drivers (smart and plain). */
export interface Collector {
  readonly id: CollectorId;
  /** Tell the collector what became of a request; a plain collector has nobody to tell. */
  answer(requestNo: number, verdict: CardVerdict, reason: Reason | undefined): void;
  show(screen: Screen): void;
  signal(state: {readonly buzzer: boolean; readonly lamp: boolean}): void;
  /** Read the card again if it still lies in the field, with a fresh nonce; else undefined, within 800 ms. */
  reread(uid: CardUid): Promise<CardPresented | undefined>;
  close(): Promise<void>;
}

/**
 * Where one direction of a sealed link keeps its counters over restarts. `load`: all counters below it
 * are spent, 0 at first. `reserve` returns when the same is on the disk for `below`. `leaps` grows when
 * counters were skipped meanwhile: who holds some loads anew.
 * @throws StoreError from both when the disk refuses.
 */
export interface CounterStore {
  load(): bigint;
  reserve(below: bigint): void;
  leaps(): number;
}
