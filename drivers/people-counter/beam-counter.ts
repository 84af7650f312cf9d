import type {Millis} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';
import {type BeamRules, DEFAULT_BEAM_RULES, NEW_BEAMS, stepBeams} from './beam-machine.js';
import type {PeopleCounter, PeopleCounterListener} from './contract.js';
import {countsBetween} from './totals.js';

export interface BeamCounterOptions {
  readonly id: DeviceId;
  readonly listener: PeopleCounterListener;
  /** Bits of the board's counters; default 16. */
  readonly counterBits?: 16 | 32;
  /** The beam outside the room; default `a`. Swap it where the board was wired the other way round. */
  readonly outerBeam?: 'a' | 'b';
  readonly rules?: BeamRules;
}

/** More breaks between two polls than a door can see: the board was restarted. */
const MOST_BREAKS = 200;

/**
 * A door with two beams on counting inputs. Its board polls by itself and calls `onBreaks`; 50 ms pulses
 * are counted there, for no poll would see them. Source: device notes 6.2.
 */
export class BeamCounter implements PeopleCounter {
  readonly id: DeviceId;
  readonly #options: BeamCounterOptions;
  #state = NEW_BEAMS;
  #last: {readonly a: number; readonly b: number} | undefined;
  #health: DeviceHealth = 'unknown';
  #closed = false;

  constructor(options: BeamCounterOptions) {
    this.id = options.id;
    this.#options = options;
  }

  get health(): DeviceHealth {
    return this.#health;
  }

  /** Both counters as one poll of the board read them; on every valid poll, changed or not. */
  onBreaks(counts: {readonly a: number; readonly b: number}, atMs: Millis): void {
    if (this.#closed) return;
    const {listener, rules = DEFAULT_BEAM_RULES} = this.#options;
    const {counterBits = 16, outerBeam = 'a'} = this.#options;
    const last = this.#last;
    this.#last = counts;
    const quiet = {in: 0, out: 0, confidence: 1, quality: 'good', atMs} as const;
    if (!last) {
      listener.onCount(quiet);
      return;
    }
    const modulus = 2 ** counterBits;
    const a = countsBetween(last.a, counts.a, modulus, MOST_BREAKS);
    const b = countsBetween(last.b, counts.b, modulus, MOST_BREAKS);
    if (a === undefined || b === undefined) {
      this.#state = NEW_BEAMS;
      listener.onCount({...quiet, quality: 'rebased'});
      return;
    }
    const beams = outerBeam === 'a' ? {a, b, atMs} : {a: b, b: a, atMs};
    const {state, counted} = stepBeams(this.#state, beams, rules);
    this.#state = state;
    if (counted.length === 0) listener.onCount(quiet);
    for (const passage of counted) listener.onCount({...passage, atMs});
  }

  onCountHealth(health: DeviceHealth): void {
    if (this.#closed || health === this.#health) return;
    this.#health = health;
    this.#options.listener.onHealth(health);
  }

  close(): void {
    this.#closed = true;
  }
}
