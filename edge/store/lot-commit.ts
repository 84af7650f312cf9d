import type {SiteFact} from '../../protocols/site/events.js';
import type {LotRecord} from '../domain/lot/contract.js';
import type {Stamp} from './stamp.js';

/** What one step of the lot leaves behind, and when it was. */
export interface LotCommit {
  readonly facts: readonly SiteFact[];
  readonly records: readonly LotRecord[];
  readonly stamp: Stamp;
}
