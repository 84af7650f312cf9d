import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import type {DeviceHealth} from '../bus/contract.js';
import {
  type LastValueInput,
  type LastValueState,
  newLastValue,
  stepLastValue,
} from './last-value-machine.js';

export interface LastValueOptions<Value> {
  readonly name: string;
  readonly clock: Clock;
  /** Give more important traffic of the same instant a head start, and let quick changes merge. */
  readonly settleMs: Millis;
  readonly retryMs: Millis;
  readonly refreshMs: Millis;
  /** Put the value on the wire; true when the device took it. Never rejects. */
  send(value: Value): Promise<boolean>;
}

/** Keeps a device on the newest value handed over. Runs the last-value machine on a clock. */
export class LastValueWriter<Value> {
  readonly #options: LastValueOptions<Value>;
  #state: LastValueState<Value> = newLastValue<Value>();
  #timer: Timer | undefined;
  #reachable = true;
  #closed = false;

  constructor(options: LastValueOptions<Value>) {
    this.#options = options;
  }

  /** Values are compared by identity: the same object again is no change. */
  set(value: Value): void {
    this.#take({kind: 'set', value});
  }

  /** Nothing is sent to a device that is offline; one that comes back is told its value again. */
  follow(health: DeviceHealth): void {
    if (health !== 'offline' && health !== 'ok') return;
    const reachable = health === 'ok';
    if (reachable === this.#reachable) return;
    this.#reachable = reachable;
    this.#take({kind: 'reachable', reachable});
  }

  /** The device has restarted and forgotten its value. */
  resend(): void {
    if (this.#reachable) this.#take({kind: 'reachable', reachable: true});
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #take(input: LastValueInput<Value>): void {
    if (this.#closed) return;
    const {state, effects} = stepLastValue(this.#state, input);
    this.#state = state;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'send':
          void this.#send(effect.value);
          break;
        case 'wait':
          this.#wait(this.#pauseMs(effect.pause));
          break;
        default:
          unreachable(effect, 'last value effect');
      }
    }
  }

  async #send(value: Value): Promise<void> {
    this.#timer?.cancel();
    const taken = await this.#options.send(value);
    this.#take({kind: 'sent', taken});
  }

  #wait(afterMs: Millis): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.timer(this.#options.name, afterMs, () =>
      this.#take({kind: 'due'}),
    );
  }

  #pauseMs(pause: 'settle' | 'retry' | 'refresh'): Millis {
    switch (pause) {
      case 'settle':
        return this.#options.settleMs;
      case 'retry':
        return this.#options.retryMs;
      case 'refresh':
        return this.#options.refreshMs;
      default:
        return unreachable(pause, 'pause');
    }
  }
}
