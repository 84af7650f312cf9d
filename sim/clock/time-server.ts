/** What the system says of its wall clock: whether it follows a time server just now. */
export class TimeServer {
  isReached: boolean;

  constructor(isReached = true) {
    this.isReached = isReached;
  }

  ask(tell: (isSynchronised: boolean) => void): void {
    tell(this.isReached);
  }
}
