import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
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
  /** Carry out one effect. Called only after the commit of its step; an `EdgeError` is logged. */
  readonly perform: (effect: LotEffect) => void;
  /** After every step that changed the state: for the page and the publishers of live state. */
  readonly onChange: () => void;
}

/** Between two attempts to store what the disk refused. */
const STORE_AGAIN_MS: Millis = 1000;

/**
 * Runs the pure lot machine: one input at a time, commit first, effects after. An effect that causes
 * an input at once only queues it, so steps never nest.
 *
 * When the commit fails nothing has happened: the state stays, the effects are dropped and the lot
 * reports a storage fault until a commit succeeds again. A lock never moves on a decision that is
 * not on disk. What nobody would tell twice (a press, a timer, a car) is kept in memory and taken
 * again every second, in its order; people and the cloud are answered at once.
 */
export class LotRunner {
  readonly #options: LotRunnerOptions;
  readonly #queue: LotInput[] = [];
  /** Inputs told once that could not be stored, the newest of each source. */
  readonly #held = new Map<string, LotInput>();
  #again: Timer | undefined;
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
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
        if (this.#held.size === 0 || !this.#hold(next)) this.#run(next);
      }
    } finally {
      this.#running = false;
    }
  }

  close(): void {
    this.#again?.cancel();
  }

  #run(input: LotInput, isAgain = false): void {
    const {clock, context} = this.#options;
    const step = stepLot(this.#state, input, {
      ...context,
      nowMs: clock.nowMs(),
      wallMs: clock.wallMs(),
    });
    const changed = step.state !== this.#state;
    if (!this.#commit(input, step, isAgain)) return;
    this.#state = step.state;
    for (const effect of step.effects) this.#perform(effect);
    if (changed) this.#options.onChange();
  }

  #commit(input: LotInput, step: LotStep<LotState>, isAgain: boolean): boolean {
    if (step.facts.length === 0 && step.records.length === 0) return true;
    try {
      this.#options.journal.commit(step);
      this.#storageFault = undefined;
      return true;
    } catch (thrown) {
      // The disk knew of a use that memory did not; now both do, and the step itself refuses.
      if (isUsed(thrown) && !isAgain) this.#run(input, true);
      else this.#notStored(input, thrown);
      return false;
    }
  }

  #notStored(input: LotInput, thrown: unknown): void {
    const {log, onChange} = this.#options;
    const code = thrown instanceof EdgeError ? thrown.code : 'store/unknown';
    this.#storageFault = code;
    log.error('lot.not-stored', {input: input.kind, code, error: errorText(thrown)});
    this.#hold(input);
    if (input.kind === 'order') {
      const result = {kind: 'failed', why: code} as const;
      this.#perform({kind: 'orderResult', order: input.by, result});
    }
    if (input.kind === 'alarmAction') {
      this.#perform({kind: 'alarmResult', alarm: input.alarm, result: 'NOT_STORED'});
    }
    onChange();
  }

  /** Keep what would otherwise be lost. False for what comes again by itself, or has been answered. */
  #hold(input: LotInput): boolean {
    if (input.kind === 'timer') {
      // The lot may still cancel it or start it anew.
      this.#perform({kind: 'startTimer', timer: input.timer, afterMs: STORE_AGAIN_MS});
      return true;
    }
    const source = sourceOf(input);
    if (source === undefined) return false;
    this.#held.set(source, joined(this.#held.get(source), input));
    this.#again ??= this.#options.clock.timer('lot not stored', STORE_AGAIN_MS, () => {
      this.#again = undefined;
      const held = [...this.#held.values()];
      this.#held.clear();
      for (const one of held) this.dispatch(one);
    });
    return true;
  }

  #perform(effect: LotEffect): void {
    try {
      this.#options.perform(effect);
    } catch (thrown) {
      // A store that fails between two effects must not keep the arm from what follows.
      if (!(thrown instanceof EdgeError)) throw thrown;
      const {code, message} = thrown;
      this.#options.log.error('lot.effect-failed', {effect: effect.kind, code, error: message});
    }
  }
}

function isUsed(thrown: unknown): boolean {
  return thrown instanceof EdgeError && thrown.code === 'store/used';
}

/** Names who told the input, when it tells it only once. */
function sourceOf(input: LotInput): string | undefined {
  switch (input.kind) {
    case 'boot':
      return input.kind;
    case 'occupancy':
    case 'lockHealth':
    case 'lockIdentity':
      return `${input.kind} ${input.bay}`;
    case 'partHealth':
      return `${input.kind} ${input.device}`;
    case 'deviceFault':
      return `${input.kind} ${input.device} ${input.fault}`;
    // Devices tell totals, so the newest says what the lost ones said.
    case 'deviceEvent':
      return `${input.kind} ${input.device} ${input.event}`;
    case 'deviceFact': {
      const {kind, body} = input.fact;
      return kind === 'occupancy'
        ? `${kind} ${body.counter} ${body.person}`
        : `${kind} ${body.person} ${body.action}`;
    }
    case 'line':
      return `${input.kind} ${input.line}`;
    case 'press':
      return `${input.kind} ${input.collector}`;
    default:
      return undefined;
  }
}

/** The newer word of one source counts; presses add up. */
function joined(earlier: LotInput | undefined, input: LotInput): LotInput {
  if (earlier?.kind !== 'press' || input.kind !== 'press') return input;
  return {...input, presses: earlier.presses + input.presses};
}
