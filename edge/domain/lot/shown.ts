import type {CardPresented} from '../../../drivers/collector/contract.js';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import type {CardUid} from '../../../protocols/site/ids.js';
import type {Reason} from '../../../protocols/site/reasons.js';

/** What a genuine token says. */
export interface TokenClaim {
  /** Names the token among those that were used. */
  readonly id: string;
  /** Of the grant. */
  readonly number: string;
  readonly validFrom: UnixMillis;
  readonly validUntil: UnixMillis;
  readonly isOneUse: boolean;
  /** Collectors by the bits of a mask (bit 0 is number 1), or one bay by its number. */
  readonly doors:
    | {readonly kind: 'mask'; readonly mask: number}
    | {readonly kind: 'point'; readonly number: number};
  /** What stands behind a token that changes every 30 s; undefined behind all others. */
  readonly rotation: TokenRotation | undefined;
}

/** A proof over the body of its token, made with the secret of the holder. */
export interface TokenRotation {
  readonly body: Uint8Array;
  readonly proof: Uint8Array;
}

interface CodeName {
  /** A keyed digest of what was shown, in the place of a card's number. */
  readonly uid: CardUid;
}

export type TokenShown = CodeName &
  (
    | {readonly kind: 'token'; readonly claim: TokenClaim}
    /** Not ours, not for here, or not genuine: what of it is for the journal alone. */
    | {readonly kind: 'badToken'; readonly reason: Reason}
  );

export interface CodeShown extends CodeName {
  readonly kind: 'code';
  /** Its digest under this gateway's pepper. */
  readonly digest: string;
}

/** What a person shows at a collector. */
export type Shown =
  | {readonly kind: 'card'; readonly uid: CardUid; readonly card: CardPresented}
  | TokenShown
  | CodeShown;
