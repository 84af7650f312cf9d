import type {DeviceHealth, RegisterBus} from '../../../drivers/bus/contract.js';
import {ModbusCounters} from '../../../drivers/counting-inputs/modbus-counters.js';
import type {Millis} from '../../../protocols/base/clock.js';
import {asId} from '../../../protocols/site/ids.js';
import {COUNTER_PROFILES} from '../../config/device-kinds/board-profiles.js';
import type {PlantOf} from '../../config/device-kinds/plant-kinds.js';
import type {DeviceReports, SiteDevice} from './site-device.js';

export interface CounterPlace {
  readonly bus: RegisterBus;
  readonly config: PlantOf<'counting-inputs'>;
  readonly reports: DeviceReports;
}

/** Whoever counts on some inputs of a board. */
export interface TotalsListener {
  /** On every valid poll, changed or not: where each of its inputs stands. */
  onTotals(totals: ReadonlyMap<number, number>, atMs: Millis): void;
  onHealth(health: DeviceHealth): void;
}

interface Listening {
  readonly inputs: readonly number[];
  readonly listener: TotalsListener;
}

/** The counting boards of a site, each read by one poll for all. Everybody listens first, then `start`. */
export class CounterHub {
  readonly #placeOf: (board: string) => CounterPlace;
  readonly #listening = new Map<string, Listening[]>();
  readonly #boards = new Map<string, ModbusCounters>();

  constructor(placeOf: (board: string) => CounterPlace) {
    this.#placeOf = placeOf;
  }

  listen(board: string, inputs: readonly number[], listener: TotalsListener): void {
    this.#listening.set(board, [...(this.#listening.get(board) ?? []), {inputs, listener}]);
  }

  /** Bits after which the counters of a board run over. */
  bitsOf(board: string): 16 | 32 {
    const {config} = this.#placeOf(board);
    return COUNTER_PROFILES[config.profile].registersPerInput === 1 ? 16 : 32;
  }

  healthOf(board: string): DeviceHealth {
    return this.#boards.get(board)?.health ?? 'unknown';
  }

  /** Ahead of the sweep: a valve has to be proved open or shut. */
  read(board: string): void {
    this.#boards.get(board)?.read();
  }

  start(): void {
    for (const [board, listening] of this.#listening) {
      const {bus, config, reports} = this.#placeOf(board);
      const counters = new ModbusCounters({
        id: asId(board),
        bus,
        unit: config.address,
        inputs: listening.flatMap(({inputs}) => inputs),
        profile: COUNTER_PROFILES[config.profile],
        listener: {
          onCount: () => {},
          onTotals: (totals, atMs) => {
            for (const {listener} of listening) listener.onTotals(totals, atMs);
          },
          onHealth: health => {
            reports.onHealth(health);
            for (const {listener} of listening) listener.onHealth(health);
          },
        },
        onTrouble: reports.onTrouble,
      });
      this.#boards.set(board, counters);
    }
  }

  close(): void {
    for (const board of this.#boards.values()) board.close();
  }
}

/** A counting board as the page shows it; nobody asks one on which nobody counts. */
export function countingDevice(hub: CounterHub, board: string): SiteDevice {
  return {
    get health() {
      return hub.healthOf(board);
    },
    describe: () => '',
    close: () => {},
  };
}
