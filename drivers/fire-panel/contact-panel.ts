import type {Millis} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';
import {ContactSet, type ContactWire} from '../discrete-inputs/contact-set.js';
import type {InputListener} from '../discrete-inputs/contract.js';
import type {FirePanel, FirePanelListener} from './contract.js';

export interface ContactPanelOptions {
  readonly id: DeviceId;
  /** Active = fire. One that opens with a fire tells of its own cut cable too. */
  readonly fire: ContactWire;
  readonly listener: FirePanelListener;
}

/** Longer than any spike on a long cable. */
const BEGINS_AFTER_MS: Millis = 300;
/** A panel that is being reset may fall back into its alarm. `assumed:` 3 s */
const ENDS_AFTER_MS: Millis = 3000;

/** A volt-free contact of a fire panel on an input board, polled every 200 ms or faster. */
export class ContactPanel implements FirePanel {
  readonly id: DeviceId;
  readonly #contacts: ContactSet<'fire'>;
  readonly #listener: FirePanelListener;
  #seen: {readonly isActive: boolean; readonly sinceMs: Millis} | undefined;
  #isFire: boolean | undefined;
  #closed = false;

  constructor({id, fire, listener}: ContactPanelOptions) {
    this.id = id;
    this.#listener = listener;
    this.#contacts = new ContactSet<'fire'>({
      wires: {fire},
      onContacts: (active, atMs) => this.#take(active.fire, atMs),
      onHealth: health => {
        // What it did meanwhile nobody has seen.
        this.#seen = undefined;
        if (!this.#closed) listener.onHealth(health);
      },
    });
  }

  /** Listeners for the board of the contact. */
  get inputs(): ReadonlyMap<number, InputListener> {
    return this.#contacts.inputs;
  }

  get health(): DeviceHealth {
    return this.#contacts.health;
  }

  get isFire(): boolean | undefined {
    return this.#isFire;
  }

  close(): void {
    this.#closed = true;
  }

  #take(isActive: boolean, atMs: Millis): void {
    if (this.#closed) return;
    if (this.#seen?.isActive !== isActive) this.#seen = {isActive, sinceMs: atMs};
    if (isActive === this.#isFire) return;
    if (atMs - this.#seen.sinceMs < (isActive ? BEGINS_AFTER_MS : ENDS_AFTER_MS)) return;
    this.#isFire = isActive;
    this.#listener.onFire(isActive, atMs);
  }
}
