import type {RelayBoard} from '../../../drivers/relay-board/contract.js';
import type {Millis, Timer} from '../../../protocols/base/clock.js';
import type {PlantOf} from '../../config/device-kinds/plant-kinds.js';
import {FaultGroup} from './fault-group.js';
import type {PlantParts} from './plant-parts.js';
import {RelayWait} from './relay-wait.js';
import type {SiteDevice} from './site-device.js';

/** An order that its relay did not take is given again this often: water runs until one is. */
const AGAIN_MS: Millis = 2000;

/**
 * The master valve of a row of stalls: a latching valve on two relays. It stays as it is until the lot or a
 * person orders it; what is ordered is tried until its relay has taken it, or another order comes.
 */
export class RowValve implements SiteDevice {
  readonly actions = {open: () => this.onRow('open'), close: () => this.onRow('shut')};
  readonly #config: PlantOf<'row-valve'>;
  readonly #parts: PlantParts;
  readonly #relays: RelayBoard;
  readonly #wait: RelayWait;
  readonly #faults: FaultGroup<'not_moved'>;
  #position: 'unknown' | 'open' | 'shut' = 'unknown';
  /** Orders so far: an earlier one is not tried again. */
  #orders = 0;
  #again: Timer | undefined;
  #isClosed = false;

  constructor(config: PlantOf<'row-valve'>, parts: PlantParts) {
    this.#config = config;
    this.#parts = parts;
    this.#relays = parts.plant.relays.board(config.relays);
    this.#wait = new RelayWait(this.#relays);
    this.#faults = new FaultGroup(parts.reports, 'VALVE_FAULT');
  }

  /** That of its board, which tells by itself when it is gone. */
  get health() {
    return this.#relays.health;
  }

  describe(): string {
    return [this.#position, ...this.#faults.names].join(', ');
  }

  onRow(order: 'open' | 'shut'): void {
    this.#orders += 1;
    this.#again?.cancel();
    void this.#move(order, this.#orders);
  }

  close(): void {
    this.#isClosed = true;
    this.#again?.cancel();
    this.#wait.close();
  }

  async #move(order: 'open' | 'shut', no: number): Promise<void> {
    const {outputs, pulseMs} = this.#config;
    if (!(await this.#wait.untilReachable()) || this.#isClosed) return;
    const output = order === 'open' ? outputs.open : outputs.close;
    const outcome = await this.#relays.pulse(output, pulseMs);
    if (no !== this.#orders || this.#isClosed) return;
    const isDone = outcome === 'proven' || outcome === 'acknowledged';
    this.#faults.set('not_moved', !isDone, `not ${order}: ${outcome}`);
    if (!isDone) {
      const {clock, id} = this.#parts;
      this.#again = clock.timer(`row valve ${id}`, AGAIN_MS, () => void this.#move(order, no));
      return;
    }
    this.#position = order;
    this.#parts.reports.onEvent('valve', {state: order, confirmed: outcome === 'proven'});
  }
}
