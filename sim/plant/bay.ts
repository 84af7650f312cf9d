import type {BayId} from '../../protocols/site/ids.js';
import type {DiscreteInputs} from '../devices/discrete-inputs.js';
import type {ParkingLock} from '../devices/parking-lock.js';
import type {HarmLog} from './harm-log.js';

export interface BayOptions {
  readonly id: BayId;
  readonly lock: ParkingLock;
  /** The detector of a bay whose lock has none of its own. */
  readonly detector?: {readonly board: DiscreteInputs; readonly input: number};
  readonly harm: HarmLog;
}

/** `barred`: the arm does not lie flat, and a driver stops before it. */
export type EntryOutcome = 'entered' | 'barred' | 'occupied';

/** The ground with its lock and its detector. What stands on it is known here and nowhere else. */
export class Bay {
  readonly id: BayId;
  readonly lock: ParkingLock;
  readonly #detector: BayOptions['detector'];
  readonly #harm: HarmLog;
  #plate: string | undefined;

  constructor(options: BayOptions) {
    this.id = options.id;
    this.lock = options.lock;
    this.#detector = options.detector;
    this.#harm = options.harm;
    this.lock.onHarm(what => this.#harm.record(this.id, what));
  }

  /** The car that stands here. */
  get plate(): string | undefined {
    return this.#plate;
  }

  enter(plate: string): EntryOutcome {
    if (this.#plate !== undefined) return 'occupied';
    if (this.lock.position > 0) return 'barred';
    this.#occupy(plate);
    return 'entered';
  }

  /** Drive in whatever the arm does: over a raised one, which is bent and does harm. */
  ram(plate: string): EntryOutcome {
    if (this.#plate !== undefined) return 'occupied';
    if (this.lock.position > 0) {
      this.#harm.record(this.id, 'car driven over a raised arm');
      this.lock.force();
    }
    this.#occupy(plate);
    return 'entered';
  }

  leave(): void {
    this.#occupy(undefined);
  }

  #occupy(plate: string | undefined): void {
    this.#plate = plate;
    const isOccupied = plate !== undefined;
    this.lock.setCarAbove(isOccupied);
    this.#detector?.board.set(this.#detector.input, isOccupied);
  }
}
