import type {Millis} from '../../protocols/base/clock.js';
import type {LineAddress} from './line-device.js';

/** One sender's bytes on the wire, back to back. */
export interface Burst {
  readonly from: LineAddress | 'master';
  readonly startMs: Millis;
  readonly endMs: Millis;
  /** The burst's own copy: a collision changes it in place. */
  readonly bytes: Uint8Array;
}

/** Allows for rounding in sums of fractional milliseconds; a thousandth of a bit at 9600 baud. */
export const ROUNDING_MS: Millis = 1e-4;

export function overlaps(left: Burst, right: Burst): boolean {
  return left.startMs < right.endMs - ROUNDING_MS && right.startMs < left.endMs - ROUNDING_MS;
}

/**
 * Two senders at once: a driven zero wins over a one on either side, so every byte that shares the
 * wire becomes the AND of both. Bytes outside the overlap stay whole. False when they never met.
 */
export function collide(left: Burst, right: Burst): boolean {
  if (!overlaps(left, right)) return false;
  const leftBytes = left.bytes.slice();
  pullDown(left, right, right.bytes);
  pullDown(right, left, leftBytes);
  return true;
}

function pullDown(target: Burst, other: Burst, otherBytes: Uint8Array): void {
  const charMs = (target.endMs - target.startMs) / target.bytes.length;
  target.bytes.forEach((byte, index) => {
    const middleMs = target.startMs + (index + 0.5) * charMs;
    const facing = otherBytes[Math.floor((middleMs - other.startMs) / charMs)];
    if (facing !== undefined) target.bytes[index] = byte & facing;
  });
}
