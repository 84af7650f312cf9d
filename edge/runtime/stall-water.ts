import type {WaterMeterReading} from '../../drivers/water-meter/contract.js';
import type {ValveFault, WaterValveState} from '../../drivers/water-valve/contract.js';
import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import type {CollectorId} from '../../protocols/site/ids.js';
import type {WaterSeen} from '../device-test/contract.js';
import type {StallSaid, WaterEffect} from '../domain/bath/contract.js';
import type {LotInput} from '../domain/lot/contract.js';
import type {DeviceOrders, DeviceOutcome, WaterInlet, WaterTap} from './devices/site-device.js';

export interface StallWaterOptions {
  readonly clock: Clock;
  readonly dispatch: (input: LotInput) => void;
}

/** Without a limit in the device nothing is opened; a broken frame is no reason to turn somebody away. */
const CREDIT_TRIES = 3;
/** More than runs in the longest test. */
const TRIAL_ML = 10_000;
const TRIAL_LOOK_MS: Millis = 100;
/** A valve is closed and read back within it, or something is wrong with it. */
const STOPPED_WITHIN_MS: Millis = 5000;

/**
 * Meter, valve and probe of one stall, between their drivers and the lot. A reading is told when it says something
 * new, and as long as the valve is not proved shut: a shower lives by their time.
 */
export class StallWater implements WaterInlet {
  readonly #stall: CollectorId;
  readonly #options: StallWaterOptions;
  readonly #stops = new Map<(outcome: DeviceOutcome) => void, Timer>();
  #tap: WaterTap | undefined;
  #told: string | undefined;
  #milliCelsius: number | undefined;
  #totalMl: number | undefined;
  #isTried = false;
  #valve: 'open' | 'shut' | 'unknown' = 'unknown';
  /** Orders so far: what an earlier one waited for is void. */
  #orders = 0;

  constructor(stall: CollectorId, options: StallWaterOptions) {
    this.#stall = stall;
    this.#options = options;
  }

  /** Whose code it is ends what runs on it, from wherever he is. @see requirements E55 */
  get orders(): DeviceOrders {
    return {stop: {refusal: () => undefined, run: over => this.#stop(over)}};
  }

  join(tap: WaterTap): void {
    this.#tap = tap;
  }

  /**
   * At once and without waiting; but a device that can be told how much it may give is told so before it
   * opens, and opens only when it has taken it: what this gateway does not live to shut, it shuts by itself.
   */
  order({order, forMs, creditMl}: WaterEffect): void {
    this.#orders += 1;
    const tap = this.#tap;
    if (order === 'shut') tap?.valve.close();
    else if (tap?.setCredit && creditMl !== undefined) void this.#openFor(tap, forMs, creditMl);
    else this.#open(tap, forMs);
  }

  /** Let water run for so long, for a test: the lot hears nothing of it, so that nobody pays and no leak is seen. */
  async tryWater(forMs: Millis): Promise<WaterSeen | undefined> {
    const {clock} = this.#options;
    const tap = this.#tap;
    if (!tap || this.#isTried) return undefined;
    this.#isTried = true;
    try {
      const beforeMl = this.#totalMl;
      if (tap.setCredit && !(await tap.setCredit(TRIAL_ML))) return undefined;
      if (!tap.valve.open(forMs)) return undefined;
      await clock.sleep(forMs);
      tap.valve.close();
      const untilMs = clock.nowMs() + STOPPED_WITHIN_MS;
      while (this.#valve !== 'shut' && clock.nowMs() < untilMs) await clock.sleep(TRIAL_LOOK_MS);
      // The meter's last word comes after that of its valve.
      await clock.sleep(STOPPED_WITHIN_MS);
      return {beforeMl, afterMl: this.#totalMl, isShut: this.#valve === 'shut'};
    } finally {
      this.#isTried = false;
      // The lot has a total from before: the next reading is news.
      this.#told = undefined;
    }
  }

  onReading({totalMl, flowMlPerMin, quality}: WaterMeterReading): void {
    this.#totalMl = totalMl;
    const news = `${totalMl} ${flowMlPerMin} ${quality}`;
    if (this.#told === news && this.#valve === 'shut') return;
    this.#told = news;
    this.#tell({kind: 'reading', said: {totalMl, flowMlPerMin, quality}});
  }

  onValve({position, confirmed}: WaterValveState): void {
    const isShut = position === 'closed' && confirmed;
    const valve = isShut ? 'shut' : position === 'open' ? 'open' : 'unknown';
    if (valve === this.#valve) return;
    this.#valve = valve;
    this.#tell({kind: 'valve', valve});
    if (valve === 'shut') for (const over of [...this.#stops.keys()]) this.#over(over, DONE);
  }

  onNoFlow(): void {
    this.#tell({kind: 'noFlow'});
  }

  onMeterFault(): void {}

  onValveFault(fault: ValveFault, isStanding: boolean): void {
    if (fault === 'leak' && isStanding) this.#tell({kind: 'leak'});
  }

  onTemperature(milliCelsius: number | undefined): void {
    if (this.#milliCelsius === milliCelsius && this.#valve === 'shut') return;
    this.#milliCelsius = milliCelsius;
    this.#tell({kind: 'temperature', milliCelsius});
  }

  onHealth(): void {}

  close(): void {
    for (const timer of this.#stops.values()) timer.cancel();
    this.#stops.clear();
  }

  #open(tap: WaterTap | undefined, forMs: Millis): void {
    if (!tap?.valve.open(forMs)) this.#tell({kind: 'valveRefused'});
  }

  async #openFor(tap: WaterTap, forMs: Millis, creditMl: number): Promise<void> {
    const order = this.#orders;
    let hasTaken: boolean | undefined = false;
    for (let tries = 0; tries < CREDIT_TRIES && !hasTaken; tries += 1) {
      hasTaken = await tap.setCredit?.(creditMl);
      // Told to shut meanwhile, or opened anew.
      if (order !== this.#orders) return;
    }
    if (hasTaken) this.#open(tap, forMs);
    else this.#tell({kind: 'valveRefused'});
  }

  #stop(over: (outcome: DeviceOutcome) => void): void {
    this.#tell({kind: 'halt', end: 'remote'});
    if (this.#valve === 'shut') {
      over(DONE);
      return;
    }
    const timer = this.#options.clock.timer(`stop ${this.#stall}`, STOPPED_WITHIN_MS, () =>
      this.#over(over, {kind: 'failed', why: 'DEVICE_FAULT'}),
    );
    this.#stops.set(over, timer);
  }

  #over(over: (outcome: DeviceOutcome) => void, outcome: DeviceOutcome): void {
    this.#stops.get(over)?.cancel();
    this.#stops.delete(over);
    over(outcome);
  }

  #tell(said: StallSaid): void {
    if (this.#isTried) return;
    this.#options.dispatch({kind: 'stall', collector: this.#stall, said});
  }
}

const DONE: DeviceOutcome = {kind: 'done'};
