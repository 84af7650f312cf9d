import type {Millis} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';

/** `*` clears, `#` enters. */
export type KeypadKey = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '*' | '#';

/** What a keypad tells key by key, bounce and all. Keys are pieces of a secret: never logged. */
export interface KeypadListener {
  onKey(key: KeypadKey, atMs: Millis): void;
  /** The key that is down now, undefined when none is. Only of keypads that can tell. */
  onHeld(key: KeypadKey | undefined, atMs: Millis): void;
  /** Keys were pressed that nobody can name any more: what was typed so far is worth nothing. */
  onKeysLost(atMs: Millis): void;
  onHealth(health: DeviceHealth): void;
}

export interface Keypad {
  readonly id: DeviceId;
  readonly health: DeviceHealth;
  close(): void | Promise<void>;
}

/** `key`: by `*`; `idle`: nothing typed for 20 s; `overlong`: too many digits; `lost`: keys went missing. */
export type ClearReason = 'key' | 'idle' | 'overlong' | 'stuck' | 'lost';

/** What the typing of a person amounts to. */
export interface EntryListener {
  /** `#` after at least one digit. The digits are a secret: never logged. */
  onEntry(digits: string, atMs: Millis): void;
  /** How many digits stand now, for the stars on a display. */
  onProgress(count: number, atMs: Millis): void;
  onCleared(why: ClearReason, atMs: Millis): void;
  /** `*` at any time, and `#` with nothing typed: what they mean is for whoever serves the person. */
  onCommand(key: '*' | '#', atMs: Millis): void;
  /** KEYPAD_FAULT: a key is stuck, or has come free again. `detail` names no digit. */
  onFault(isStanding: boolean, detail: string): void;
}
