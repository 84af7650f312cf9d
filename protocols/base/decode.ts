/**
 * Outcome of looking for one frame at the start of received bytes. Line noise is never an exception:
 *
 * - `frame`: a whole, checked frame; drop `used` bytes.
 * - `wait`: the bytes may become a frame; keep them and read on.
 * - `discard`: the first `used` bytes can never start a frame; drop them and look again. `why` is a
 *   short stable word (`crc`, `length`, `noise`, `foreign`) for counters and the wire trace.
 */
export type Decoded<Frame> =
  | {readonly kind: 'frame'; readonly frame: Frame; readonly used: number}
  | {readonly kind: 'wait'}
  | {readonly kind: 'discard'; readonly used: number; readonly why: string};
