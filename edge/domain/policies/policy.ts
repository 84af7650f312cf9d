import type {UnixMillis} from '../../../protocols/base/clock.js';
import type {Credential, Grant, GrantKind} from '../../../protocols/site/grant.js';
import type {LotContext} from '../lot/contract.js';
import type {WindowPlace} from '../time/validity.js';
import type {PostProfile} from './profiles.js';

/**
 * What is particular to one way of using a site; everything else is the one pipeline. A policy answers
 * questions about what it is handed: it keeps nothing, moves nothing, and no answer of it reaches an interlock.
 */
export interface Policy {
  readonly name: PostProfile;
  /** Kinds of grant that open something under this policy; the first is that of a right nobody here has heard of. */
  readonly grantKinds: ReadonlySet<GrantKind>;
  readonly credentialKinds: ReadonlySet<Credential['kind']>;
  windowPlace(grant: Grant, at: UnixMillis, context: LotContext): WindowPlace;
  /** A grant whose holder may come back: leaving is then only going away. */
  mayReturn(grant: Grant | undefined, at: UnixMillis): boolean;
  /** Shown again by whoever stands open here, it asks for the arm to rise. */
  readonly closesWhenShownAgain: boolean;
}
