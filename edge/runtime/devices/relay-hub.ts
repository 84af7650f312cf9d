import type {RegisterBus} from '../../../drivers/bus/contract.js';
import type {RelayBoard} from '../../../drivers/relay-board/contract.js';
import {ModbusRelays} from '../../../drivers/relay-board/modbus-relays.js';
import type {Clock} from '../../../protocols/base/clock.js';
import {asId} from '../../../protocols/site/ids.js';
import {RELAY_PROFILES} from '../../config/device-kinds/board-profiles.js';
import type {PlantOf} from '../../config/device-kinds/plant-kinds.js';
import type {DeviceReports, SiteDevice} from './site-device.js';

/** Where a board hangs, what the site file says of it, and where it tells. */
export interface RelayPlace {
  readonly bus: RegisterBus;
  readonly config: PlantOf<'relay-board'>;
  readonly reports: DeviceReports;
}

/** The relay boards of a site, each driven once for all who use its outputs. */
export class RelayHub {
  readonly #clock: Clock;
  readonly #placeOf: (board: string) => RelayPlace;
  readonly #boards = new Map<string, ModbusRelays>();

  constructor(clock: Clock, placeOf: (board: string) => RelayPlace) {
    this.#clock = clock;
    this.#placeOf = placeOf;
  }

  board(id: string): RelayBoard {
    const known = this.#boards.get(id);
    if (known) return known;
    const {bus, config, reports} = this.#placeOf(id);
    const board = new ModbusRelays({
      id: asId(id),
      bus,
      clock: this.#clock,
      unit: config.address,
      profile: RELAY_PROFILES[config.profile],
      listener: {
        onOutputs: () => {},
        onHealth: health => reports.onHealth(health),
        onFault: (_, isStanding, detail) => reports.onFault('UNCOMMISSIONED', isStanding, detail),
      },
      onTrouble: reports.onTrouble,
    });
    this.#boards.set(id, board);
    return board;
  }

  close(): void {
    for (const board of this.#boards.values()) board.close();
  }
}

/** A relay board as the page shows it; whoever uses its outputs speaks for itself. */
export function relayDevice(board: RelayBoard): SiteDevice {
  return {
    get health() {
      return board.health;
    },
    describe: () => {
      const on = board.outputs?.flatMap((isOn, output) => (isOn ? [output] : []));
      return on === undefined ? '' : `on: ${on.join(', ') || 'none'}`;
    },
    close: () => {},
  };
}
