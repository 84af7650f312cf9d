import type {CallAnswer, CallRefusal} from '../domain/calls/call-view.js';
import type {Problem} from './request-guard.js';

export interface CallHttpAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409;
  readonly json: {readonly result: CallAnswer; readonly error?: Problem};
}

const STATUS: Readonly<Record<CallRefusal, 400 | 403 | 404 | 409>> = {
  UNKNOWN_CALL: 404,
  UNKNOWN_DEVICE: 404,
  UNKNOWN_STATION: 404,
  TAKEN: 409,
  WRONG_STATE: 409,
  NOT_AT_PLACE: 403,
  NEEDS_NAME: 403,
  REASON_MISSING: 400,
  TOO_LONG: 400,
  NOT_NOW: 409,
  NOT_STORED: 409,
};

const EXPECTED: Readonly<Record<CallRefusal, string>> = {
  UNKNOWN_CALL: 'a call that is open',
  UNKNOWN_DEVICE: 'a device that calls come from',
  UNKNOWN_STATION: 'a board that the gateway has heard of',
  TAKEN: 'a call that nobody has taken',
  WRONG_STATE: 'acknowledge, then attend, then end',
  NOT_AT_PLACE: 'the end at the place, or a supervisor',
  NEEDS_NAME: 'a named person',
  REASON_MISSING: 'why, in words',
  TOO_LONG: 'at most 4 h',
  NOT_NOW: 'a test that does not run yet, or the end of one that does',
  NOT_STORED: 'a disk that takes it; see storage',
};

/** The desk's own answer, and what to mend where it was not carried out. */
export function callAnswer(where: string, result: CallAnswer): CallHttpAnswer {
  if (result.kind === 'done') return {status: 200, json: {result}};
  const {why, by} = result;
  return {
    status: STATUS[why],
    json: {result, error: {where, expected: EXPECTED[why], got: by ?? why}},
  };
}
