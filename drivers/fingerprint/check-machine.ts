import type {Millis} from '../../protocols/base/clock.js';
import {CODE, codeText} from '../../protocols/fingerprint/instructions.js';
import type {CheckOutcome, TemplatePage} from './contract.js';
import {
  ask,
  FINGER_LIMIT_MS,
  faultOf,
  isBadImage,
  LOOK_PERIOD_MS,
  lookOf,
  type Operation,
  type OperationInput,
  type OperationStep,
  silent,
} from './operation.js';

/** Source: requirements L17. */
const MOST_TRIES = 3;
/** The finger on the sensor goes into the first buffer, a template of the person into the second. */
const FINGER_BUFFER = 1;
const TEMPLATE_BUFFER = 2;

export interface CheckState {
  /** `finger`: wait for one; `lift`: wait until the last one is away. */
  readonly phase: 'finger' | 'lift' | 'features' | 'load' | 'match';
  readonly tryNo: number;
  /** Which of the person's pages is being compared. */
  readonly pageNo: number;
  /** Pages that had nothing on them in this try. */
  readonly emptyPages: number;
  readonly untilMs: Millis;
  /** `mismatch` as soon as one try could be compared. */
  readonly why: 'mismatch' | 'bad_image';
}

export interface CheckOptions {
  readonly pages: readonly [TemplatePage, ...TemplatePage[]];
  /** Least score of a match; the sensor's own security level comes before it. */
  readonly threshold: number;
  /** A finger that lies there from before does not count: it must leave first. */
  readonly isFresh?: boolean;
}

type Step = OperationStep<CheckState, CheckOutcome>;

/**
 * One to one: the finger is compared with the templates of the expected person and no others.
 * Source: device notes 4.8; requirements L17.
 */
export function checkOperation({
  pages,
  threshold,
  isFresh = false,
}: CheckOptions): Operation<CheckState, CheckOutcome> {
  const load = (state: CheckState, page: TemplatePage): Step => ({
    state: {...state, phase: 'load'},
    effects: [ask('load', TEMPLATE_BUFFER, page)],
  });

  const nextPage = (before: CheckState, empty: 0 | 1, atMs: Millis): Step => {
    const {emptyPages} = before;
    const state = {...before, pageNo: before.pageNo + 1, emptyPages: emptyPages + empty};
    const page = pages[state.pageNo];
    if (page !== undefined) return load(state, page);
    if (state.emptyPages === pages.length) return done(state, faultOf(CODE.noTemplate));
    return tryAgain({...state, why: 'mismatch'}, CODE.mismatch, atMs);
  };

  const onAck = (state: CheckState, input: Extract<OperationInput, {kind: 'ack'}>): Step => {
    const {atMs} = input;
    const {code, values} = input.ack;
    switch (state.phase) {
      case 'finger':
      case 'lift':
        return looked(state, code, atMs);
      case 'features':
        if (isBadImage(code)) return tryAgain(state, code, atMs);
        if (code !== CODE.done) return done(state, faultOf(code));
        return load({...state, pageNo: 0, emptyPages: 0}, pages[0]);
      case 'load':
        if (code === CODE.done) return {state: {...state, phase: 'match'}, effects: [ask('match')]};
        if (code === CODE.noTemplate) return nextPage(state, 1, atMs);
        return done(state, faultOf(code));
      case 'match': {
        const score = values.score ?? 0;
        const page = pages[state.pageNo];
        if (code === CODE.done && score >= threshold && page !== undefined) {
          return done(state, {kind: 'passed', page, score});
        }
        if (code === CODE.done || code === CODE.mismatch) return nextPage(state, 0, atMs);
        return done(state, faultOf(code));
      }
    }
  };

  return {
    start: atMs => ({
      state: {
        phase: isFresh ? 'lift' : 'finger',
        tryNo: 1,
        pageNo: 0,
        emptyPages: 0,
        untilMs: atMs + FINGER_LIMIT_MS,
        why: 'bad_image',
      },
      effects: [
        {kind: 'prompt', prompt: {kind: isFresh ? 'lift' : 'place', finger: 0}},
        ask('takeImage'),
      ],
    }),
    step: (state, input) => {
      switch (input.kind) {
        case 'ack':
          return onAck(state, input);
        case 'due':
          return {state, effects: [ask('takeImage')]};
        case 'lost':
          return done(state, silent(QUESTION[state.phase]));
      }
    },
    broken: (_, fault) => fault,
  };
}

const QUESTION = {
  finger: 'takeImage',
  lift: 'takeImage',
  features: 'extractFeatures',
  load: 'load',
  match: 'match',
} as const;

function looked(state: CheckState, code: number, atMs: Millis): Step {
  const look = lookOf(code);
  if (look === 'fault') return done(state, faultOf(code));
  if (state.phase === 'finger' && look === 'there') {
    const extract = ask('extractFeatures', FINGER_BUFFER);
    return {state: {...state, phase: 'features'}, effects: [extract]};
  }
  if (state.phase === 'lift' && look === 'away') {
    return {
      state: {...state, phase: 'finger', untilMs: atMs + FINGER_LIMIT_MS},
      effects: [
        {kind: 'prompt', prompt: {kind: 'place', finger: 0}},
        {kind: 'wait', afterMs: LOOK_PERIOD_MS},
      ],
    };
  }
  if (atMs + LOOK_PERIOD_MS > state.untilMs) return done(state, {kind: 'no_finger'});
  return {state, effects: [{kind: 'wait', afterMs: LOOK_PERIOD_MS}]};
}

/** The same finger would be taken three times within a second: it must leave first. */
function tryAgain(state: CheckState, code: number, atMs: Millis): Step {
  if (state.tryNo >= MOST_TRIES) return done(state, {kind: 'failed', why: state.why});
  return {
    state: {...state, phase: 'lift', tryNo: state.tryNo + 1, untilMs: atMs + FINGER_LIMIT_MS},
    effects: [
      {kind: 'prompt', prompt: {kind: 'again', finger: 0, why: codeText(code)}},
      {kind: 'wait', afterMs: LOOK_PERIOD_MS},
    ],
  };
}

function done(state: CheckState, outcome: CheckOutcome): Step {
  return {state, effects: [{kind: 'done', outcome}]};
}
