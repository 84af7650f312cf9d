import type {Notice} from '../../protocols/site/notice.js';

/** Where what the operator tells a lot lands at its gateway. */
export interface NoticeSink {
  /** Names the notices that are held. */
  held(): string;
  /** In place of all that were there. */
  take(notices: readonly Notice[]): void;
}
