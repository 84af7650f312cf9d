import type {Millis} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';

/** `unknown` counts as open wherever water could be lost. */
export type ValvePosition = 'open' | 'closed' | 'unknown';

/**
 * `not_opened`, `not_closed`: no reading proved the order within 3 s. `leak`: water ran for 10 s through
 * a closed valve. `unreachable`: the link went while the valve was not known to be closed. `device`: the
 * device itself reports its valve as broken.
 */
export type ValveFault = 'not_opened' | 'not_closed' | 'leak' | 'unreachable' | 'device';

export interface WaterValveState {
  readonly position: ValvePosition;
  /** The last order was proved by a reading that came after it. */
  readonly confirmed: boolean;
  /** All that stand, in order of appearance. */
  readonly faults: readonly ValveFault[];
}

export interface WaterValveListener {
  onValve(state: WaterValveState, atMs: Millis): void;
  /** VALVE_FAULT of the lot, raised and taken back. */
  onValveFault(fault: ValveFault, isStanding: boolean): void;
  /** Opened, and no water within 10 s: the valve is being closed again (B8). */
  onNoFlow(atMs: Millis): void;
}

/** A valve that nobody can leave open: whoever opens it says for how long. */
export interface WaterValve {
  readonly id: DeviceId;
  readonly state: WaterValveState;
  /** Open, or stay open, for `forMs` from now. False: out of reach or closing, and nothing was ordered. */
  open(forMs: Millis): boolean;
  close(): void;
}
