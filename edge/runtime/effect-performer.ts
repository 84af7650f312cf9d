import type {Collector} from '../../drivers/collector/contract.js';
import type {Screen} from '../../drivers/display/contract.js';
import type {ParkingLock} from '../../drivers/parking-lock/contract.js';
import {unreachable} from '../../protocols/base/errors.js';
import type {BayId, CollectorId, DeviceId} from '../../protocols/site/ids.js';
import type {RowValveEffect, WaterEffect} from '../domain/bath/contract.js';
import type {LotEffect, LotInput} from '../domain/lot/contract.js';
import type {Log} from '../platform/log.js';
import type {Language} from '../words/dictionary.js';
import {screenFor} from '../words/screens.js';
import type {LotTimers} from './lot-timers.js';
import type {OrderDesk} from './order-desk.js';

/** Hardware and people as the lot's effects reach them. */
export interface EffectTargets {
  readonly locks: ReadonlyMap<BayId, ParkingLock>;
  readonly collectors: ReadonlyMap<CollectorId, Collector>;
  readonly water: (effect: WaterEffect | RowValveEffect) => void;
  readonly timers: LotTimers;
  readonly language: Language;
  readonly log: Log;
  readonly dispatch: (input: LotInput) => void;
  /** Ask the cloud for grants that may be on their way; returns at once. */
  readonly pullGrants: () => void;
  readonly desk: OrderDesk;
  /** Open a gate for one car. */
  readonly letIn: (gate: DeviceId) => void;
  /** Set off a modem, a relay or a lamp for a call. */
  readonly callOutput: (device: DeviceId, isOn: boolean) => void;
  /** What the collector's display is asked to show, for the page. */
  readonly onScreen: (collector: CollectorId, screen: Screen) => void;
}

/** Carry out one effect of a committed step. Never throws, never waits: answers return as inputs. */
export function performEffect(effect: LotEffect, targets: EffectTargets): void {
  switch (effect.kind) {
    case 'lockCommand':
      sendLockCommand(effect, targets);
      return;
    case 'watchLock':
      targets.locks.get(effect.bay)?.watch(effect.fast);
      return;
    case 'water':
    case 'rowValve':
      targets.water(effect);
      return;
    case 'letIn':
      targets.letIn(effect.gate);
      return;
    case 'show':
      show(effect, targets);
      return;
    case 'signal':
      targets.collectors.get(effect.collector)?.signal({buzzer: effect.buzzer, lamp: effect.lamp});
      return;
    case 'answer':
      targets.collectors
        .get(effect.collector)
        ?.answer(effect.requestNo, effect.verdict, effect.reason);
      return;
    case 'reread':
      readAgain(effect, targets);
      return;
    case 'pullGrants':
      targets.pullGrants();
      return;
    case 'startTimer':
      targets.timers.start(effect.timer, effect.afterMs);
      return;
    case 'cancelTimer':
      targets.timers.cancel(effect.timer);
      return;
    case 'notify':
      targets.log.notice('alarm.call', {
        alarm: effect.alarm.id,
        kind: effect.alarm.kind,
        bay: effect.alarm.bay,
        collector: effect.alarm.collector,
        count: effect.alarm.count,
        contact: effect.contact,
      });
      return;
    case 'orderResult':
      targets.desk.onOrderResult(effect.order, effect.result);
      return;
    case 'callOutput':
      targets.callOutput(effect.device, effect.isOn);
      return;
    case 'callAnswer':
      targets.desk.onCallAnswer(effect.ask, effect.answer);
      return;
    case 'alarmResult':
      targets.desk.onAlarmResult(effect.alarm, effect.result);
      return;
    default:
      unreachable(effect, 'performEffect');
  }
}

function show(
  {collector, message}: Extract<LotEffect, {kind: 'show'}>,
  {collectors, language, onScreen}: EffectTargets,
): void {
  const screen = screenFor(message, language);
  collectors.get(collector)?.show(screen);
  onScreen(collector, screen);
}

function sendLockCommand(
  effect: Extract<LotEffect, {kind: 'lockCommand'}>,
  {locks, dispatch}: EffectTargets,
): void {
  const {bay, command, actuation, tryNo} = effect;
  const sent = locks.get(bay)?.command(command) ?? Promise.resolve('not_sent' as const);
  void sent.then(outcome => dispatch({kind: 'commandOutcome', bay, actuation, tryNo, outcome}));
}

function readAgain(
  {collector, uid}: Extract<LotEffect, {kind: 'reread'}>,
  {collectors, dispatch}: EffectTargets,
): void {
  const answered = collectors.get(collector)?.reread(uid) ?? Promise.resolve(undefined);
  void answered.then(card => dispatch({kind: 'reread', collector, card}));
}
