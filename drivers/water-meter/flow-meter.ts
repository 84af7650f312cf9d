import type {Millis} from '../../protocols/base/clock.js';
import {
  decodeFlowMeter,
  type FlowMeterProfile,
  TUF_2000M_PROFILE,
} from '../../protocols/profiles/flow-meter-profile.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth, RegisterBus} from '../bus/contract.js';
import {PolledUnit, type TroubleListener} from '../lifecycle/polled-unit.js';
import type {MeterMark, WaterMeter, WaterMeterListener, WaterMeterReading} from './contract.js';
import {stepTotal, type TotalState} from './total-machine.js';

export interface FlowMeterOptions {
  readonly id: DeviceId;
  readonly bus: RegisterBus;
  readonly unit: number;
  readonly listener: WaterMeterListener;
  readonly profile?: FlowMeterProfile;
  /** Start to start; default 1000. */
  readonly pollMs?: Millis;
  /** Most water the pipe can give; default 1000 l/min. */
  readonly mostMlPerMin?: number;
  /** Where the total stood when the gateway stopped. */
  readonly mark?: MeterMark | undefined;
  readonly onTrouble?: TroubleListener;
}

const DEFAULT_POLL_MS: Millis = 1000;
const DEFAULT_MOST_ML_PER_MIN = 1_000_000;
/** The meter counts by itself between two polls that come late. */
const LATE_POLL_ML = 10_000;

/**
 * A flow meter on Modbus without a valve: the valve beside it is another device. Without a signal, as in
 * an empty pipe, it counts nothing and says so: `unreadable` stands, and the total stays what it was.
 * Source: device notes 6.3.
 */
export class FlowMeter implements WaterMeter {
  readonly id: DeviceId;
  readonly #options: FlowMeterOptions;
  readonly #profile: FlowMeterProfile;
  readonly #poll: PolledUnit;
  #isUnreadable = false;
  #total: TotalState | undefined;
  #latest: WaterMeterReading | undefined;

  constructor(options: FlowMeterOptions) {
    const {id, bus, unit, listener, pollMs = DEFAULT_POLL_MS, mark} = options;
    this.id = id;
    this.#options = options;
    this.#profile = options.profile ?? TUF_2000M_PROFILE;
    this.#total = mark && {...mark, atMs: undefined};
    const {block} = this.#profile;
    this.#poll = new PolledUnit({
      name: id,
      bus,
      read: {unit, table: 'holding', address: block.register, quantity: block.quantity},
      periodMs: () => pollMs,
      onValues: (values, atMs) => this.#read(values, atMs),
      onHealth: health => listener.onHealth(health),
      onTrouble: options.onTrouble,
    });
  }

  get health(): DeviceHealth {
    return this.#poll.health;
  }

  get latest(): WaterMeterReading | undefined {
    return this.#latest;
  }

  close(): Promise<void> {
    this.#poll.close();
    return Promise.resolve();
  }

  #read(words: readonly number[], atMs: Millis): void {
    const registers = decodeFlowMeter(words, this.#profile);
    const isSound =
      registers !== undefined && registers.signalPercent >= this.#profile.signal.poorBelow;
    this.#turn(!isSound);
    if (!registers || !isSound) return;
    const {mostMlPerMin = DEFAULT_MOST_ML_PER_MIN, listener} = this.#options;
    const {state, quality} = stepTotal(this.#total, registers.totalMl, atMs, {
      modulus: undefined,
      mostPerMs: mostMlPerMin / 60_000,
      slack: LATE_POLL_ML,
    });
    this.#total = state;
    const mark = {units: state.units, raw: state.raw};
    const {flowMlPerMin} = registers;
    this.#latest = {totalMl: state.units, flowMlPerMin, quality, mark, atMs};
    listener.onReading(this.#latest);
  }

  #turn(isUnreadable: boolean): void {
    if (isUnreadable === this.#isUnreadable) return;
    this.#isUnreadable = isUnreadable;
    this.#options.listener.onMeterFault('unreadable', isUnreadable);
  }
}
