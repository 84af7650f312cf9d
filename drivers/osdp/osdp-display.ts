import type {Clock, Millis} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';
import type {Display, DisplayListener, Screen} from '../display/contract.js';
import {LastValueWriter} from '../lifecycle/last-value-writer.js';
import {toAscii} from './ascii.js';
import type {OsdpReader} from './contract.js';

export interface OsdpDisplayOptions {
  readonly id: DeviceId;
  readonly reader: OsdpReader;
  readonly clock: Clock;
  readonly listener: DisplayListener;
  /** Characters in a row; default 16. `assumed:` what the standard counts text capabilities in. */
  readonly columns?: number;
  /** Which of the readers of the unit; default 0. */
  readonly readerNo?: number;
}

const DEFAULT_COLUMNS = 16;
const SETTLE_MS: Millis = 30;
const RETRY_MS: Millis = 1000;
const REFRESH_MS: Millis = 30_000;
/** Stays until something else is shown, and is cut, not wrapped. */
const PERMANENT = 1;

/**
 * The text of a reader as a display of two rows, padded with blanks so that nothing of the last screen
 * stays. ASCII alone: what cannot be shown loses its marks or becomes `?`, see `toAscii`. The tone of a
 * screen is not shown. Source: device notes 2.3 (TEXT).
 */
export class OsdpDisplay implements Display {
  readonly id: DeviceId;
  readonly #options: OsdpDisplayOptions;
  readonly #writer: LastValueWriter<Screen>;
  readonly #leave: () => void;

  constructor(options: OsdpDisplayOptions) {
    this.id = options.id;
    this.#options = options;
    this.#writer = new LastValueWriter({
      name: `display ${options.id}`,
      clock: options.clock,
      settleMs: SETTLE_MS,
      retryMs: RETRY_MS,
      refreshMs: REFRESH_MS,
      send: screen => this.#send(screen),
    });
    this.#leave = options.reader.listen({onHealth: health => this.#turn(health)});
  }

  show(screen: Screen): void {
    this.#writer.set(screen);
  }

  close(): void {
    this.#writer.close();
    this.#leave();
  }

  async #send(screen: Screen): Promise<boolean> {
    const {reader, columns = DEFAULT_COLUMNS, readerNo = 0} = this.#options;
    const results = await Promise.all(
      screen.lines.map((line, index) => {
        const text = toAscii(line).slice(0, columns).padEnd(columns);
        const place = {
          reader: readerNo,
          mode: PERMANENT,
          tempSeconds: 0,
          row: index + 1,
          column: 1,
        };
        return reader.showText(place, text);
      }),
    );
    // A refused row is one that the reader does not have: asking again would not make it one.
    return results.every(result => result === 'done' || result === 'refused');
  }

  #turn(health: DeviceHealth): void {
    this.#writer.follow(health);
    this.#options.listener.onHealth(health);
  }
}
