import type {Millis} from '../../protocols/base/clock.js';
import {UsageError} from '../../protocols/base/errors.js';
import {
  ADAM_4150,
  type CountingInputsProfile,
  countersRead,
  decodeCounters,
} from '../../protocols/profiles/counting-inputs-profile.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth, RegisterBus} from '../bus/contract.js';
import {PolledUnit, type TroubleListener} from '../lifecycle/polled-unit.js';
import type {CountingInputs, CountingInputsListener} from './contract.js';
import {stepCounter} from './counter-machine.js';

export interface ModbusCountersOptions {
  readonly id: DeviceId;
  readonly bus: RegisterBus;
  readonly unit: number;
  /** In use, 0-based. */
  readonly inputs: readonly number[];
  readonly listener: CountingInputsListener;
  readonly profile?: CountingInputsProfile;
  /** Start to start; default 200. */
  readonly pollMs?: Millis;
  readonly onTrouble?: TroubleListener;
}

const DEFAULT_POLL_MS: Millis = 200;
const READ_RESENDS = 1;

/**
 * Counting inputs behind Modbus registers. Source: device notes 3.5, 6.2.
 * @throws UsageError `usage/inputs` for no input at all, or one that the board has not.
 */
export class ModbusCounters implements CountingInputs {
  readonly id: DeviceId;
  readonly #options: ModbusCountersOptions;
  readonly #profile: CountingInputsProfile;
  readonly #poll: PolledUnit;
  readonly #totals = new Map<number, number>();

  constructor(options: ModbusCountersOptions) {
    const {id, bus, unit, inputs, listener, pollMs = DEFAULT_POLL_MS, onTrouble} = options;
    this.id = id;
    this.#options = options;
    this.#profile = options.profile ?? ADAM_4150;
    const read = countersRead(Math.max(-1, ...inputs), this.#profile);
    if (!read || Math.min(...inputs) < 0) {
      throw new UsageError('usage/inputs', `${id} has no such inputs`);
    }
    this.#poll = new PolledUnit({
      name: id,
      bus,
      read: {unit, table: this.#profile.table, ...read, resends: READ_RESENDS},
      periodMs: () => pollMs,
      onValues: (values, atMs) => this.#count(decodeCounters(values, this.#profile), atMs),
      onHealth: health => listener.onHealth(health),
      onTrouble,
    });
  }

  get health(): DeviceHealth {
    return this.#poll.health;
  }

  read(): void {
    void this.#poll.confirm();
  }

  close(): void {
    this.#poll.close();
  }

  #count(totals: readonly number[], atMs: Millis): void {
    const bits = this.#profile.registersPerInput === 1 ? 16 : 32;
    for (const input of this.#options.inputs) {
      const total = totals[input];
      if (total === undefined) continue;
      const step = stepCounter(this.#totals.get(input), total, bits);
      this.#totals.set(input, total);
      if (!step) continue;
      this.#options.listener.onCount(input, step.delta, total, step.quality, atMs);
    }
    this.#options.listener.onTotals?.(this.#totals, atMs);
  }
}
