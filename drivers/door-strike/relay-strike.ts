import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';
import {ContactSet, type ContactWire} from '../discrete-inputs/contact-set.js';
import type {InputListener} from '../discrete-inputs/contract.js';
import type {RelayBoard, RelayOutcome} from '../relay-board/contract.js';
import type {DoorStrike, DoorStrikeListener} from './contract.js';
import {type DoorInput, NEW_DOOR, stepDoor} from './door-machine.js';

export interface RelayStrikeOptions {
  readonly id: DeviceId;
  readonly clock: Clock;
  readonly relays: RelayBoard;
  readonly output: number;
  /** Active = the door is open. */
  readonly door: ContactWire;
  /** Active = somebody inside uses the exit button or handle. */
  readonly exit: ContactWire | 'none';
  /**
   * How the strike is built and wired; no order depends on it. `fail_safe`: power holds it shut, its
   * loss opens the way in. `fail_secure`: its loss leaves the way in shut. Either way the handle
   * inside works without power and without us: a strike never bars the way out.
   */
  readonly failMode: 'fail_safe' | 'fail_secure';
  readonly listener: DoorStrikeListener;
  /** Default 5000. */
  readonly releaseMs?: Millis;
  /** Default 60,000. */
  readonly heldAfterMs?: Millis;
}

const DEFAULT_RELEASE_MS: Millis = 5000;
const DEFAULT_HELD_AFTER_MS: Millis = 60_000;
/** So long the board releases a held strike by itself: should we die, it falls shut. */
const HOLD_MS: Millis = 15_000;
const HOLD_AGAIN_MS: Millis = 5000;
const RETRY_MS: Millis = 1000;
/** From the end of the pulse to the contact of a door that was just pulled open. */
const PULL_MS: Millis = 2000;

/** A door strike on a relay. Hand `inputs` to the board of its contacts. */
export class RelayStrike implements DoorStrike {
  readonly id: DeviceId;
  readonly failMode: 'fail_safe' | 'fail_secure';
  readonly #options: RelayStrikeOptions;
  readonly #contacts: ContactSet<'door' | 'exit'>;
  #state = NEW_DOOR;
  #timer: Timer | undefined;
  #isHeld = false;
  #holding: Timer | undefined;
  #closed = false;

  constructor(options: RelayStrikeOptions) {
    const {id, failMode, door, exit, listener} = options;
    this.id = id;
    this.failMode = failMode;
    this.#options = options;
    const wires = exit === 'none' ? {door} : {door, exit};
    this.#contacts = new ContactSet<'door' | 'exit'>({
      wires: wires as Record<'door' | 'exit', ContactWire>,
      onContacts: active => {
        const isExit = exit === 'none' ? undefined : active.exit;
        this.#take({kind: 'contacts', isOpen: active.door, isExit});
      },
      onHealth: health => {
        if (health === 'offline') this.#take({kind: 'lost'});
        if (!this.#closed) listener.onHealth(health);
      },
    });
  }

  /** Listeners for the board of the contacts. */
  get inputs(): ReadonlyMap<number, InputListener> {
    return this.#contacts.inputs;
  }

  get health(): DeviceHealth {
    return this.#contacts.health;
  }

  get isOpen(): boolean | undefined {
    return this.#state.isOpen;
  }

  release(): Promise<RelayOutcome> {
    if (this.#closed) return Promise.resolve('not_sent');
    const {relays, output, releaseMs = DEFAULT_RELEASE_MS} = this.#options;
    this.#take({kind: 'released'});
    return relays.pulse(output, releaseMs);
  }

  hold(isHeld: boolean): void {
    if (this.#closed || isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    this.#holding?.cancel();
    if (isHeld) void this.#holdOn();
    else void this.#options.relays.set(this.#options.output, false);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#holding?.cancel();
  }

  async #holdOn(): Promise<void> {
    const {clock, relays, output} = this.#options;
    this.#take({kind: 'released'});
    const outcome = await relays.pulse(output, HOLD_MS);
    if (this.#closed || !this.#isHeld) return;
    const isDone = outcome === 'proven' || outcome === 'acknowledged';
    const afterMs = isDone ? HOLD_AGAIN_MS : RETRY_MS;
    this.#holding = clock.timer(`hold ${this.id}`, afterMs, () => void this.#holdOn());
  }

  #take(input: DoorInput): void {
    if (this.#closed) return;
    const {clock, listener, releaseMs = DEFAULT_RELEASE_MS} = this.#options;
    const {heldAfterMs = DEFAULT_HELD_AFTER_MS} = this.#options;
    const times = {entryMs: releaseMs + PULL_MS, heldAfterMs};
    const {state, effects} = stepDoor(this.#state, input, clock.nowMs(), times);
    this.#state = state;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'door':
          listener.onDoor(effect.isOpen, clock.nowMs());
          break;
        case 'fault':
          listener.onFault(
            effect.fault,
            effect.isStanding,
            `door ${state.isOpen ? 'open' : 'shut'}`,
          );
          break;
        case 'wait':
          this.#timer?.cancel();
          this.#timer = clock.timer(`door ${this.id}`, effect.afterMs, () =>
            this.#take({kind: 'due'}),
          );
          break;
        case 'rest':
          this.#timer?.cancel();
          break;
        default:
          unreachable(effect, 'door effect');
      }
    }
  }
}
