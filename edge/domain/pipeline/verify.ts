import type {CardPresented} from '../../../drivers/collector/contract.js';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import type {CardCredential, Credential, Grant} from '../../../protocols/site/grant.js';
import type {CredentialId} from '../../../protocols/site/ids.js';
import type {Reason} from '../../../protocols/site/reasons.js';
import type {LotConfig, LotContext} from '../lot/contract.js';
import type {CodeShown, Shown, TokenClaim} from '../lot/shown.js';
import type {CollectorConfig} from '../lot/topology.js';
import type {Policy} from '../policies/policy.js';
import {isStanding, judgeTime, surelyReachedMs} from '../time/validity.js';
import {isRetried, seriesMs} from './retry-rules.js';
import {grantOf, narrowed, pointsOf, rotationDoubt} from './token-grant.js';

/** What the book says of a card: grants that are good now, best first, or why there is none. */
export type Verification =
  | {
      readonly kind: 'granted';
      readonly grants: readonly Grant[];
      readonly degraded: boolean;
      /** Good once: what its use is stored under. */
      readonly spends?: string;
    }
  | {
      readonly kind: 'refused';
      readonly reason: Reason;
      readonly grant: Grant | undefined;
      readonly retried: boolean;
      /** It is what it claims to be, or claims nothing for here, so its holder may learn why. */
      readonly genuine: boolean;
      readonly degraded: boolean;
    };

export interface Verifier {
  readonly config: LotConfig;
  readonly context: LotContext;
  readonly policy: Policy;
  /** False while nobody can tell, or keep, whether what is good once and good since `fromMs` was used. */
  canUseUp(fromMs: UnixMillis): boolean;
  /** The grant has an open stay here, so its one entry is this very one. */
  hasOpenStay(grant: Grant): boolean;
}

interface Refusal {
  readonly reason: Reason;
  readonly startsSoon: boolean;
}

/** One pipeline for all that a person can show: the credential by its kind, then its grants. */
export function verifyShown(
  verifier: Verifier,
  collector: CollectorConfig,
  shown: Shown,
): Verification {
  const {kind} = shown;
  const isToken = kind === 'token' || kind === 'badToken';
  if (!verifier.policy.credentialKinds.has(isToken ? 'qr' : kind)) {
    return refuseFinally(verifier, 'NOT_FOUND', false);
  }
  switch (shown.kind) {
    case 'card':
      return verifyCard(verifier, collector, shown.card);
    case 'token':
      return verifyToken(verifier, shown.claim);
    case 'badToken':
      return refuseFinally(verifier, shown.reason, shown.reason === 'OTHER_SITE');
    case 'code':
      return verifyCode(verifier, shown);
  }
}

/** Whose car waits at a gate, by the plate that was surely read. It opens the gate, and nothing behind it. */
export function verifyPlate(verifier: Verifier, plate: string): Verification {
  const held = plate === '' ? [] : verifier.context.grants.grantsOfPlate(plate);
  return judgeGrants(verifier, held, () => false);
}

/** Which credential was shown: undefined when this gateway has never heard of it. */
export function credentialShown({grants}: LotContext, shown: Shown): CredentialId | undefined {
  switch (shown.kind) {
    case 'card':
      return grants.cardByUid(shown.uid)?.id;
    case 'code':
      return grants.codeByDigest(shown.digest)?.id;
    case 'badToken':
      return undefined;
    case 'token': {
      const {number, validFrom} = shown.claim;
      const grant = grants.grantByNumber(number);
      return grant && grants.qrsOf(grant).find(qr => qr.validFrom === validFrom)?.id;
    }
  }
}

/**
 * Credential, then proof, then grants. The proof comes before every other answer about the card: a
 * copied card learns nothing of the state of the original.
 */
function verifyCard(
  verifier: Verifier,
  collector: CollectorConfig,
  card: CardPresented,
): Verification {
  const {context} = verifier;
  const credential = context.grants.cardByUid(card.uid);
  if (!credential) return refuse(verifier, 'NOT_FOUND', false);
  const doubt = doubtOf(context, collector, card, credential);
  if (doubt) return refuse(verifier, doubt, doubt !== 'CLONE_SUSPECT');
  const barred = barredBy(context, credential);
  if (barred) return refuse(verifier, barred, true);
  return judgeGrants(verifier, context.grants.grantsOf(credential.id), isRetried);
}

/** A code is looked up once: repeats would only wait, and a code that is typed meanwhile would hide this one. */
function verifyCode(verifier: Verifier, {digest}: CodeShown): Verification {
  const {context} = verifier;
  const credential = context.grants.codeByDigest(digest);
  if (!credential) return refuseFinally(verifier, 'NOT_FOUND', false);
  const barred = barredBy(context, credential);
  if (barred) return refuseFinally(verifier, barred, true);
  const grants = context.grants.grantsOf(credential.id);
  const verdict = judgeGrants(verifier, grants, isSoonGood);
  if (credential.uses !== 'one') return verdict;
  // It may have been used under any of its grants.
  const fromMs = Math.min(...grants.map(({validFrom}) => validFrom)) as UnixMillis;
  return spendOnce(verifier, verdict, {id: credential.id, fromMs});
}

/**
 * A genuine token: its own time, then what is known of its grant, which may be nothing, since the token
 * holds the whole right. Both must allow it. Of a token that the cloud has told of, its grant alone says the
 * time: a lease that goes on needs no other token. @see requirements Q11
 */
function verifyToken(verifier: Verifier, shown: TokenClaim): Verification {
  const {context, config} = verifier;
  const known = context.grants.grantByNumber(shown.number);
  const claim = known && isToldOf(context, known, shown) ? inTimeOf(shown, known) : shown;
  const points = pointsOf(config, claim);
  const [kind = 'park'] = verifier.policy.grantKinds;
  const own = grantOf(claim, {points, kind, isHeardOf: known !== undefined});
  const early = judgeGrants(verifier, [own], isSoonGood);
  if (early.kind === 'refused') return early;
  const barred = known ? tokenBarredBy(context, known, shown) : rotationDoubt(context, claim);
  if (barred) return refuseFinally(verifier, barred, barred !== 'REPLAY');
  if (points.length === 0) return refuseFinally(verifier, 'OTHER_POINT', true);
  const verdict = known
    ? judgeGrants(verifier, [narrowed(known, claim, points)], isSoonGood)
    : early;
  if (!claim.isOneUse) return verdict;
  return spendOnce(verifier, verdict, {id: claim.id, fromMs: claim.validFrom});
}

function judgeGrants(
  verifier: Verifier,
  held: readonly Grant[],
  isRepeated: typeof isRetried,
): Verification {
  const {config, policy} = verifier;
  const known = held.filter(grant => policy.grantKinds.has(grant.kind));
  const refusals = new Map<Grant, Refusal>();
  for (const grant of known) {
    const refusal = refusalOf(verifier, grant);
    if (refusal) refusals.set(grant, refusal);
  }
  const good = known.filter(grant => !refusals.has(grant));
  if (good.length > 0) return {kind: 'granted', grants: good, degraded: isDegraded(verifier)};
  const {retryFinal} = config.rules.verify;
  const telling = mostTelling(refusals);
  const [grant, {reason, startsSoon}] = telling ?? [undefined, final('NOT_FOUND')];
  const retried = isRepeated(reason, startsSoon, retryFinal);
  return {kind: 'refused', reason, grant, retried, genuine: true, degraded: isDegraded(verifier)};
}

/** Of a token or code only the wait for its time is worth repeating. */
function isSoonGood(reason: Reason, startsSoon: boolean): boolean {
  return reason === 'NOT_YET_VALID' && startsSoon;
}

function spendOnce(
  verifier: Verifier,
  verdict: Verification,
  {id, fromMs}: {readonly id: string; readonly fromMs: UnixMillis},
): Verification {
  if (verdict.kind === 'refused') return verdict;
  if (!verifier.context.grants.isSpent(id)) {
    if (verifier.canUseUp(fromMs)) return {...verdict, spends: id};
    return refuseFinally(verifier, 'NEEDS_GUARD', true);
  }
  return refuseFinally(verifier, 'ALREADY_USED', true);
}

function refuseFinally(verifier: Verifier, reason: Reason, genuine: boolean): Verification {
  const degraded = isDegraded(verifier);
  return {kind: 'refused', reason, grant: undefined, retried: false, genuine, degraded};
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

function barredBy(context: LotContext, credential: Credential): Reason | undefined {
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

/** What this gateway has heard of the tokens of a grant: the newest replaces those before it. */
function tokenBarredBy(context: LotContext, grant: Grant, claim: TokenClaim): Reason | undefined {
  const issued = context.grants.qrsOf(grant);
  const own = issued.find(qr => qr.validFrom === claim.validFrom);
  if (own) return barredBy(context, own) ?? rotationDoubt(context, claim, own.secretHex);
  const isReplaced = issued.some(qr => qr.validFrom > claim.validFrom);
  return isReplaced ? 'REVOKED' : rotationDoubt(context, claim);
}

/** One that is good once is spent under a name that holds its time: that time stays. */
function isToldOf({grants}: LotContext, grant: Grant, {validFrom, isOneUse}: TokenClaim): boolean {
  return !isOneUse && grants.qrsOf(grant).some(qr => qr.validFrom === validFrom);
}

function inTimeOf(claim: TokenClaim, {validFrom, validUntil}: Grant): TokenClaim {
  return {...claim, validFrom, validUntil};
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

/** Past its lease, or by a lost clock, a grant may still be good, but this gateway cannot know: a person decides. */
function timeRefusal(verifier: Verifier, grant: Grant): Refusal | undefined {
  const {context, policy, config} = verifier;
  const time = context.timeOfDay();
  const placeAt = (at: UnixMillis) => policy.windowPlace(grant, at, context);
  const {validFrom, validUntil} = grant;
  const right = {validFrom, validUntil, isStanding: isStanding(grant), placeAt};
  switch (judgeTime(right, time, config.rules.floorGraceMs)) {
    case 'unsure':
      return final('NEEDS_GUARD');
    case 'after':
      return final('EXPIRED');
    case 'before':
    case 'outside': {
      const soon = (time.utcMs + seriesMs(config.rules.verify)) as UnixMillis;
      const startsSoon = placeAt(soon) === 'inside';
      return {reason: 'NOT_YET_VALID', startsSoon};
    }
    case 'inside':
      break;
  }
  if (surelyReachedMs(time) > grant.leaseUntil) return final('NEEDS_GUARD');
  if (grant.entries !== 'one' || verifier.hasOpenStay(grant)) return undefined;
  if (context.grants.isUsed(grant.id)) return final('ALREADY_USED');
  // By an older token, or by its card, it may have been used before this token began.
  const own = context.grants.grantById(grant.id);
  const fromMs = Math.min(validFrom, own?.validFrom ?? validFrom) as UnixMillis;
  return verifier.canUseUp(fromMs) ? undefined : final('NEEDS_GUARD');
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
