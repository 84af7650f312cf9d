/**
 * Thrown out of the work of a transaction that wants something which takes long to make: the transaction is
 * undone, `ready` makes it while others use the database, and the work runs again.
 */
export class NotReady extends Error {
  readonly ready: () => Promise<void>;
  /** Thrown instead when the work still wants more after many times. */
  readonly giveUp: Error;

  constructor(ready: () => Promise<void>, giveUp: Error) {
    super('not ready');
    this.ready = ready;
    this.giveUp = giveUp;
  }
}
