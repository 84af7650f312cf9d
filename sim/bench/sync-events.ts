import type {Entropy} from '../../protocols/base/clock.js';
import type {SiteFact} from '../../protocols/site/events.js';

const HOLDERS = 1000;
const BAYS = 30;
const MOVES = [
  ['sent', 3],
  ['moving', 410],
  ['confirmed', 3300],
] as const;

interface Holder {
  readonly grant: string;
  readonly holder: string;
  readonly uid: string;
}

/** Cards of a car park, so that grants and numbers return as they do in life. */
export class Arrivals {
  readonly #entropy: Entropy;
  readonly #holders: readonly Holder[];

  constructor(entropy: Entropy) {
    this.#entropy = entropy;
    this.#holders = Array.from({length: HOLDERS}, (_, index) => ({
      grant: this.#id(),
      holder: `h-${index}`,
      uid: Buffer.from(entropy.bytes(7)).toString('hex').toUpperCase(),
    }));
  }

  /** What the journal holds of one car: tap, decision, arm, bay, session. Ten events. */
  next(): readonly SiteFact[] {
    const {grant, holder, uid} = this.#holders[this.#below(HOLDERS)] as Holder;
    const bay = `A-${String(1 + this.#below(BAYS)).padStart(3, '0')}`;
    const [attempt, actuation, session] = [this.#id(), this.#id(), this.#id()];
    const cause = {kind: 'grant', grant, attempt};
    const arm = (state: string, ms: number) => ({
      kind: 'actuation',
      body: {
        ...{actuation, bay, desired: 'down', state, tryNo: 1, cause, why: null},
        sinceStartMs: ms + this.#below(50),
      },
    });
    const phase = (name: string, durationMs: number) => ({
      kind: 'session',
      body: {session, bay, phase: name, grant, holder, actuation, closeCause: null, durationMs},
    });
    const seen = (occupancy: string) => ({
      kind: 'bay',
      body: {bay, arm: 'down', occupancy, online: true, saleable: false},
    });
    const decision = {tryNo: 1, result: 'ALLOW', reason: null, grant, holder, bay, degraded: false};
    const closed = {collector: 'C1', uid, result: 'ALLOW', reason: null, tries: 1, failures: 0};
    return [
      {kind: 'attempt.opened', body: {attempt, collector: 'C1', uid, assurance: 'proof'}},
      {kind: 'decision', body: {attempt, ...decision}},
      {kind: 'attempt.closed', body: {attempt, ...closed}},
      ...MOVES.map(([state, ms]) => arm(state, ms)),
      seen('vacant'),
      phase('open_wait_car', 0),
      phase('parked', this.#below(60_000)),
      seen('occupied'),
    ] as unknown as readonly SiteFact[];
  }

  /** As random as a ULID: its time is the same for a whole drain, its other 80 bits are not. */
  #id(): string {
    const digits = Array.from(this.#entropy.bytes(16), byte => (byte % 32).toString(32));
    return `01KB2F7Q3M${digits.join('').toUpperCase()}`;
  }

  #below(limit: number): number {
    return Math.floor(this.#entropy.fraction() * limit);
  }
}
