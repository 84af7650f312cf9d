import type {CardVerdict} from '../../../drivers/collector/contract.js';
import type {BayId, CollectorId} from '../../../protocols/site/ids.js';
import type {Reason} from '../../../protocols/site/reasons.js';
import {entryDoubt} from '../alarms/storage-flow.js';
import {isFire} from '../fire/fire-state.js';
import {mayRaise} from '../interlocks/interlocks.js';
import type {DisplayMessage} from '../lot/display-message.js';
import type {BayState} from '../lot/lot-state.js';
import type {Turn} from '../lot/turn.js';
import {policyOf} from '../policies/policies.js';
import type {BayChoice} from './choose-bay.js';
import {guideTo} from './unlock-flow.js';

/** What becomes of somebody who has a right, at the bay that was chosen. */
export type Act =
  /** Like a failed verification: tried again if `retried`, and counted. */
  | {readonly kind: 'refuse'; readonly reason: Reason; readonly retried: boolean}
  /** Nobody's failure, but nothing moves. */
  | {
      readonly kind: 'tell';
      readonly verdict: Exclude<CardVerdict, 'allow'>;
      readonly reason: Reason;
      readonly bay: BayId;
      readonly message: DisplayMessage;
    }
  | {readonly kind: 'open'; readonly bay: BayState; readonly insteadOf: BayId | undefined}
  | {readonly kind: 'close'; readonly bay: BayState};

export function actOn(turn: Turn, collector: CollectorId, choice: BayChoice): Act {
  switch (choice.kind) {
    case 'nowhere':
      return {kind: 'refuse', reason: 'OTHER_SITE', retried: false};
    case 'elsewhere': {
      const message = guideTo(turn, choice.bay);
      return tell('redirect', 'OTHER_POINT', choice.bay, message);
    }
    case 'occupied': {
      const bay = choice.bay.config.id;
      const message = {code: 'BAY_OCCUPIED', bay, alternative: undefined} as const;
      return tell('deny', 'BAY_OCCUPIED', choice.bay, message);
    }
    case 'closed': {
      const doubt = entryDoubt(turn);
      return doubt
        ? tell('deny', doubt, choice.bay, {code: 'NO_ENTRY'})
        : tell('deny', 'NO_ADMISSION', choice.bay, notReady(choice.bay));
    }
    case 'untried':
      return tell('deny', 'UNCOMMISSIONED', choice.bay, notReady(choice.bay));
    case 'here': {
      const {bay, insteadOf} = choice;
      if (isFire(turn)) return tell('deny', 'FIRE', bay, {code: 'FIRE'});
      if (turn.view(bay).isWaking) return {kind: 'refuse', reason: 'DEVICE_OFFLINE', retried: true};
      return asksToClose(turn, collector, choice)
        ? closing(turn, bay)
        : {kind: 'open', bay, insteadOf};
    }
  }
}

/** His bay lies open and he has been in it: under a policy that closes so, he shows it to leave. */
function asksToClose(
  turn: Turn,
  collector: CollectorId,
  {bay, isOwn}: Extract<BayChoice, {kind: 'here'}>,
): boolean {
  const at = turn.collector(collector)?.config;
  if (!at || !policyOf(at).closesWhenShownAgain) return false;
  const isOpen = bay.reading?.arm === 'down' && bay.actuation === undefined;
  return isOwn && isOpen && bay.config.canRaise && bay.session?.entered === true;
}

/** The same interlocks as for everybody: whoever still stands on it is asked to drive out first. */
function closing(turn: Turn, bay: BayState): Act {
  const refusal = mayRaise(turn.view(bay), turn.nowMs);
  if (refusal === undefined) return {kind: 'close', bay};
  if (refusal === 'CAR_PRESENT') {
    return tell('deny', refusal, bay, {code: 'CAR_PRESENT', bay: bay.config.id});
  }
  return tell('deny', refusal === 'BUSY' ? 'DEVICE_FAULT' : refusal, bay, notReady(bay));
}

function tell(
  verdict: Exclude<CardVerdict, 'allow'>,
  reason: Reason,
  bay: BayState,
  message: DisplayMessage,
): Act {
  return {kind: 'tell', verdict, reason, bay: bay.config.id, message};
}

function notReady(bay: BayState): DisplayMessage {
  return {code: 'NOT_READY', bay: bay.config.id};
}
