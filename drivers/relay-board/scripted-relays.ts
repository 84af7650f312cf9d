import type {Clock} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';
import type {RelayBoard, RelayOutcome, RelayWatcher} from './contract.js';

/** Relays for unit tests of drivers: every order is written down and answered with `outcome`. */
export class ScriptedRelays implements RelayBoard {
  readonly id: DeviceId;
  /** `set 3 true`, `pulse 0 700`, in order. */
  readonly orders: string[] = [];
  readonly #clock: Clock;
  readonly #watchers = new Set<RelayWatcher>();
  health: DeviceHealth = 'ok';
  outputs: readonly boolean[] | undefined;
  outcome: RelayOutcome = 'proven';

  constructor(id: DeviceId, clock: Clock) {
    this.id = id;
    this.#clock = clock;
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  set(output: number, on: boolean): Promise<RelayOutcome> {
    this.orders.push(`set ${output} ${on}`);
    return Promise.resolve(this.outcome);
  }

  pulse(output: number, pulseMs: number): Promise<RelayOutcome> {
    this.orders.push(`pulse ${output} ${pulseMs}`);
    return Promise.resolve(this.outcome);
  }

  watch(watcher: RelayWatcher): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  close(): void {}

  tell(outputs: readonly boolean[]): void {
    this.outputs = outputs;
    for (const watcher of this.#watchers) watcher.onOutputs(outputs, this.#clock.nowMs());
  }

  turn(health: DeviceHealth): void {
    this.health = health;
    for (const watcher of this.#watchers) watcher.onHealth(health);
  }
}
