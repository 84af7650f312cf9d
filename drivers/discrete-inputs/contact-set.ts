import type {Millis} from '../../protocols/base/clock.js';
import {UsageError} from '../../protocols/base/errors.js';
import type {DeviceHealth} from '../bus/contract.js';
import type {InputListener} from './contract.js';

/** Where a contact is wired, and which way round: `open` = it opens when what it watches happens. */
export interface ContactWire {
  readonly input: number;
  readonly activeWhen: 'closed' | 'open';
}

export interface ContactSetOptions<Name extends string> {
  readonly wires: Readonly<Record<Name, ContactWire>>;
  /** Once per poll of the board, with all contacts of that poll. */
  onContacts(active: Readonly<Record<Name, boolean>>, atMs: Millis): void;
  onHealth(health: DeviceHealth): void;
}

/**
 * Several contacts of one board that mean something only together: told poll by poll, never mixed
 * from two polls. All must hang on the same board.
 * @throws UsageError `usage/inputs` when two contacts share an input.
 */
export class ContactSet<Name extends string> {
  /** To be listed with the board, beside the inputs of others. */
  readonly inputs: ReadonlyMap<number, InputListener>;
  readonly #options: ContactSetOptions<Name>;
  readonly #names: readonly Name[];
  readonly #seen = new Map<Name, {readonly active: boolean; readonly atMs: Millis}>();
  #health: DeviceHealth | undefined;

  constructor(options: ContactSetOptions<Name>) {
    this.#options = options;
    this.#names = Object.keys(options.wires) as Name[];
    this.inputs = new Map(
      this.#names.map(name => [
        options.wires[name].input,
        {
          onInput: (isClosed, atMs) => this.#take(name, isClosed, atMs),
          onInputHealth: health => this.#turn(health),
        },
      ]),
    );
    if (this.inputs.size < this.#names.length) {
      throw new UsageError('usage/inputs', `two of ${this.#names.join(', ')} share an input`);
    }
  }

  get health(): DeviceHealth {
    return this.#health ?? 'unknown';
  }

  #take(name: Name, isClosed: boolean, atMs: Millis): void {
    const active = isClosed === (this.#options.wires[name].activeWhen === 'closed');
    this.#seen.set(name, {active, atMs});
    if (this.#names.some(other => this.#seen.get(other)?.atMs !== atMs)) return;
    const entries = this.#names.map(other => [other, this.#seen.get(other)?.active === true]);
    this.#options.onContacts(Object.fromEntries(entries) as Record<Name, boolean>, atMs);
  }

  #turn(health: DeviceHealth): void {
    if (health === this.#health) return;
    this.#health = health;
    this.#options.onHealth(health);
  }
}
