import {unreachable} from '../../protocols/base/errors.js';
import {type CodeInput, NOTHING_SHOWN, stepCode} from './code-machine.js';
import type {CodeReaderListener} from './contract.js';

/** Carries out what the code machine decides. */
export class CodeIntake {
  readonly #listener: CodeReaderListener;
  #state = NOTHING_SHOWN;

  constructor(listener: CodeReaderListener) {
    this.#listener = listener;
  }

  take(input: CodeInput): void {
    const {state, effects} = stepCode(this.#state, input);
    this.#state = state;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'code':
          this.#listener.onCode({text: effect.text, atMs: effect.atMs});
          break;
        case 'error':
          this.#listener.onReadError(effect.error, effect.atMs);
          break;
        default:
          unreachable(effect, 'code effect');
      }
    }
  }
}
