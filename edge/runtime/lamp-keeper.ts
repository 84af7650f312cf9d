import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {SECOND_MS} from '../../protocols/base/units.js';
import {type LampColour, type LampState, lampLight} from '../domain/lamp/lamp.js';

/** What shines; `edge/platform` has that of the box. */
export interface Lamp {
  light(colour: LampColour | undefined): void;
}

export interface LampKeeperOptions {
  readonly clock: Clock;
  readonly lamp: Lamp;
  /** Undefined while no site runs. */
  readonly state: () => LampState | undefined;
}

/** Half of a slow blink. */
const LOOK_MS: Millis = SECOND_MS;

/** Keeps the lamp of the box as the site stands. It blinks by hand: a daemon that hangs stops blinking. */
export class LampKeeper {
  readonly #options: LampKeeperOptions;
  #isLit = false;
  #shown: LampColour | undefined | 'nothing yet' = 'nothing yet';
  #timer: Timer | undefined;

  constructor(options: LampKeeperOptions) {
    this.#options = options;
    this.#look();
  }

  /** Nobody is served any more. */
  close(): void {
    this.#timer?.cancel();
    this.#show(lampLight('not_serving').colour);
  }

  #look(): void {
    const {colour, blinks} = lampLight(this.#options.state() ?? 'not_serving');
    this.#isLit = !(blinks && this.#isLit);
    this.#show(this.#isLit ? colour : undefined);
    this.#timer = this.#options.clock.timer('lamp', LOOK_MS, () => this.#look());
  }

  #show(colour: LampColour | undefined): void {
    if (colour === this.#shown) return;
    this.#shown = colour;
    this.#options.lamp.light(colour);
  }
}
