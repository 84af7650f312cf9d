import type {Clock, Millis, Timer, UnixMillis} from '../../protocols/base/clock.js';
import {EdgeError, errorText} from '../../protocols/base/errors.js';
import type {SiteFact} from '../../protocols/site/events.js';
import {beforeStored} from '../domain/calls/before-stored.js';
import type {
  LotConfig,
  LotContext,
  LotEffect,
  LotInput,
  LotRecord,
  LotStep,
  LotTimer,
} from '../domain/lot/contract.js';
import {createLot, type LotState} from '../domain/lot/lot-state.js';
import {stepLot} from '../domain/lot/step-lot.js';
import type {Log} from '../platform/log.js';
import {joined, sourceOf} from './held-input.js';

/** What one step leaves behind, and when it was taken. */
export interface LotChange {
  readonly facts: readonly SiteFact[];
  readonly records: readonly LotRecord[];
  readonly nowMs: Millis;
  readonly wallMs: UnixMillis;
}

/** One transaction for all `changes`. Throws a typed StoreError when nothing was stored. */
export interface LotJournal {
  commit(changes: readonly LotChange[]): void;
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
  /** Uniform in [0, 1), for jitter. */
  readonly fraction: () => number;
  /** False: each step in a transaction of its own, whatever the load. */
  readonly gathers?: boolean;
  /** After every step that changed the state: for the page and the publishers of live state. */
  readonly onChange: () => void;
}

/** Under load, steps that somebody waits for are gathered this long into one transaction. @see sync.md 3.2 */
const GATHER_MS: Millis = 20;
/** The same for steps without effects: nobody waits for them. */
const QUIET_GATHER_MS: Millis = 200;
/** As many events do not wait for more. */
const MOST_GATHERED = 16;

/** Carried out whatever the disk says: help is called, water shut, and a stop starts no movement. */
function cannotWait(effect: LotEffect): boolean {
  if (effect.kind === 'lockCommand') return effect.command === 'stop';
  return (effect.kind === 'water' || effect.kind === 'rowValve') && effect.order === 'shut';
}

/**
 * Between two attempts to store what the disk refused: a random time up to twice the one before, since
 * each costs the disk a commit that fails and the log a line. Once it is known to be back, at once.
 */
const FIRST_AGAIN_MS: Millis = 250;
const MOST_AGAIN_MS: Millis = 10_000;

interface Taken {
  readonly input: LotInput;
  readonly step: LotStep<LotState>;
  readonly changed: boolean;
  readonly nowMs: Millis;
  readonly wallMs: UnixMillis;
}

/**
 * Runs the pure lot machine: one input at a time, commit first, effects after. An effect that causes
 * an input at once only queues it, so steps never nest.
 *
 * A step that comes alone is committed at once. While commits follow each other quickly, the steps of
 * up to 20 ms or 16 events share one, which spares the flash; their effects wait for it, in their order.
 *
 * When the commit fails nothing has happened: the state stays, the effects are dropped and the lot
 * reports a storage fault until a commit succeeds again. A lock never moves on a decision that is
 * not on disk. What nobody would tell twice (a press, a timer, a car) is kept in memory and taken
 * again in its order, ever more seldom while the disk stays away; people and the cloud are answered at once.
 */
export class LotRunner {
  readonly #options: LotRunnerOptions;
  readonly #queue: LotInput[] = [];
  /** Inputs told once that could not be stored, the newest of each source. */
  readonly #held = new Map<string, LotInput>();
  /** Timers put off for the same reason. */
  readonly #late = new Map<string, LotTimer>();
  /** How often in a row the disk refused, what came at one instant counted once, and when it did last. */
  #refusals = 0;
  #refusedMs: Millis | undefined;
  /** Taken, not yet on disk; `#ahead` is the state behind them. */
  #taken: Taken[] = [];
  #gathering: Timer | undefined;
  /** When the last commit was, and the one before. */
  #committedMs: Millis = Number.NEGATIVE_INFINITY;
  #beforeMs: Millis = Number.NEGATIVE_INFINITY;
  #again: Timer | undefined;
  #state: LotState;
  #ahead: LotState;
  #running = false;
  #storageFault: string | undefined;

  constructor(options: LotRunnerOptions) {
    this.#options = options;
    this.#state = createLot(options.config);
    this.#ahead = this.#state;
  }

  /** As far as it is on disk. */
  get state(): LotState {
    return this.#state;
  }

  /** Code of the error that keeps steps from being stored; undefined while storage works. */
  get storageFault(): string | undefined {
    return this.#storageFault;
  }

  dispatch(input: LotInput): void {
    this.#queue.push(input);
    this.#drain(() => {});
  }

  /** What was taken is stored and carried out first. */
  close(): void {
    this.#drain(() => this.#flush());
    this.#gathering?.cancel();
    this.#again?.cancel();
  }

  #drain(first: () => void): void {
    if (this.#running) return;
    this.#running = true;
    try {
      first();
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
        if (this.#held.size === 0 || !this.#hold(next)) this.#run(next);
        else this.#putOff(next);
      }
    } finally {
      this.#running = false;
    }
  }

  /** Held behind what is held already, without asking the disk. */
  #putOff(input: LotInput): void {
    this.#actAtOnce(input, this.#stepOf(this.#state, input).step);
    // The store has just said how it stands: perhaps it takes what it refused.
    if (input.kind === 'storage') this.#soonAgain();
  }

  #run(input: LotInput): void {
    const taken = this.#take(this.#ahead, input);
    this.#ahead = taken.step.state;
    if (!needsDisk(taken) && this.#taken.length === 0) {
      this.#carryOut([taken]);
      return;
    }
    this.#taken.push(taken);
    this.#gather();
  }

  #take(state: LotState, input: LotInput): Taken {
    if (input.kind === 'timer') this.#late.delete(JSON.stringify(input.timer));
    return this.#stepOf(state, input);
  }

  #stepOf(state: LotState, input: LotInput): Taken {
    const {clock, context} = this.#options;
    const [nowMs, wallMs] = [clock.nowMs(), clock.wallMs()];
    const step = stepLot(state, input, {...context, nowMs, wallMs});
    return {input, step, changed: step.state !== state, nowMs, wallMs};
  }

  /** Commit now, or wait for company while commits follow each other quickly. */
  #gather(): void {
    const {clock, gathers = true} = this.#options;
    const events = this.#taken.reduce((sum, {step}) => sum + step.facts.length, 0);
    const isAwaited = this.#taken.some(({step}) => step.effects.length > 0);
    const windowMs = isAwaited ? GATHER_MS : QUIET_GATHER_MS;
    const nowMs = clock.nowMs();
    const dueMs = this.#committedMs + windowMs;
    const isAlone = nowMs - this.#beforeMs >= 2 * windowMs;
    if (!gathers || isAlone || nowMs >= dueMs || events >= MOST_GATHERED) {
      this.#flush();
      return;
    }
    this.#gathering?.cancel();
    this.#gathering = clock.timer('lot commit', dueMs - nowMs, () =>
      this.#drain(() => this.#flush()),
    );
  }

  #flush(): void {
    this.#gathering?.cancel();
    this.#gathering = undefined;
    const taken = this.#taken.splice(0);
    if (taken.length === 0) return;
    const [only] = taken;
    if (only && taken.length === 1) {
      if (this.#commit(only)) this.#carryOut(taken);
      return;
    }
    try {
      this.#store(taken);
    } catch {
      // One of them may be to blame: each is taken anew, by itself.
      this.#ahead = this.#state;
      for (const {input} of taken) this.#runAlone(input);
      return;
    }
    this.#carryOut(taken);
  }

  #runAlone(input: LotInput, isAgain = false): void {
    const taken = this.#take(this.#state, input);
    if (!this.#commit(taken, isAgain)) return;
    this.#ahead = taken.step.state;
    this.#carryOut([taken]);
  }

  #carryOut(taken: readonly Taken[]): void {
    const last = taken.at(-1);
    if (!last) return;
    this.#state = last.step.state;
    for (const {step} of taken) {
      for (const effect of step.effects) this.#perform(effect);
    }
    if (taken.some(({changed}) => changed)) this.#options.onChange();
  }

  #store(taken: readonly Taken[]): void {
    this.#options.journal.commit(
      taken.filter(needsDisk).map(({step, nowMs, wallMs}) => {
        const {facts, records} = step;
        return {facts, records, nowMs, wallMs};
      }),
    );
    this.#storageFault = undefined;
    this.#refusals = 0;
    if (this.#held.size > 0 || this.#late.size > 0) this.#soonAgain();
    this.#beforeMs = this.#committedMs;
    this.#committedMs = this.#options.clock.nowMs();
  }

  #commit(taken: Taken, isAgain = false): boolean {
    const {input} = taken;
    if (!needsDisk(taken)) return true;
    try {
      this.#store([taken]);
      return true;
    } catch (thrown) {
      this.#ahead = this.#state;
      // The disk knew of a use that memory did not; now both do, and the step itself refuses.
      if (isUsed(thrown) && !isAgain) this.#runAlone(input, true);
      else this.#notStored(taken, thrown);
      return false;
    }
  }

  #notStored({input, step}: Taken, thrown: unknown): void {
    const {log, onChange} = this.#options;
    const code = thrown instanceof EdgeError ? thrown.code : 'store/unknown';
    this.#storageFault = code;
    log.error('lot.not-stored', {input: input.kind, code, error: errorText(thrown)});
    const nowMs = this.#options.clock.nowMs();
    if (nowMs !== this.#refusedMs) this.#refusals += 1;
    this.#refusedMs = nowMs;
    this.#hold(input);
    this.#actAtOnce(input, step);
    if (input.kind === 'order') {
      const result = {kind: 'failed', why: code} as const;
      this.#perform({kind: 'orderResult', order: input.by, result});
    }
    if (input.kind === 'callCare') {
      const answer = {kind: 'refused', why: 'NOT_STORED'} as const;
      this.#perform({kind: 'callAnswer', ask: input.ask, answer});
    }
    if (input.kind === 'alarmAction') {
      this.#perform({kind: 'alarmResult', alarm: input.alarm, result: 'NOT_STORED'});
    }
    onChange();
  }

  /** What is kept of it follows with the disk. */
  #actAtOnce(input: LotInput, {effects}: Taken['step']): void {
    for (const effect of effects) {
      const called = input.kind === 'press' ? beforeStored(this.#state, effect) : undefined;
      if (called) this.#perform(called);
      else if (cannotWait(effect)) this.#perform(effect);
    }
  }

  /** Keep what would otherwise be lost. False for what comes again by itself, or has been answered. */
  #hold(input: LotInput): boolean {
    if (input.kind === 'timer') {
      const {timer} = input;
      // The lot may still cancel it or start it anew.
      this.#perform({kind: 'startTimer', timer, afterMs: this.#againMs()});
      this.#late.set(JSON.stringify(timer), timer);
      return true;
    }
    const source = sourceOf(input);
    if (source === undefined) return false;
    this.#held.set(source, joined(this.#held.get(source), input));
    this.#again ??= this.#options.clock.timer('lot not stored', this.#againMs(), () =>
      this.#tryAgain(),
    );
    return true;
  }

  #againMs(): Millis {
    const mostMs = Math.min(MOST_AGAIN_MS, FIRST_AGAIN_MS * 2 ** this.#refusals);
    return FIRST_AGAIN_MS + this.#options.fraction() * (mostMs - FIRST_AGAIN_MS);
  }

  /** With the next turn, not within the step that found out. */
  #soonAgain(): void {
    this.#again?.cancel();
    this.#again = this.#options.clock.timer('lot not stored', 0, () => this.#tryAgain());
  }

  #tryAgain(): void {
    this.#again = undefined;
    const held = [...this.#held.values()];
    this.#held.clear();
    if (this.#storageFault === undefined) {
      for (const timer of [...this.#late.values()]) {
        this.#perform({kind: 'startTimer', timer, afterMs: 0});
      }
    }
    for (const one of held) this.dispatch(one);
  }

  #perform(effect: LotEffect): void {
    if (effect.kind === 'startTimer' || effect.kind === 'cancelTimer') {
      this.#late.delete(JSON.stringify(effect.timer));
    }
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

function needsDisk({step}: Taken): boolean {
  return step.facts.length > 0 || step.records.length > 0;
}

function isUsed(thrown: unknown): boolean {
  return thrown instanceof EdgeError && thrown.code === 'store/used';
}
