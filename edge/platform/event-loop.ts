/** Settles after everything that waits now has had its turn: streams, sockets, promises. */
export function yieldTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}
