import type {Millis} from '../../../protocols/base/clock.js';
import type {SiteEventBodies} from '../../../protocols/site/events.js';
import type {Grant} from '../../../protocols/site/grant.js';
import type {Reason} from '../../../protocols/site/reasons.js';
import type {DisplayMessage, ToldReason} from '../lot/display-message.js';
import type {Shown} from '../lot/shown.js';
import type {Turn} from '../lot/turn.js';

const TOLD: Readonly<Partial<Record<Reason, boolean>>> = {
  NOT_YET_VALID: true,
  EXPIRED: true,
  REVOKED: true,
  BLOCKED: true,
  ALREADY_USED: true,
  OTHER_POINT: true,
  OTHER_SITE: true,
  NEEDS_GUARD: true,
} satisfies Record<ToldReason, boolean>;

/** Who shows what is unknown or no proof learns nothing but that it did not work. */
export function refusalScreen(
  shown: Shown,
  told: Reason | undefined,
  leftMs: Millis | undefined,
): DisplayMessage {
  const reason = told === 'NOT_FOUND' ? undefined : told;
  const isEarly = reason === 'NOT_YET_VALID' && leftMs !== undefined;
  if (shown.kind === 'card' && !isEarly) return {code: 'RESWIPE', reason};
  if (!reason || !isTold(reason)) return {code: 'NOT_VALID_HERE'};
  return {code: 'REFUSED', reason, ...(isEarly && {leftMs})};
}

/** How long it still is until the right begins; undefined when that has begun, or nobody knows the time. */
export function earlyBy({context}: Turn, grant: Grant | undefined): Millis | undefined {
  const {clk, utcMs} = context.timeOfDay();
  return grant && clk !== 'floor' && grant.validFrom > utcMs ? grant.validFrom - utcMs : undefined;
}

function isTold(reason: Reason): reason is ToldReason {
  return TOLD[reason] === true;
}

/** What the journal says of how far it was proven. */
export function assuranceOf(shown: Shown): SiteEventBodies['attempt.opened']['assurance'] {
  if (shown.kind === 'card') return shown.card.assurance.kind;
  return shown.kind === 'code' ? 'code' : 'token';
}
