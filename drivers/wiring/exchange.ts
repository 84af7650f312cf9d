import {equalBytes} from '../../protocols/base/bytes.js';
import {decodeReply, expectReplyToFrame} from '../../protocols/modbus/rtu-frame.js';

/** One Modbus request and every byte that came until the next, own echo included. */
export interface WireExchange {
  readonly request: Uint8Array;
  readonly received: Uint8Array;
}

/**
 * What came back. `echo`: our own bytes and nothing else. `garbage`: bytes, but no sound frame.
 * `foreign`: a sound frame of another unit. `twice`: two sound answers to one request.
 */
export type ExchangePattern =
  | 'answer'
  | 'exception'
  | 'nothing'
  | 'echo'
  | 'garbage'
  | 'foreign'
  | 'twice';

export interface ReadExchange {
  readonly unit: number;
  readonly pattern: ExchangePattern;
  /** The adapter hears its own sending. */
  readonly isEchoed: boolean;
  /** With `foreign`: who answered instead. With `exception`: its code. */
  readonly detail: number | undefined;
}

/** What an exchange shows of the wiring. A request that is no Modbus frame of ours shows nothing. */
export function readExchange({request, received}: WireExchange): ReadExchange | undefined {
  const expectation = expectReplyToFrame(request);
  if (!expectation) return undefined;
  const {unit} = expectation;
  const isEchoed =
    received.length >= request.length && equalBytes(received.subarray(0, request.length), request);
  const told = (pattern: ExchangePattern, detail?: number): ReadExchange => ({
    unit,
    pattern,
    isEchoed,
    detail,
  });
  const rest = isEchoed ? received.subarray(request.length) : received;
  if (received.length === 0) return told('nothing');
  if (rest.length === 0) return told('echo');
  let left = rest;
  let answers = 0;
  let exceptionCode: number | undefined;
  let foreignUnit: number | undefined;
  for (;;) {
    const decoded = decodeReply(left, expectation);
    if (decoded.kind === 'wait') break;
    if (decoded.kind === 'frame') {
      answers += 1;
      if (decoded.frame.kind === 'exception') exceptionCode = decoded.frame.exceptionCode;
    } else if (decoded.why === 'foreign') {
      foreignUnit = left[0];
    }
    left = left.subarray(decoded.used);
  }
  if (answers > 1) return told('twice');
  if (answers === 1) {
    return exceptionCode === undefined ? told('answer') : told('exception', exceptionCode);
  }
  return foreignUnit === undefined ? told('garbage') : told('foreign', foreignUnit);
}
