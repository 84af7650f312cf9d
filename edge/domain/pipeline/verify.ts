import type {CardPresented} from '../../../drivers/collector/contract.js';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import type {CardCredential, Grant} from '../../../protocols/site/grant.js';
import type {Reason} from '../../../protocols/site/reasons.js';
import type {CollectorConfig, LotConfig, LotContext} from '../lot/contract.js';
import type {Policy} from '../policies/policy.js';
import {isRetried, seriesMs} from './retry-rules.js';

/** What the book says of a card: grants that are good now, best first, or why there is none. */
export type Verification =
  | {readonly kind: 'granted'; readonly grants: readonly Grant[]; readonly degraded: boolean}
  | {
      readonly kind: 'refused';
      readonly reason: Reason;
      readonly grant: Grant | undefined;
      readonly retried: boolean;
      /** The card is what it claims to be, so its holder may learn why. */
      readonly genuine: boolean;
      readonly degraded: boolean;
    };

export interface Verifier {
  readonly config: LotConfig;
  readonly context: LotContext;
  readonly policy: Policy;
  /** The grant has an open stay here, so its one entry is this very one. */
  hasOpenStay(grant: Grant): boolean;
}

interface Refusal {
  readonly reason: Reason;
  readonly startsSoon: boolean;
}

/**
 * Credential, then proof, then grants. The proof comes before every other answer about the card: a
 * copied card learns nothing of the state of the original.
 */
export function verifyCard(
  verifier: Verifier,
  collector: CollectorConfig,
  card: CardPresented,
): Verification {
  const {context, config} = verifier;
  const credential = context.grants.cardByUid(card.uid);
  if (!credential) return refuse(verifier, 'NOT_FOUND', false);
  const doubt = doubtOf(context, collector, card, credential);
  if (doubt) return refuse(verifier, doubt, doubt !== 'CLONE_SUSPECT');
  const barred = barredBy(context, credential);
  if (barred) return refuse(verifier, barred, true);
  const known = context.grants
    .grantsOf(credential.id)
    .filter(grant => verifier.policy.grantKinds.has(grant.kind));
  const refusals = new Map<Grant, Refusal>();
  for (const grant of known) {
    const refusal = refusalOf(verifier, grant);
    if (refusal) refusals.set(grant, refusal);
  }
  const good = known.filter(grant => !refusals.has(grant));
  if (good.length > 0) return {kind: 'granted', grants: good, degraded: isDegraded(verifier)};
  const telling = mostTelling(refusals);
  if (!telling) return refuse(verifier, 'NOT_FOUND', true);
  const [grant, {reason, startsSoon}] = telling;
  const retried = isRetried(reason, startsSoon, config.rules.verify.retryFinal);
  return {kind: 'refused', reason, grant, retried, genuine: true, degraded: isDegraded(verifier)};
}

function refuse(verifier: Verifier, reason: Reason, genuine: boolean): Verification {
  const retried = isRetried(reason, false, verifier.config.rules.verify.retryFinal);
  const degraded = isDegraded(verifier);
  return {kind: 'refused', reason, grant: undefined, retried, genuine, degraded};
}

function isDegraded({context, config}: Verifier): boolean {
  return context.grants.ageMs() > config.rules.freshForMs;
}

/** A wrong key proof or a sector that stays shut is a copy; a mere number is enough only where the owner says so. */
function doubtOf(
  context: LotContext,
  collector: CollectorConfig,
  card: CardPresented,
  credential: CardCredential,
): 'CLONE_SUSPECT' | 'NEEDS_GUARD' | undefined {
  const {secretHex} = credential;
  if (card.assurance.kind === 'sector') {
    return card.assurance.isGenuine ? undefined : 'CLONE_SUSPECT';
  }
  if (card.assurance.kind === 'proof' && secretHex !== undefined) {
    return context.proofHolds(card, secretHex) ? undefined : 'CLONE_SUSPECT';
  }
  return collector.minCardSecurity === 'uid' ? undefined : 'NEEDS_GUARD';
}

function barredBy(context: LotContext, credential: CardCredential): Reason | undefined {
  if (context.grants.isRevoked(credential.id)) return 'REVOKED';
  switch (credential.state) {
    case 'active':
      return undefined;
    case 'suspended':
      return 'BLOCKED';
    case 'revoked':
      return 'REVOKED';
    case 'consumed':
      return 'ALREADY_USED';
  }
}

function refusalOf(verifier: Verifier, grant: Grant): Refusal | undefined {
  const {context} = verifier;
  if (context.grants.isRevoked(grant.id)) return final('REVOKED');
  switch (grant.state) {
    case 'revoked':
      return final('REVOKED');
    case 'suspended':
      return final('BLOCKED');
    case 'ended':
      return final('EXPIRED');
    case 'offered':
      return final('NOT_FOUND');
    case 'active':
      return timeRefusal(verifier, grant);
  }
}

/** Past its lease a grant may still be good, but this gateway cannot know: a person decides. */
function timeRefusal(verifier: Verifier, grant: Grant): Refusal | undefined {
  const {context, policy, config} = verifier;
  const at = context.wallMs;
  switch (policy.windowPlace(grant, at, context)) {
    case 'after':
      return final('EXPIRED');
    case 'before':
    case 'outside': {
      const soon = (at + seriesMs(config.rules.verify)) as UnixMillis;
      const startsSoon = policy.windowPlace(grant, soon, context) === 'inside';
      return {reason: 'NOT_YET_VALID', startsSoon};
    }
    case 'inside':
      break;
  }
  if (at > grant.leaseUntil) return final('NEEDS_GUARD');
  const used = grant.entries === 'one' && context.grants.isUsed(grant.id);
  return used && !verifier.hasOpenStay(grant) ? final('ALREADY_USED') : undefined;
}

function final(reason: Reason): Refusal {
  return {reason, startsSoon: false};
}

/** Of several grants the one that can still become good, else the one that lasts longest. */
function mostTelling(refusals: ReadonlyMap<Grant, Refusal>): readonly [Grant, Refusal] | undefined {
  const rank = ([grant, refusal]: readonly [Grant, Refusal]) =>
    refusal.startsSoon || refusal.reason === 'NOT_FOUND'
      ? Number.POSITIVE_INFINITY
      : grant.validUntil;
  return [...refusals].sort((left, right) => rank(right) - rank(left))[0];
}
