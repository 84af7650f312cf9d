import type {Millis} from '../../../protocols/base/clock.js';
import type {BayId, CollectorId} from '../../../protocols/site/ids.js';
import type {Reason} from '../../../protocols/site/reasons.js';

/**
 * Why a token or code opens nothing, as its holder may read it: of genuine ones, and `OTHER_SITE`, since which site
 * a token is for stands in it for all to read.
 */
export type ToldReason = Extract<
  Reason,
  | 'NOT_YET_VALID'
  | 'EXPIRED'
  | 'REVOKED'
  | 'BLOCKED'
  | 'ALREADY_USED'
  | 'OTHER_POINT'
  | 'OTHER_SITE'
  | 'NEEDS_GUARD'
>;

/** Of a shower: what ran, what it costs, and what is left of what was set aside. */
export interface ShowerShown {
  readonly ml: number;
  readonly fen: number;
  readonly leftFen: number;
}

/** Screen contents by meaning; words come from the dictionaries. */
export type DisplayMessage =
  /** `asks`: where cards open nothing. */
  | {readonly code: 'IDLE'; readonly asks?: 'code'}
  | {readonly code: 'CHECKING'}
  | {readonly code: 'OPENING'; readonly bay: BayId}
  | {readonly code: 'OPEN'; readonly bay: BayId}
  | {readonly code: 'ALREADY_OPEN'; readonly bay: BayId}
  | {
      readonly code: 'GUIDE';
      readonly bay: BayId;
      readonly zone: string;
      readonly collector: CollectorId;
      readonly arrow: string;
    }
  | {readonly code: 'RESWIPE'; readonly reason: Reason | undefined}
  /** A token or code, which says nothing of why. */
  | {readonly code: 'NOT_VALID_HERE'}
  /** A genuine token or code. */
  | {
      readonly code: 'REFUSED';
      readonly reason: ToldReason;
      /** Of one that comes too early: how long it still is until then. */
      readonly leftMs?: Millis;
    }
  | {readonly code: 'LOCKED_OUT'; readonly leftMs: Millis}
  | {readonly code: 'PRESS_EMERGENCY'}
  | {readonly code: 'ONE_CARD_PLEASE'}
  | {readonly code: 'HOLD_STILL'}
  /** A code that a scanner could not read. */
  | {readonly code: 'SHOW_AGAIN'}
  | {readonly code: 'CLOSING'; readonly bay: BayId}
  | {readonly code: 'REMOVE_CARD'}
  | {readonly code: 'SWIPE_AGAIN'}
  | {readonly code: 'BAY_OCCUPIED'; readonly bay: BayId; readonly alternative: BayId | undefined}
  | {readonly code: 'CAR_PRESENT'; readonly bay: BayId}
  /** A car stands in a bay that is not its own. */
  | {readonly code: 'WRONG_BAY'; readonly bay: BayId; readonly rightBay: BayId | undefined}
  | {readonly code: 'NOT_READY'; readonly bay: BayId}
  | {readonly code: 'NO_ENTRY'}
  /** The building burns. */
  | {readonly code: 'FIRE'}
  | {readonly code: 'STALL_FREE'}
  | {readonly code: 'STALL_OUT'}
  /** Staff cleans or flushes. */
  | {readonly code: 'STALL_SERVICE'}
  /** `warned`: the end is near, by what is left of the money or of the time. */
  | ({readonly code: 'SHOWER'; readonly warned: 'share' | 'time' | undefined} & ShowerShown)
  | ({readonly code: 'SHOWER_PAUSED'} & ShowerShown)
  | {readonly code: 'RINSE_OFFERED'}
  | {readonly code: 'RINSING'}
  | ({readonly code: 'SHOWER_OVER'} & ShowerShown)
  | {readonly code: 'CALL_SENT'}
  | {readonly code: 'STAFF_COMING'};
