import type {AlarmId, BayId, DeviceId} from '../../protocols/site/ids.js';
import type {AlarmActionResult, OrderResult} from '../domain/lot/contract.js';
import type {Problem} from './request-guard.js';
import type {DeviceActionResult, DeviceVerb} from './view.js';

type Result = AlarmActionResult | OrderResult | DeviceActionResult;

/** An HTTP answer to an action: the lot's own result, and what to mend where it was not carried out. */
export interface ActionAnswer {
  readonly status: 200 | 202 | 400 | 404 | 409;
  readonly json: {readonly result: Result; readonly error?: Problem};
}

export function alarmAnswer(alarm: AlarmId, result: AlarmActionResult): ActionAnswer {
  switch (result) {
    case 'done':
      return {status: 200, json: {result}};
    case 'UNKNOWN_ALARM':
      return refusal(404, result, 'alarm', 'an alarm that is not closed', alarm);
    case 'REASON_MISSING':
      return refusal(400, result, 'body.reason', 'why the alarm is closed', 'nothing');
    case 'NOT_STORED':
      return refusal(409, result, 'alarm', 'a disk that takes it; see storage', result);
    case 'NOT_AT_PLACE':
      return refusal(409, result, 'alarm', 'its end at the place, or by a supervisor', alarm);
    case 'NEEDS_NAME':
      return refusal(409, result, 'alarm', 'a person, not a shared account', alarm);
    case 'NOT_NOW':
      return refusal(409, result, 'alarm', 'a moment after the last tap', alarm);
    case 'WRONG_STATE':
      return refusal(409, result, 'alarm', 'acknowledge, then on site, then close', alarm);
  }
}

export function orderAnswer(bay: BayId, result: OrderResult): ActionAnswer {
  switch (result.kind) {
    case 'accepted':
      return {status: 202, json: {result}};
    case 'done':
      return {status: 200, json: {result}};
    case 'failed':
      return refusal(409, result, `bay ${bay}`, 'the lock to obey', result.why);
    case 'refused':
      return refusedOrder(bay, result);
  }
}

export function deviceAnswer(
  device: DeviceId,
  verb: DeviceVerb,
  result: DeviceActionResult,
): ActionAnswer {
  switch (result) {
    case 'done':
      return {status: 200, json: {result}};
    case 'UNKNOWN_DEVICE':
      return refusal(404, result, 'device', 'a device of this site', device);
    case 'UNFIT':
      return refusal(409, result, `device ${device}`, 'what a device of its kind can do', verb);
  }
}

function refusedOrder(bay: BayId, result: Extract<OrderResult, {kind: 'refused'}>): ActionAnswer {
  switch (result.reason) {
    case 'UNKNOWN_BAY':
      return refusal(404, result, 'bay', 'a bay of this site', bay);
    case 'REASON_MISSING':
      return refusal(400, result, 'body.reason', 'why the lock is moved', 'nothing');
    default:
      return refusal(409, result, `bay ${bay}`, 'an order that is safe now', result.reason);
  }
}

function refusal(
  status: 400 | 404 | 409,
  result: Result,
  where: string,
  expected: string,
  got: string,
): ActionAnswer {
  return {status, json: {result, error: {where, expected, got}}};
}
