import test from 'ava';
import fc from 'fast-check';
import {type BreakerInput, type BreakerState, stepBreaker, UNKNOWN_UNIT} from './breaker.js';

const miss = (atMs: number): BreakerInput => ({kind: 'miss', atMs, fraction: 0.5});
const run = (...inputs: readonly BreakerInput[]): BreakerState =>
  inputs.reduce(stepBreaker, UNKNOWN_UNIT);

test('ok, suspect after one and two misses, offline after three', t => {
  const reply: BreakerInput = {kind: 'reply', atMs: 0};
  t.is(run(reply).health, 'ok');
  t.like(run(reply, miss(100)), {health: 'suspect', pollFromMs: 1100});
  t.like(run(reply, miss(100), miss(1100)), {health: 'suspect', pollFromMs: 2100});
  t.like(run(reply, miss(100), miss(1100), miss(2100)), {health: 'offline', pollFromMs: 3100});
});

test('offline after 8 s of silence, however few requests went out', t => {
  t.is(run(miss(0), miss(7999)).health, 'suspect');
  t.is(run(miss(0), miss(8000)).health, 'offline');
});

test('probes wait 1, 2, 4, 8, 16, 32, 60, 60 s', t => {
  let state = run(miss(0), miss(1000));
  const waits: number[] = [];
  for (let probe = 0; probe < 8; probe += 1) {
    state = stepBreaker(state, miss(10_000));
    waits.push((state.pollFromMs - 10_000) / 1000);
  }
  t.deepEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
});

test('probes are jittered by a fifth either way and never rarer than once a minute', t => {
  const states = [miss(0), miss(0), miss(0), miss(0)];
  const at = (fraction: number) =>
    states.map(input => ({...input, fraction})).reduce(stepBreaker, UNKNOWN_UNIT).pollFromMs;
  t.is(Math.round(at(0)), 1600);
  t.is(Math.round(at(0.999_999)), 2400);
});

test('a lost link takes every unit along; a fresh one asks each at once and starts its backoff anew', t => {
  const lost = run({kind: 'reply', atMs: 0}, {kind: 'linkLost', atMs: 500});
  t.is(lost.health, 'offline');
  const fresh = stepBreaker(lost, {kind: 'linkUp', atMs: 9000});
  t.like(fresh, {health: 'offline', pollFromMs: 9000});
  t.like(stepBreaker(fresh, miss(9100)), {health: 'offline', pollFromMs: 10_100});
  t.is(stepBreaker(UNKNOWN_UNIT, {kind: 'linkUp', atMs: 1}), UNKNOWN_UNIT);
});

test('any reply makes a unit ok, whatever happened before', t => {
  const input = fc.oneof(
    fc.nat(100_000).map(miss),
    fc.nat(100_000).map((atMs): BreakerInput => ({kind: 'reply', atMs})),
    fc.nat(100_000).map((atMs): BreakerInput => ({kind: 'linkLost', atMs})),
    fc.nat(100_000).map((atMs): BreakerInput => ({kind: 'linkUp', atMs})),
  );
  fc.assert(
    fc.property(fc.array(input), inputs => {
      const state = run(...inputs, {kind: 'reply', atMs: 0});
      return state.health === 'ok' && state.misses === 0 && state.pollFromMs < 0;
    }),
  );
  t.pass();
});
