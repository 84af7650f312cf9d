import type {DeviceFaultKind} from '../../protocols/site/events.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';

/** Where a template lies in the sensor. Whose it is, the caller knows. */
export type TemplatePage = number;

/** What the person at the sensor is asked to do. `finger`: 0, 1 or 2 while enrolling, else 0. */
export type FingerPrompt =
  | {readonly kind: 'place'; readonly finger: number}
  | {readonly kind: 'lift'; readonly finger: number}
  /** The same finger again: the image was bad, or the two were not of one finger. */
  | {readonly kind: 'again'; readonly finger: number; readonly why: string};

/**
 * Nothing can be said of the finger. `offline`: the sensor is not there or refuses its password;
 * `silent`: it stopped to answer; `busy`: another operation runs; `closed`: the operation was called
 * off; `sensor`: the sensor failed, `detail` says how; `page`: no such page, or nothing on it.
 */
export interface FingerUnavailable {
  readonly kind: 'unavailable';
  readonly why: 'offline' | 'silent' | 'busy' | 'closed' | 'sensor' | 'page';
  readonly detail: string;
}

export type CheckOutcome =
  /** The finger on the sensor is the one of this page. No proof that it is alive. */
  | {readonly kind: 'passed'; readonly page: TemplatePage; readonly score: number}
  /** Three fingers were tried. `bad_image`: none of them could be read. */
  | {readonly kind: 'failed'; readonly why: 'mismatch' | 'bad_image'}
  /** Nobody put a finger down, or lifted it, for 15 s. */
  | {readonly kind: 'no_finger'}
  | FingerUnavailable;

export type EnrolOutcome =
  | {readonly kind: 'enrolled'}
  /** Some fingers are missing; `stored` are or may be in the sensor, and are to be removed. */
  | {
      readonly kind: 'incomplete';
      readonly stored: readonly TemplatePage[];
      readonly why: 'no_finger' | 'bad_image' | FingerUnavailable['why'];
      readonly detail: string;
    }
  | FingerUnavailable;

export type RemoveOutcome =
  | {readonly kind: 'removed'}
  /** `left`: pages of which nobody knows that they are empty. */
  | {readonly kind: 'incomplete'; readonly left: readonly TemplatePage[]; readonly detail: string}
  | FingerUnavailable;

/** `UNCOMMISSIONED`: the sensor refuses the password of the site file. */
export type FingerprintFault = Extract<DeviceFaultKind, 'UNCOMMISSIONED'>;

export interface FingerprintListener {
  onHealth(health: DeviceHealth): void;
  onPrompt(prompt: FingerPrompt): void;
  onFault(fault: FingerprintFault, isStanding: boolean, detail: string): void;
}

/**
 * A sensor that compares fingers inside itself. Templates stay in it: there is no way to read one out.
 * One operation at a time; the same pages of one person are passed to `check` that were enrolled.
 */
export interface FingerprintSensor {
  readonly id: DeviceId;
  readonly health: DeviceHealth;
  /** Pages of the library; undefined until the sensor said so. */
  readonly librarySize: number | undefined;
  /** Three fingers of one person, each taken twice, on these pages. */
  enrol(pages: readonly [TemplatePage, TemplatePage, TemplatePage]): Promise<EnrolOutcome>;
  /**
   * Is the finger one of this person's? At most three tries of 15 s each. `isFresh`: one that lies there
   * from before does not count, it must be lifted first.
   */
  check(pages: readonly TemplatePage[], isFresh?: boolean): Promise<CheckOutcome>;
  remove(pages: readonly TemplatePage[]): Promise<RemoveOutcome>;
  /** Call the running operation off; it settles as `closed`. */
  cancel(): void;
  close(): Promise<void>;
}
