import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import {normalisePlate} from '../../protocols/site/plate-text.js';
import type {PlateResult} from '../../protocols/vz-camera/plate-result.js';
import type {DeviceHealth} from '../bus/contract.js';
import type {PlateCameraListener, PlateSighting} from './contract.js';
import {NEW_PLATE_FILTER, stepPlateFilter} from './plate-filter-machine.js';

export interface PlateIntakeOptions {
  readonly id: DeviceId;
  readonly clock: Clock;
  /** Silence after which the camera is gone. */
  readonly silenceMs: Millis;
  readonly listener: PlateCameraListener;
  /** The silence began; told once until something is heard again. */
  onSilence?(): void;
}

/** What all ways to a camera share: the filter, and health from being heard. */
export class PlateIntake {
  readonly #options: PlateIntakeOptions;
  #filter = NEW_PLATE_FILTER;
  #health: DeviceHealth = 'unknown';
  #silence: Timer | undefined;
  #closed = false;

  constructor(options: PlateIntakeOptions) {
    this.#options = options;
  }

  get health(): DeviceHealth {
    return this.#health;
  }

  /** Something of the camera arrived. */
  heard(): void {
    this.await();
    this.present();
  }

  /** It is there, without a promise to be heard again. */
  present(): void {
    this.#turn('ok');
  }

  /** Begin to wait for the camera. */
  await(): void {
    if (this.#closed) return;
    const {clock, id, silenceMs} = this.#options;
    this.#silence?.cancel();
    this.#silence = clock.timer(`camera ${id}`, silenceMs, () => {
      this.lost();
      this.#options.onSilence?.();
    });
  }

  lost(): void {
    this.#silence?.cancel();
    this.#turn('offline');
  }

  /** Filter a recognition and tell it. Undefined: known already. */
  take(result: PlateResult): PlateSighting | undefined {
    if (this.#closed) return undefined;
    const {id, clock, listener} = this.#options;
    const {license, ...rest} = result;
    const seen = {
      ...rest,
      device: id,
      plate: normalisePlate(license),
      raw: license,
      atMs: clock.nowMs(),
    };
    const {state, sighting} = stepPlateFilter(this.#filter, seen);
    if (sighting) listener.onPlate(sighting);
    // Only what was told counts as told: a listener that failed hears the repetition.
    this.#filter = state;
    return sighting;
  }

  close(): void {
    this.#closed = true;
    this.#silence?.cancel();
  }

  #turn(health: DeviceHealth): void {
    if (this.#closed || health === this.#health) return;
    this.#health = health;
    this.#options.listener.onHealth(health);
  }
}
