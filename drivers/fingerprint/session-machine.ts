import type {Millis} from '../../protocols/base/clock.js';
import {CODE, codeText, type FingerprintAck} from '../../protocols/fingerprint/instructions.js';
import type {DeviceHealth} from '../bus/contract.js';
import type {FingerprintFault} from './contract.js';

/** A sensor may want so long after power-up before it listens. Source: device notes 4.8 */
export const POWER_UP_MS: Millis = 500;
const ALIVE_PERIOD_MS: Millis = 2000;
/** Somebody may put the right sensor in, or the right password into it. */
const REFUSED_PERIOD_MS: Millis = 5000;

export interface SessionState {
  /** `new`: say the password; `verified`: ask what it is; `refused`: the password is wrong. */
  readonly phase: 'new' | 'verified' | 'ready' | 'refused';
  readonly line: DeviceHealth;
  /** Undefined until the sensor said so. */
  readonly librarySize: number | undefined;
}

export type SessionInput =
  | {readonly kind: 'ack'; readonly ack: FingerprintAck}
  /** No answer to anything: it may have lost power and forgotten the password. */
  | {readonly kind: 'lost'}
  | {readonly kind: 'health'; readonly health: DeviceHealth};

export type SessionEffect =
  | {readonly kind: 'health'; readonly health: DeviceHealth}
  | {
      readonly kind: 'fault';
      readonly fault: FingerprintFault;
      readonly isStanding: boolean;
      readonly detail: string;
    };

export interface SessionStep {
  readonly state: SessionState;
  readonly effects: readonly SessionEffect[];
}

export const NEW_SESSION: SessionState = {phase: 'new', line: 'unknown', librarySize: undefined};

export function sessionPeriodMs({phase}: SessionState): Millis {
  return {
    new: POWER_UP_MS,
    verified: 0,
    ready: ALIVE_PERIOD_MS,
    refused: REFUSED_PERIOD_MS,
  }[phase];
}

/** A sensor that refuses its password is on the wire and of no use to anybody. */
export function sessionHealth({phase, line}: SessionState): DeviceHealth {
  return phase === 'refused' ? 'offline' : line;
}

/** Next state of the handshake: password, then library size, then signs of life. */
export function stepSession(state: SessionState, input: SessionInput): SessionStep {
  switch (input.kind) {
    case 'health':
      return told(state, {...state, line: input.health});
    case 'lost':
      return told(state, state.phase === 'refused' ? state : {...state, phase: 'new'});
    case 'ack':
      return stepAck(state, input.ack);
  }
}

function stepAck(state: SessionState, {code, values}: FingerprintAck): SessionStep {
  if (code === CODE.wrongPassword) return told(state, {...state, phase: 'refused'});
  if (code !== CODE.done) return told(state, {...state, phase: 'new'});
  if (state.phase === 'new' || state.phase === 'refused') {
    return told(state, {...state, phase: 'verified'});
  }
  return told(state, {...state, phase: 'ready', librarySize: values.librarySize});
}

function told(before: SessionState, state: SessionState): SessionStep {
  const effects: SessionEffect[] = [];
  const wasRefused = before.phase === 'refused';
  const isStanding = state.phase === 'refused';
  if (wasRefused !== isStanding) {
    const detail = isStanding ? codeText(CODE.wrongPassword) : 'the password fits';
    effects.push({kind: 'fault', fault: 'UNCOMMISSIONED', isStanding, detail});
  }
  const health = sessionHealth(state);
  if (health !== sessionHealth(before)) effects.push({kind: 'health', health});
  return {state, effects};
}
