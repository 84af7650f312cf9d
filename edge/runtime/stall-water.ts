import type {WaterMeterReading} from '../../drivers/water-meter/contract.js';
import type {WaterValveState} from '../../drivers/water-valve/contract.js';
import type {CollectorId} from '../../protocols/site/ids.js';
import type {StallSaid, WaterEffect} from '../domain/bath/contract.js';
import type {LotInput} from '../domain/lot/contract.js';
import type {WaterInlet, WaterTap} from './devices/site-device.js';

/**
 * Meter and valve of one stall, between their driver and the lot. A reading is told when it says something
 * new, and as long as the valve is not proved shut: a shower lives by their time.
 */
export class StallWater implements WaterInlet {
  readonly #stall: CollectorId;
  readonly #dispatch: (input: LotInput) => void;
  #tap: WaterTap | undefined;
  #told: string | undefined;
  #valve: 'open' | 'shut' | 'unknown' = 'unknown';

  constructor(stall: CollectorId, dispatch: (input: LotInput) => void) {
    this.#stall = stall;
    this.#dispatch = dispatch;
  }

  join(tap: WaterTap): void {
    this.#tap = tap;
  }

  /**
   * At once and without waiting. Before it opens, the device is told how much it may give: what this
   * gateway does not live to shut, the device shuts by itself.
   */
  order({order, forMs, creditMl}: WaterEffect): void {
    const tap = this.#tap;
    if (order === 'shut') {
      tap?.valve.close();
      return;
    }
    if (creditMl !== undefined) void tap?.setCredit?.(creditMl);
    if (!tap?.valve.open(forMs)) this.#tell({kind: 'valveRefused'});
  }

  onReading({totalMl, flowMlPerMin, quality}: WaterMeterReading): void {
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
  }

  onNoFlow(): void {
    this.#tell({kind: 'noFlow'});
  }

  onMeterFault(): void {}

  onValveFault(): void {}

  onHealth(): void {}

  #tell(said: StallSaid): void {
    this.#dispatch({kind: 'stall', collector: this.#stall, said});
  }
}
