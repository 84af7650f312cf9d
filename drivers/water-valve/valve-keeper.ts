import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {WaterValve, WaterValveListener, WaterValveState} from './contract.js';
import {
  canOpen,
  DEFAULT_VALVE_RULES,
  mayBeOpen,
  newValve,
  stepValve,
  type ValveInput,
  type ValveRules,
  valveDueMs,
  valveStateOf,
} from './valve-machine.js';

/** What became of an order. Of an unanswered one nobody knows whether it was heard; one not sent never left. */
export type ValveWrite = 'answered' | 'unanswered' | 'not_sent';

/** How a valve is moved and looked at; neither throws. */
export interface ValveActuator {
  /** Put the order on the wire once. */
  write(order: 'open' | 'close'): Promise<ValveWrite>;
  /** Read ahead of the sweep; the reading arrives like any other. */
  read(): void;
}

export interface ValveKeeperOptions {
  readonly id: DeviceId;
  readonly clock: Clock;
  readonly actuator: ValveActuator;
  readonly listener: WaterValveListener;
  readonly rules?: ValveRules;
}

/** A line that is not open yet takes no order: what shuts is said again until it has left. */
const CLOSE_AGAIN_MS: Millis = 100;

/** Carries out what the valve machine wants, for a valve behind whatever device. */
export class ValveKeeper implements WaterValve {
  readonly id: DeviceId;
  readonly #options: ValveKeeperOptions;
  readonly #rules: ValveRules;
  #state;
  #timer: Timer | undefined;
  #again: Timer | undefined;
  #closed = false;

  constructor(options: ValveKeeperOptions) {
    this.id = options.id;
    this.#options = options;
    this.#rules = options.rules ?? DEFAULT_VALVE_RULES;
    this.#state = newValve(options.clock.nowMs(), this.#rules);
    this.#wait();
  }

  get state(): WaterValveState {
    return valveStateOf(this.#state);
  }

  open(forMs: Millis): boolean {
    if (this.#closed || !canOpen(this.#state)) return false;
    this.#take({kind: 'open', forMs, atMs: this.#nowMs()});
    return this.#state.desired === 'open';
  }

  close(): void {
    this.#take({kind: 'close', atMs: this.#nowMs()});
  }

  /** What a poll of the device said of its valve. */
  onReading(reading: Omit<Extract<ValveInput, {kind: 'reading'}>, 'kind'>): void {
    this.#take({kind: 'reading', ...reading});
  }

  onLost(): void {
    this.#take({kind: 'lost', atMs: this.#nowMs()});
  }

  /**
   * The driver goes: a valve that may be open is told to close, unproved. Settles when the order has
   * left; a line that is closed before would swallow it.
   */
  async shutDown(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#timer?.cancel();
    this.#again?.cancel();
    if (!mayBeOpen(this.#state)) return;
    for (let tries = 0; tries < this.#rules.tries; tries += 1) {
      if ((await this.#options.actuator.write('close')) !== 'unanswered') return;
    }
  }

  #nowMs(): Millis {
    return this.#options.clock.nowMs();
  }

  #take(input: ValveInput): void {
    if (this.#closed) return;
    const {state, effects} = stepValve(this.#state, input, this.#rules);
    this.#state = state;
    this.#wait();
    const {actuator, listener} = this.#options;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'write':
          void this.#write(effect.order);
          break;
        case 'read':
          actuator.read();
          break;
        case 'changed':
          listener.onValve(effect.state, input.atMs);
          break;
        case 'fault':
          listener.onValveFault(effect.fault, effect.isStanding);
          break;
        case 'noFlow':
          listener.onNoFlow(input.atMs);
          break;
        default:
          unreachable(effect, 'valve effect');
      }
    }
  }

  /** A later order makes the end of an earlier write void. */
  async #write(order: 'open' | 'close'): Promise<void> {
    const {orderedMs, desired} = this.#state;
    const outcome = await this.#options.actuator.write(order);
    const isNewest = this.#state.orderedMs === orderedMs && this.#state.desired === desired;
    if (!isNewest || this.#closed) return;
    if (outcome !== 'not_sent') {
      const isAnswered = outcome === 'answered';
      this.#take({kind: 'written', isAnswered, atMs: this.#nowMs()});
    } else if (order === 'close' && mayBeOpen(this.#state)) this.#writeAgain();
  }

  #writeAgain(): void {
    const {clock, id} = this.#options;
    this.#again?.cancel();
    this.#again = clock.timer(`valve again ${id}`, CLOSE_AGAIN_MS, () => void this.#write('close'));
  }

  #wait(): void {
    this.#timer?.cancel();
    const dueMs = valveDueMs(this.#state, this.#rules);
    if (dueMs === undefined) return;
    const {clock, id} = this.#options;
    this.#timer = clock.timer(`valve ${id}`, dueMs - clock.nowMs(), () =>
      this.#take({kind: 'due', atMs: clock.nowMs()}),
    );
  }
}
