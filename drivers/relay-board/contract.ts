import type {Millis} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';

/**
 * What became of an order. `proven` and `contradicted`: the outputs were read back after it.
 * `acknowledged`: the board said yes, and no reading has told more. `unanswered`: sent, and nothing
 * known. `refused`: the board said no, or has no such output or pulse. `not_sent`: nothing left.
 */
export type RelayOutcome =
  | 'proven'
  | 'contradicted'
  | 'acknowledged'
  | 'unanswered'
  | 'refused'
  | 'not_sent';

/** Whoever uses some of the outputs. */
export interface RelayWatcher {
  /** Every valid reading of all outputs, changed or not. */
  onOutputs(outputs: readonly boolean[], atMs: Millis): void;
  onHealth(health: DeviceHealth): void;
}

/** `output_mode`: something besides our orders may move an output, and the board keeps it so. */
export type RelayFault = 'output_mode';

export interface RelayBoardListener extends RelayWatcher {
  onFault(fault: RelayFault, isStanding: boolean, detail: string): void;
}

/** Relays on a line. Outputs are numbered from 0. Every order goes out once. */
export interface RelayBoard {
  readonly id: DeviceId;
  readonly health: DeviceHealth;
  /** The newest reading of the outputs, however old. */
  readonly outputs: readonly boolean[] | undefined;
  set(output: number, on: boolean): Promise<RelayOutcome>;
  /** Close an output for `pulseMs`, timed by the board: it opens again though we die meanwhile. */
  pulse(output: number, pulseMs: Millis): Promise<RelayOutcome>;
  /** Hear of the outputs too; the returned function ends it. */
  watch(watcher: RelayWatcher): () => void;
  close(): void;
}

/** An output that is kept as it was last asked for, through losses and restarts of its board. */
export interface HeldOutput {
  set(on: boolean): void;
  close(): void;
}
