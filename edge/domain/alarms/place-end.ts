import type {CardPresented} from '../../../drivers/collector/contract.js';
import type {CallEnd} from '../../../protocols/site/calls.js';
import {asId, type CollectorId, type PersonId} from '../../../protocols/site/ids.js';
import {callsEndedAt} from '../calls/call-flow.js';
import type {CollectorState} from '../lot/lot-state.js';
import type {Turn} from '../lot/turn.js';
import {verifierOf} from '../pipeline/verifier-of.js';
import {verifyShown} from '../pipeline/verify.js';
import {actOnAlarm} from './alarm-flow.js';

/** How somebody at the place itself ends its calls. */
export interface PlaceEnd {
  readonly end: Extract<CallEnd, 'reset_key' | 'staff_card'>;
  /** Whose card it was; null: a key says nobody's name. */
  readonly person: PersonId | null;
  /** Post whose key or reader it was. */
  readonly where: CollectorId;
}

const STEPS = ['acknowledge', 'onsite', 'close'] as const;

/**
 * Whoever stands there has taken the call and attends it, whatever the boards know: each step that is missing is
 * journalled on the way to the end. Says whether there was a call to end.
 */
export function endAtPlace(turn: Turn, {end, person, where}: PlaceEnd): boolean {
  const calls = callsEndedAt(turn, where);
  for (const {id} of calls) {
    for (const action of STEPS) {
      const alarm = turn.state.alarms.get(id);
      if (!alarm || isPast(alarm.state, action)) continue;
      actOnAlarm(turn, alarm, {action, person, note: null, falseCall: false, end, where});
    }
  }
  return calls.length > 0;
}

function isPast(state: string, action: (typeof STEPS)[number]): boolean {
  if (action === 'acknowledge') return state === 'acked' || state === 'onsite';
  return action === 'onsite' && state === 'onsite';
}

/** A card of the staff at the reader of an open call is the end of it, and nothing else. */
export function endByCard(turn: Turn, at: CollectorState, card: CardPresented): boolean {
  const {id} = at.config;
  if (callsEndedAt(turn, id).length === 0) return false;
  const shown = {kind: 'card', uid: card.uid, card} as const;
  const verdict = verifyShown(verifierOf(turn, at), at.config, shown);
  if (verdict.kind !== 'granted') return false;
  const staff = verdict.grants.find(({kind}) => kind === 'staff');
  if (!staff) return false;
  return endAtPlace(turn, {end: 'staff_card', person: asId<PersonId>(staff.holder), where: id});
}
