import {CODE} from '../../protocols/fingerprint/instructions.js';
import type {FingerUnavailable, RemoveOutcome, TemplatePage} from './contract.js';
import {ask, faultOf, type Operation, type OperationStep, silent} from './operation.js';

const READ_BACK_BUFFER = 2;

export interface RemoveState {
  /** `readBack`: the answer was lost; a page that cannot be read is empty. */
  readonly phase: 'remove' | 'readBack';
  /** Pages still to be emptied, the one in work first. */
  readonly left: readonly [TemplatePage, ...TemplatePage[]];
}

type Step = OperationStep<RemoveState, RemoveOutcome>;

/** Empty pages one by one, so that a failure names what is left. Source: device notes 4.8 */
export function removeOperation(
  pages: readonly [TemplatePage, ...TemplatePage[]],
): Operation<RemoveState, RemoveOutcome> {
  return {
    start: () => removeFirst(pages),
    step: (state, input) => {
      const [page] = state.left;
      switch (input.kind) {
        case 'due':
          return {state, effects: []};
        case 'lost':
          if (state.phase === 'readBack') return incomplete(state, silent('load'));
          return {
            state: {...state, phase: 'readBack'},
            effects: [ask('load', READ_BACK_BUFFER, page)],
          };
        case 'ack': {
          const {code} = input.ack;
          const isGone = code === (state.phase === 'remove' ? CODE.done : CODE.noTemplate);
          if (isGone) return next(state);
          const why =
            state.phase === 'readBack' && code === CODE.done ? STILL_THERE : faultOf(code);
          return incomplete(state, why);
        }
      }
    },
    broken: (state, fault) =>
      state ? {kind: 'incomplete', left: state.left, detail: fault.detail} : fault,
  };
}

const STILL_THERE: FingerUnavailable = {
  kind: 'unavailable',
  why: 'sensor',
  detail: 'the template is still there',
};

function removeFirst(left: RemoveState['left']): Step {
  return {state: {phase: 'remove', left}, effects: [ask('remove', left[0], 1)]};
}

function next(state: RemoveState): Step {
  const [, first, ...others] = state.left;
  if (first !== undefined) return removeFirst([first, ...others]);
  return {state, effects: [{kind: 'done', outcome: {kind: 'removed'}}]};
}

function incomplete(state: RemoveState, {detail}: FingerUnavailable): Step {
  const outcome: RemoveOutcome = {kind: 'incomplete', left: state.left, detail};
  return {state, effects: [{kind: 'done', outcome}]};
}
