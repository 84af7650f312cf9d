import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {WS101_MODEL} from '../../protocols/milesight/channels.js';
import {encodeUplink} from '../../protocols/milesight/tlv.js';

export interface MilesightButtonOptions {
  readonly clock: Clock;
  /** Where its uplinks go: a broker, or a driver. */
  readonly send: (payload: Uint8Array) => void;
  readonly reportMs: Millis;
}

const PRESSES = {short: 1, long: 2, double: 3} as const;

/** A WS101 that reports its battery every few minutes or hours, and each press at once. */
export class MilesightButton {
  /** Taken off the wall, or out of reach of the radio. */
  isGone = false;
  batteryPercent = 100;
  readonly #options: MilesightButtonOptions;
  #timer: Timer | undefined;

  constructor(options: MilesightButtonOptions) {
    this.#options = options;
    this.#wait();
  }

  press(how: keyof typeof PRESSES = 'short'): void {
    this.#send([
      ['0175', this.batteryPercent],
      ['FF2E', PRESSES[how]],
    ]);
  }

  report(): void {
    this.#send([['0175', this.batteryPercent]]);
  }

  close(): void {
    this.#timer?.cancel();
  }

  #send(entries: Parameters<typeof encodeUplink>[0]): void {
    if (!this.isGone) this.#options.send(encodeUplink(entries, WS101_MODEL));
  }

  #wait(): void {
    const {clock, reportMs} = this.#options;
    this.#timer = clock.timer('uplink', reportMs, () => {
      this.report();
      this.#wait();
    });
  }
}
