import type {LockReading} from '../../../drivers/parking-lock/contract.js';
import {clearAlarm, openAlarm, raiseAlarm} from '../alarms/alarm-flow.js';
import type {BayState} from './lot-state.js';
import type {Turn} from './turn.js';

/** requirements E23, in percent. */
const WARN_AT = 20;
const WITHDRAW_AT = 10;
/** A battery recovers a little when it rests: so much above a threshold the state behind it ends. */
const RECOVERED_BY = 5;

/** The battery of a lock at rest; under its motor the voltage sags and says little. */
export function judgeBattery(turn: Turn, bay: BayState, reading: LockReading): void {
  const {supplyPercent} = reading;
  if (supplyPercent === undefined || reading.arm === 'moving' || bay.actuation) return;
  const {id, lock} = bay.config;
  const batteryEmpty = supplyPercent <= WITHDRAW_AT + (bay.batteryEmpty ? RECOVERED_BY : 0);
  if (batteryEmpty !== bay.batteryEmpty) turn.patchBay(id, {batteryEmpty});
  const place = {kind: 'BATTERY_LOW', bay: id, device: lock} as const;
  const isOpen = openAlarm(turn, place) !== undefined;
  if (supplyPercent > WARN_AT + RECOVERED_BY && isOpen) clearAlarm(turn, place, 'recovered');
  if (supplyPercent > WARN_AT || isOpen) return;
  raiseAlarm(turn, {...place, detail: `${lock} (${id}): battery at ${supplyPercent} %`});
}
