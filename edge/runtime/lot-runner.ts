import type {Clock} from '../../protocols/base/clock.js';
import {EdgeError, errorText} from '../../protocols/base/errors.js';
import type {SiteFact} from '../../protocols/site/events.js';
import type {
  LotConfig,
  LotContext,
  LotEffect,
  LotInput,
  LotRecord,
  LotStep,
} from '../domain/lot/contract.js';
import {createLot, type LotState} from '../domain/lot/lot-state.js';
import {stepLot} from '../domain/lot/step-lot.js';
import type {Log} from '../platform/log.js';

/** The one transaction of a step. Throws a typed StoreError when nothing was stored. */
export interface LotJournal {
  commit(change: {
    readonly facts: readonly SiteFact[];
    readonly records: readonly LotRecord[];
  }): void;
}

export interface LotRunnerOptions {
  readonly config: LotConfig;
  readonly clock: Clock;
  readonly journal: LotJournal;
  readonly log: Log;
  /** The lookups and capabilities of a step; the runner adds the time. */
  readonly context: Omit<LotContext, 'nowMs' | 'wallMs'>;
  /** Carry out one effect. Called only after the commit of its step; must not throw. */
  readonly perform: (effect: LotEffect) => void;
  /** After every step that changed the state: for the page and the publishers of live state. */
  readonly onChange: () => void;
}

/**
 * Runs the pure lot machine: one input at a time, commit first, effects after. An effect that causes
 * an input at once only queues it, so steps never nest.
 *
 * When the commit fails nothing has happened: the state stays, the effects are dropped and the lot
 * reports a storage fault until a commit succeeds again. A lock never moves on a decision that is
 * not on disk.
 */
export class LotRunner {
  readonly #options: LotRunnerOptions;
  readonly #queue: LotInput[] = [];
  #state: LotState;
  #running = false;
  #storageFault: string | undefined;

  constructor(options: LotRunnerOptions) {
    this.#options = options;
    this.#state = createLot(options.config);
  }

  get state(): LotState {
    return this.#state;
  }

  /** Code of the error that keeps steps from being stored; undefined while storage works. */
  get storageFault(): string | undefined {
    return this.#storageFault;
  }

  dispatch(input: LotInput): void {
    this.#queue.push(input);
    if (this.#running) return;
    this.#running = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) this.#run(next);
    } finally {
      this.#running = false;
    }
  }

  #run(input: LotInput): void {
    const {clock, context} = this.#options;
    const step = stepLot(this.#state, input, {
      ...context,
      nowMs: clock.nowMs(),
      wallMs: clock.wallMs(),
    });
    const changed = step.state !== this.#state;
    if (!this.#commit(input, step)) return;
    this.#state = step.state;
    for (const effect of step.effects) this.#options.perform(effect);
    if (changed) this.#options.onChange();
  }

  #commit(input: LotInput, step: LotStep<LotState>): boolean {
    if (step.facts.length === 0 && step.records.length === 0) return true;
    try {
      this.#options.journal.commit(step);
      this.#storageFault = undefined;
      return true;
    } catch (thrown) {
      this.#storageFault = thrown instanceof EdgeError ? thrown.code : 'store/unknown';
      this.#options.log.error('lot.not-stored', {
        input: input.kind,
        code: this.#storageFault,
        error: errorText(thrown),
      });
      this.#options.onChange();
      return false;
    }
  }
}
