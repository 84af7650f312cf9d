import type {Millis} from '../../protocols/base/clock.js';
import {
  CODE,
  codeText,
  type FingerprintAck,
  type InstructionName,
} from '../../protocols/fingerprint/instructions.js';
import type {FingerPrompt, FingerUnavailable} from './contract.js';

/** Distance of two looks for a finger, and how long to look. Source: device notes 4.8 */
export const LOOK_PERIOD_MS: Millis = 300;
export const FINGER_LIMIT_MS: Millis = 15_000;

export interface Ask {
  readonly name: InstructionName;
  readonly values: readonly number[];
}

export type OperationInput =
  | {readonly kind: 'ack'; readonly ack: FingerprintAck; readonly atMs: Millis}
  /** No answer to the last question. Of one that changes the library this means unknown, not failed. */
  | {readonly kind: 'lost'; readonly atMs: Millis}
  /** The time that `wait` asked for has passed. */
  | {readonly kind: 'due'; readonly atMs: Millis};

export type OperationEffect<Outcome> =
  | {readonly kind: 'ask'; readonly ask: Ask}
  | {readonly kind: 'wait'; readonly afterMs: Millis}
  | {readonly kind: 'prompt'; readonly prompt: FingerPrompt}
  | {readonly kind: 'done'; readonly outcome: Outcome};

export interface OperationStep<State, Outcome> {
  readonly state: State;
  readonly effects: readonly OperationEffect<Outcome>[];
}

/** Something that is done with the sensor, from its first question to its outcome. */
export interface Operation<State, Outcome> {
  start(atMs: Millis): OperationStep<State, Outcome>;
  step(state: State, input: OperationInput): OperationStep<State, Outcome>;
  /** The outcome when the sensor is lost or the operation is called off in this state. */
  broken(state: State | undefined, fault: FingerUnavailable): Outcome;
}

export function ask(name: InstructionName, ...values: readonly number[]) {
  return {kind: 'ask', ask: {name, values}} as const;
}

/** What a code means to any operation that did not expect it. */
export function faultOf(code: number): FingerUnavailable {
  const isPage = code === CODE.badPage || code === CODE.noTemplate;
  return {kind: 'unavailable', why: isPage ? 'page' : 'sensor', detail: codeText(code)};
}

export function silent(name: InstructionName): FingerUnavailable {
  return {kind: 'unavailable', why: 'silent', detail: `no answer to ${name}`};
}

/** What a look said of the finger: there, away, or ask again. */
export type Look = 'there' | 'away' | 'unclear' | 'fault';

export function lookOf(code: number): Look {
  if (code === CODE.done) return 'there';
  if (code === CODE.noFinger) return 'away';
  return code === CODE.imageFailed ? 'unclear' : 'fault';
}

/** The finger lay badly, was wet or dirty; it may do better. */
export function isBadImage(code: number): boolean {
  return code === CODE.messy || code === CODE.fewFeatures || code === CODE.noImage;
}
