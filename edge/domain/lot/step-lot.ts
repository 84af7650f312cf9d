import type {BayId, CollectorId} from '../../../protocols/site/ids.js';
import {feedActuation} from '../actuation/actuation-flow.js';
import {settleActuation} from '../actuation/settle-flow.js';
import {onAdmission} from '../alarms/admission-flow.js';
import {onAlarmAction, onAlarmTimer, onCallTold, onPress} from '../alarms/alarm-flow.js';
import {onDevice, onLine, onLineSettled, onLockHealth, onSealFault} from '../alarms/health-flow.js';
import {endAtPlace, endByCard} from '../alarms/place-end.js';
import {judgeStorage, onStorage} from '../alarms/storage-flow.js';
import {haltShower, onShowerTimer, onStall} from '../bath/shower-flow.js';
import type {CallInput} from '../calls/call-input.js';
import {keepPressCount, onCallCare, onCallNews} from '../calls/care-flow.js';
import {onCareTimer} from '../calls/care-timer.js';
import {beginSafeActions} from '../calls/safe-actions.js';
import {onBoardsTimer} from '../calls/stations-flow.js';
import {isWalkPress} from '../calls/walk-flow.js';
import {onLockIdentity} from '../commissioning/commissioning-flow.js';
import {onFire} from '../fire/fire-flow.js';
import {onGate} from '../gate/gate-flow.js';
import {onLockoutTimer} from '../lockout/lockout-flow.js';
import {onCodeUnread, onIdleScreen} from '../pipeline/post-screen.js';
import {
  onCard,
  onCardGone,
  onForgetSwipes,
  onReadError,
  onReread,
  onShown,
  onVerifyTimer,
} from '../pipeline/swipe-flow.js';
import {
  onEnterTimer,
  onGrantsChanged,
  onVacantTimer,
  onWindowTimer,
  reviewVacancy,
} from '../session/session-flow.js';
import {onPlate} from '../session/stranger-flow.js';
import {onLockReading, onOccupancy, publishBays} from './bay-flow.js';
import {onBoot} from './boot-flow.js';
import type {LotContext, LotInput, LotStep, LotTimer} from './contract.js';
import type {BayState, CollectorState, LotState} from './lot-state.js';
import {onOrder} from './order-flow.js';
import {Turn} from './turn.js';

/**
 * The lot decides: an input goes in, the next state comes out with facts and records to commit and
 * effects to carry out after the commit, in order. Pure: the same arguments give the same step.
 */
export function stepLot(state: LotState, input: LotInput, context: LotContext): LotStep<LotState> {
  const turn = new Turn(state, context);
  dispatch(turn, input);
  for (let finished = turn.nextFinished(); finished; finished = turn.nextFinished()) {
    settleActuation(turn, finished);
  }
  for (const bay of [...turn.touched]) reviewVacancy(turn, bay);
  publishBays(turn);
  return turn.result();
}

function dispatch(turn: Turn, input: LotInput): void {
  switch (input.kind) {
    case 'card':
    case 'shown':
    case 'codeUnread':
    case 'cardGone':
    case 'readError':
    case 'reread':
    case 'press':
    case 'sealFault':
    case 'stall':
      atCollector(turn, input.collector, at => onPost(turn, at, input));
      return;
    case 'lockReading':
    case 'lockIdentity':
    case 'lockHealth':
      atBay(turn, input.bay, bay => onLock(turn, bay, input));
      return;
    case 'commandOutcome':
      atBay(turn, input.bay, bay => onOutcome(turn, bay, input));
      return;
    case 'occupancy':
    case 'plate':
      atBay(turn, input.bay, bay => onCar(turn, bay, input));
      return;
    case 'partHealth':
    case 'deviceEvent':
    case 'deviceFact':
    case 'deviceFault':
      onDevice(turn, input);
      return;
    case 'line':
      onLine(turn, input);
      return;
    case 'admission':
    case 'fire':
    case 'gate':
    case 'grantsChanged':
      onNews(turn, input);
      return;
    case 'timer':
      onTimer(turn, input.timer);
      return;
    case 'order':
      onOrder(turn, input);
      return;
    case 'alarmAction':
      onAlarmAction(turn, input);
      return;
    case 'storageSlow':
    case 'storage':
      onStore(turn, input);
      return;
    case 'boot':
    case 'offTime':
      onBoot(turn, input);
      return;
    default:
      onCall(turn, input);
  }
}

type PostInput = Extract<
  LotInput,
  {
    kind:
      | 'card'
      | 'shown'
      | 'codeUnread'
      | 'cardGone'
      | 'readError'
      | 'reread'
      | 'press'
      | 'sealFault'
      | 'stall';
  }
>;

function onPost(turn: Turn, at: CollectorState, input: PostInput): void {
  switch (input.kind) {
    case 'card':
      if (!endByCard(turn, at, input.card)) onCard(turn, at, input.card);
      return;
    case 'shown':
      onShown(turn, at, input.shown);
      return;
    case 'codeUnread':
      onCodeUnread(turn, at);
      return;
    case 'cardGone':
      onCardGone(turn, at, input.uid);
      return;
    case 'readError':
      onReadError(turn, at, input.error);
      return;
    case 'reread':
      onReread(turn, at, input.card);
      return;
    case 'press':
      onButton(turn, at, input.presses);
      return;
    case 'sealFault':
      onSealFault(turn, at.config.id, input.fault);
      return;
    case 'stall':
      onStall(turn, input);
      return;
  }
}

/** From outside the lot. */
function onNews(
  turn: Turn,
  input: Extract<LotInput, {kind: 'admission' | 'fire' | 'gate' | 'grantsChanged'}>,
): void {
  if (input.kind === 'admission') onAdmission(turn, input);
  else if (input.kind === 'fire') onFire(turn, input);
  else if (input.kind === 'gate') onGate(turn, input);
  else onGrantsChanged(turn);
}

function onButton(turn: Turn, at: CollectorState, presses: number): void {
  const {id} = at.config;
  if (presses > 0 && isWalkPress(turn, id)) return;
  const call = onPress(turn, id, presses);
  haltShower(turn, id, 'emergency');
  // Last: nothing that is set off by a call may keep it from being raised.
  if (call) beginSafeActions(turn, call);
}

function onCall(turn: Turn, input: CallInput): void {
  switch (input.kind) {
    case 'callTold':
      onCallTold(turn, input.call);
      return;
    case 'callCare':
      onCallCare(turn, input);
      return;
    case 'resetKey':
      endAtPlace(turn, {end: 'reset_key', person: input.person, where: input.collector});
      return;
    case 'pressCount':
      keepPressCount(turn, input.device, input.count);
      return;
    default:
      onCallNews(turn, input);
  }
}

function onStore(turn: Turn, input: Extract<LotInput, {kind: 'storage' | 'storageSlow'}>): void {
  if (input.kind === 'storage') onStorage(turn, input);
  else judgeStorage(turn, 'STORAGE_SLOW', input.isStanding, input.detail);
}

function onCar(
  turn: Turn,
  bay: BayState,
  input: Extract<LotInput, {kind: 'occupancy' | 'plate'}>,
): void {
  if (input.kind === 'plate') onPlate(turn, bay, input.plate);
  else onOccupancy(turn, bay, input.sensor);
}

function onLock(
  turn: Turn,
  bay: BayState,
  input: Extract<LotInput, {kind: 'lockReading' | 'lockIdentity' | 'lockHealth'}>,
): void {
  if (input.kind === 'lockReading') onLockReading(turn, bay, input.reading);
  else if (input.kind === 'lockIdentity') onLockIdentity(turn, bay, input.identity);
  else onLockHealth(turn, bay, input.health);
}

function onOutcome(
  turn: Turn,
  bay: BayState,
  {actuation, tryNo, outcome}: Extract<LotInput, {kind: 'commandOutcome'}>,
): void {
  if (bay.actuation?.row.id !== actuation) return;
  feedActuation(turn, bay.config.id, {kind: 'outcome', tryNo, outcome});
}

function onTimer(turn: Turn, timer: LotTimer): void {
  switch (timer.kind) {
    case 'verify':
      atCollector(turn, timer.collector, at => onVerifyTimer(turn, at));
      return;
    case 'reread':
      atCollector(turn, timer.collector, at => onReread(turn, at, undefined));
      return;
    case 'idleScreen':
      onIdleScreen(turn, timer.collector);
      return;
    case 'forgetSwipes':
      atCollector(turn, timer.collector, at => onForgetSwipes(turn, at, timer.uid));
      return;
    case 'actuation':
      feedActuation(turn, timer.bay, {kind: 'timer'});
      return;
    case 'vacant':
      onVacantTimer(turn, timer.bay);
      return;
    case 'enter':
      onEnterTimer(turn, timer.bay);
      return;
    case 'window':
      onWindowTimer(turn, timer.bay);
      return;
    case 'alarm':
      onAlarmTimer(turn, timer.alarm);
      return;
    case 'lockout':
      atCollector(turn, timer.collector, at => onLockoutTimer(turn, at.config.id));
      return;
    case 'shower':
      onShowerTimer(turn, timer.collector);
      return;
    case 'lineSettle':
      onLineSettled(turn, timer.line);
      return;
    case 'boards':
      onBoardsTimer(turn);
      return;
    case 'care':
      onCareTimer(turn);
      return;
  }
}

/** What names an unknown part is counted and dropped: a wrong wiring must not stop the lot. */
function atCollector(turn: Turn, id: CollectorId, act: (at: CollectorState) => void): void {
  const at = turn.collector(id);
  if (at) act(at);
  else turn.patch({strayInputs: turn.state.strayInputs + 1});
}

function atBay(turn: Turn, id: BayId, act: (bay: BayState) => void): void {
  const bay = turn.bay(id);
  if (bay) act(bay);
  else turn.patch({strayInputs: turn.state.strayInputs + 1});
}
