import type {SiteEventBodies} from '../../../protocols/site/events.js';
import type {Reason} from '../../../protocols/site/reasons.js';
import type {DisplayMessage, ToldReason} from '../lot/display-message.js';
import type {Shown} from '../lot/shown.js';

const TOLD: Readonly<Partial<Record<Reason, boolean>>> = {
  NOT_YET_VALID: true,
  EXPIRED: true,
  REVOKED: true,
  BLOCKED: true,
  ALREADY_USED: true,
  OTHER_POINT: true,
  NEEDS_GUARD: true,
} satisfies Record<ToldReason, boolean>;

/** Who shows what is unknown or no proof learns nothing but that it did not work. */
export function refusalScreen(shown: Shown, told: Reason | undefined): DisplayMessage {
  const reason = told === 'NOT_FOUND' ? undefined : told;
  if (shown.kind === 'card') return {code: 'RESWIPE', reason};
  return reason && isTold(reason) ? {code: 'REFUSED', reason} : {code: 'NOT_VALID_HERE'};
}

function isTold(reason: Reason): reason is ToldReason {
  return TOLD[reason] === true;
}

/** What the journal says of how far it was proven. */
export function assuranceOf(shown: Shown): SiteEventBodies['attempt.opened']['assurance'] {
  if (shown.kind === 'card') return shown.card.assurance.kind;
  return shown.kind === 'code' ? 'code' : 'token';
}
