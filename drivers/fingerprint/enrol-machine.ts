import type {Millis} from '../../protocols/base/clock.js';
import {CODE, codeText} from '../../protocols/fingerprint/instructions.js';
import type {EnrolOutcome, FingerUnavailable, TemplatePage} from './contract.js';
import {
  ask,
  FINGER_LIMIT_MS,
  faultOf,
  isBadImage,
  LOOK_PERIOD_MS,
  lookOf,
  type Operation,
  type OperationStep,
  silent,
} from './operation.js';

/** Tries of one finger before the person is sent home. `assumed:` */
const MOST_ATTEMPTS = 3;
/** The combined template lies in both buffers; the first is stored. */
const STORED_BUFFER = 1;
const READ_BACK_BUFFER = 2;

export interface EnrolState {
  /** `away`: wait until the sensor is free for the next finger or the next image. */
  readonly phase:
    | 'finger'
    | 'features'
    | 'away'
    | 'combine'
    | 'store'
    /** The answer to `store` was lost: is the finger of the buffer on the page? */
    | 'readBack'
    | 'compare';
  readonly finger: number;
  /** Where the template of this finger goes. */
  readonly page: TemplatePage;
  /** First or second image of this finger; goes into the buffer of that number. */
  readonly image: 1 | 2;
  readonly attempt: number;
  readonly untilMs: Millis;
  readonly stored: readonly TemplatePage[];
}

type Step = OperationStep<EnrolState, EnrolOutcome>;
type Miss = Extract<EnrolOutcome, {kind: 'incomplete'}>['why'];

/**
 * Three fingers of one person, two images each, every finger lifted in between.
 * Source: device notes 4.8; requirements L17.
 */
export function enrolOperation(
  pages: readonly [TemplatePage, TemplatePage, TemplatePage],
): Operation<EnrolState, EnrolOutcome> {
  const kept = (before: EnrolState, atMs: Millis): Step => {
    const state: EnrolState = {...before, stored: [...before.stored, before.page]};
    const finger = before.finger + 1;
    const page = pages[finger];
    if (page === undefined) {
      return {state, effects: [{kind: 'done', outcome: {kind: 'enrolled'}}]};
    }
    return lift({...state, finger, page, image: 1, attempt: 1}, atMs, before.finger);
  };

  const onAck = (state: EnrolState, code: number, atMs: Millis): Step => {
    switch (state.phase) {
      case 'finger':
      case 'away':
        return looked(state, code, atMs);
      case 'features':
        if (isBadImage(code)) return again(state, state.image, code, atMs);
        if (code !== CODE.done) return failed(state, faultOf(code));
        if (state.image === 1) return lift({...state, image: 2}, atMs, state.finger);
        return {state: {...state, phase: 'combine'}, effects: [ask('combine')]};
      case 'combine':
        if (code === CODE.notOneFinger) return again(state, 1, code, atMs);
        if (code !== CODE.done) return failed(state, faultOf(code));
        return {
          state: {...state, phase: 'store'},
          effects: [ask('store', STORED_BUFFER, state.page)],
        };
      case 'store':
      case 'compare':
        return code === CODE.done ? kept(state, atMs) : failed(state, faultOf(code));
      case 'readBack':
        if (code !== CODE.done) return failed(state, faultOf(code));
        return {state: {...state, phase: 'compare'}, effects: [ask('match')]};
    }
  };

  return {
    start: atMs => ({
      state: {
        phase: 'finger',
        finger: 0,
        page: pages[0],
        image: 1,
        attempt: 1,
        untilMs: atMs + FINGER_LIMIT_MS,
        stored: [],
      },
      effects: [{kind: 'prompt', prompt: {kind: 'place', finger: 0}}, ask('takeImage')],
    }),
    step: (state, input) => {
      switch (input.kind) {
        case 'ack':
          return onAck(state, input.ack.code, input.atMs);
        case 'due':
          return {state, effects: [ask('takeImage')]};
        case 'lost':
          if (state.phase !== 'store') return failed(state, silent(QUESTION[state.phase]));
          return {
            state: {...state, phase: 'readBack'},
            effects: [ask('load', READ_BACK_BUFFER, state.page)],
          };
      }
    },
    broken: (state, fault) => (state ? incomplete(state, fault.why, fault.detail) : fault),
  };
}

const QUESTION = {
  finger: 'takeImage',
  away: 'takeImage',
  features: 'extractFeatures',
  combine: 'combine',
  store: 'store',
  readBack: 'load',
  compare: 'match',
} as const;

function looked(state: EnrolState, code: number, atMs: Millis): Step {
  const look = lookOf(code);
  if (look === 'fault') return failed(state, faultOf(code));
  if (state.phase === 'finger' && look === 'there') {
    const extract = ask('extractFeatures', state.image);
    return {state: {...state, phase: 'features'}, effects: [extract]};
  }
  if (state.phase === 'away' && look === 'away') {
    return {
      state: {...state, phase: 'finger', untilMs: atMs + FINGER_LIMIT_MS},
      effects: [
        {kind: 'prompt', prompt: {kind: 'place', finger: state.finger}},
        {kind: 'wait', afterMs: LOOK_PERIOD_MS},
      ],
    };
  }
  if (atMs + LOOK_PERIOD_MS > state.untilMs) return missing(state, 'no_finger', 'nobody for 15 s');
  return {state, effects: [{kind: 'wait', afterMs: LOOK_PERIOD_MS}]};
}

function again(state: EnrolState, image: 1 | 2, code: number, atMs: Millis): Step {
  const why = codeText(code);
  if (state.attempt >= MOST_ATTEMPTS) return missing(state, 'bad_image', why);
  return {
    state: {
      ...state,
      phase: 'away',
      image,
      attempt: state.attempt + 1,
      untilMs: atMs + FINGER_LIMIT_MS,
    },
    effects: [
      {kind: 'prompt', prompt: {kind: 'again', finger: state.finger, why}},
      {kind: 'wait', afterMs: LOOK_PERIOD_MS},
    ],
  };
}

/** `finger`: the one that lies on the sensor now. */
function lift(state: EnrolState, atMs: Millis, finger: number): Step {
  return {
    state: {...state, phase: 'away', untilMs: atMs + FINGER_LIMIT_MS},
    effects: [
      {kind: 'prompt', prompt: {kind: 'lift', finger}},
      {kind: 'wait', afterMs: LOOK_PERIOD_MS},
    ],
  };
}

function missing(state: EnrolState, why: Miss, detail: string): Step {
  return {state, effects: [{kind: 'done', outcome: incomplete(state, why, detail)}]};
}

function failed(state: EnrolState, fault: FingerUnavailable): Step {
  return missing(state, fault.why, fault.detail);
}

/** A page whose store is not proven may hold the finger: it is named, so that it can be removed. */
function incomplete(state: EnrolState, why: Miss, detail: string): EnrolOutcome {
  const isDoubtful =
    state.phase === 'store' || state.phase === 'readBack' || state.phase === 'compare';
  const stored = isDoubtful ? [...state.stored, state.page] : state.stored;
  return {kind: 'incomplete', stored, why, detail};
}
