import type {AlarmId, BayId} from '../../protocols/site/ids.js';
import type {AlarmActionResult, OrderResult} from '../domain/lot/contract.js';
import type {Problem} from './request-guard.js';

/** An HTTP answer to an action: the lot's own result, and what to mend where it was not carried out. */
export interface ActionAnswer {
  readonly status: 200 | 202 | 400 | 404 | 409;
  readonly json: {readonly result: AlarmActionResult | OrderResult; readonly error?: Problem};
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
  result: AlarmActionResult | OrderResult,
  where: string,
  expected: string,
  got: string,
): ActionAnswer {
  return {status, json: {result, error: {where, expected, got}}};
}
