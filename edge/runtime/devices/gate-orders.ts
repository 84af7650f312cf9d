import type {Barrier, BarrierReading} from '../../../drivers/barrier/contract.js';
import type {Clock, Millis, Timer} from '../../../protocols/base/clock.js';
import type {DeviceOrders, DeviceOutcome} from './site-device.js';

export interface GateOrdersOptions {
  readonly clock: Clock;
  readonly barrier: Pick<Barrier, 'id' | 'reading' | 'open' | 'close' | 'stay'>;
}

interface Waiting {
  readonly wish: 'open' | 'close';
  readonly over: (outcome: DeviceOutcome) => void;
  hasBegun: boolean;
  timer: Timer;
}

/** An order to close begins at once or never: later a car may come, and nobody thinks of it any more. */
const BEGINS_WITHIN_MS: Millis = 2000;
/** `assumed:` the gate's own times and some polls: 6 s up, twice 6 s down. */
const OVER_WITHIN_MS = {open: 8000, close: 14_000} as const;

/**
 * Orders for a gate from afar, which are over when its limits say so. The gate never comes down on a car
 * whoever asks; one to close is besides refused while somebody is below, and taken back when it cannot begin.
 */
export class GateOrders {
  readonly #options: GateOrdersOptions;
  readonly #waiting = new Set<Waiting>();

  constructor(options: GateOrdersOptions) {
    this.#options = options;
  }

  get orders(): DeviceOrders {
    return {
      open: {refusal: () => undefined, run: over => this.#run('open', over)},
      close: {refusal: () => this.#mayNotClose(), run: over => this.#run('close', over)},
    };
  }

  onReading({arm}: BarrierReading): void {
    for (const waiting of this.#waiting) {
      const {wish} = waiting;
      if (arm === (wish === 'open' ? 'opening' : 'closing')) this.#begun(waiting);
      else if (arm === (wish === 'open' ? 'open' : 'closed')) this.#end(waiting, {kind: 'done'});
      else if (wish === 'close' && waiting.hasBegun) {
        this.#options.barrier.stay();
        this.#end(waiting, {kind: 'failed', why: 'REOPENED'});
      }
    }
  }

  close(): void {
    for (const {timer} of this.#waiting) timer.cancel();
    this.#waiting.clear();
  }

  #mayNotClose(): string | undefined {
    const {arm, isOccupied} = this.#options.barrier.reading;
    if (isOccupied === undefined) return 'STATE_UNKNOWN';
    if (isOccupied) return 'CAR_PRESENT';
    return arm === 'opening' ? 'BUSY' : undefined;
  }

  #run(wish: 'open' | 'close', over: (outcome: DeviceOutcome) => void): void {
    const {barrier} = this.#options;
    if (wish === 'close' && barrier.reading.arm === 'closed') {
      over({kind: 'done'});
      return;
    }
    const waiting = {wish, over, hasBegun: wish === 'open'} as Waiting;
    const withinMs = wish === 'open' ? OVER_WITHIN_MS.open : BEGINS_WITHIN_MS;
    this.#wait(waiting, withinMs);
    this.#waiting.add(waiting);
    barrier[wish]();
  }

  #begun(waiting: Waiting): void {
    if (waiting.hasBegun) return;
    waiting.hasBegun = true;
    waiting.timer.cancel();
    this.#wait(waiting, OVER_WITHIN_MS[waiting.wish]);
  }

  #wait(waiting: Waiting, ms: Millis): void {
    const {clock, barrier} = this.#options;
    waiting.timer = clock.timer(`order for ${barrier.id}`, ms, () => this.#due(waiting));
  }

  #due(waiting: Waiting): void {
    const {barrier} = this.#options;
    if (waiting.wish === 'close') barrier.stay();
    if (!waiting.hasBegun) this.#end(waiting, {kind: 'failed', why: 'NOT_CLEAR'});
    else if (barrier.reading.arm === 'unknown')
      this.#end(waiting, {kind: 'unproven', why: 'NO_LIMIT'});
    else this.#end(waiting, {kind: 'failed', why: 'DEVICE_FAULT'});
  }

  #end(waiting: Waiting, outcome: DeviceOutcome): void {
    waiting.timer.cancel();
    this.#waiting.delete(waiting);
    waiting.over(outcome);
  }
}
