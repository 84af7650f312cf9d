import {ALARM_RULES} from '../../../protocols/site/alarm-rules.js';
import type {AlarmId, BayId} from '../../../protocols/site/ids.js';
import {startActuation} from '../actuation/actuation-flow.js';
import type {AlarmRecord} from '../alarms/alarm-record.js';
import {haltShower} from '../bath/shower-flow.js';
import type {Turn} from '../lot/turn.js';
import type {SafeAction} from './call-config.js';
import {callsConfigOf} from './call-flow.js';
import {logCall} from './call-log.js';

/** Set off what the owner wants set off by a call from here; the call itself is stored by now. */
export function beginSafeActions(turn: Turn, alarm: AlarmRecord): void {
  if (ALARM_RULES[alarm.kind].type !== 'emergency') return;
  for (const action of callsConfigOf(turn).safeActions) {
    if (action.collector === alarm.collector) beginSafeAction(turn, alarm.id, action);
  }
}

function beginSafeAction(turn: Turn, id: AlarmId, action: SafeAction): void {
  switch (action.kind) {
    case 'lower':
      for (const bay of action.bays) lower(turn, id, bay);
      return;
    case 'water_off':
      for (const stall of action.stalls) {
        haltShower(turn, stall, 'emergency');
        logNow(turn, id, {where: stall, note: 'water off'});
      }
      return;
    case 'switch_on':
      turn.effect({kind: 'callOutput', device: action.device, isOn: true});
      logNow(turn, id, {where: action.device, note: 'switched on'});
  }
}

/** Flat under the same interlocks as any order; one that moves down already is left alone. */
function lower(turn: Turn, id: AlarmId, bayId: BayId): void {
  const bay = turn.bay(bayId);
  const isDown = bay?.reading?.arm === 'down' && bay.actuation === undefined;
  if (!bay || isDown || bay.actuation?.row.desired === 'down') return;
  startActuation(turn, bayId, {
    desired: 'down',
    cause: {kind: 'safety', why: `call ${id}`},
    claim: {kind: 'safety'},
  });
  logNow(turn, id, {where: bayId, note: 'lowered'});
}

function logNow(
  turn: Turn,
  id: AlarmId,
  about: {readonly where: string; readonly note: string},
): void {
  const alarm = turn.state.alarms.get(id);
  if (alarm) logCall(turn, alarm, 'safe_action', about);
}
