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
 * A two-line text display on a line, written with one FC16 per screen: of one that differs in a few words from
 * what the display took last, from the first of them to the last. A slow probe finds out that it
 * is gone or back; what is wanted is shown again then. `assumed:` the register map of its profile.
 */
export class ModbusDisplay implements Display {
  readonly id: DeviceId;
  readonly #options: ModbusDisplayOptions;
  readonly #writer: LastValueWriter<Screen>;
  readonly #probe: PolledUnit;
  /** What it took last; undefined when that is not known. */
  #written: readonly number[] | undefined;

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
    const words = encodeScreen(screen);
    const {from, values} = newWords(this.#written, words);
    this.#written = undefined;
    const address = REFERENCE_DISPLAY_PROFILE.screen.register + from;
    const outcome = await bus.write({unit, address, kind: 'registers', values, lane: 'confirm'});
    const isTaken = outcome.kind === 'written';
    if (isTaken) this.#written = words;
    return isTaken;
  }

  #turn(health: DeviceHealth): void {
    // It may come back with another screen, or none.
    if (health !== 'ok') this.#written = undefined;
    this.#writer.follow(health);
    this.#options.listener.onHealth(health);
  }
}

/** From the first word that differs to the last; all of them when nothing does: then it is told again. */
function newWords(
  before: readonly number[] | undefined,
  words: readonly number[],
): {readonly from: number; readonly values: readonly number[]} {
  const isNew = (word: number, index: number) => word !== before?.[index];
  const from = words.findIndex(isNew);
  if (from === -1) return {from: 0, values: words};
  return {from, values: words.slice(from, words.findLastIndex(isNew) + 1)};
}
