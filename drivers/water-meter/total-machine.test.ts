import test from 'ava';
import fc from 'fast-check';
import {stepTotal, type TotalState, worseQuality} from './total-machine.js';

const RULES = {modulus: 65_536, mostPerMs: 0.45, slack: 450};
const at = (raw: number, atMs: number | undefined, units = raw): TotalState => ({units, raw, atMs});

test('forward, over the end, reset and glitch are told apart by what can have flowed', t => {
  const judge = (before: TotalState, raw: number, atMs: number) => {
    const {delta, quality} = stepTotal(before, raw, atMs, RULES);
    return `${delta} ${quality}`;
  };
  t.is(judge(at(100, 0), 100, 1000), '0 good');
  t.is(judge(at(100, 0), 167, 1000), '67 good');
  t.is(judge(at(65_500, 0), 31, 1000), '67 rollover');
  t.is(judge(at(40_000, 0), 20, 1000), '20 estimated');
  t.is(judge(at(100, 0), 40_000, 1000), '0 estimated');
  t.is(judge(at(40_000, 0), 20_000, 1000), '0 estimated');
  t.is(judge(at(100, 0), 300, 600_000), '200 estimated', 'it may have gone all the way round');
  t.is(
    judge(at(100, undefined), 300, 600_000),
    '200 estimated',
    'taken over from before a restart',
  );
  t.is(judge(at(100, undefined), 100, 600_000), '0 good');
  const {delta, quality} = stepTotal(at(500, 0), 20, 1000, {...RULES, modulus: undefined});
  t.is(`${delta} ${quality}`, '20 estimated', 'without a modulus a smaller value is a reset');
});

test('a meter that was exchanged while the gateway was off bills what it counted, never a whole counter', t => {
  const after = (raw: number, modulus: number | undefined) => {
    const {state, delta, quality} = stepTotal(at(900_000, undefined), raw, 5, {...RULES, modulus});
    return `${delta} ${quality} ${state.units}`;
  };
  t.is(after(20, undefined), '20 estimated 900020');
  t.is(after(20, 1e12), '20 estimated 900020');
});

test('the first reading is where the total begins', t => {
  t.deepEqual(stepTotal(undefined, 700, 5, RULES), {
    state: {units: 700, raw: 700, atMs: 5},
    delta: 0,
    quality: 'good',
  });
});

test('a bill is no better than its worst step', t => {
  t.is(worseQuality('good', 'rollover'), 'rollover');
  t.is(worseQuality('estimated', 'good'), 'estimated');
  t.is(worseQuality('rollover', 'rollover'), 'rollover');
});

test('whatever a counter says, the total never falls, and honest steps add up over any rollover', t => {
  fc.assert(
    fc.property(fc.array(fc.nat(65_535)), raws => {
      let state: TotalState | undefined;
      let units = 0;
      raws.forEach((raw, index) => {
        const step = stepTotal(state, raw, index * 1000, RULES);
        t.true(index === 0 || step.state.units >= units);
        ({state} = step);
        ({units} = step.state);
      });
    }),
  );
  fc.assert(
    fc.property(fc.nat(65_535), fc.array(fc.nat(450), {maxLength: 400}), (first, deltas) => {
      let {state} = stepTotal(undefined, first, 0, RULES);
      deltas.forEach((delta, index) => {
        ({state} = stepTotal(state, (state.raw + delta) % 65_536, (index + 1) * 1000, RULES));
      });
      t.is(
        state.units - first,
        deltas.reduce((sum, delta) => sum + delta, 0),
      );
    }),
  );
});
