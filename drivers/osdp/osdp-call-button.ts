import type {Clock, Millis} from '../../protocols/base/clock.js';
import {LED_COLOURS} from '../../protocols/osdp/commands.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {
  ButtonLine,
  EmergencyButton,
  EmergencyButtonListener,
} from '../emergency-button/contract.js';
import {LastValueWriter} from '../lifecycle/last-value-writer.js';
import type {OsdpReader} from './contract.js';

export interface OsdpCallButtonOptions {
  readonly id: DeviceId;
  readonly reader: OsdpReader;
  readonly clock: Clock;
  readonly listener: EmergencyButtonListener;
  /** Input of the reader that the button is wired to, from 0. */
  readonly input: number;
  /** Light that is the lamp, from 0; default 0. */
  readonly led?: number;
  /** Which of the readers of the unit; default 0. */
  readonly readerNo?: number;
}

interface Signal {
  readonly buzzer: boolean;
  readonly lamp: boolean;
}

const RETRY_MS: Millis = 1000;
const REFRESH_MS: Millis = 30_000;
const ACTIVE = 1;
const TONE_OFF = 1;
const TONE_DEFAULT = 2;

/**
 * A call button on an input of a reader, with the reader's sounder and one of its lights as signal. An
 * input that is active when the reader comes back counts as pressed: one call too many is cheaper than
 * one too few. `assumed:` an input that is neither inactive nor active has a broken loop.
 */
export class OsdpCallButton implements EmergencyButton {
  readonly id: DeviceId;
  readonly #options: OsdpCallButtonOptions;
  readonly #signal: LastValueWriter<Signal>;
  readonly #leave: () => void;
  #line: ButtonLine | undefined;
  #isActive = false;

  constructor(options: OsdpCallButtonOptions) {
    const {id, reader, clock, listener} = options;
    this.id = id;
    this.#options = options;
    this.#signal = new LastValueWriter({
      name: `signal ${id}`,
      clock,
      settleMs: 0,
      retryMs: RETRY_MS,
      refreshMs: REFRESH_MS,
      send: signal => this.#send(signal),
    });
    this.#leave = reader.listen({
      onInput: (input, value, atMs) => {
        if (input === options.input) this.#read(value, atMs);
      },
      onHealth: health => {
        this.#signal.follow(health);
        listener.onHealth(health);
      },
    });
  }

  get line(): ButtonLine | undefined {
    return this.#line;
  }

  signal(state: Signal): void {
    this.#signal.set(state);
  }

  close(): void {
    this.#signal.close();
    this.#leave();
  }

  #read(value: number, atMs: Millis): void {
    const {listener} = this.#options;
    const isActive = value === ACTIVE;
    const line = value > ACTIVE ? 'open' : 'ok';
    if (isActive && !this.#isActive) listener.onPress(1, atMs);
    this.#isActive = isActive;
    if (line === this.#line) return;
    this.#line = line;
    listener.onLine(line);
  }

  async #send({buzzer, lamp}: Signal): Promise<boolean> {
    const {reader, led = 0, readerNo = 0} = this.#options;
    const {red, black} = LED_COLOURS;
    const results = await Promise.all([
      reader.buzz({
        ...{reader: readerNo, tone: buzzer ? TONE_DEFAULT : TONE_OFF},
        ...{on100ms: 5, off100ms: 5, count: 0},
      }),
      reader.setLed({
        ...{reader: readerNo, led, tempCode: 1, tempOn100ms: 0, tempOff100ms: 0},
        ...{tempOnColour: black, tempOffColour: black, tempTime100ms: 0},
        ...{permCode: 1, permOn100ms: 5, permOff100ms: lamp ? 5 : 0},
        ...{permOnColour: lamp ? red : black, permOffColour: black},
      }),
    ]);
    return results.every(result => result === 'done' || result === 'refused');
  }
}
