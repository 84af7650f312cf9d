import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';
import {ContactSet, type ContactWire} from '../discrete-inputs/contact-set.js';
import type {InputListener} from '../discrete-inputs/contract.js';
import type {RelayBoard} from '../relay-board/contract.js';
import {
  BARRIER_TIMES,
  type BarrierContacts,
  type BarrierInput,
  type BarrierPulse,
  type BarrierState,
  type BarrierTimer,
  type BarrierTimes,
  NEW_BARRIER,
  stepBarrier,
} from './barrier-machine.js';
import type {Barrier, BarrierArm, BarrierListener, BarrierReading} from './contract.js';

/** How the gate is wired. All contacts hang on one board; its polls must be at most 200 ms apart. */
export interface BarrierWiring {
  /** Relay outputs; `stop` undefined: the gate has no such terminal. */
  readonly outputs: {
    readonly open: number;
    readonly close: number;
    readonly stop: number | undefined;
  };
  readonly openLimit: ContactWire;
  readonly closedLimit: ContactWire;
  readonly safetyLoop: ContactWire;
  /** `none`: said so on purpose, never by leaving it out. */
  readonly photocell: ContactWire | 'none';
  readonly approachLoop: ContactWire | 'none';
}

export interface RelayBarrierOptions {
  readonly id: DeviceId;
  readonly clock: Clock;
  readonly relays: RelayBoard;
  readonly wiring: BarrierWiring;
  readonly listener: BarrierListener;
  /** 500-1000; default 700. */
  readonly pulseMs?: Millis;
  readonly times?: BarrierTimes;
}

type ContactName = 'openLimit' | 'closedLimit' | 'safetyLoop' | 'photocell' | 'approachLoop';

const DEFAULT_PULSE_MS: Millis = 700;

/**
 * A barrier gate with dry contacts: pulses on relays move the arm, contacts say where it is and who
 * is below. Hand `inputs` to the board of its contacts. Source: device notes 3.6.
 * `assumed:` the gate's own controller lets an open contact win over a close contact.
 */
export class RelayBarrier implements Barrier {
  readonly id: DeviceId;
  readonly #options: RelayBarrierOptions;
  readonly #contacts: ContactSet<ContactName>;
  readonly #timers = new Map<BarrierTimer, Timer>();
  #state: BarrierState = NEW_BARRIER;
  #told: BarrierReading = readingOf(NEW_BARRIER);
  #closed = false;

  constructor(options: RelayBarrierOptions) {
    this.id = options.id;
    this.#options = options;
    const {photocell, approachLoop, outputs: _, ...wired} = options.wiring;
    const optional = {photocell, approachLoop};
    const present = Object.entries(optional).filter(([, wire]) => wire !== 'none');
    this.#contacts = new ContactSet<ContactName>({
      wires: {...wired, ...Object.fromEntries(present)} as Record<ContactName, ContactWire>,
      onContacts: (active, atMs) => {
        const contacts = contactsOf(active, options.wiring);
        this.#take({kind: 'contacts', contacts, atMs});
      },
      onHealth: health => {
        if (health === 'offline') this.#take({kind: 'lost'});
        if (!this.#closed) options.listener.onHealth(health);
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

  get reading(): BarrierReading {
    return this.#told;
  }

  open(): void {
    this.#take({kind: 'order', order: 'open'});
  }

  close(): void {
    this.#take({kind: 'order', order: 'close'});
  }

  stay(): void {
    this.#take({kind: 'order', order: 'stay'});
  }

  stop(): void {
    this.#take({kind: 'order', order: 'stop'});
  }

  hold(isHeld: boolean): void {
    this.#take({kind: 'order', order: isHeld ? 'hold' : 'release'});
  }

  async dispose(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers.values()) timer.cancel();
    if (this.#state.phase === 'closing') await this.#pulse('open');
  }

  #take(input: BarrierInput): void {
    if (this.#closed) return;
    const {clock, listener, times = BARRIER_TIMES} = this.#options;
    const {state, effects} = stepBarrier(this.#state, input, clock.nowMs(), times);
    this.#state = state;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'pulse':
          void this.#pulse(effect.order);
          break;
        case 'wait':
          this.#wait(effect.timer, effect.afterMs);
          break;
        case 'rest':
          this.#timers.get(effect.timer)?.cancel();
          break;
        case 'tailgate':
          listener.onTailgate(effect.cars, effect.authorised, clock.nowMs());
          break;
        case 'fault':
          listener.onFault(effect.fault, effect.isStanding, `arm ${readingOf(state).arm}`);
          break;
        default:
          unreachable(effect, 'barrier effect');
      }
    }
    this.#tell();
  }

  async #pulse(order: BarrierPulse): Promise<void> {
    const {relays, wiring, pulseMs = DEFAULT_PULSE_MS} = this.#options;
    const output = wiring.outputs[order];
    const outcome = output === undefined ? 'refused' : await relays.pulse(output, pulseMs);
    this.#take({kind: 'pulsed', order, outcome});
  }

  #wait(timer: BarrierTimer, afterMs: Millis): void {
    this.#timers.get(timer)?.cancel();
    const callback = () => this.#take({kind: 'due', timer});
    const {clock} = this.#options;
    this.#timers.set(timer, clock.timer(`barrier ${this.id} ${timer}`, afterMs, callback));
  }

  #tell(): void {
    const reading = readingOf(this.#state);
    const told = this.#told;
    const isSame =
      reading.arm === told.arm &&
      reading.isOccupied === told.isOccupied &&
      reading.isCarWaiting === told.isCarWaiting;
    if (isSame) return;
    this.#told = reading;
    this.#options.listener.onReading(reading, this.#options.clock.nowMs());
  }
}

function contactsOf(
  active: Readonly<Record<ContactName, boolean>>,
  wiring: BarrierWiring,
): BarrierContacts {
  return {
    openLimit: active.openLimit,
    closedLimit: active.closedLimit,
    safetyLoop: active.safetyLoop,
    photocell: wiring.photocell === 'none' ? false : active.photocell,
    approachLoop: wiring.approachLoop === 'none' ? undefined : active.approachLoop,
  };
}

function readingOf({phase, contacts}: BarrierState): BarrierReading {
  return {
    arm: armOf(phase, contacts),
    isOccupied: contacts && (contacts.safetyLoop || contacts.photocell),
    isCarWaiting: contacts?.approachLoop,
  };
}

function armOf(phase: BarrierState['phase'], contacts: BarrierContacts | undefined): BarrierArm {
  if (phase === 'opening' || phase === 'closing') return phase;
  if (!contacts || contacts.openLimit === contacts.closedLimit) {
    return phase === 'stopped' && contacts && !contacts.openLimit ? 'stopped' : 'unknown';
  }
  return contacts.openLimit ? 'open' : 'closed';
}
