/** The fire alarm of a building, as its volt-free contact shows it: open with a fire, and open with a cut cable. */
export class FirePanel {
  #isFire = false;
  #isCut = false;

  /** How an input sees the contact. */
  get isClosed(): boolean {
    return !this.#isFire && !this.#isCut;
  }

  alarm(): void {
    this.#isFire = true;
  }

  reset(): void {
    this.#isFire = false;
  }

  cut(isCut: boolean): void {
    this.#isCut = isCut;
  }
}
