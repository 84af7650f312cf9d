import type {BaySensorState} from '../../../drivers/bay-sensor/contract.js';
import type {ArmState, LockReading} from '../../../drivers/parking-lock/contract.js';
import {feedActuation, guardRaise} from '../actuation/actuation-flow.js';
import {clearAlarm, raiseAlarm} from '../alarms/alarm-flow.js';
import {isIncident, judgeIncident} from '../alarms/incident-flow.js';
import {isCommissioned} from '../commissioning/commissioning-flow.js';
import {feedSession, tellOccupancy} from '../session/session-flow.js';
import {judgeCar} from '../session/stranger-flow.js';
import {judgeBattery} from './battery-flow.js';
import {finishInterrupted} from './boot-flow.js';
import {type BayState, SURE_POLLS} from './lot-state.js';
import type {Turn} from './turn.js';

/** One poll. Most say nothing new, and those leave the state untouched. */
export function onLockReading(turn: Turn, bay: BayState, reading: LockReading): void {
  const id = bay.config.id;
  const news = !sameMeaning(bay.reading, reading);
  if (news) {
    const flipped = bay.reading?.vehicle !== reading.vehicle;
    const vehicleSinceMs = flipped ? reading.atMs : bay.vehicleSinceMs;
    turn.patchBay(id, {reading, vehicleSinceMs});
  }
  judgeBattery(turn, bay, reading);
  if (bay.goodPolls < SURE_POLLS) turn.patchBay(id, {goodPolls: bay.goodPolls + 1});
  if (bay.health === 'unknown') turn.patchBay(id, {health: 'ok'});
  if (bay.interrupted) finishInterrupted(turn, id, bay.interrupted, reading);
  if (bay.actuation) {
    guardRaise(turn, id);
    feedActuation(turn, id, {kind: 'reading', reading});
    return;
  }
  if (!news || bay.reading === undefined || bay.interrupted) return;
  judgeArm(turn, bay, bay.reading, reading);
  judgeTamper(turn, bay, reading);
}

export function onOccupancy(turn: Turn, bay: BayState, sensor: BaySensorState): void {
  const id = bay.config.id;
  const before = bay.sensor;
  const cycled = before?.occupancy === 'occupied' && sensor.occupancy === 'vacant';
  turn.patchBay(id, {
    ...{sensor, sensorSuspect: bay.sensorSuspect && !cycled},
    ...(cycled && {plate: undefined}),
  });
  if (sensor.fault === undefined) clearAlarm(turn, {kind: 'SENSOR_FAULT', bay: id}, 'recovered');
  else raiseAlarm(turn, {kind: 'SENSOR_FAULT', bay: id, detail: `${id}: sensor ${sensor.fault}`});
  guardRaise(turn, id);
  // What the first word after a start sees may have stood there all along, save where somebody is awaited.
  const wasSeenEmpty = before?.occupancy === 'vacant' || bay.session !== undefined;
  const drivenIn =
    wasSeenEmpty && before?.occupancy !== 'occupied' && sensor.occupancy === 'occupied';
  // First whose car it is: a stranger's begins no stay of a tenant.
  if (drivenIn) judgeCar(turn, id);
  tellOccupancy(turn, id);
}

/** `bay` facts for every bay that this turn changed in a way others can see. */
export function publishBays(turn: Turn): void {
  judgeIncident(turn);
  const isStopped = isIncident(turn);
  for (const id of turn.touched) {
    const bay = turn.bay(id);
    if (!bay) continue;
    const fact = publicState(bay, !isStopped && isCommissioned(turn.config, bay));
    if (bay.reading?.arm === 'moving' || sameFact(bay.published, fact)) continue;
    turn.patchBay(id, {published: fact});
    turn.fact('bay', fact);
  }
}

function publicState(bay: BayState, isOffered: boolean): NonNullable<BayState['published']> {
  const faults = bay.reading?.faults;
  const online = bay.health === 'ok';
  const sound =
    !faults?.motor &&
    !faults?.lowBattery &&
    !bay.sensorSuspect &&
    !bay.addressClash &&
    !bay.relockFailed &&
    !bay.batteryEmpty;
  return {
    bay: bay.config.id,
    arm: bay.reading?.arm ?? 'unknown',
    occupancy: bay.sensor?.occupancy ?? 'unknown',
    online,
    saleable: online && sound && isOffered && bay.sensor?.fault === undefined,
  };
}

function sameFact(left: BayState['published'], right: NonNullable<BayState['published']>): boolean {
  return (
    left !== undefined &&
    left.arm === right.arm &&
    left.occupancy === right.occupancy &&
    left.online === right.online &&
    left.saleable === right.saleable
  );
}

function sameMeaning(left: LockReading | undefined, right: LockReading): boolean {
  return (
    left !== undefined &&
    left.arm === right.arm &&
    left.vehicle === right.vehicle &&
    left.faults.motor === right.faults.motor &&
    left.faults.limitSwitch === right.faults.limitSwitch &&
    left.faults.lowBattery === right.faults.lowBattery &&
    left.faults.tamper === right.faults.tamper &&
    left.faults.overCurrent === right.faults.overCurrent
  );
}

/** An arm that changed without an order: a hand key, or force. */
function judgeArm(turn: Turn, bay: BayState, before: LockReading, now: LockReading): void {
  const id = bay.config.id;
  if (before.arm === now.arm) return;
  if (now.arm === 'forced') {
    const detail = `${id}: arm forced, was ${before.arm}`;
    raiseAlarm(turn, {kind: 'WRONG_STATE', bay: id, collector: bay.config.collector, detail});
    return;
  }
  if (now.arm === 'down' && settledArm(bay) !== 'down') {
    const detail = `${id}: opened without an order; which booking is it?`;
    raiseAlarm(turn, {kind: 'MANUAL_OPEN', bay: id, detail});
  }
  if (now.arm === 'up') feedSession(turn, id, {kind: 'raised'});
}

/** Where the arm last stood, as everybody was told. */
function settledArm(bay: BayState): ArmState {
  return (bay.published?.arm ?? 'unknown') as ArmState;
}

function judgeTamper(turn: Turn, bay: BayState, now: LockReading): void {
  if (!now.faults.tamper || bay.reading?.faults.tamper) return;
  const id = bay.config.id;
  raiseAlarm(turn, {kind: 'TAMPER', bay: id, detail: `${id}: housing opened`});
}
