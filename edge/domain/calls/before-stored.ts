import type {LotEffect} from '../lot/contract.js';
import type {LotState} from '../lot/lot-state.js';
import {isCall} from './call-log.js';

/**
 * What a press does while no disk takes it: the sounder sounds and people are told. Lamp and display would promise
 * the caller that nothing can lose the call any more, so they wait. `state` is as far as it is stored.
 * @see ecosystem EC-2
 */
export function beforeStored({alarms}: LotState, effect: LotEffect): LotEffect | undefined {
  if (effect.kind === 'notify') return effect;
  if (effect.kind !== 'signal') return undefined;
  const {collector} = effect;
  const isAssured = [...alarms.values()].some(
    alarm => alarm.collector === collector && isCall(alarm.kind),
  );
  return {...effect, lamp: isAssured};
}
