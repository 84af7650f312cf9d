import type {Millis} from '../../../protocols/base/clock.js';
import type {BayId, CollectorId, DeviceId} from '../../../protocols/site/ids.js';
import type {LotProfile, PostProfile} from '../policies/profiles.js';

export interface BayConfig {
  readonly id: BayId;
  readonly collector: CollectorId;
  /** That of its collector. */
  readonly profile: LotProfile;
  readonly zone: string;
  /** Under which a token names it. */
  readonly number?: number;
  readonly lock: DeviceId;
  /** The lock's full travel, one way. */
  readonly travelMs: Millis;
  /** False: no order raises it, hands or a spring do. */
  readonly canRaise: boolean;
}

export interface CollectorConfig {
  readonly id: CollectorId;
  /** By whose policy what is shown here is judged. */
  readonly profile: PostProfile;
  readonly zone: string;
  /** Its place in the mask of a token, 1-16. */
  readonly number?: number;
  /** Where to walk, as the arrow on another collector's display: `→`, `←`, `↑`, `↓`. */
  readonly arrow: string;
  /** `uid` lets a bare card number pass: an owner's explicit choice, shown on the page. */
  readonly minCardSecurity: 'uid' | 'proof';
}
