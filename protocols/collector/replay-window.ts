const WIDTH = 64n;
const WIDTH_MASK = (1n << WIDTH) - 1n;

/**
 * Which counters of a sender were already taken. A plain value: store it together with whatever an
 * accepted frame caused (`formatReplayWindow`), and a restart lets no old frame in again.
 */
export interface ReplayWindow {
  /** The highest counter taken; 0 before the first. */
  readonly highest: bigint;
  /** Bit n set: counter `highest - n` was taken. */
  readonly seen: bigint;
}

export const EMPTY_REPLAY_WINDOW: ReplayWindow = {highest: 0n, seen: 0n};

/**
 * Take a counter once. Gives the new window, or undefined when the counter was taken before or is 64
 * or more behind the highest. Frames may come out of order within the window. Only for a counter
 * whose frame proved genuine, or a forger could push the window past the real sender.
 * @see RFC 4303, 3.4.3 (anti-replay window)
 */
export function takeCounter(window: ReplayWindow, counter: bigint): ReplayWindow | undefined {
  if (counter > window.highest) {
    const ahead = counter - window.highest;
    const kept = ahead < WIDTH ? (window.seen << ahead) & WIDTH_MASK : 0n;
    return {highest: counter, seen: kept | 1n};
  }
  const behind = window.highest - counter;
  if (behind >= WIDTH) return undefined;
  const bit = 1n << behind;
  return (window.seen & bit) === 0n ? {...window, seen: window.seen | bit} : undefined;
}

/** `highest/seen` in hex, to be stored. */
export function formatReplayWindow(window: ReplayWindow): string {
  return `${window.highest.toString(16)}/${window.seen.toString(16)}`;
}

/** What `formatReplayWindow` wrote; undefined for any other text. */
export function parseReplayWindow(text: string): ReplayWindow | undefined {
  const [, highest, seen] = /^([0-9a-f]{1,16})\/([0-9a-f]{1,16})$/.exec(text) ?? [];
  if (highest === undefined || seen === undefined) return undefined;
  return {highest: BigInt(`0x${highest}`), seen: BigInt(`0x${seen}`)};
}
