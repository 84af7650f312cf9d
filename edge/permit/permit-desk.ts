import type {Timer} from '../../protocols/base/clock.js';
import {errorText} from '../../protocols/base/errors.js';
import type {CardUid, PersonId} from '../../protocols/site/ids.js';
import type {TestParts} from '../device-test/contract.js';
import type {LotInput} from '../domain/lot/contract.js';
import {
  NO_PERMIT,
  type OpenPermit,
  type PermitEffect,
  type PermitInput,
  type PermitOutcome,
  type PermitState,
  type PermitStep,
  type PermitTarget,
  settlePermit,
  stepPermit,
} from '../domain/permit/permit-machine.js';
import {searchLine} from './search-line.js';

/** Who keeps the cards of the staff. */
export interface StaffCards {
  /** Keep a card that nobody has as that of `person`. Settles with why not; empty: it was kept. */
  takeCard(person: PersonId, card: string): Promise<string>;
}

export interface PermitParts {
  readonly site: Pick<TestParts, 'clock' | 'config' | 'tell' | 'watch' | 'wireOf'>;
  readonly cards: StaffCards;
  /** Whether a grant or an issued credential names the card. */
  isKnown(uid: CardUid): boolean;
}

export interface PermitRequest {
  readonly target: PermitTarget;
  readonly by: PersonId;
  readonly seconds: number;
  /** Highest address of a line that is asked. */
  readonly to: number;
}

export interface PermitShown {
  readonly open: OpenPermit | null;
  readonly last: PermitOutcome | null;
  readonly nowMs: number;
}

const REST_MS = 500;

/** The window for new cards and devices of one run of the site. */
export class PermitDesk {
  readonly #parts: PermitParts;
  readonly #listeners = new Set<() => void>();
  #state: PermitState = NO_PERMIT;
  #isKeeping = false;
  #unwatch: (() => void) | undefined;
  #end: Timer | undefined;

  constructor(parts: PermitParts) {
    this.#parts = parts;
  }

  /** Open a window; why not, or undefined. */
  open({target, by, seconds, to}: PermitRequest): string | undefined {
    const unfit = this.#unfit(target);
    if (unfit !== undefined) return unfit;
    if (this.#isKeeping) return 'a card is being kept at this moment: try again';
    const {refused} = this.#step({kind: 'open', target, by, seconds});
    const {open} = this.#state;
    if (refused !== undefined || !open) return refused;
    const {clock, watch} = this.#parts.site;
    this.#end = clock.timer('permit window', seconds * 1000, () => this.#step({kind: 'tick'}));
    if (target.kind === 'device') void this.#search(open, to);
    else this.#unwatch = watch(input => this.#taken(input));
    return undefined;
  }

  close(end: 'closed' | 'stopped' = 'closed'): void {
    this.#step({kind: 'close', end});
  }

  shown(): PermitShown {
    const {open = null, last = null} = this.#state;
    return {open, last, nowMs: this.#parts.site.clock.nowMs()};
  }

  /** Call `listener` after every change, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #unfit(target: PermitTarget): string | undefined {
    const {place} = target;
    const {collectors, buses, staff} = this.#parts.site.config;
    if (target.kind === 'device') {
      if (!buses.some(({id}) => id === place)) {
        return `place: expected a line of the site file, got ${place}`;
      }
      return this.#wireOf(place)
        ? undefined
        : `${place}: no device of the site file is read there yet`;
    }
    if (!collectors.some(({id}) => id === place)) {
      return `place: expected a collector of the site file, got ${place}`;
    }
    const {holder} = target;
    const member = staff.find(({id}) => id === holder);
    return member && !member.shared
      ? undefined
      : `holder: expected a person of the staff, got ${holder}`;
  }

  #devicesOn(line: string) {
    return this.#parts.site.config.buses.find(({id}) => id === line)?.devices ?? [];
  }

  /** A line is reached by way of the devices on it. */
  #wireOf(line: string) {
    const {site} = this.#parts;
    return this.#devicesOn(line)
      .map(({id}) => site.wireOf(id))
      .find(wire => wire !== undefined);
  }

  /** `true` keeps the card from the lot: what is taken on opens nothing by that. */
  #taken(input: LotInput): boolean {
    if (input.kind !== 'card') return false;
    const {uid} = input.card;
    const isKnown = this.#parts.isKnown(uid);
    const {effects} = this.#step({kind: 'card', place: input.collector, isKnown});
    const taking = effects.find(({kind}) => kind === 'takeCard');
    if (taking?.kind !== 'takeCard') return false;
    void this.#keep(taking.open, uid);
    return true;
  }

  async #keep(open: OpenPermit, uid: string): Promise<void> {
    if (open.target.kind !== 'card') return;
    this.#isKeeping = true;
    let why: string;
    try {
      why = await this.#parts.cards.takeCard(open.target.holder, uid);
    } catch (thrown) {
      why = errorText(thrown);
    }
    this.#isKeeping = false;
    this.#enter(settlePermit(open, why));
  }

  async #search(open: OpenPermit, to: number): Promise<void> {
    const {place} = open.target;
    const [devices, wire] = [this.#devicesOn(place), this.#wireOf(place)];
    if (!wire) return;
    const named = new Set(devices.flatMap(one => ('address' in one ? [Number(one.address)] : [])));
    const isOver = () => this.#state.open !== open;
    while (!isOver()) {
      const units = await searchLine(wire, {named, to, isOver});
      if (!isOver()) this.#step({kind: 'searched', place, units});
      if (!isOver()) await this.#parts.site.clock.sleep(REST_MS);
    }
  }

  #step(input: PermitInput): PermitStep {
    const step = stepPermit(this.#state, input, this.#parts.site.clock.nowMs());
    this.#enter(step);
    return step;
  }

  #enter({state, effects}: PermitStep): void {
    this.#state = state;
    if (!state.open) {
      this.#unwatch?.();
      this.#end?.cancel();
      this.#unwatch = undefined;
      this.#end = undefined;
    }
    for (const effect of effects) if (effect.kind === 'note') this.#note(effect);
    for (const listener of this.#listeners) listener();
  }

  /** An override of a person, as every other act by hand. */
  #note({by, target, what}: Extract<PermitEffect, {kind: 'note'}>): void {
    const whom = target.kind === 'card' ? ` for ${target.holder}` : '';
    const action = `permit ${target.kind} at ${target.place}${whom} ${what}`;
    const body = {person: by, action, bay: null, reason: 'permit window', result: what};
    this.#parts.site.tell({kind: 'deviceFact', fact: {kind: 'override', body}});
  }
}
