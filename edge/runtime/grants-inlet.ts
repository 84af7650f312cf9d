import type {GrantStore, GrantsApplied, StoredDelta, StoredSnapshot} from '../store/grant-store.js';

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

  applySnapshot(snapshot: StoredSnapshot): GrantsApplied {
    return this.#told(this.#store.applySnapshot(snapshot));
  }

  applyRevocations(ver: number, ids: readonly string[]): void {
    this.#store.applyRevocations(ver, ids);
    this.#onChanged();
  }

  touch(): void {
    this.#store.touch();
  }

  #told(result: GrantsApplied): GrantsApplied {
    if (result === 'applied') this.#onChanged();
    return result;
  }
}
