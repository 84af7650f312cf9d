import type {Clock, Timer} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import type {FingerPrompt, FingerUnavailable} from './contract.js';
import type {Ask, Operation, OperationInput, OperationStep} from './operation.js';

export interface OperationRunOptions<State, Outcome> {
  readonly operation: Operation<State, Outcome>;
  readonly clock: Clock;
  /** Put a question to the sensor; `settle` is called once with its answer or the loss of it. */
  send(ask: Ask, settle: (input: OperationInput) => void): void;
  prompt(prompt: FingerPrompt): void;
  /** Called once. */
  done(outcome: Outcome): void;
}

/** Carries one operation out. Nothing is asked or told after its outcome. */
export class OperationRun<State, Outcome> {
  readonly #options: OperationRunOptions<State, Outcome>;
  #state: State | undefined;
  #timer: Timer | undefined;
  #isOver = false;

  constructor(options: OperationRunOptions<State, Outcome>) {
    this.#options = options;
  }

  start(): void {
    const {operation, clock} = this.#options;
    this.#follow(operation.start(clock.nowMs()));
  }

  cancel(fault: FingerUnavailable): void {
    this.#finish(this.#options.operation.broken(this.#state, fault));
  }

  #take(input: OperationInput): void {
    if (this.#isOver || this.#state === undefined) return;
    this.#follow(this.#options.operation.step(this.#state, input));
  }

  #follow({state, effects}: OperationStep<State, Outcome>): void {
    const {clock, prompt, send} = this.#options;
    this.#state = state;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'ask':
          send(effect.ask, input => this.#take(input));
          break;
        case 'wait':
          this.#timer = clock.timer('fingerprint look', effect.afterMs, () =>
            this.#take({kind: 'due', atMs: clock.nowMs()}),
          );
          break;
        case 'prompt':
          prompt(effect.prompt);
          break;
        case 'done':
          this.#finish(effect.outcome);
          break;
        default:
          unreachable(effect, 'fingerprint effect');
      }
    }
  }

  #finish(outcome: Outcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer?.cancel();
    this.#options.done(outcome);
  }
}
