import type {Clock} from '../../protocols/base/clock.js';
import {padKeyOf} from '../../protocols/hid/key-usages.js';
import {NO_KEYS, readKeyboard} from '../../protocols/hid/keyboard.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';
import type {TroubleListener} from '../lifecycle/polled-unit.js';
import type {HidSource} from '../port/hid-source.js';
import type {Keypad, KeypadKey, KeypadListener} from './contract.js';

export interface HidKeypadOptions {
  readonly id: DeviceId;
  /** Handed over: the keypad opens it, and closes it with itself. */
  readonly source: HidSource;
  readonly clock: Clock;
  readonly listener: KeypadListener;
  /** `port/..`: why the device is gone. */
  readonly onTrouble?: TroubleListener | undefined;
}

/** A numeric keypad on USB. Keys that are no digit, clear or enter are nobody's. Source: device notes 4.7. */
export class HidKeypad implements Keypad {
  readonly id: DeviceId;
  readonly #options: HidKeypadOptions;
  #health: DeviceHealth = 'unknown';
  #keys = NO_KEYS;
  #held: KeypadKey | undefined;
  #closed = false;

  constructor(options: HidKeypadOptions) {
    const {id, source, onTrouble} = options;
    this.id = id;
    this.#options = options;
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

  async close(): Promise<void> {
    this.#closed = true;
    await this.#options.source.close();
  }

  #hear(report: Uint8Array): void {
    const {clock, listener} = this.#options;
    const {state, strokes} = readKeyboard(this.#keys, report);
    this.#keys = state;
    const atMs = clock.nowMs();
    for (const {usage, shift} of strokes) {
      const key = padKeyOf(usage, shift);
      if (key !== undefined) listener.onKey(key as KeypadKey, atMs);
    }
    this.#hold(state.down.map(usage => padKeyOf(usage, false)).find(key => key !== undefined));
  }

  #hold(key: string | undefined): void {
    if (key === this.#held) return;
    const {clock, listener} = this.#options;
    this.#held = key as KeypadKey | undefined;
    listener.onHeld(this.#held, clock.nowMs());
  }

  #turn(health: DeviceHealth): void {
    if (this.#closed) return;
    const {clock, listener} = this.#options;
    this.#keys = NO_KEYS;
    this.#hold(undefined);
    if (health === 'offline' && this.#health === 'ok') listener.onKeysLost(clock.nowMs());
    this.#health = health;
    listener.onHealth(health);
  }
}
