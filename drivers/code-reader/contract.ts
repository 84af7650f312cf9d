import type {Millis} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';

/**
 * A code that was shown. It is a secret that opens something: never logged, never a path or a query,
 * only looked up or verified.
 */
export interface CodeSeen {
  /** 1 to 512 bytes of sound UTF-8 without control characters. */
  readonly text: string;
  readonly atMs: Millis;
}

/**
 * Why something was shown and not read; the person is asked to show it again. `partial`: it broke off;
 * `dirty`: no sound text; `overlong`: no code of ours is so long.
 */
export type CodeReadError = 'partial' | 'dirty' | 'overlong';

export interface CodeReaderListener {
  /** Once for each showing: a scanner repeats a code for as long as it is held before it. */
  onCode(code: CodeSeen): void;
  /** At most once a second. */
  onReadError(error: CodeReadError, atMs: Millis): void;
  /** Of a scanner that cannot be asked: `ok` while its port is there. */
  onHealth(health: DeviceHealth): void;
}

export interface CodeReader {
  readonly id: DeviceId;
  readonly health: DeviceHealth;
  /** Switch a scanner's light and looking on or off; `false`: it looks all the time, or is not there. */
  look(on: boolean): boolean;
  close(): Promise<void>;
}
