import {raiseAlarm} from '../alarms/alarm-flow.js';
import {haltShower} from '../bath/shower-flow.js';
import type {LotInput} from '../lot/contract.js';
import type {Turn} from '../lot/turn.js';
import type {FirePanelConfig} from './fire-zone.js';

/**
 * Staff is called, and its alarm stays until a person ends it. What the panel opens is open by then: nobody waits for
 * a disk to get out. Locks stay as they are, showers run on unless the zone says stop.
 * Source: requirements E52; GB 50116-2013, 4.10.2.
 */
export function onFire(turn: Turn, {panel, isStanding}: Extract<LotInput, {kind: 'fire'}>): void {
  const zone = turn.config.firePanels?.find(one => one.panel === panel);
  if (!zone) {
    turn.patch({strayInputs: turn.state.strayInputs + 1});
    return;
  }
  turn.fact('device.event', {device: panel, event: 'fire', data: {isStanding}});
  const fires = new Set(turn.state.fires);
  if (isStanding) fires.add(panel);
  else fires.delete(panel);
  turn.patch({fires});
  if (!isStanding) return;
  raiseAlarm(turn, {kind: 'FIRE', device: panel, detail: detailOf(zone)});
  for (const stall of zone.stops) haltShower(turn, stall, 'emergency');
}

function detailOf({opens, stops}: FirePanelConfig): string {
  const water = stops.length > 0 ? `; water off: ${stops.join(', ')}` : '';
  return `held open: ${opens.join(', ') || 'nothing'}${water}`;
}
