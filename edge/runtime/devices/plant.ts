import type {Clock} from '../../../protocols/base/clock.js';
import {CounterHub, type CounterPlace} from './counter-hub.js';
import {DistanceHub} from './distance-hub.js';
import {PushHub} from './push-hub.js';
import {RelayHub, type RelayPlace} from './relay-hub.js';

export interface PlantOptions {
  readonly clock: Clock;
  readonly relayPlace: (board: string) => RelayPlace;
  readonly counterPlace: (board: string) => CounterPlace;
}

/** What several devices of a site use together: boards, lines of sensors, ports that devices post to. */
export class Plant {
  readonly relays: RelayHub;
  readonly counters: CounterHub;
  readonly distances: DistanceHub;
  readonly pushes: PushHub;

  constructor({clock, relayPlace, counterPlace}: PlantOptions) {
    this.relays = new RelayHub(clock, relayPlace);
    this.counters = new CounterHub(counterPlace);
    this.distances = new DistanceHub(clock);
    this.pushes = new PushHub(clock);
  }

  /** Once every device has said what it uses. */
  start(): void {
    this.counters.start();
    this.distances.start();
    this.pushes.start();
  }

  async close(): Promise<void> {
    this.relays.close();
    this.counters.close();
    this.distances.close();
    await this.pushes.close();
  }
}
