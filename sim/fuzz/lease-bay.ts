import type {BaySensorState} from '../../drivers/bay-sensor/contract.js';
import {newSensor, stepSensor} from '../../drivers/bay-sensor/sensor-machine.js';
import type {ArmState, CommandOutcome, LockCommand} from '../../drivers/parking-lock/contract.js';
import type {BaySense, LotInput} from '../../edge/domain/lot/contract.js';
import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import type {ActuationId, BayId} from '../../protocols/site/ids.js';

export interface LeaseBayOptions {
  readonly id: BayId;
  readonly clock: Clock;
  readonly feed: (input: LotInput) => void;
}

const TRAVEL_MS: Millis = 3000;
const ANSWER_MS: Millis = 20;
/** A confirmed change needs a reading after the debouncing. */
const CONFIRMED_MS: readonly Millis[] = [2100, 5100];
const FAULTS = {
  ...{motor: false, limitSwitch: false, lowBattery: false, tamper: false},
  overCurrent: false,
};

/**
 * A bay with its lock, the flag of its detector and the car that stands there. Readings come when something
 * changes, and count as new at every instant: polls that say nothing new would be all that a month consists of.
 */
export class LeaseBay {
  readonly id: BayId;
  car: string | undefined;
  arm: ArmState = 'up';
  /** The lock hears nothing. */
  isDeaf = false;
  raises = 0;
  /** Raises that were ordered, or ended, while a car stood there. */
  raisedUnderCar = 0;
  readonly #options: LeaseBayOptions;
  #sensor = newSensor(0);
  #movement: Timer | undefined;
  #isCut = false;
  #lastMs: Millis = 0;

  constructor(options: LeaseBayOptions) {
    this.#options = options;
    this.id = options.id;
  }

  get isCut(): boolean {
    return this.#isCut;
  }

  get fault(): BaySensorState['fault'] {
    return this.#sensor.told.fault;
  }

  sense(): BaySense {
    const polledMs = this.#isCut ? this.#lastMs : this.#options.clock.nowMs();
    return {raw: this.#isCut ? 'unknown' : this.#sensor.raw, polledMs};
  }

  /** The daemon has started: it knows nothing yet. */
  found(): void {
    this.#sensor = newSensor(this.#options.clock.nowMs());
    if (this.#isCut) return;
    this.#health('ok');
    for (let poll = 0; poll < 3; poll += 1) this.#read();
    this.#look();
  }

  /** Only over an arm that lies flat, as drivers do. */
  enter(plate: string): boolean {
    if (this.car !== undefined || this.arm !== 'down') return false;
    this.car = plate;
    this.#look();
    return true;
  }

  /** While the arm rises: it is stopped by what it sees. */
  rollIn(plate: string): void {
    this.car = plate;
    this.#look();
  }

  leave(): void {
    this.car = undefined;
    this.#look();
  }

  /** The line of its lock. */
  cut(isCut: boolean): void {
    if (isCut) this.#lastMs = this.#options.clock.nowMs();
    this.#isCut = isCut;
    if (isCut) this.#step({kind: 'lost', atMs: this.#options.clock.nowMs()});
    this.#health(isCut ? 'offline' : 'ok');
    if (!isCut) this.#look();
  }

  /** A detector with a loose contact. */
  flap(): void {
    const {clock} = this.#options;
    for (let flip = 0; flip < 24; flip += 1) {
      clock.timer('flip', flip * 200, () => {
        if (this.#isCut) return;
        this.#step({kind: 'flag', flag: flip % 2 ? 'vacant' : 'occupied', atMs: clock.nowMs()});
        this.#read();
      });
    }
    clock.timer('flips over', 6000, () => this.#look());
  }

  obey(command: LockCommand, actuation: ActuationId, tryNo: number): void {
    const {clock, feed} = this.#options;
    if (command === 'raise') {
      this.raises += 1;
      if (this.car !== undefined) this.raisedUnderCar += 1;
    }
    const hears = !this.isDeaf && !this.#isCut;
    const outcome: CommandOutcome = hears ? 'acknowledged' : 'unanswered';
    clock.timer('answer', ANSWER_MS, () => {
      if (hears) this.#move(command);
      feed({kind: 'commandOutcome', bay: this.id, actuation, tryNo, outcome});
      if (hears) this.#read();
    });
  }

  #move(command: LockCommand): void {
    this.#movement?.cancel();
    if (command === 'stop') {
      if (this.arm === 'moving') this.arm = 'unknown';
      return;
    }
    const end: ArmState = command === 'raise' ? 'up' : 'down';
    if (this.arm === end) return;
    this.arm = 'moving';
    this.#movement = this.#options.clock.timer('arm', TRAVEL_MS, () => {
      this.arm = end;
      if (end === 'up' && this.car !== undefined) this.raisedUnderCar += 1;
      this.#read();
    });
  }

  /** What the flag says now, and again when that is to be believed. */
  #look(): void {
    this.#flag();
    for (const afterMs of [...CONFIRMED_MS, 61_000]) {
      this.#options.clock.timer('flag', afterMs, () => this.#flag());
    }
  }

  #flag(): void {
    if (this.#isCut) return;
    const flag = this.car === undefined ? 'vacant' : 'occupied';
    this.#read();
    this.#step({kind: 'flag', flag, atMs: this.#options.clock.nowMs()});
  }

  #step(input: Parameters<typeof stepSensor>[1]): void {
    const step = stepSensor(this.#sensor, input);
    this.#sensor = step.state;
    for (const {state} of step.effects) {
      this.#options.feed({kind: 'occupancy', bay: this.id, sensor: state});
    }
  }

  #health(health: 'ok' | 'offline'): void {
    this.#options.feed({kind: 'lockHealth', bay: this.id, health});
  }

  #read(): void {
    if (this.#isCut) return;
    const {clock, feed} = this.#options;
    const {arm} = this;
    const atMs = clock.nowMs();
    this.#step({kind: 'arm', up: arm === 'up', down: arm === 'down', atMs});
    const vehicle =
      this.#sensor.raw === 'occupied' || this.car !== undefined ? 'present' : 'absent';
    const stamp = {supplyMv: 12_000, cycles: 0, atMs, wallMs: clock.wallMs()};
    feed({kind: 'lockReading', bay: this.id, reading: {arm, vehicle, faults: FAULTS, ...stamp}});
  }
}
