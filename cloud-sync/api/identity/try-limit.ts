import type {Clock, Millis} from '../../../protocols/base/clock.js';
import {MINUTE_MS} from '../../../protocols/base/units.js';

export interface TryLimits {
  /** Of one address, or of one network of IPv6. */
  readonly perAddress: number;
  /** Of all together: what the database bears of them. */
  readonly overall: number;
}

const WINDOW_MS: Millis = MINUTE_MS;
/** Whoever rents a line gets so many of the eight groups of an IPv6 address to choose the rest himself. */
const NETWORK_GROUPS = 3;

/**
 * Bounds wrong tries within a minute, for each address and for all together: one that guesses locks himself
 * out, and nobody else. A try counts as wrong while nobody knows better, so that many at once get no further.
 */
export class TryLimit {
  readonly #clock: Clock;
  readonly #limits: TryLimits;
  /** No more entries than tries. */
  #byAddress = new Map<string, number>();
  #overall = 0;
  #fromMs: Millis = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, limits: TryLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Undefined: too many. Otherwise to be called when the try turned out to be none. */
  begin(address: string): (() => void) | undefined {
    this.#turnPage();
    const network = networkOf(address);
    const count = this.#byAddress.get(network) ?? 0;
    const {perAddress, overall} = this.#limits;
    if (count >= perAddress || this.#overall >= overall) return undefined;
    const counts = this.#byAddress;
    counts.set(network, count + 1);
    this.#overall += 1;
    return () => {
      // A new minute knows nothing of it.
      if (counts !== this.#byAddress) return;
      counts.set(network, (counts.get(network) ?? 1) - 1);
      this.#overall -= 1;
    };
  }

  #turnPage(): void {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#fromMs < WINDOW_MS) return;
    this.#fromMs = nowMs;
    this.#byAddress = new Map();
    this.#overall = 0;
  }
}

/** `1.2.3.4`, also where it comes as `::ffff:1.2.3.4`; of IPv6 the first three groups. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  const [head = '', tail = ''] = address.toLowerCase().split('::', 2);
  const [front, back] = [head, tail].map(text => text.split(':').filter(group => group !== ''));
  const missing = Math.max(0, 8 - (front?.length ?? 0) - (back?.length ?? 0));
  const groups = [...(front ?? []), ...Array<string>(missing).fill('0'), ...(back ?? [])];
  return groups
    .slice(0, NETWORK_GROUPS)
    .map(group => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
