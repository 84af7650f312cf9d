import type {Millis} from '../../protocols/base/clock.js';
import type {
  BuzzerControl,
  Communication,
  LedControl,
  OutputControl,
  TextPlace,
} from '../../protocols/osdp/commands.js';
import type {KeypadKey} from '../../protocols/osdp/keys.js';
import type {Capability, Identity} from '../../protocols/osdp/replies.js';
import type {WiegandNumber} from '../../protocols/osdp/wiegand.js';
import type {CardUid, DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';

/**
 * Why a reader is off-line, or its session began anew. `noKey`: there is no key for it and the policy
 * wants one. `notSecure`: it refuses a Secure Channel. `wrongKey`: it has another key. `mac`,
 * `decrypt`, `plainReply`: a reply was forged, replayed or damaged. `sequence`: it lost the thread.
 * `sessionLost`: it forgot the Secure Channel. `protocol`: a reply that makes no sense there.
 * `silent`: nothing valid for 8 s.
 */
export type OfflineReason =
  | 'noKey'
  | 'notSecure'
  | 'wrongKey'
  | 'mac'
  | 'decrypt'
  | 'plainReply'
  | 'sequence'
  | 'sessionLost'
  | 'protocol'
  | 'silent';

/** A card that a reader has read, once per report of the reader. */
export interface CardRead {
  /** All bits as they came, upper-case hex, most significant first, the last byte filled with 0. */
  readonly uid: CardUid;
  readonly bits: number;
  /** 0 = raw bits, 1 = parity, data, parity. */
  readonly format: number;
  /** Facility and number, where the bits are a Wiegand card with sound parity. */
  readonly wiegand: WiegandNumber | undefined;
  /** Which of the readers of the unit, from 0. */
  readonly reader: number;
  readonly atMs: Millis;
}

/** All events come from a reader that is online, by a Secure Channel unless the policy does without. */
export interface OsdpListener {
  onCard(card: CardRead): void;
  onKey(key: KeypadKey, reader: number, atMs: Millis): void;
  /** Told for every input when the reader comes online, then at each change. From 0. */
  onInput(input: number, value: number, atMs: Millis): void;
  onOutput(output: number, isOn: boolean, atMs: Millis): void;
  /** Told when the reader comes online, then at each change. */
  onLocalStatus(status: {readonly isTampered: boolean; readonly isPowerBad: boolean}): void;
  onHealth(health: DeviceHealth): void;
  /** The reader is off-line, and why. Told once until it is online again. */
  onOffline(why: OfflineReason): void;
  /** The reader is online: what it has been told before may be forgotten. */
  onOnline(isSecure: boolean): void;
}

/**
 * What became of a command. `done`: the reader took it. `refused`: it said no. `unknown`: sent, and no
 * answer. `replaced`: a newer value for the same target went before it. `notSent`: the reader is not
 * online; nothing is kept for later.
 */
export type OsdpResult = 'done' | 'refused' | 'unknown' | 'replaced' | 'notSent';

/** A reader with keypad, lights, sounder, text, inputs and outputs at one address of a line. */
export interface OsdpReader {
  readonly id: DeviceId;
  readonly health: DeviceHealth;
  readonly isSecure: boolean;
  readonly address: number;
  readonly identity: Identity | undefined;
  readonly capabilities: readonly Capability[];
  /** Hear of the reader; the returned function stops it. */
  listen(listener: Partial<OsdpListener>): () => void;
  setLed(led: LedControl): Promise<OsdpResult>;
  buzz(buzzer: BuzzerControl): Promise<OsdpResult>;
  setOutput(output: OutputControl): Promise<OsdpResult>;
  showText(place: TextPlace, text: string): Promise<OsdpResult>;
  /**
   * Give the reader another address or speed. It answers as before and changes then; the driver follows
   * to the address, the speed of a line is for the owner of the line to change.
   */
  configure(communication: Communication): Promise<OsdpResult>;
  /** Give the reader another key, 16 bytes; refused outside a Secure Channel. */
  setKey(key: Uint8Array): Promise<OsdpResult>;
  close(): void;
}
