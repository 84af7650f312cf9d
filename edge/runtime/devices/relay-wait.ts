import type {RelayBoard} from '../../../drivers/relay-board/contract.js';

/** Waits for a relay board to answer, for an order that must not be lost. */
export class RelayWait {
  readonly #relays: RelayBoard;
  #waiting: ((isTurn: boolean) => void) | undefined;
  #isClosed = false;

  constructor(relays: RelayBoard) {
    this.#relays = relays;
  }

  /** Until the board answers, however long. False: a later order waits in the place of this one. */
  untilReachable(): Promise<boolean> {
    this.#waiting?.(false);
    if (this.#isClosed || this.#relays.health === 'ok') return Promise.resolve(true);
    return new Promise(resolve => {
      const end = (isTurn: boolean) => {
        leave();
        this.#waiting = undefined;
        resolve(isTurn);
      };
      const leave = this.#relays.watch({
        onOutputs: () => {},
        onHealth: health => {
          if (health === 'ok') end(true);
        },
      });
      this.#waiting = end;
    });
  }

  /** Nobody waits any more: what is still to be said is said now. */
  close(): void {
    this.#isClosed = true;
    this.#waiting?.(true);
  }
}
