import {concatBytes} from '../../protocols/base/bytes.js';
import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {decodeHidPos} from '../../protocols/hid/hid-pos.js';
import {KEY_ENTER, KEY_KEYPAD_ENTER} from '../../protocols/hid/key-usages.js';
import {NO_KEYS, readKeyboard} from '../../protocols/hid/keyboard.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';
import type {TroubleListener} from '../lifecycle/polled-unit.js';
import type {HidSource} from '../port/hid-source.js';
import {CodeIntake} from './code-intake.js';
import {LONGEST_CODE_BYTES} from './code-machine.js';
import type {CodeReader, CodeReaderListener} from './contract.js';

/** `keyboard`: the scanner types (US layout, Enter behind each code); `pos`: HID-POS, to be preferred. */
export type HidCodeFormat = 'keyboard' | 'pos';

export interface HidCodeReaderOptions {
  readonly id: DeviceId;
  /** Handed over: the reader opens it, and closes it with itself. */
  readonly source: HidSource;
  readonly clock: Clock;
  readonly format: HidCodeFormat;
  readonly listener: CodeReaderListener;
  /** `port/..`: why the device is gone. Never a code. */
  readonly onTrouble?: TroubleListener | undefined;
}

/** A scanner types without a pause: one ends a code that no Enter ended. Source: device notes 4.7. */
const KEYBOARD_IDLE_MS: Millis = 50;
/** A piece that was announced and does not come. `assumed:` as for serial scanners. */
const POS_IDLE_MS: Millis = 200;
/** A timer that rings so late proves that the host stood still, not that the scanner did. */
const LATE_MS: Millis = 15;
/** The rest of a code that is too long is not kept, but its end must be seen. */
const KEPT_BYTES = LONGEST_CODE_BYTES + 1;

/** A scanner on USB that speaks HID, as a keyboard or as a scanner. Source: device notes 4.7. */
export class HidCodeReader implements CodeReader {
  readonly id: DeviceId;
  readonly #options: HidCodeReaderOptions;
  readonly #intake: CodeIntake;
  #health: DeviceHealth = 'unknown';
  #keys = NO_KEYS;
  #code: Uint8Array = new Uint8Array(0);
  #idle: Timer | undefined;
  #closed = false;

  constructor(options: HidCodeReaderOptions) {
    const {id, source, listener, onTrouble} = options;
    this.id = id;
    this.#options = options;
    this.#intake = new CodeIntake(listener);
    source.open({
      onReport: report => {
        if (!this.#closed) this.#hear(report);
      },
      onUp: () => this.#turn('ok'),
      onDown: reason => {
        if (!this.#closed) onTrouble?.(reason.code, reason.message);
        this.#turn('offline');
      },
    });
  }

  get health(): DeviceHealth {
    return this.#health;
  }

  look(): boolean {
    return false;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#idle?.cancel();
    await this.#options.source.close();
  }

  #hear(report: Uint8Array): void {
    if (this.#options.format === 'pos') this.#hearPiece(report);
    else this.#hearKeys(report);
  }

  #hearKeys(report: Uint8Array): void {
    const {state, strokes} = readKeyboard(this.#keys, report);
    this.#keys = state;
    for (const {usage, text} of strokes) {
      if (usage === KEY_ENTER || usage === KEY_KEYPAD_ENTER) this.#finish();
      else if (text !== undefined) this.#add(new TextEncoder().encode(text));
    }
    // Reports that only say "key up" are part of the typing too.
    if (this.#code.length > 0) this.#await(KEYBOARD_IDLE_MS, () => this.#finish());
  }

  #hearPiece(report: Uint8Array): void {
    const piece = decodeHidPos(report);
    if (!piece) return;
    this.#add(piece.data);
    if (piece.more) this.#await(POS_IDLE_MS, () => this.#breakOff());
    else this.#finish();
  }

  #add(bytes: Uint8Array): void {
    this.#code = concatBytes(this.#code, bytes).slice(0, KEPT_BYTES);
  }

  #await(afterMs: Millis, run: () => void): void {
    const {clock} = this.#options;
    const dueMs = clock.nowMs() + afterMs;
    this.#idle?.cancel();
    this.#idle = clock.timer(`code idle ${this.id}`, afterMs, () => {
      // A host that stood still rings its timers before it hands over the reports that wait.
      if (clock.nowMs() - dueMs > LATE_MS) this.#await(afterMs, run);
      else run();
    });
  }

  #finish(): void {
    const bytes = this.#void();
    this.#intake.take({kind: 'record', bytes, atMs: this.#options.clock.nowMs()});
  }

  #breakOff(): void {
    this.#void();
    this.#intake.take({kind: 'broken', error: 'partial', atMs: this.#options.clock.nowMs()});
  }

  #void(): Uint8Array {
    this.#idle?.cancel();
    const bytes = this.#code;
    this.#code = new Uint8Array(0);
    return bytes;
  }

  /** The device came or went: half a code is void, and no key is down. */
  #turn(health: DeviceHealth): void {
    if (this.#closed) return;
    this.#void();
    this.#keys = NO_KEYS;
    this.#health = health;
    this.#options.listener.onHealth(health);
  }
}
