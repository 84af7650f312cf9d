import type {Clock, Millis} from '../../protocols/base/clock.js';
import {encodeScreen, REFERENCE_DISPLAY_PROFILE} from '../../protocols/profiles/display-profile.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth, RegisterBus} from '../bus/contract.js';
import {LastValueWriter} from '../lifecycle/last-value-writer.js';
import {PolledUnit, type TroubleListener} from '../lifecycle/polled-unit.js';
import type {Display, DisplayListener, Screen} from './contract.js';

export interface ModbusDisplayOptions {
  readonly id: DeviceId;
  readonly bus: RegisterBus;
  readonly clock: Clock;
  readonly unit: number;
  readonly listener: DisplayListener;
  readonly onTrouble?: TroubleListener;
}

/** A screen is 75 bytes of line time: the lock command of the same tap goes first. */
const SETTLE_MS: Millis = 30;
const RETRY_MS: Millis = 1000;
const REFRESH_MS: Millis = 30_000;
const PROBE_PERIOD_MS: Millis = 5000;

/**
 * A two-line text display on a line, written with one FC16 per screen. A slow probe finds out that it
 * is gone or back; what is wanted is shown again then. `assumed:` the register map of its profile.
 */
export class ModbusDisplay implements Display {
  readonly id: DeviceId;
  readonly #options: ModbusDisplayOptions;
  readonly #writer: LastValueWriter<Screen>;
  readonly #probe: PolledUnit;

  constructor(options: ModbusDisplayOptions) {
    const {id, bus, clock, unit, onTrouble} = options;
    this.id = id;
    this.#options = options;
    this.#writer = new LastValueWriter({
      name: `display ${id}`,
      clock,
      settleMs: SETTLE_MS,
      retryMs: RETRY_MS,
      refreshMs: REFRESH_MS,
      send: screen => this.#send(screen),
    });
    const {register, quantity} = REFERENCE_DISPLAY_PROFILE.probe;
    this.#probe = new PolledUnit({
      name: id,
      bus,
      read: {unit, table: 'holding', address: register, quantity},
      periodMs: () => PROBE_PERIOD_MS,
      onValues: () => {},
      onHealth: health => this.#turn(health),
      onTrouble,
    });
  }

  show(screen: Screen): void {
    this.#writer.set(screen);
  }

  close(): void {
    this.#writer.close();
    this.#probe.close();
  }

  async #send(screen: Screen): Promise<boolean> {
    const {bus, unit} = this.#options;
    const outcome = await bus.write({
      unit,
      address: REFERENCE_DISPLAY_PROFILE.screen.register,
      kind: 'registers',
      values: encodeScreen(screen),
      lane: 'confirm',
    });
    return outcome.kind === 'written';
  }

  #turn(health: DeviceHealth): void {
    this.#writer.follow(health);
    this.#options.listener.onHealth(health);
  }
}
