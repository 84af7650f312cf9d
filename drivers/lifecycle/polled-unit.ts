import type {Millis} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import type {BusOutcome, DeviceHealth, ReadRequest, RegisterBus} from '../bus/contract.js';
import {healthOf, NEW_UNIT, stepUnit, type UnitInput, type UnitState} from './unit-machine.js';

/** Told once per trouble that a person must mend: `code` is stable, `text` is a sentence. */
export type TroubleListener = (code: string, text: string) => void;

export interface PolledUnitOptions {
  /** How troubles name the device. */
  readonly name: string;
  readonly bus: RegisterBus;
  readonly read: Omit<ReadRequest, 'lane'>;
  periodMs(): Millis;
  /** A person waits for it. */
  isUrgent?(): boolean;
  /** Every valid reading of `read`, in order of arrival on the wire. */
  onValues(values: readonly number[], atMs: Millis): void;
  onHealth(health: DeviceHealth): void;
  readonly onTrouble?: TroubleListener | undefined;
}

/**
 * One unit on a line with the read it is polled by: keeps its health and hands its readings on.
 * Nothing is told after `close`.
 */
export class PolledUnit {
  readonly #options: PolledUnitOptions;
  readonly #leave: () => void;
  #state: UnitState = NEW_UNIT;
  #newestMs: Millis = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: PolledUnitOptions) {
    this.#options = options;
    this.#leave = options.bus.poll({
      read: options.read,
      periodMs: () => options.periodMs(),
      isUrgent: () => options.isUrgent?.() ?? false,
      onOutcome: outcome => this.#take({kind: 'outcome', outcome}),
      onHealth: health => this.#take({kind: 'health', health}),
    });
  }

  get health(): DeviceHealth {
    return healthOf(this.#state);
  }

  /** Read the same registers once more, ahead of the sweep; the result arrives like any other. */
  async confirm(): Promise<BusOutcome> {
    const outcome = await this.#options.bus.read({...this.#options.read, lane: 'confirm'});
    this.#take({kind: 'outcome', outcome});
    return outcome;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#leave();
  }

  #take(input: UnitInput): void {
    if (this.#closed) return;
    const {state, effects} = stepUnit(this.#state, input);
    this.#state = state;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'health':
          this.#options.onHealth(effect.health);
          break;
        case 'values':
          this.#tell(effect.values, effect.atMs);
          break;
        case 'trouble':
          this.#options.onTrouble?.(
            effect.code,
            `${this.#options.name} refuses its registers with exception ${effect.exceptionCode}`,
          );
          break;
        default:
          unreachable(effect, 'unit effect');
      }
    }
  }

  /** A confirming read resolves a turn later than the sweep's callback: the older one is void then. */
  #tell(values: readonly number[], atMs: Millis): void {
    if (this.#closed || atMs < this.#newestMs) return;
    this.#newestMs = atMs;
    this.#options.onValues(values, atMs);
  }
}
