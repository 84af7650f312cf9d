import test from 'ava';
import {asId, type PersonId} from '../../../protocols/site/ids.js';
import {
  LONGEST_PERMIT_S,
  NO_PERMIT,
  type PermitInput,
  type PermitState,
  settlePermit,
  stepPermit,
} from './permit-machine.js';

const li = asId<PersonId>('li');
const CARD = {kind: 'card', place: 'C1', holder: asId<PersonId>('wang')} as const;
const DEVICE = {kind: 'device', place: 'line-1'} as const;
const display = {address: 9, kind: 'display'};

function opened(target: typeof CARD | typeof DEVICE, seconds = 60): PermitState {
  return stepPermit(NO_PERMIT, {kind: 'open', target, by: li, seconds}, 1000).state;
}

test('a window opens for 1 to 254 s, and no second one beside it', t => {
  for (const seconds of [0, -1, LONGEST_PERMIT_S + 1, Number.NaN]) {
    const step = stepPermit(NO_PERMIT, {kind: 'open', target: CARD, by: li, seconds}, 0);
    t.is(step.state, NO_PERMIT);
    t.regex(step.refused ?? '', /expected 1-254/);
  }
  const open = opened(CARD);
  const again = {kind: 'open', target: DEVICE, by: li, seconds: 9} as const;
  t.regex(stepPermit(open, again, 60_999).refused ?? '', /open at C1/);
  t.is(stepPermit(open, again, 61_000).refused, undefined, 'the first one is over');
});

test('a card ends its window before it is stored, and only an unknown one at its place, in time', t => {
  const open = opened(CARD);
  const card = (place: string, isKnown: boolean): PermitInput => ({kind: 'card', place, isKnown});
  for (const other of [card('C2', false), card('C1', true)]) {
    t.deepEqual(stepPermit(open, other, 2000), {state: open, effects: []});
  }
  const late = stepPermit(open, card('C1', false), 61_000);
  t.like(late.state, {open: undefined, last: {end: 'nobody'}});
  t.false(late.effects.some(({kind}) => kind === 'takeCard'));
  const taken = stepPermit(open, card('C1', false), 60_999);
  t.is(taken.state.open, undefined);
  t.like(taken.effects, [{kind: 'takeCard', open: {target: CARD}}]);
  t.deepEqual(stepPermit(taken.state, card('C1', false), 60_999).effects, [], 'the second waits');
  const {open: window} = open;
  if (!window) return t.fail();
  t.like(settlePermit(window, '').state.last, {end: 'taken', why: ''});
  t.like(settlePermit(window, 'full').state.last, {end: 'refused', why: 'full'});
});

test('one new unit of a known kind is found; none goes on, two and an unknown one are refused', t => {
  const open = opened(DEVICE);
  const search = (units: readonly {address: number; kind: string}[], place = 'line-1') =>
    stepPermit(open, {kind: 'searched', place, units}, 2000).state;
  t.is(search([]), open);
  t.is(search([display], 'line-2'), open);
  t.like(search([display]), {open: undefined, last: {end: 'found', unit: display}});
  t.regex(search([display, {...display, address: 11}]).last?.why ?? '', /at 9, 11: connect one/);
  t.regex(search([{address: 9, kind: 'unknown'}]).last?.why ?? '', /none that is known/);
  t.is(
    stepPermit(opened(CARD), {kind: 'searched', place: 'C1', units: [display]}, 2000).state.last,
    undefined,
  );
});

test('time, a person and the end of the run close a window, and each is told', t => {
  const told = (input: PermitInput, nowMs: number) => stepPermit(opened(CARD), input, nowMs);
  t.is(told({kind: 'tick'}, 60_999).effects.length, 0);
  for (const [step, end] of [
    [told({kind: 'tick'}, 61_000), 'nobody'],
    [told({kind: 'close', end: 'closed'}, 2000), 'closed'],
    [told({kind: 'close', end: 'stopped'}, 2000), 'stopped'],
  ] as const) {
    t.like(step.state, {open: undefined, last: {end}});
    t.like(step.effects, [{kind: 'note', by: 'li', target: CARD}]);
  }
});
