import test from 'ava';
import {CODE, codeText} from '../../protocols/fingerprint/instructions.js';
import {type CheckState, checkOperation} from './check-machine.js';
import type {CheckOutcome} from './contract.js';
import {ask, type OperationEffect, type OperationInput} from './operation.js';

const operation = checkOperation({pages: [10, 11], threshold: 50});
const NOW = 1000;
const UNTIL = 16_000;

const ack = (code: number, score?: number): OperationInput => ({
  kind: 'ack',
  ack: {code, values: score === undefined ? {} : {score}},
  atMs: NOW,
});
const lost: OperationInput = {kind: 'lost', atMs: NOW};
const wait = {kind: 'wait', afterMs: 300} as const;
const done = (outcome: CheckOutcome) => ({kind: 'done', outcome}) as const;
const broken = (why: 'silent' | 'sensor' | 'page', detail: string) =>
  done({kind: 'unavailable', why, detail});
const again = (code: number) =>
  ({kind: 'prompt', prompt: {kind: 'again', finger: 0, why: codeText(code)}}) as const;
const place = {kind: 'prompt', prompt: {kind: 'place', finger: 0}} as const;

const FINGER: CheckState = {
  phase: 'finger',
  tryNo: 1,
  pageNo: 0,
  emptyPages: 0,
  untilMs: UNTIL,
  why: 'bad_image',
};
const LIFT: CheckState = {...FINGER, phase: 'lift', tryNo: 2};
const FEATURES: CheckState = {...FINGER, phase: 'features'};
const LOAD: CheckState = {...FINGER, phase: 'load'};
const MATCH: CheckState = {...FINGER, phase: 'match'};
const LAST_PAGE: CheckState = {...MATCH, pageNo: 1};
const LAST_LOAD: CheckState = {...LOAD, pageNo: 1};

interface Row {
  readonly from: CheckState;
  readonly input: OperationInput;
  /** What differs from `from`; nothing by default. */
  readonly to?: Partial<CheckState>;
  readonly effects: readonly OperationEffect<CheckOutcome>[];
}

function runTable(t: {deepEqual(actual: unknown, expected: unknown, message?: string): void}) {
  return (rows: readonly Row[]) => {
    for (const [no, {from, input, to = {}, effects}] of rows.entries()) {
      const step = operation.step(from, input);
      t.deepEqual(step.state, {...from, ...to}, `state of row ${no}`);
      t.deepEqual(step.effects, effects, `effects of row ${no}`);
    }
  };
}

test('it begins with a finger that is to be placed within 15 s', t => {
  t.deepEqual(operation.start(NOW), {state: FINGER, effects: [place, ask('takeImage')]});
});

test('a fresh finger is wanted: one that lies there from before must be lifted', t => {
  const fresh = checkOperation({pages: [10, 11], threshold: 50, isFresh: true});
  const lift = {kind: 'prompt', prompt: {kind: 'lift', finger: 0}} as const;
  t.deepEqual(fresh.start(NOW), {
    state: {...FINGER, phase: 'lift'},
    effects: [lift, ask('takeImage')],
  });
});

test('a check looks for a finger, and for its leaving', t => {
  const late: OperationInput = {
    kind: 'ack',
    ack: {code: CODE.noFinger, values: {}},
    atMs: UNTIL - 299,
  };
  const lateFinger: OperationInput = {...late, ack: {code: CODE.done, values: {}}};
  runTable(t)([
    {from: FINGER, input: ack(CODE.noFinger), effects: [wait]},
    {from: FINGER, input: ack(CODE.imageFailed), effects: [wait]},
    {from: FINGER, input: {kind: 'due', atMs: NOW}, effects: [ask('takeImage')]},
    {
      from: FINGER,
      input: ack(CODE.done),
      to: {phase: 'features'},
      effects: [ask('extractFeatures', 1)],
    },
    {from: FINGER, input: late, effects: [done({kind: 'no_finger'})]},
    {from: FINGER, input: {...late, atMs: UNTIL - 300}, effects: [wait]},
    {
      from: FINGER,
      input: ack(CODE.flashFailed),
      effects: [broken('sensor', codeText(CODE.flashFailed))],
    },
    {from: LIFT, input: ack(CODE.done), effects: [wait]},
    {from: LIFT, input: lateFinger, effects: [done({kind: 'no_finger'})]},
    {
      from: {...LIFT, untilMs: 2000},
      input: ack(CODE.noFinger),
      to: {phase: 'finger', untilMs: UNTIL},
      effects: [place, wait],
    },
  ]);
});

test('a bad image costs a try, the third one ends it; other codes are a fault', t => {
  for (const code of [CODE.messy, CODE.fewFeatures, CODE.noImage]) {
    runTable(t)([
      {
        from: {...FEATURES, untilMs: 2000},
        input: ack(code),
        to: {phase: 'lift', tryNo: 2, untilMs: UNTIL},
        effects: [again(code), wait],
      },
      {
        from: {...FEATURES, tryNo: 3},
        input: ack(code),
        effects: [done({kind: 'failed', why: 'bad_image'})],
      },
      {
        from: {...FEATURES, tryNo: 3, why: 'mismatch'},
        input: ack(code),
        effects: [done({kind: 'failed', why: 'mismatch'})],
      },
    ]);
  }
  runTable(t)([
    {
      from: {...FEATURES, pageNo: 1, emptyPages: 1},
      input: ack(CODE.done),
      to: {phase: 'load', pageNo: 0, emptyPages: 0},
      effects: [ask('load', 2, 10)],
    },
    {
      from: FEATURES,
      input: ack(CODE.badPage),
      effects: [broken('page', codeText(CODE.badPage))],
    },
  ]);
});

test('pages are compared one by one until one has the score', t => {
  const missed = {why: 'mismatch', phase: 'lift', tryNo: 2, untilMs: UNTIL, pageNo: 2} as const;
  const empty = codeText(CODE.noTemplate);
  runTable(t)([
    {from: LOAD, input: ack(CODE.done), to: {phase: 'match'}, effects: [ask('match')]},
    {
      from: LOAD,
      input: ack(CODE.noTemplate),
      to: {pageNo: 1, emptyPages: 1},
      effects: [ask('load', 2, 11)],
    },
    {
      from: {...LAST_LOAD, emptyPages: 1},
      input: ack(CODE.noTemplate),
      to: {pageNo: 2, emptyPages: 2},
      effects: [broken('page', empty)],
    },
    {
      from: LAST_LOAD,
      input: ack(CODE.noTemplate),
      to: {...missed, emptyPages: 1},
      effects: [again(CODE.mismatch), wait],
    },
    {
      from: LOAD,
      input: ack(CODE.mustVerify),
      effects: [broken('sensor', codeText(CODE.mustVerify))],
    },
    {
      from: MATCH,
      input: ack(CODE.done, 50),
      effects: [done({kind: 'passed', page: 10, score: 50})],
    },
    {
      from: LAST_PAGE,
      input: ack(CODE.done, 99),
      effects: [done({kind: 'passed', page: 11, score: 99})],
    },
    {
      from: MATCH,
      input: ack(CODE.done, 49),
      to: {phase: 'load', pageNo: 1},
      effects: [ask('load', 2, 11)],
    },
    {
      from: MATCH,
      input: ack(CODE.done),
      to: {phase: 'load', pageNo: 1},
      effects: [ask('load', 2, 11)],
    },
    {
      from: MATCH,
      input: ack(CODE.mismatch),
      to: {phase: 'load', pageNo: 1},
      effects: [ask('load', 2, 11)],
    },
    {
      from: LAST_PAGE,
      input: ack(CODE.mismatch),
      to: missed,
      effects: [again(CODE.mismatch), wait],
    },
    {
      from: {...LAST_PAGE, tryNo: 3},
      input: ack(CODE.mismatch),
      to: {pageNo: 2, why: 'mismatch'},
      effects: [done({kind: 'failed', why: 'mismatch'})],
    },
    {
      from: MATCH,
      input: ack(CODE.flashFailed),
      effects: [broken('sensor', codeText(CODE.flashFailed))],
    },
  ]);
});

test('a lost answer ends it and says which; so does whoever calls it off', t => {
  runTable(t)([
    {from: FINGER, input: lost, effects: [broken('silent', 'no answer to takeImage')]},
    {from: LIFT, input: lost, effects: [broken('silent', 'no answer to takeImage')]},
    {from: FEATURES, input: lost, effects: [broken('silent', 'no answer to extractFeatures')]},
    {from: LOAD, input: lost, effects: [broken('silent', 'no answer to load')]},
    {from: MATCH, input: lost, effects: [broken('silent', 'no answer to match')]},
  ]);
  const fault = {kind: 'unavailable', why: 'closed', detail: 'called off'} as const;
  for (const state of [undefined, MATCH]) t.is(operation.broken(state, fault), fault);
});
