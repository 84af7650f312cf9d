import type {Clock, Millis} from '../../protocols/base/clock.js';
import {
  type LockProfile,
  lockIdentityRead,
  lockIdentityText,
} from '../../protocols/profiles/parking-lock-profile.js';
import type {BusOutcome, RegisterBus} from '../bus/contract.js';

export interface LockIdentityOptions {
  readonly bus: RegisterBus;
  readonly clock: Clock;
  readonly unit: number;
  readonly profile: LockProfile;
  readonly base: number | undefined;
  onIdentity(identity: string): void;
}

/** A lock that keeps silent about itself is asked again after this time, and so often in all. */
const ASK_AGAIN_MS: Millis = 5000;
const MOST_TRIES = 3;
/** Modbus Application Protocol V1.1b3, 7: 5 acknowledge, 6 busy. Both mean "ask again later". */
const LATER = new Set([5, 6]);

/** Asks a lock once what it is, whenever it was found again. A model that does not say goes by its profile. */
export class LockIdentity {
  readonly #options: LockIdentityOptions;
  #isKnown = false;
  #isAsking = false;
  #tries = 0;
  #nextMs: Millis = 0;
  #closed = false;

  constructor(options: LockIdentityOptions) {
    this.#options = options;
  }

  /** The lock was away: another one may hang there now. */
  forget(): void {
    this.#isKnown = false;
    this.#tries = 0;
    this.#nextMs = 0;
  }

  /** The lock answers: ask, unless it is known. */
  review(): void {
    const {bus, clock, unit, profile, base} = this.#options;
    if (this.#isKnown || this.#isAsking || clock.nowMs() < this.#nextMs) return;
    const read = lockIdentityRead(profile, base);
    if (!read) {
      this.#tell([]);
      return;
    }
    this.#isAsking = true;
    this.#tries += 1;
    this.#nextMs = clock.nowMs() + ASK_AGAIN_MS;
    void bus
      .read({unit, table: 'holding', ...read, lane: 'poll'})
      .then(outcome => this.#answered(outcome));
  }

  close(): void {
    this.#closed = true;
  }

  #answered(outcome: BusOutcome): void {
    this.#isAsking = false;
    if (this.#closed) return;
    const isFinal = outcome.kind === 'exception' && !LATER.has(outcome.exceptionCode);
    if (outcome.kind === 'values') this.#tell(outcome.values);
    else if (isFinal || this.#tries >= MOST_TRIES) this.#tell([]);
  }

  #tell(words: readonly number[]): void {
    this.#isKnown = true;
    this.#options.onIdentity(lockIdentityText(words, this.#options.profile));
  }
}
