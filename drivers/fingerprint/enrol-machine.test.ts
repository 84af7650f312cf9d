import test from 'ava';
import {CODE, codeText} from '../../protocols/fingerprint/instructions.js';
import type {EnrolOutcome, TemplatePage} from './contract.js';
import {type EnrolState, enrolOperation} from './enrol-machine.js';
import {ask, type OperationEffect, type OperationInput} from './operation.js';

const operation = enrolOperation([10, 11, 12]);
const NOW = 1000;
const UNTIL = 16_000;

const ack = (code: number, atMs = NOW): OperationInput => ({
  kind: 'ack',
  ack: {code, values: {}},
  atMs,
});
const lost: OperationInput = {kind: 'lost', atMs: NOW};
const wait = {kind: 'wait', afterMs: 300} as const;
const prompt = (kind: 'place' | 'lift', finger: number) =>
  ({kind: 'prompt', prompt: {kind, finger}}) as const;
const again = (finger: number, code: number) =>
  ({kind: 'prompt', prompt: {kind: 'again', finger, why: codeText(code)}}) as const;
const incomplete = (
  stored: readonly TemplatePage[],
  why: Extract<EnrolOutcome, {kind: 'incomplete'}>['why'],
  detail: string,
) => ({kind: 'done', outcome: {kind: 'incomplete', stored, why, detail}}) as const;

const FINGER: EnrolState = {
  phase: 'finger',
  finger: 0,
  page: 10,
  image: 1,
  attempt: 1,
  untilMs: UNTIL,
  stored: [],
};
const AWAY: EnrolState = {...FINGER, phase: 'away', image: 2};
const FIRST_IMAGE: EnrolState = {...FINGER, phase: 'features'};
const SECOND_IMAGE: EnrolState = {...FINGER, phase: 'features', image: 2};
const COMBINE: EnrolState = {...SECOND_IMAGE, phase: 'combine'};
/** The second finger is about to be stored. */
const STORE: EnrolState = {...SECOND_IMAGE, phase: 'store', finger: 1, page: 11, stored: [10]};
const READ_BACK: EnrolState = {...STORE, phase: 'readBack'};
const COMPARE: EnrolState = {...STORE, phase: 'compare'};
const LAST: EnrolState = {...STORE, finger: 2, page: 12, stored: [10, 11]};

interface Row {
  readonly from: EnrolState;
  readonly input: OperationInput;
  /** What differs from `from`; nothing by default. */
  readonly to?: Partial<EnrolState>;
  readonly effects: readonly OperationEffect<EnrolOutcome>[];
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

test('it begins with the first finger, to be placed within 15 s', t => {
  const effects = [prompt('place', 0), ask('takeImage')];
  t.deepEqual(operation.start(NOW), {state: FINGER, effects});
});

test('looks for a finger, and for its leaving', t => {
  const nobody = incomplete([], 'no_finger', 'nobody for 15 s');
  runTable(t)([
    {from: FINGER, input: ack(CODE.noFinger), effects: [wait]},
    {from: FINGER, input: ack(CODE.imageFailed), effects: [wait]},
    {from: FINGER, input: {kind: 'due', atMs: NOW}, effects: [ask('takeImage')]},
    {from: FINGER, input: ack(CODE.noFinger, UNTIL - 300), effects: [wait]},
    {from: FINGER, input: ack(CODE.noFinger, UNTIL - 299), effects: [nobody]},
    {
      from: FINGER,
      input: ack(CODE.done),
      to: {phase: 'features'},
      effects: [ask('extractFeatures', 1)],
    },
    {
      from: {...FINGER, image: 2},
      input: ack(CODE.done),
      to: {phase: 'features'},
      effects: [ask('extractFeatures', 2)],
    },
    {
      from: FINGER,
      input: ack(CODE.mustVerify),
      effects: [incomplete([], 'sensor', codeText(CODE.mustVerify))],
    },
    {from: AWAY, input: ack(CODE.done), effects: [wait]},
    {from: AWAY, input: ack(CODE.done, UNTIL - 299), effects: [nobody]},
    {
      from: {...AWAY, finger: 1, untilMs: 2000},
      input: ack(CODE.noFinger),
      to: {phase: 'finger', untilMs: UNTIL},
      effects: [prompt('place', 1), wait],
    },
  ]);
});

test('two images of a finger become one template; the finger is lifted in between', t => {
  runTable(t)([
    {
      from: {...FIRST_IMAGE, untilMs: 2000},
      input: ack(CODE.done),
      to: {phase: 'away', image: 2, untilMs: UNTIL},
      effects: [prompt('lift', 0), wait],
    },
    {
      from: SECOND_IMAGE,
      input: ack(CODE.done),
      to: {phase: 'combine'},
      effects: [ask('combine')],
    },
    {
      from: {...COMBINE, finger: 1, page: 11},
      input: ack(CODE.done),
      to: {phase: 'store'},
      effects: [ask('store', 1, 11)],
    },
  ]);
});

test('a bad image is taken again, two different fingers from the first image on, three times in all', t => {
  const {messy, notOneFinger, flashFailed} = CODE;
  const retry = {phase: 'away', attempt: 2, untilMs: UNTIL} as const;
  runTable(t)([
    {
      from: {...SECOND_IMAGE, untilMs: 2000},
      input: ack(messy),
      to: retry,
      effects: [again(0, messy), wait],
    },
    {
      from: {...COMBINE, finger: 2},
      input: ack(notOneFinger),
      to: {...retry, image: 1},
      effects: [again(2, notOneFinger), wait],
    },
    {
      from: {...SECOND_IMAGE, attempt: 3, stored: [10]},
      input: ack(messy),
      effects: [incomplete([10], 'bad_image', codeText(messy))],
    },
    {
      from: {...COMBINE, attempt: 3},
      input: ack(notOneFinger),
      effects: [incomplete([], 'bad_image', codeText(notOneFinger))],
    },
    {
      from: SECOND_IMAGE,
      input: ack(flashFailed),
      effects: [incomplete([], 'sensor', codeText(flashFailed))],
    },
    {
      from: COMBINE,
      input: ack(flashFailed),
      effects: [incomplete([], 'sensor', codeText(flashFailed))],
    },
  ]);
});

test('a stored finger makes way for the next one; the third ends it', t => {
  const next: Partial<EnrolState> = {
    ...{phase: 'away', finger: 2, page: 12, image: 1, attempt: 1, untilMs: UNTIL},
    stored: [10, 11],
  };
  for (const from of [STORE, COMPARE]) {
    const spent = {...from, attempt: 3, untilMs: 2000};
    runTable(t)([
      {from: spent, input: ack(CODE.done), to: next, effects: [prompt('lift', 1), wait]},
    ]);
  }
  runTable(t)([
    {
      from: LAST,
      input: ack(CODE.done),
      to: {stored: [10, 11, 12]},
      effects: [{kind: 'done', outcome: {kind: 'enrolled'}}],
    },
  ]);
});

test('an unproven page is named; a lost store is settled by reading, never by storing again', t => {
  const silent = (name: string, stored: readonly number[]) =>
    incomplete(stored, 'silent', `no answer to ${name}`);
  const failed = codeText(CODE.flashFailed);
  runTable(t)([
    {
      from: STORE,
      input: ack(CODE.flashFailed),
      effects: [incomplete([10, 11], 'sensor', failed)],
    },
    {from: STORE, input: lost, to: {phase: 'readBack'}, effects: [ask('load', 2, 11)]},
    {from: READ_BACK, input: ack(CODE.done), to: {phase: 'compare'}, effects: [ask('match')]},
    {
      from: READ_BACK,
      input: ack(CODE.noTemplate),
      effects: [incomplete([10, 11], 'page', codeText(CODE.noTemplate))],
    },
    {
      from: COMPARE,
      input: ack(CODE.mismatch),
      effects: [incomplete([10, 11], 'sensor', codeText(CODE.mismatch))],
    },
    {from: READ_BACK, input: lost, effects: [silent('load', [10, 11])]},
    {from: COMPARE, input: lost, effects: [silent('match', [10, 11])]},
    {from: FINGER, input: lost, effects: [silent('takeImage', [])]},
    {from: AWAY, input: lost, effects: [silent('takeImage', [])]},
    {from: {...FIRST_IMAGE, stored: [10]}, input: lost, effects: [silent('extractFeatures', [10])]},
    {from: COMBINE, input: lost, effects: [silent('combine', [])]},
  ]);
});

test('called off, it names what is or may be stored; before its first question it did nothing', t => {
  const fault = {kind: 'unavailable', why: 'closed', detail: 'called off'} as const;
  const left = (stored: readonly number[]) => incomplete(stored, 'closed', 'called off').outcome;
  t.is(operation.broken(undefined, fault), fault);
  t.deepEqual(operation.broken({...FINGER, stored: [10]}, fault), left([10]));
  for (const state of [STORE, READ_BACK, COMPARE]) {
    t.deepEqual(operation.broken(state, fault), left([10, 11]));
  }
});
