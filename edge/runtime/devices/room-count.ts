import type {CountReading} from '../../../drivers/people-counter/contract.js';
import type {Clock, Timer} from '../../../protocols/base/clock.js';
import {unreachable} from '../../../protocols/base/errors.js';
import type {PersonId} from '../../../protocols/site/ids.js';
import {
  bandOf,
  DEFAULT_OCCUPANCY_RULES,
  NO_OCCUPANCY,
  type OccupancyEffect,
  type OccupancyInput,
  type OccupancyRules,
  occupancyDueMs,
  stepOccupancy,
} from '../../domain/counting/occupancy-machine.js';
import type {FaultGroup} from './fault-group.js';
import type {DeviceReports} from './site-device.js';

export interface RoomCountOptions {
  readonly id: string;
  readonly clock: Clock;
  readonly reports: DeviceReports;
  /** Shared with the counter, which has faults of its own. */
  readonly faults: FaultGroup<string>;
  readonly registered: number;
  readonly rules?: Partial<OccupancyRules>;
}

/** Runs the count of one room: readings in, facts and faults out. */
export class RoomCount {
  readonly #options: RoomCountOptions;
  readonly #rules: OccupancyRules;
  #state = NO_OCCUPANCY;
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: RoomCountOptions) {
    this.#options = options;
    this.#rules = {...DEFAULT_OCCUPANCY_RULES, ...options.rules};
  }

  start(): void {
    const {registered, clock} = this.#options;
    this.#take({kind: 'start', registered, atMs: clock.nowMs()});
  }

  /** Nobody has counted anything before the first word of the counter. */
  describe(): string {
    if (this.#state.heardMs === undefined) return '';
    const {min, max} = bandOf(this.#state);
    const band = min === max ? '' : ` (${min}-${max})`;
    return `${this.#state.count} inside${band}`;
  }

  read(reading: CountReading): void {
    this.#take({kind: 'reading', reading});
    if (this.#closed || reading.in + reading.out === 0) return;
    const {min, max} = bandOf(this.#state);
    const {in: into, out, confidence} = reading;
    const inside = this.#state.count;
    this.#options.reports.onEvent('count', {in: into, out, inside, min, max, confidence});
  }

  /** Somebody on the spot says that nobody is inside. */
  rebaseline(person: PersonId, reason: string): void {
    const atMs = this.#options.clock.nowMs();
    this.#take({kind: 'rebaseline', occasion: 'cleaning', person, reason, atMs});
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #take(input: OccupancyInput): void {
    if (this.#closed) return;
    const {state, effects} = stepOccupancy(this.#state, input, this.#rules);
    this.#state = state;
    this.#wait();
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: OccupancyEffect): void {
    const {reports, faults} = this.#options;
    switch (effect.kind) {
      case 'fact':
        reports.onOccupancy(effect.body);
        return;
      case 'fault':
        if (effect.fault === 'COUNTER_FAULT') {
          faults.set('silent', effect.isStanding, effect.why);
        } else if (effect.fault === 'COUNTER_DRIFT') {
          reports.onFault('COUNTER_DRIFT', effect.isStanding, effect.why);
        } else {
          // More than registered is for whoever let the room; the site itself has no bookings.
          reports.onEvent('overCount', {isStanding: effect.isStanding, why: effect.why});
        }
        return;
      default:
        unreachable(effect, 'occupancy effect');
    }
  }

  #wait(): void {
    this.#timer?.cancel();
    const dueMs = occupancyDueMs(this.#state, this.#rules);
    if (dueMs === undefined) return;
    const {clock, id} = this.#options;
    this.#timer = clock.timer(`room ${id}`, Math.max(0, dueMs - clock.nowMs()), () =>
      this.#take({kind: 'due', atMs: clock.nowMs()}),
    );
  }
}
