import type {
  MeterFault,
  MeterQuality,
  WaterMeterListener,
  WaterMeterReading,
} from '../../../drivers/water-meter/contract.js';
import type {
  ValveFault,
  WaterValveListener,
  WaterValveState,
} from '../../../drivers/water-valve/contract.js';
import type {Millis} from '../../../protocols/base/clock.js';
import {FaultGroup} from './fault-group.js';
import type {DeviceReports, WaterInlet} from './site-device.js';

/** A running tap is journalled this often, beside its beginning and its end. */
const TELL_EVERY_MS: Millis = 60_000;
const WORST_FIRST: readonly MeterQuality[] = ['estimated', 'rollover', 'good'];

/**
 * What the lot hears of a meter and its valve: the total when it has changed, at most once a minute, and
 * at the beginning and end of every drawing; the valve whenever it is another.
 */
export class MeterReport implements WaterMeterListener, WaterValveListener {
  readonly #reports: DeviceReports;
  readonly #stall: WaterInlet | undefined;
  readonly #meterFaults: FaultGroup<MeterFault | 'no_flow'>;
  readonly #valveFaults: FaultGroup<ValveFault>;
  #reading: WaterMeterReading | undefined;
  #told: {readonly totalMl: number; readonly atMs: Millis} | undefined;
  #isOver = false;
  #quality: MeterQuality = 'good';
  #valve: WaterValveState | undefined;

  constructor(reports: DeviceReports, stall?: WaterInlet) {
    this.#reports = reports;
    this.#stall = stall;
    this.#meterFaults = new FaultGroup(reports, 'METER_FAULT');
    this.#valveFaults = new FaultGroup(reports, 'VALVE_FAULT');
  }

  describe(): string {
    const {totalMl} = this.#reading ?? {};
    const litres = totalMl === undefined ? undefined : `${(totalMl / 1000).toFixed(1)} l`;
    const valve = this.#valve && `valve ${this.#valve.position}`;
    const faults = [...this.#meterFaults.names, ...this.#valveFaults.names].join(' ');
    return [litres, valve, faults].filter(part => part).join(', ');
  }

  onReading(reading: WaterMeterReading): void {
    const isStart = this.#reading === undefined;
    this.#reading = reading;
    this.#quality = worse(this.#quality, reading.quality);
    const told = this.#told;
    const isChanged = told === undefined || told.totalMl !== reading.totalMl;
    const isDue = told === undefined || reading.atMs - told.atMs >= TELL_EVERY_MS;
    // After the valve has closed what still drips is told once it is known.
    if (isStart || this.#isOver || (isChanged && isDue)) this.#tell(reading);
    this.#stall?.onReading(reading);
  }

  onMeterFault(fault: MeterFault, isStanding: boolean): void {
    this.#meterFaults.set(fault, isStanding);
  }

  /** The meter's or its board's health, where nobody else tells it. */
  onHealth(health: Parameters<WaterMeterListener['onHealth']>[0]): void {
    this.#reports.onHealth(health);
  }

  onValve(state: WaterValveState, atMs: Millis): void {
    this.#stall?.onValve(state, atMs);
    const before = this.#valve;
    this.#valve = state;
    if (before?.position === state.position && before.confirmed === state.confirmed) return;
    this.#reports.onEvent('valve', {state: state.position, confirmed: state.confirmed});
    if (before?.position === state.position) return;
    if (state.position === 'open') this.#meterFaults.set('no_flow', false);
    if (this.#reading && before !== undefined) this.#isOver = true;
  }

  onValveFault(fault: ValveFault, isStanding: boolean): void {
    this.#valveFaults.set(fault, isStanding);
    this.#stall?.onValveFault(fault, isStanding);
  }

  /** No water came: the main is shut, or the meter does not turn. */
  onNoFlow(atMs: Millis): void {
    if (this.#stall) {
      this.#stall.onNoFlow(atMs);
      return;
    }
    this.#meterFaults.set('no_flow', true, 'opened, and no water came');
  }

  #tell({totalMl, atMs}: WaterMeterReading): void {
    this.#reports.onEvent('meter', {totalMl, quality: this.#quality});
    this.#told = {totalMl, atMs};
    this.#isOver = false;
    this.#quality = 'good';
  }
}

function worse(left: MeterQuality, right: MeterQuality): MeterQuality {
  return WORST_FIRST.find(quality => quality === left || quality === right) ?? right;
}
