import type {Millis} from '../../../protocols/base/clock.js';
import type {
  CardCredential,
  CodeCredential,
  Grant,
  QrCredential,
} from '../../../protocols/site/grant.js';
import type {BayId, CardUid, CredentialId, GrantId} from '../../../protocols/site/ids.js';

/** What the lot looks up but does not own. All answers come from memory, at once. */
export interface GrantBook {
  cardByUid(uid: CardUid): CardCredential | undefined;
  codeByDigest(digest: string): CodeCredential | undefined;
  /** Tokens of a grant that were handed out, as far as this gateway has heard. */
  qrsOf(grant: Grant): readonly QrCredential[];
  grantByNumber(number: string): Grant | undefined;
  grantById(id: GrantId): Grant | undefined;
  grantsOf(credential: CredentialId): readonly Grant[];
  /** Those that name a car by this very plate, normalised. */
  grantsOfPlate(plate: string): readonly Grant[];
  /** Those that open this place, in whatever state and whenever. */
  grantsAt(point: BayId): readonly Grant[];
  isRevoked(id: GrantId | CredentialId): boolean;
  /** A one-entry grant that has been used. */
  isUsed(grant: GrantId): boolean;
  /** A token or code that is good once and was used. */
  isSpent(id: string): boolean;
  /** How long ago the cloud last confirmed that this book is current. */
  ageMs(): Millis;
}
