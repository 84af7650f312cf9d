import type {DeviceHealth, RegisterBus} from '../../drivers/bus/contract.js';
import type {InputListener} from '../../drivers/discrete-inputs/contract.js';
import {InputBoard} from '../../drivers/discrete-inputs/input-board.js';
import {asId} from '../../protocols/site/ids.js';

/** Where a board hangs. */
export interface BoardPlace {
  readonly bus: RegisterBus;
  readonly unit: number;
}

export interface InputHubOptions {
  readonly placeOf: (board: string) => BoardPlace;
  readonly onHealth: (board: string, health: DeviceHealth) => void;
  readonly onTrouble: (board: string, code: string, text: string) => void;
}

/**
 * The input boards of a site, each read by one poll for all who listen to it. Everybody subscribes
 * first; `start` then reads only what somebody listens to.
 */
export class InputHub {
  readonly #options: InputHubOptions;
  readonly #listeners = new Map<string, Map<number, InputListener>>();
  readonly #boards = new Map<string, InputBoard>();

  constructor(options: InputHubOptions) {
    this.#options = options;
  }

  /** One listener an input: the check of the site file has refused a second one. */
  listen(board: string, input: number, listener: InputListener): void {
    const inputs = this.#listeners.get(board) ?? new Map<number, InputListener>();
    inputs.set(input, listener);
    this.#listeners.set(board, inputs);
  }

  healthOf(board: string): DeviceHealth {
    return this.#boards.get(board)?.health ?? 'unknown';
  }

  start(): void {
    const {placeOf, onHealth, onTrouble} = this.#options;
    for (const [board, inputs] of this.#listeners) {
      this.#boards.set(
        board,
        new InputBoard({
          id: asId(board),
          ...placeOf(board),
          inputs,
          listener: {onHealth: health => onHealth(board, health)},
          onTrouble: (code, text) => onTrouble(board, code, text),
        }),
      );
    }
  }

  close(): void {
    for (const board of this.#boards.values()) board.close();
  }
}
