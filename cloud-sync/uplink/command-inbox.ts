import type {Clock} from '../../protocols/base/clock.js';
import {ACT_TTL_CAPS_MS, type Command} from '../../protocols/cloud/down-messages.js';
import type {CommandAnswer, UpMessages} from '../../protocols/cloud/up-messages.js';
import type {Act, ActOutcome, CommandSink} from './command-sink.js';

export interface CommandInboxOptions {
  readonly clock: Clock;
  /** Session of this connection: a command that names another one is void. */
  readonly sid: string;
  readonly sink: CommandSink;
  readonly answer: (result: UpMessages['res']) => void;
}

interface Refusal {
  readonly result: 'expired' | 'stale_session' | 'refused';
  readonly why: string;
}

/**
 * Judges commands whose signature has been checked. Freshness rests on this connection's session and
 * the gateway's own monotonic clock, so neither a wrong clock nor a delayed or repeated delivery can
 * move an arm. @see sync.md 8, act rule
 */
export class CommandInbox {
  readonly #options: CommandInboxOptions;
  readonly #newest = new Map<string, {readonly n: number; readonly id: string}>();

  constructor(options: CommandInboxOptions) {
    this.#options = options;
  }

  take(command: Command): void {
    const {id, kind, door: bay, by, use, tp: trace} = command;
    const named = {...(use !== undefined && {use}), ...(trace !== undefined && {trace})};
    const act: Act = {id, kind, bay, by, ...named};
    const {sink} = this.#options;
    // A late copy of what runs already is a copy, and not something that came too late.
    const earlier = sink.earlier(id);
    if (earlier) {
      this.#answer(act, 'dup', earlier.outcome?.kind ?? null);
      return;
    }
    const refusal = this.#refusal(command);
    if (refusal) {
      sink.reject(act, refusal.result, refusal.why);
      this.#answer(act, refusal.result, refusal.why);
      return;
    }
    this.#newest.set(command.door, {n: command.n, id: command.id});
    const claim = sink.accept(
      act,
      outcome => this.#answer(act, outcome.kind, whyOf(outcome)),
      () => this.#answer(act, 'taken', null),
    );
    if (claim.kind === 'dup') this.#answer(act, 'dup', claim.outcome?.kind ?? null);
  }

  #refusal(command: Command): Refusal | undefined {
    const {clock, sid} = this.#options;
    if (command.sid !== sid) return {result: 'stale_session', why: 'for another session'};
    const ageMs = clock.nowMs() - command.ref;
    const limitMs = Math.min(command.ttl, ACT_TTL_CAPS_MS[command.kind]);
    if (ageMs < 0) return {result: 'refused', why: 'reference lies ahead'};
    if (ageMs > limitMs) {
      return {result: 'expired', why: `${Math.round(ageMs)} ms old, limit ${limitMs} ms`};
    }
    return this.#isSuperseded(command) ? {result: 'refused', why: 'superseded'} : undefined;
  }

  /** A newer command for the same door has come before this one. The same one again is not older. */
  #isSuperseded(command: Command): boolean {
    const newest = this.#newest.get(command.door);
    return newest !== undefined && newest.id !== command.id && command.n <= newest.n;
  }

  #answer(act: Act, st: CommandAnswer, why: string | null): void {
    this.#options.answer({id: act.id, st, mono: this.#options.clock.nowMs(), why});
  }
}

function whyOf(outcome: ActOutcome): string | null {
  return outcome.kind === 'done' ? null : outcome.why;
}
