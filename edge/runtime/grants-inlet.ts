import type {GrantPart, PartTaken, StagedParts} from '../store/grant-staging.js';
import type {GrantStore, GrantsApplied, StoredDelta} from '../store/grant-store.js';

/** The grant store as grants come in: whatever changes it is told to the lot, after the commit. */
export class GrantsInlet {
  readonly #store: GrantStore;
  readonly #onChanged: () => void;

  constructor(store: GrantStore, onChanged: () => void) {
    this.#store = store;
    this.#onChanged = onChanged;
  }

  current(): {readonly ver: number; readonly hash: string} {
    return this.#store.current();
  }

  revocations(): number {
    return this.#store.revocations();
  }

  applyDelta(delta: StoredDelta): GrantsApplied {
    return this.#told(this.#store.applyDelta(delta));
  }

  staged(): StagedParts | undefined {
    return this.#store.staged();
  }

  takePart(part: GrantPart): PartTaken {
    return this.#told(this.#store.takePart(part));
  }

  applyRevocations(ver: number, ids: readonly string[]): void {
    this.#store.applyRevocations(ver, ids);
    this.#onChanged();
  }

  touch(): void {
    this.#store.touch();
  }

  #told<Result extends string>(result: Result): Result {
    if (result === 'applied') this.#onChanged();
    return result;
  }
}
