import type {DeviceHealth, RegisterBus} from '../../drivers/bus/contract.js';
import type {InputListener} from '../../drivers/discrete-inputs/contract.js';
import {InputBoard} from '../../drivers/discrete-inputs/input-board.js';
import type {Millis} from '../../protocols/base/clock.js';
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
  readonly #pollMs = new Map<string, Millis>();
  readonly #boards = new Map<string, InputBoard>();

  constructor(options: InputHubOptions) {
    this.#options = options;
  }

  /**
   * One listener an input: the check of the site file has refused a second one. A board is polled as
   * fast as the most hurried of them asks for.
   */
  listen(board: string, input: number, listener: InputListener, pollMs?: Millis): void {
    const inputs = this.#listeners.get(board) ?? new Map<number, InputListener>();
    inputs.set(input, listener);
    if (pollMs !== undefined) {
      const before = this.#pollMs.get(board) ?? pollMs;
      this.#pollMs.set(board, Math.min(before, pollMs));
    }
    this.#listeners.set(board, inputs);
  }

  healthOf(board: string): DeviceHealth {
    return this.#boards.get(board)?.health ?? 'unknown';
  }

  start(): void {
    const {placeOf, onHealth, onTrouble} = this.#options;
    for (const [board, inputs] of this.#listeners) {
      const pollMs = this.#pollMs.get(board);
      this.#boards.set(
        board,
        new InputBoard({
          id: asId(board),
          ...placeOf(board),
          inputs,
          ...(pollMs === undefined ? {} : {pollMs}),
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
