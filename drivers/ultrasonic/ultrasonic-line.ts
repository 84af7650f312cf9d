import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {UsageError} from '../../protocols/base/errors.js';
import {
  decodeDistance,
  distanceRead,
  triggerWrite,
  type UltrasonicProfile,
  URM14_PROFILE,
} from '../../protocols/profiles/ultrasonic-profile.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth, RegisterBus} from '../bus/contract.js';
import type {InputListener} from '../discrete-inputs/contract.js';
import {PolledUnit, type TroubleListener} from '../lifecycle/polled-unit.js';
import type {Ultrasonic} from './contract.js';
import {DEFAULT_DISTANCE_RULES, NO_DISTANCE, stepDistance} from './distance-machine.js';

export interface UltrasonicPlan {
  readonly id: DeviceId;
  readonly unit: number;
  /** From the sensor to the empty floor, measured at the installation. */
  readonly floorMm: number;
  /** Where it is another model than the rest of the line. */
  readonly profile?: UltrasonicProfile;
  /** The bay sensor of this place. */
  readonly listener: InputListener;
}

export interface UltrasonicLineOptions {
  readonly bus: RegisterBus;
  readonly clock: Clock;
  /** In the order of the bays: neighbours are triggered one after the other. */
  readonly sensors: readonly UltrasonicPlan[];
  readonly profile?: UltrasonicProfile;
  /** Start to start of the samples of one sensor; default 500, at least 60 for each sensor. */
  readonly periodMs?: Millis;
  readonly onTrouble?: TroubleListener;
}

const DEFAULT_PERIOD_MS: Millis = 500;
/** Echoes of a neighbour have died away by then. Source: device notes 6.1. */
const STAGGER_MS: Millis = 60;
/** A sensor that was not told to measure for so many periods repeats what it once measured. */
const FRESH_PERIODS = 3;

/**
 * The ultrasonic sensors of one line. They measure when they are told to and never two within 60 ms,
 * for each would hear the other; the distances are read by the sweep.
 * @throws UsageError `usage/ultrasonic-period` when the sensors do not fit into the period.
 */
export class UltrasonicLine {
  readonly sensors: readonly Ultrasonic[];
  readonly #bays: readonly BayDistance[];
  readonly #options: UltrasonicLineOptions;
  readonly #periodMs: Millis;
  #timer: Timer | undefined;
  #next = 0;
  #closed = false;

  constructor(options: UltrasonicLineOptions) {
    this.#options = options;
    const {sensors, periodMs = Math.max(DEFAULT_PERIOD_MS, sensors.length * STAGGER_MS)} = options;
    if (sensors.length === 0 || periodMs < sensors.length * STAGGER_MS) {
      const text = `${sensors.length} sensors do not fit into ${periodMs} ms`;
      throw new UsageError('usage/ultrasonic-period', text);
    }
    this.#periodMs = periodMs;
    this.#bays = sensors.map(plan => new BayDistance(plan, options, periodMs));
    this.sensors = this.#bays;
    this.#wait(0);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#timer?.cancel();
    for (const sensor of this.sensors) sensor.close();
  }

  #wait(afterMs: Millis): void {
    if (this.#closed) return;
    this.#timer = this.#options.clock.timer('ultrasonic trigger', afterMs, () => {
      void this.#trigger();
    });
  }

  /** The stagger counts from the end of the write: the sensor shouts when it has heard all of it. */
  async #trigger(): Promise<void> {
    const {bus, sensors, profile = URM14_PROFILE} = this.#options;
    const plan = sensors[this.#next];
    const bay = this.#bays[this.#next];
    if (!plan || !bay) return;
    this.#next = (this.#next + 1) % sensors.length;
    const {address, value} = triggerWrite(plan.profile ?? profile);
    const write = {unit: plan.unit, address, kind: 'register', values: [value]} as const;
    const outcome = await bus.write({...write, lane: 'poll'});
    if (outcome.kind === 'written') bay.triggered(outcome.atMs);
    this.#wait(Math.max(STAGGER_MS, this.#periodMs / sensors.length));
  }
}

class BayDistance implements Ultrasonic {
  readonly id: DeviceId;
  readonly #poll: PolledUnit;
  readonly #plan: UltrasonicPlan;
  readonly #profile: UltrasonicProfile;
  readonly #freshForMs: Millis;
  #triggeredMs: Millis = Number.NEGATIVE_INFINITY;
  #state = NO_DISTANCE;
  #told: DeviceHealth = 'unknown';

  constructor(plan: UltrasonicPlan, options: UltrasonicLineOptions, periodMs: Millis) {
    const {bus, onTrouble} = options;
    const profile = plan.profile ?? options.profile ?? URM14_PROFILE;
    this.id = plan.id;
    this.#plan = plan;
    this.#profile = profile;
    this.#freshForMs = FRESH_PERIODS * periodMs;
    this.#poll = new PolledUnit({
      name: plan.id,
      bus,
      read: {unit: plan.unit, table: 'holding', ...distanceRead(profile)},
      periodMs: () => periodMs,
      onValues: (values, atMs) => this.#read(values, atMs),
      onHealth: health => this.#turn(health),
      onTrouble,
    });
  }

  get health(): DeviceHealth {
    return this.#told;
  }

  get distanceMm(): number | undefined {
    const last = this.#state.recent.at(-1);
    return last === 'none' ? undefined : last;
  }

  /** The sensor took the order to measure. */
  triggered(atMs: Millis): void {
    this.#triggeredMs = atMs;
  }

  close(): void {
    this.#poll.close();
  }

  #read(values: readonly number[], atMs: Millis): void {
    const said = decodeDistance(values, this.#profile);
    if (said === undefined) return;
    // A register that nothing renews shows the floor below a car that came since.
    const sample = atMs - this.#triggeredMs <= this.#freshForMs ? said : 'none';
    const {floorMm, listener} = this.#plan;
    const before = this.#state.isOccupied;
    this.#state = stepDistance(this.#state, sample, atMs, {...DEFAULT_DISTANCE_RULES, floorMm});
    const {isOccupied} = this.#state;
    if (isOccupied !== undefined) {
      this.#turn('ok');
      listener.onInput(isOccupied, atMs);
    } else if (before !== undefined) this.#turn('offline');
  }

  /** Blind counts as offline, whatever the line says of a sensor that answers. */
  #turn(health: DeviceHealth): void {
    if (health === this.#told) return;
    if (health === 'ok' && this.#state.isOccupied === undefined) return;
    if (health === 'offline') this.#state = NO_DISTANCE;
    this.#told = health;
    this.#plan.listener.onInputHealth(health);
  }
}
