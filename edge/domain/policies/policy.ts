import type {UnixMillis} from '../../../protocols/base/clock.js';
import type {Credential, Grant, GrantKind} from '../../../protocols/site/grant.js';
import type {LotContext} from '../lot/contract.js';
import type {WindowPlace} from '../time/validity.js';

/** What is particular to one way of using a site; everything else is the one pipeline. */
export interface Policy {
  readonly name: string;
  /** Kinds of grant that open something under this policy. */
  readonly grantKinds: ReadonlySet<GrantKind>;
  readonly credentialKinds: ReadonlySet<Credential['kind']>;
  windowPlace(grant: Grant, at: UnixMillis, context: LotContext): WindowPlace;
  /** A grant whose holder may come back: leaving is then only going away. */
  mayReturn(grant: Grant | undefined, at: UnixMillis): boolean;
}
