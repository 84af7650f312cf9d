import test from 'ava';
import {PollSweep, type UnitGate} from './poll-sweep.js';

const LIVING: UnitGate = {fromMs: Number.NEGATIVE_INFINITY, isProbe: false};

const numberOf = (unit: string) => Number(unit.slice('modbus:'.length));

function makeSweep(gates: Record<number, UnitGate> = {}) {
  const sweep = new PollSweep(unit => gates[numberOf(unit)] ?? LIVING);
  const add = (unit: number, periodMs = 0, fromMs = Number.NEGATIVE_INFINITY) =>
    sweep.add({
      unit: `modbus:${unit}`,
      periodMs: () => periodMs,
      fromMs: () => fromMs,
      compose: () => undefined,
      onOutcome: () => {},
      onHealth: () => {},
    });
  /** Units asked, one every `stepMs`; 0 = nothing was due. */
  const ask = (count: number, stepMs: number, fromMs = 0): number[] =>
    Array.from({length: count}, (_, index) => {
      const nowMs = fromMs + index * stepMs;
      const choice = sweep.choose(nowMs);
      if (choice.kind === 'idle') return 0;
      sweep.started(choice.slot, nowMs);
      return numberOf(choice.slot.entry.unit);
    });
  return {sweep, add, ask};
}

test('reads without a period go round in the order in which they were added', t => {
  const {add, ask} = makeSweep();
  for (const unit of [1, 2, 3]) add(unit);
  t.deepEqual(ask(7, 30), [1, 2, 3, 1, 2, 3, 1]);
});

test('on a line with more to do than it can, what a person waits for is not late', t => {
  const {sweep, add, ask} = makeSweep();
  for (const unit of [1, 2, 3, 4, 5]) add(unit, 50);
  const entry = {unit: 'modbus:9', periodMs: () => 100, isUrgent: () => true} as const;
  sweep.add({...entry, compose: () => undefined, onOutcome: () => {}, onHealth: () => {}});
  t.deepEqual(ask(9, 50), [9, 1, 9, 2, 9, 3, 9, 4, 9]);
});

test('a read with a period waits for it and then goes before those without', t => {
  const {add, ask} = makeSweep();
  add(1);
  add(2);
  add(9, 100);
  t.deepEqual(ask(9, 30), [1, 2, 9, 1, 2, 1, 9, 2, 1]);
});

test('when nothing is due the line learns when to ask again', t => {
  const {sweep, add, ask} = makeSweep();
  add(1, 500);
  add(2, 300);
  ask(2, 0);
  t.deepEqual(sweep.choose(10), {kind: 'idle', untilMs: 300});
  t.deepEqual(makeSweep().sweep.choose(0), {kind: 'idle', untilMs: Number.POSITIVE_INFINITY});
});

test('a gate or a refusal holds a read back beyond its period', t => {
  const {sweep, add} = makeSweep({1: {fromMs: 1000, isProbe: false}});
  add(1);
  t.deepEqual(sweep.choose(0), {kind: 'idle', untilMs: 1000});
  add(2, 0, 700);
  t.deepEqual(sweep.choose(0), {kind: 'idle', untilMs: 700});
  add(3).restsUntilMs = 600;
  t.deepEqual(sweep.choose(0), {kind: 'idle', untilMs: 600});
});

test('at most one dead unit is probed in a sweep of the living', t => {
  const probe: UnitGate = {fromMs: Number.NEGATIVE_INFINITY, isProbe: true};
  const {add, ask} = makeSweep({3: probe, 4: probe});
  for (const unit of [1, 2, 3, 4]) add(unit);
  t.deepEqual(ask(9, 30), [1, 2, 3, 1, 2, 4, 1, 2, 3]);
});

test('where all are dead the probes follow one another', t => {
  const probe: UnitGate = {fromMs: Number.NEGATIVE_INFINITY, isProbe: true};
  const {add, ask} = makeSweep({1: probe, 2: probe});
  add(1);
  add(2);
  t.deepEqual(ask(4, 30), [1, 2, 1, 2]);
});

test('a line that cannot keep all periods still serves reads without one', t => {
  const {add, ask} = makeSweep();
  add(1);
  add(2, 30);
  add(3, 30);
  const asked = ask(1000, 30);
  const without = asked.filter(unit => unit === 1).length;
  t.true(without >= 2, `${without}`);
});

test('a removed read is asked no more', t => {
  const {sweep, add, ask} = makeSweep();
  const slot = add(1);
  add(2);
  sweep.remove(slot);
  sweep.remove(slot);
  t.deepEqual(ask(2, 30), [2, 2]);
  t.deepEqual([...sweep.units], ['modbus:2']);
  t.is(sweep.slotsOf('modbus:2').length, 1);
});
