import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {type MilesightModel, VS133_MODEL} from '../../protocols/milesight/channels.js';
import {encodeUplink} from '../../protocols/milesight/tlv.js';

export interface MilesightCounterOptions {
  readonly clock: Clock;
  /** Where its uplinks go: a broker, or a driver. */
  readonly send: (payload: Uint8Array) => void;
  readonly reportMs?: Millis;
  readonly totals?: {readonly in: number; readonly out: number};
}

const DEFAULT_REPORT_MS: Millis = 300_000;

/** A VS133 that reports its running totals every few minutes. */
export class MilesightCounter {
  readonly model: MilesightModel = VS133_MODEL;
  isUnplugged = false;
  readonly #options: MilesightCounterOptions;
  #in: number;
  #out: number;
  #timer: Timer | undefined;

  constructor(options: MilesightCounterOptions) {
    this.#options = options;
    this.#in = options.totals?.in ?? 0;
    this.#out = options.totals?.out ?? 0;
    this.#wait();
  }

  pass(way: 'in' | 'out', people = 1): void {
    if (way === 'in') this.#in += people;
    else this.#out += people;
  }

  reset(): void {
    this.#in = 0;
    this.#out = 0;
  }

  cover(isCovered: boolean): void {
    this.#send([['50FC', 0, 0, Number(isCovered)]]);
  }

  report(): void {
    const wrap = (total: number) => total % 2 ** this.model.totalBits;
    this.#send([
      ['03D2', wrap(this.#in)],
      ['04D2', wrap(this.#out)],
    ]);
  }

  close(): void {
    this.#timer?.cancel();
  }

  #send(entries: Parameters<typeof encodeUplink>[0]): void {
    if (!this.isUnplugged) this.#options.send(encodeUplink(entries, this.model));
  }

  #wait(): void {
    const {clock, reportMs = DEFAULT_REPORT_MS} = this.#options;
    this.#timer = clock.timer('uplink', reportMs, () => {
      this.report();
      this.#wait();
    });
  }
}
