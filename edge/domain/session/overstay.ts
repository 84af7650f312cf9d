import type {Millis} from '../../../protocols/base/clock.js';
import {DAY_MS} from '../../../protocols/base/units.js';
import type {Grant} from '../../../protocols/site/grant.js';
import type {BayId} from '../../../protocols/site/ids.js';
import {MOVE_AHEAD_MS} from '../../../protocols/site/stay-rules.js';
import {clearAlarm, openAlarm, raiseAlarm} from '../alarms/alarm-flow.js';
import type {SessionRecord} from '../lot/contract.js';
import type {Turn} from '../lot/turn.js';
import {surelyReachedMs} from '../time/validity.js';

/**
 * A stay beyond its end on a bay that another tenant is due on calls the guard, with or without a cloud, and
 * stands until the car is gone or its time is longer: also he who got another bay was kept waiting by it.
 * @see requirements E28
 */
export function judgeOverstay(turn: Turn, bayId: BayId, stay: SessionRecord): void {
  const place = {kind: 'OVERSTAY', bay: bayId} as const;
  if (stay.phase !== 'overtime') {
    clearAlarm(turn, place, stay.phase);
    return;
  }
  const inMs = openAlarm(turn, place) ? undefined : dueInMs(turn, bayId, stay);
  if (inMs === undefined) return;
  if (inMs <= MOVE_AHEAD_MS) {
    raiseAlarm(turn, {...place, detail: `${bayId}: the time is over, and the next tenant is due`});
  } else {
    turn.startTimer({kind: 'window', bay: bayId}, Math.min(DAY_MS, inMs - MOVE_AHEAD_MS));
  }
}

/** How long until somebody else may come; 0 or less: he may by now. Undefined: nobody has a right here. */
function dueInMs(turn: Turn, bayId: BayId, stay: SessionRecord): Millis | undefined {
  const reachedMs = surelyReachedMs(turn.context.timeOfDay());
  const {grants} = turn.context;
  const isWaiting = ({id, holder, state, validUntil, entries}: Grant): boolean =>
    id !== stay.grant &&
    holder !== stay.holder &&
    state === 'active' &&
    validUntil > reachedMs &&
    !grants.isRevoked(id) &&
    !(entries === 'one' && grants.isUsed(id));
  const starts = grants
    .grantsAt(bayId)
    .filter(isWaiting)
    .map(({validFrom}) => validFrom - reachedMs);
  return starts.length === 0 ? undefined : Math.min(...starts);
}
