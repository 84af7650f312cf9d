/** Keeps the screen of a board lit. Browsers allow it on loopback and https alone. @see EC-17 */
export class WakeLock {
  #lock;
  #isWanted = false;

  constructor() {
    document.addEventListener('visibilitychange', () => {
      if (this.#isWanted && document.visibilityState === 'visible') void this.hold();
    });
  }

  get isPossible() {
    return 'wakeLock' in navigator;
  }

  async hold() {
    this.#isWanted = true;
    if (!this.isPossible || (this.#lock && !this.#lock.released)) return;
    this.#lock = await navigator.wakeLock.request('screen').catch(() => undefined);
  }
}
