import type {ButtonLine} from '../../drivers/emergency-button/contract.js';
import type {Clock, Millis} from '../../protocols/base/clock.js';
import type {CountingInputs} from './counting-inputs.js';
import type {DiscreteInputs} from './discrete-inputs.js';

export interface LoopButtonOptions {
  readonly clock: Clock;
  readonly board: DiscreteInputs;
  /** Inputs of the contact that opens with a press and of the one that closes. */
  readonly opening: number;
  readonly closing: number;
  /** A counting board beside it, on the contact that closes. */
  readonly counter?: {readonly board: CountingInputs; readonly input: number};
}

const DEFAULT_HOLD_MS: Millis = 200;

/** A call button with a changeover contact, each side wired to an input of a board. */
export class LoopButton {
  readonly #options: LoopButtonOptions;
  #isHeld = false;
  #loop: ButtonLine = 'ok';

  constructor(options: LoopButtonOptions) {
    this.#options = options;
    this.#show();
  }

  press(holdMs: Millis = DEFAULT_HOLD_MS): void {
    const {clock, counter} = this.#options;
    this.#isHeld = true;
    if (this.#loop === 'ok') counter?.board.pulse(counter.input);
    this.#show();
    clock.timer('finger', holdMs, () => {
      this.#isHeld = false;
      this.#show();
    });
  }

  /** Cut the cable, or bridge its wires. A bridge closes the counted contact as well. */
  setLoop(loop: ButtonLine): void {
    const {counter} = this.#options;
    if (loop === 'short' && this.#loop !== 'short') counter?.board.pulse(counter.input);
    this.#loop = loop;
    this.#show();
  }

  #show(): void {
    const {board, opening, closing} = this.#options;
    const isBridged = this.#loop === 'short';
    board.set(opening, isBridged || (this.#loop === 'ok' && !this.#isHeld));
    board.set(closing, isBridged || (this.#loop === 'ok' && this.#isHeld));
  }
}
