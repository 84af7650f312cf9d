import type {UnixMillis} from '../../../protocols/base/clock.js';

/** What the store can be trusted with. */
export interface StorageState {
  /** `filling`: somebody is told. `full`: what room is left belongs to those who are in. */
  readonly room: 'ample' | 'filling' | 'full';
  /** False while what happens lives in memory only. */
  readonly isDurable: boolean;
  /** `uses_unsure`: nobody knows which one-entry grants were used. `lost`: there is nothing to decide by. */
  readonly grants: 'sure' | 'uses_unsure' | 'lost';
  /** Of rights that began before it nobody knows whether they were used; 0: of all it is known. */
  readonly usesSureFromMs: UnixMillis;
}
