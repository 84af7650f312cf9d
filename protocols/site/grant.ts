import type {UnixMillis} from '../base/clock.js';
import type {BayId, CardUid, CredentialId, GrantId, HolderId} from './ids.js';
import type {WeeklyWindow} from './windows.js';

export type GrantKind = 'park' | 'lease' | 'shower' | 'stay' | 'work' | 'staff';
export type GrantState = 'offered' | 'active' | 'suspended' | 'revoked' | 'ended';

/** What may be used up under a right at most: it was set aside before. @see requirements 6.3 */
export interface GrantBudget {
  readonly fen: number;
  readonly seconds: number;
  /** Water that is hotter is not given under it, where a probe tells; left out: the limit of the house. */
  readonly mostMilliCelsius?: number | undefined;
  /** Water in all, in ml; left out: as much as the money buys. */
  readonly mostMl?: number | undefined;
}

/** The right of one holder to use points in a time: signed by the cloud, decided on by the edge. */
export interface Grant {
  readonly id: GrantId;
  /** 64-bit number unique on the site, in decimal: what a QR token can hold. */
  readonly number: string;
  readonly kind: GrantKind;
  readonly holder: HolderId;
  /** What staff may see of the holder: `陈** 138****5678`. */
  readonly holderMask: string;
  readonly credentials: readonly CredentialId[];
  readonly points: readonly BayId[];
  readonly validFrom: UnixMillis;
  readonly validUntil: UnixMillis;
  /** Inside `validFrom..validUntil`, only these hours in the site's zone; empty = always. */
  readonly weekly: readonly WeeklyWindow[];
  readonly entries: 'one' | 'multi';
  /** Left out: what is used is billed, or free. */
  readonly budget?: GrantBudget | undefined;
  /** Of the cars that come under it, as plates are compared; left out, or none: whatever car comes is its holder's. */
  readonly plates?: readonly string[] | undefined;
  readonly state: GrantState;
  /** Counts up with each change of this grant. */
  readonly rev: number;
  /** Past this instant a gateway that has not heard of the grant again denies it (lease of 30 days). */
  readonly leaseUntil: UnixMillis;
}

export type CredentialState = 'active' | 'suspended' | 'revoked' | 'consumed';

/** An IC card by its number. */
export interface CardCredential {
  readonly kind: 'card';
  readonly id: CredentialId;
  readonly holder: HolderId;
  readonly uid: CardUid;
  /** The card's own 16-byte secret in hex; absent for cards that can prove nothing. Encrypted at rest. */
  readonly secretHex: string | undefined;
  readonly state: CredentialState;
  readonly rev: number;
}

/** A code of digits for a keypad. The digits themselves never leave the cloud and the person. */
export interface CodeCredential {
  readonly kind: 'code';
  readonly id: CredentialId;
  readonly holder: HolderId;
  /**
   * 64 hex digits of scrypt (`protocols/credential/keypad-code`) on the wire. A gateway keeps it under a
   * pepper of its own, as `p` and 64 hex digits: no row of its database can be searched for the code.
   */
  readonly digest: string;
  /** Of the salt. Codes of an older epoch than the newest at a gateway are dead. */
  readonly epoch: number;
  readonly uses: 'one' | 'multi';
  readonly state: CredentialState;
  readonly rev: number;
}

/** A signed QR token that was handed out, so that it can be withdrawn or replaced before its end. */
export interface QrCredential {
  readonly kind: 'qr';
  readonly id: CredentialId;
  readonly holder: HolderId;
  /** First second of the token: it tells apart the tokens of one grant. */
  readonly validFrom: UnixMillis;
  /** 16 bytes in hex that the holder's phone has too, for a token that rotates. Encrypted at rest. */
  readonly secretHex: string | undefined;
  readonly state: CredentialState;
  readonly rev: number;
}

/** A key under which QR tokens for this site are signed; it comes the way of the grants. */
export interface TokenIssuer {
  readonly id: string;
  /** As tokens name it, 0-255. */
  readonly kid: number;
  /** Ed25519 public key, 32 bytes in hex. */
  readonly publicKeyHex: string;
  readonly rev: number;
}

/** What a person shows: one grant may be had by several. */
export type Credential = CardCredential | CodeCredential | QrCredential;
