import type {Clock, Millis} from '../../protocols/base/clock.js';

export interface WaterPipeOptions {
  readonly clock: Clock;
  /** Through an open valve; default 9000. */
  readonly flowMlPerMin?: number;
  /** From one end of the valve to the other; default 800. */
  readonly travelMs?: Millis;
  /** What has run through it when it was built in. */
  readonly totalMl?: number;
  /** The moment at which its valve is told something. */
  readonly onOrder?: ((order: 'open' | 'close') => void) | undefined;
}

/** What can be wrong. `stuck`: the valve stays where it is. `leakMlPerMin`: runs although it is shut. */
export interface PipeAilments {
  readonly stuck: boolean;
  readonly leakMlPerMin: number;
  /** Nothing comes out of the main. */
  readonly dry: boolean;
}

const UL_PER_ML = 1000;

/** Water in a pipe with a valve, for whatever meter counts it. Volumes are exact to a thousandth of a ml. */
export class WaterPipe {
  readonly #clock: Clock;
  readonly #flowMlPerMin: number;
  readonly #travelMs: Millis;
  readonly #onOrder: WaterPipeOptions['onOrder'];
  #isOpen = false;
  #movesTo: boolean | undefined;
  #movedMs: Millis = 0;
  #volumeUl: number;
  #countedMs: Millis;
  #ailments: PipeAilments = {stuck: false, leakMlPerMin: 0, dry: false};

  constructor(options: WaterPipeOptions) {
    const {clock, flowMlPerMin = 9000, travelMs = 800, totalMl = 0, onOrder} = options;
    this.#onOrder = onOrder;
    this.#clock = clock;
    this.#flowMlPerMin = flowMlPerMin;
    this.#travelMs = travelMs;
    this.#volumeUl = totalMl * UL_PER_ML;
    this.#countedMs = clock.nowMs();
  }

  order(order: 'open' | 'close'): void {
    this.#onOrder?.(order);
    this.#count();
    // What moves there already is not held up by being told again.
    if (this.#ailments.stuck || this.#movesTo === (order === 'open')) return;
    this.#movesTo = order === 'open';
    this.#movedMs = this.#clock.nowMs() + this.#travelMs;
  }

  ail(ailments: Partial<PipeAilments>): void {
    this.#count();
    this.#ailments = {...this.#ailments, ...ailments};
    if (this.#ailments.stuck) this.#movesTo = undefined;
  }

  get valve(): 'open' | 'closed' {
    this.#count();
    return this.#isOpen ? 'open' : 'closed';
  }

  get flowMlPerMin(): number {
    this.#count();
    return this.#rate();
  }

  /** All that ever ran through, in thousandths of a millilitre. */
  get volumeUl(): number {
    this.#count();
    return this.#volumeUl;
  }

  get totalMl(): number {
    return Math.floor(this.volumeUl / UL_PER_ML);
  }

  #rate(): number {
    const {dry, leakMlPerMin} = this.#ailments;
    if (dry) return 0;
    return this.#isOpen ? this.#flowMlPerMin : leakMlPerMin;
  }

  #count(): void {
    const nowMs = this.#clock.nowMs();
    if (this.#movesTo !== undefined && this.#movedMs <= nowMs) {
      this.#run(this.#movedMs);
      this.#isOpen = this.#movesTo;
      this.#movesTo = undefined;
    }
    this.#run(nowMs);
  }

  #run(untilMs: Millis): void {
    const forMs = Math.max(0, untilMs - this.#countedMs);
    this.#volumeUl += (this.#rate() * UL_PER_ML * forMs) / 60_000;
    this.#countedMs += forMs;
  }
}
