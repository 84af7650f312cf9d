import type {Clock, Millis} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import {
  decodeButtonRegisters,
  REFERENCE_BUTTON_PROFILE,
} from '../../protocols/profiles/emergency-button-profile.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth, RegisterBus} from '../bus/contract.js';
import {LastValueWriter} from '../lifecycle/last-value-writer.js';
import {PolledUnit, type TroubleListener} from '../lifecycle/polled-unit.js';
import {type ButtonState, NEW_BUTTON, stepButton} from './button-machine.js';
import type {ButtonLine, EmergencyButton, EmergencyButtonListener} from './contract.js';

export interface ModbusButtonOptions {
  readonly id: DeviceId;
  readonly bus: RegisterBus;
  readonly clock: Clock;
  readonly unit: number;
  readonly listener: EmergencyButtonListener;
  /** Start to start; default 150, so that a press is known within 200 ms of line time. */
  readonly pollMs?: Millis;
  readonly onTrouble?: TroubleListener;
  /** Its counter as it was last kept: what was pressed since then is told with the first poll. */
  readonly formerCount?: number | undefined;
  /** Its counter, for whoever keeps it over a restart; told behind the presses that it counted. */
  readonly onCount?: (count: number) => void;
}

interface Signal {
  readonly buzzer: boolean;
  readonly lamp: boolean;
}

const DEFAULT_POLL_MS: Millis = 150;
/**
 * A button that is so late goes before all that nobody waits for. Not sooner: many buttons on one line are to leave
 * its locks their turn. @see ecosystem EC-1, requirements P22
 */
const LATE_MS: Millis = 150;
const RETRY_MS: Millis = 1000;
const REFRESH_MS: Millis = 30_000;

/**
 * A call button with sounder and lamp on a line: input registers are polled, coils are held at what
 * was last asked for, through losses and restarts. Source: device notes 3.7.
 */
export class ModbusButton implements EmergencyButton {
  readonly id: DeviceId;
  readonly #options: ModbusButtonOptions;
  readonly #signal: LastValueWriter<Signal>;
  readonly #poll: PolledUnit;
  #state: ButtonState;
  #readMs: Millis = Number.NEGATIVE_INFINITY;

  constructor(options: ModbusButtonOptions) {
    const {id, bus, clock, unit, pollMs = DEFAULT_POLL_MS, onTrouble} = options;
    this.id = id;
    this.#options = options;
    this.#state = {...NEW_BUTTON, count: options.formerCount};
    this.#signal = new LastValueWriter({
      name: `signal ${id}`,
      clock,
      settleMs: 0,
      retryMs: RETRY_MS,
      refreshMs: REFRESH_MS,
      send: signal => this.#write(signal),
    });
    const {register, quantity} = REFERENCE_BUTTON_PROFILE.status;
    this.#poll = new PolledUnit({
      name: id,
      bus,
      read: {unit, table: 'input', address: register, quantity},
      periodMs: () => pollMs,
      isUrgent: () => clock.nowMs() - this.#readMs >= pollMs + LATE_MS,
      onValues: (values, atMs) => this.#read(values, atMs),
      onHealth: health => this.#turn(health),
      onTrouble,
    });
  }

  get line(): ButtonLine | undefined {
    return this.#state.line;
  }

  signal(state: Signal): void {
    this.#signal.set(state);
  }

  close(): void {
    this.#signal.close();
    this.#poll.close();
  }

  #read(words: readonly number[], atMs: Millis): void {
    const registers = decodeButtonRegisters(words);
    if (!registers) return;
    const {count: before} = this.#state;
    const {state, effects} = stepButton(this.#state, registers, atMs);
    this.#state = state;
    this.#readMs = atMs;
    const {listener, onCount} = this.#options;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'press':
          listener.onPress(effect.presses, effect.atMs);
          break;
        case 'line':
          listener.onLine(effect.line);
          break;
        case 'restarted':
          this.#signal.resend();
          break;
        default:
          unreachable(effect, 'button effect');
      }
    }
    if (registers.pressCount !== before) onCount?.(registers.pressCount);
  }

  async #write(signal: Signal): Promise<boolean> {
    const {buzzer, lamp} = REFERENCE_BUTTON_PROFILE.coils;
    const sounding = await this.#writeCoil(buzzer, signal.buzzer);
    return sounding && (await this.#writeCoil(lamp, signal.lamp));
  }

  async #writeCoil(address: number, on: boolean): Promise<boolean> {
    const {bus, unit} = this.#options;
    const values = [Number(on)];
    const outcome = await bus.write({unit, address, kind: 'coil', values, lane: 'confirm'});
    return outcome.kind === 'written';
  }

  #turn(health: DeviceHealth): void {
    this.#signal.follow(health);
    this.#options.listener.onHealth(health);
  }
}
