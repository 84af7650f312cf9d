import {WaterPipe, type WaterPipeOptions} from './water-pipe.js';

export interface PulseMeterOptions extends WaterPipeOptions {
  /** Whole pulses a litre, such as 450 of a YF sensor. */
  readonly pulsesPerLitre: number;
  /** Where the counter of the board stands at power-up. */
  readonly count?: number;
  readonly counterBits?: 16 | 32;
}

/** A flow sensor on a counting input, and a latching valve that two relays pulse. */
export class PulseMeter {
  readonly pipe: WaterPipe;
  readonly pulses: {readonly order: 'open' | 'close'; readonly forMs: number}[] = [];
  readonly #pulsesPerLitre: number;
  readonly #modulus: number;
  #countAtZero: number;
  #zeroPulses = 0;

  constructor(options: PulseMeterOptions) {
    this.pipe = new WaterPipe(options);
    this.#pulsesPerLitre = options.pulsesPerLitre;
    this.#modulus = 2 ** (options.counterBits ?? 16);
    this.#countAtZero = options.count ?? 0;
  }

  /** What the board says: it runs over. */
  get count(): number {
    return (this.#countAtZero + this.#sensed() - this.#zeroPulses) % this.#modulus;
  }

  /** The board lost its power: it counts from 0. */
  reset(): void {
    this.#zeroPulses = this.#sensed();
    this.#countAtZero = 0;
  }

  /** A relay drives one coil; too short a pulse does not move the magnet. */
  pulse(order: 'open' | 'close', forMs: number): void {
    this.pulses.push({order, forMs});
    if (forMs >= 20) this.pipe.order(order);
  }

  #sensed(): number {
    return Math.floor((this.pipe.volumeUl * this.#pulsesPerLitre) / 1_000_000);
  }
}
