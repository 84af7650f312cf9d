import type {Millis} from '../../protocols/base/clock.js';
import {UsageError} from '../../protocols/base/errors.js';
import {discreteInputsRead} from '../../protocols/profiles/discrete-inputs-profile.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth, RegisterBus} from '../bus/contract.js';
import {PolledUnit, type TroubleListener} from '../lifecycle/polled-unit.js';
import type {DiscreteInputs, DiscreteInputsListener, InputListener} from './contract.js';

export interface InputBoardOptions {
  readonly id: DeviceId;
  readonly bus: RegisterBus;
  readonly unit: number;
  /** Who listens to which input, 0-based; one FC02 reads them all from input 0 on. */
  readonly inputs: ReadonlyMap<number, InputListener>;
  readonly listener: DiscreteInputsListener;
  /** Start to start; default 200: 20 flips in 10 s must be seen as such. */
  readonly pollMs?: Millis;
  readonly onTrouble?: TroubleListener;
}

const DEFAULT_POLL_MS: Millis = 200;

/**
 * A Modbus discrete-input board (FC02). Source: device notes 3.5, 6.1.
 * @throws UsageError `usage/inputs` for no input at all, or one that no board has.
 */
export class InputBoard implements DiscreteInputs {
  readonly id: DeviceId;
  readonly #options: InputBoardOptions;
  readonly #poll: PolledUnit;

  constructor(options: InputBoardOptions) {
    const {id, bus, unit, inputs, pollMs = DEFAULT_POLL_MS, onTrouble} = options;
    this.id = id;
    this.#options = options;
    const read = discreteInputsRead([...inputs.keys()]);
    if (!read) throw new UsageError('usage/inputs', `${id} has no such inputs`);
    this.#poll = new PolledUnit({
      name: id,
      bus,
      read: {unit, table: 'discrete', ...read},
      periodMs: () => pollMs,
      onValues: (values, atMs) => this.#tell(values, atMs),
      onHealth: health => this.#tellHealth(health),
      onTrouble,
    });
  }

  get health(): DeviceHealth {
    return this.#poll.health;
  }

  close(): void {
    this.#poll.close();
  }

  #tell(values: readonly number[], atMs: Millis): void {
    for (const [input, listener] of this.#options.inputs) {
      listener.onInput(values[input] === 1, atMs);
    }
  }

  #tellHealth(health: DeviceHealth): void {
    this.#options.listener.onHealth(health);
    for (const listener of this.#options.inputs.values()) listener.onInputHealth(health);
  }
}
