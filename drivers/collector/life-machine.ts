import type {Millis} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import type {DeviceHealth} from '../bus/contract.js';

/** A smart collector that says nothing genuine for so long is offline. `assumed:` as OSDP has it. */
export const SILENT_MS: Millis = 8000;

export interface LifeState {
  readonly health: DeviceHealth;
  /** Of the last heartbeat: a lower one is a collector that restarted. */
  readonly uptimeS: number | undefined;
}

export type LifeInput =
  /** A genuine frame; a heartbeat also says for how long the collector has been up. */
  | {readonly kind: 'heard'; readonly uptimeS: number | undefined}
  /** Nothing genuine for `SILENT_MS`. */
  | {readonly kind: 'silence'}
  | {readonly kind: 'linkDown'};

export type LifeEffect =
  | {readonly kind: 'health'; readonly health: DeviceHealth}
  /** Start the silence anew. */
  | {readonly kind: 'listen'}
  /** The collector may have forgotten screen and signals. */
  | {readonly kind: 'resend'};

export interface LifeStep {
  readonly state: LifeState;
  readonly effects: readonly LifeEffect[];
}

export const NEW_LIFE: LifeState = {health: 'unknown', uptimeS: undefined};

/** Next state of the life of a smart collector. */
export function stepLife(state: LifeState, input: LifeInput): LifeStep {
  switch (input.kind) {
    case 'heard':
      return heard(state, input.uptimeS);
    case 'silence':
    case 'linkDown':
      if (state.health === 'offline') return {state, effects: []};
      return {
        state: {...state, health: 'offline'},
        effects: [{kind: 'health', health: 'offline'}],
      };
    default:
      return unreachable(input, 'life input');
  }
}

function heard(state: LifeState, uptimeS: number | undefined): LifeStep {
  const restarted = uptimeS !== undefined && state.uptimeS !== undefined && uptimeS < state.uptimeS;
  const effects: LifeEffect[] = [{kind: 'listen'}];
  if (state.health !== 'ok') effects.push({kind: 'health', health: 'ok'});
  if (restarted || state.health === 'offline') effects.push({kind: 'resend'});
  return {state: {health: 'ok', uptimeS: uptimeS ?? state.uptimeS}, effects};
}
