import type {DeviceHealth} from '../../../drivers/bus/contract.js';
import type {SealFault} from '../../../drivers/collector/contract.js';
import {MINUTE_MS} from '../../../protocols/base/units.js';
import {ALARM_RULES} from '../../../protocols/site/alarm-rules.js';
import type {CollectorId, DeviceId, LineId} from '../../../protocols/site/ids.js';
import type {DeviceFact, LotInput} from '../lot/contract.js';
import type {BayState} from '../lot/lot-state.js';
import type {Turn} from '../lot/turn.js';
import {clearAlarm, raiseAlarm} from './alarm-flow.js';

/** A line that came back gets this long until each of its devices has answered or is missed by itself. */
const LINE_SETTLE_MS = 10_000;
/** Refused frames that are journalled one by one; beyond, the open alarm says all there is to say. */
const MOST_SEAL_FACTS_PER_MIN = 60;

export function onLockHealth(turn: Turn, bay: BayState, reported: DeviceHealth): void {
  const {id, lock} = bay.config;
  const health = settledHealth(reported);
  if (health === undefined || health === bay.health) return;
  turn.patchBay(id, {health});
  if (bay.health === 'unknown' && health === 'ok') return;
  turn.fact('health', {device: lock, health, bays: [id]});
  if (health === 'ok') clearAlarm(turn, offlineLock(bay), 'recovered');
  else if (!isOnDownLine(turn, bay)) raiseOffline(turn, bay);
}

/** A command to a shared address might move the arm of somebody else. */
function markClash(turn: Turn, device: DeviceId, addressClash: boolean): void {
  for (const bay of turn.state.bays.values()) {
    if (bay.config.lock === device) turn.patchBay(bay.config.id, {addressClash});
  }
}

function onPartHealth(turn: Turn, input: Extract<LotInput, {kind: 'partHealth'}>): void {
  const {device, collector} = input;
  const health = settledHealth(input.health);
  const known = turn.state.partsOffline;
  if (health === undefined || (health === 'ok') !== known.has(device)) return;
  const parts = new Map(known);
  if (health === 'ok') parts.delete(device);
  else parts.set(device, collector);
  turn.patch({partsOffline: parts});
  turn.fact('health', {device, health, bays: []});
  if (health === 'ok') clearAlarm(turn, offlinePart(device, collector), 'recovered');
  else if (!isPartOnDownLine(turn, device)) raisePartOffline(turn, device, collector);
}

/** What a device tells beside its readings: its health, its faults, and what is kept as data alone. */
export function onDevice(
  turn: Turn,
  input: Extract<LotInput, {kind: 'partHealth' | 'deviceEvent' | 'deviceFact' | 'deviceFault'}>,
): void {
  switch (input.kind) {
    case 'partHealth':
      onPartHealth(turn, input);
      return;
    case 'deviceEvent':
      turn.fact('device.event', {device: input.device, event: input.event, data: input.data});
      return;
    case 'deviceFact':
      onFact(turn, input.fact);
      return;
    case 'deviceFault': {
      const {device, collector, fault, isStanding, detail} = input;
      const place = {kind: fault, device, ...(collector && {collector})};
      if (fault === 'ADDRESS_CLASH') markClash(turn, device, isStanding);
      if (isStanding) raiseAlarm(turn, {...place, detail});
      else if (ALARM_RULES[fault].selfClears) clearAlarm(turn, place, 'recovered');
    }
  }
}

function onFact(turn: Turn, fact: DeviceFact): void {
  switch (fact.kind) {
    case 'occupancy':
      turn.fact('occupancy', fact.body);
      return;
    case 'override':
      turn.fact('override', fact.body);
      return;
    default:
      turn.fact('command', fact.body);
  }
}

/** One alarm for a dead line, not one for each device on it. */
export function onLine(turn: Turn, input: Extract<LotInput, {kind: 'line'}>): void {
  const {line, down, bays, devices} = input;
  if (down === turn.state.linesDown.has(line)) return;
  const linesDown = new Map(turn.state.linesDown);
  if (down) linesDown.set(line, {bays, devices});
  else linesDown.delete(line);
  turn.patch({linesDown});
  turn.fact('health', {device: line, health: down ? 'offline' : 'ok', bays});
  const place = {kind: 'BUS_DOWN', device: line} as const;
  if (!down) {
    clearAlarm(turn, place, 'recovered');
    turn.startTimer({kind: 'lineSettle', line}, LINE_SETTLE_MS);
    return;
  }
  for (const id of bays) {
    const bay = turn.bay(id);
    if (bay) clearAlarm(turn, offlineLock(bay), 'part of BUS_DOWN');
  }
  for (const [part, collector] of turn.state.partsOffline) {
    if (!isPartOnDownLine(turn, part)) continue;
    clearAlarm(turn, offlinePart(part, collector), 'part of BUS_DOWN');
  }
  const silent = bays.length > 0 ? bays : devices;
  raiseAlarm(turn, {...place, detail: `line ${line} is silent: ${silent.join(', ')}`});
}

/** Whoever is still silent after the line came back is missed in his own name. */
export function onLineSettled(turn: Turn, line: LineId): void {
  if (turn.state.linesDown.has(line)) return;
  for (const bay of turn.state.bays.values()) {
    if (bay.health === 'offline' && !isOnDownLine(turn, bay)) raiseOffline(turn, bay);
  }
  for (const [part, collector] of turn.state.partsOffline) {
    if (!isPartOnDownLine(turn, part)) raisePartOffline(turn, part, collector);
  }
}

/** Five refused frames in a minute are somebody at work; a cable that babbles must not fill the disk. */
export function onSealFault(turn: Turn, id: CollectorId, fault: SealFault): void {
  const at = turn.collector(id);
  if (!at) return;
  const limit = turn.config.rules.sealFaultsPerMin;
  const most = Math.max(limit, MOST_SEAL_FACTS_PER_MIN);
  const before = at.sealFaults.filter(ms => turn.nowMs - ms < MINUTE_MS);
  if (before.length < most) turn.fact('seal.rejected', {collector: id, fault});
  const recent = [...before, turn.nowMs];
  turn.patchCollector(id, {sealFaults: recent.slice(-most)});
  if (recent.length < limit) return;
  const detail = `${id}: ${recent.length} refused frames within a minute, last ${fault}`;
  raiseAlarm(turn, {kind: 'SEAL_FAULT', collector: id, detail});
}

/** `suspect` is a miss or two: nobody is told yet. */
function settledHealth(health: DeviceHealth): 'ok' | 'offline' | undefined {
  return health === 'ok' || health === 'offline' ? health : undefined;
}

function offlineLock(bay: BayState) {
  return {kind: 'DEVICE_OFFLINE', bay: bay.config.id, device: bay.config.lock} as const;
}

function raiseOffline(turn: Turn, bay: BayState): void {
  const detail = `${bay.config.lock} (${bay.config.id}) does not answer`;
  raiseAlarm(turn, {...offlineLock(bay), detail});
}

type Part = DeviceId | CollectorId;

function offlinePart(device: Part, collector: CollectorId | undefined) {
  return {kind: 'DEVICE_OFFLINE', device, ...(collector && {collector})} as const;
}

function raisePartOffline(turn: Turn, device: Part, collector: CollectorId | undefined): void {
  raiseAlarm(turn, {...offlinePart(device, collector), detail: `${device} does not answer`});
}

function isOnDownLine(turn: Turn, bay: BayState): boolean {
  return [...turn.state.linesDown.values()].some(({bays}) => bays.includes(bay.config.id));
}

/** A display or button may share the line of the locks; a reader has a port of its own. */
function isPartOnDownLine(turn: Turn, part: string): boolean {
  return [...turn.state.linesDown.values()].some(({devices}) =>
    devices.some(device => device === part),
  );
}
