/** How many counters one write to the disk buys. */
export const COUNTER_BLOCK = 1000n;

/**
 * The next counter of a sender of sealed frames. A counter must never come twice under one key, not
 * even after a crash: AES-GCM falls apart when an IV repeats. So the sender stores, before it uses
 * them, that all counters below `reservedBelow` may have been used, a block of 1000 at a time; after
 * a restart it goes on from there and the unused rest of the block is never sent. 64 bits outlast it.
 */
export interface SendCounter {
  readonly next: bigint;
  readonly reservedBelow: bigint;
}

export interface CounterTaken {
  readonly counter: bigint;
  readonly state: SendCounter;
  /** Must be on the disk before the frame with `counter` is sent; undefined = nothing to store. */
  readonly storeFirst: bigint | undefined;
}

/** Go on from what was stored last; 0 for a new key. */
export function resumeSendCounter(storedReservedBelow: bigint): SendCounter {
  return {next: storedReservedBelow, reservedBelow: storedReservedBelow};
}

/** Take the next counter for one frame. */
export function nextSendCounter(state: SendCounter): CounterTaken {
  const counter = state.next;
  const isCovered = counter < state.reservedBelow;
  const reservedBelow = isCovered ? state.reservedBelow : counter + COUNTER_BLOCK;
  return {
    counter,
    state: {next: counter + 1n, reservedBelow},
    storeFirst: isCovered ? undefined : reservedBelow,
  };
}
