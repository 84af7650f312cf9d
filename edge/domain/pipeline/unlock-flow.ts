import type {Grant} from '../../../protocols/site/grant.js';
import type {AttemptId, CollectorId} from '../../../protocols/site/ids.js';
import {startActuation} from '../actuation/actuation-flow.js';
import {isFresh} from '../interlocks/interlocks.js';
import type {DisplayMessage} from '../lot/display-message.js';
import type {BayState} from '../lot/lot-state.js';
import type {Turn} from '../lot/turn.js';
import {beginStay} from '../session/session-flow.js';
import {isOwn} from './choose-bay.js';

/** Open `bay` under `grant`: by a command, or by finding it open. Returns what the display says meanwhile. */
export function unlock(
  turn: Turn,
  bay: BayState,
  grant: Grant,
  attempt: AttemptId,
): DisplayMessage {
  const bayId = bay.config.id;
  const underway = bay.actuation?.row.desired;
  if (underway === 'down' && isOwn(bay, grant)) return {code: 'OPENING', bay: bayId};
  const isDown = bay.reading?.arm === 'down' && isFresh(turn.view(bay), turn.nowMs);
  if (isDown && underway === undefined) {
    if (bay.session?.row.grant !== grant.id) {
      const {id, holder} = grant;
      const spends = grant.entries === 'one';
      beginStay(turn, bayId, {grant: id, holder, spends, actuation: null});
    }
    return {code: 'ALREADY_OPEN', bay: bayId};
  }
  startActuation(turn, bayId, {
    desired: 'down',
    cause: {kind: 'grant', grant: grant.id, attempt},
    claim: {
      kind: 'grant',
      grant: grant.id,
      holder: grant.holder,
      holderMask: grant.holderMask,
      oneEntry: grant.entries === 'one',
    },
  });
  return {code: 'OPENING', bay: bayId};
}

/** Where to walk: the right bay, its zone and collector, and the arrow towards it. */
export function guideTo(turn: Turn, bay: BayState): DisplayMessage {
  const {id, zone, collector} = bay.config;
  const arrow = turn.collector(collector as CollectorId)?.config.arrow ?? '';
  return {code: 'GUIDE', bay: id, zone, collector, arrow};
}
