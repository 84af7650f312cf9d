/** What the system says of its wall clock: whether it follows a time server just now. */
export class TimeServer {
  isReached = true;

  ask(tell: (isSynchronised: boolean) => void): void {
    tell(this.isReached);
  }
}
