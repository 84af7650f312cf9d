import type {Millis} from '../../protocols/base/clock.js';

/** What a device puts on the line, `afterMs` (its turnaround) after it heard the end of the request. */
export interface Transmission {
  readonly afterMs: Millis;
  readonly bytes: Uint8Array;
}

/** Names a device for faults of the line: a Modbus unit, or `osdp:5` and the like. */
export type LineAddress = number | string;

/** A slave on an RS-485 line. It sees bytes, never requests: whether they mean it is its own affair. */
export interface LineDevice {
  /** Names the device for faults of the line; the line itself delivers every frame to everyone. */
  readonly unit: LineAddress;
  /** `frame`: what the silence of t3.5 ended at `atMs`, damaged or not. Empty: the device stays silent. */
  receive(frame: Uint8Array, atMs: Millis): readonly Transmission[];
}
