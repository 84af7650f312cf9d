import type {Clock} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';
import type {RelayBoard} from '../relay-board/contract.js';
import {HeldRelay} from '../relay-board/held-relay.js';
import type {Siren, SirenListener} from './contract.js';

export interface RelaySirenOptions {
  readonly id: DeviceId;
  readonly clock: Clock;
  readonly relays: RelayBoard;
  readonly output: number;
  readonly listener: SirenListener;
}

/** A sounder on a relay; refreshed every 30 s. Source: requirement EC-16 of the call ecosystem. */
export class RelaySiren implements Siren {
  readonly id: DeviceId;
  readonly #relays: RelayBoard;
  readonly #held: HeldRelay;
  readonly #leave: () => void;
  #isSounding: boolean | undefined;

  constructor(options: RelaySirenOptions) {
    const {id, clock, relays, output, listener} = options;
    this.id = id;
    this.#relays = relays;
    this.#held = new HeldRelay({name: `siren ${id}`, clock, relays, output});
    this.#leave = relays.watch({
      onOutputs: outputs => {
        const isSounding = outputs[output];
        if (isSounding === undefined || isSounding === this.#isSounding) return;
        this.#isSounding = isSounding;
        listener.onSounding(isSounding);
      },
      onHealth: health => listener.onHealth(health),
    });
  }

  get health(): DeviceHealth {
    return this.#relays.health;
  }

  sound(on: boolean): void {
    this.#held.set(on);
  }

  close(): void {
    this.#leave();
    this.#held.close();
  }
}
