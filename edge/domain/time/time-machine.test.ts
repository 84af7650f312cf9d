import test from 'ava';
import fc from 'fast-check';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {readTime, startTime, stepTime, type TimeInput, type TimeState} from './time-machine.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BUILT = 1_700_000_000_000;
const NOW = 1_800_000_000_000 as UnixMillis;

const ntp = (utcMs: number): TimeInput => ({kind: 'word', source: 'ntp', utcMs, errorMs: 1000});
const cloud = (utcMs: number): TimeInput => ({kind: 'word', source: 'cloud', utcMs, errorMs: 50});
const at = (ms: number) => (NOW + ms) as UnixMillis;
const recalled = (floorMs: number): TimeState =>
  stepTime(startTime(BUILT, 0), {kind: 'recall', floorMs}, 0);

test('before any word only the floor is known; the wall clock of the system is a guess, one behind the floor is none', t => {
  const state = recalled(NOW);
  t.like(readTime(state, 0, NOW + DAY_MS), {clk: 'floor', utcMs: at(DAY_MS), floorMs: NOW});
  t.like(readTime(state, 0, 0), {clk: 'floor', utcMs: NOW, isVouched: false});
  const later = readTime(state, HOUR_MS, 0).floorMs - NOW;
  t.true(later <= HOUR_MS && later > HOUR_MS - 1000, 'time passes for a floor too');
});

test('a word is good for 24 h, then held over with a bound of 100 ppm and 1 s', t => {
  const state = stepTime(recalled(NOW), cloud(NOW + 1000), 0);
  t.like(readTime(state, 0, 0), {clk: 'ok', utcMs: at(1000), errorMs: 50});
  t.is(readTime(state, DAY_MS - 1, 0).clk, 'ok');
  const held = readTime(state, 10 * DAY_MS, 0);
  t.like(held, {clk: 'holdover', utcMs: at(1000 + 10 * DAY_MS)});
  t.is(held.errorMs, 50 + 10 * DAY_MS * 100e-6 + 1000);
  t.true(held.floorMs >= held.utcMs - held.errorMs && held.floorMs < held.utcMs);
});

test('a leap of over an hour needs both sources, or one that says the same for a day', t => {
  const leapt = stepTime(recalled(NOW), ntp(NOW + 3 * HOUR_MS), 0);
  const lone = readTime(leapt, 0, 0);
  t.like(lone, {clk: 'floor', utcMs: at(3 * HOUR_MS), floorMs: NOW, isVouched: true});
  const both = stepTime(leapt, cloud(NOW + 3 * HOUR_MS + 200), 200);
  t.like(readTime(both, 200, 0), {clk: 'ok', utcMs: at(3 * HOUR_MS + 200)});
  let state = leapt;
  for (let hour = 1; hour <= 24; hour += 1) {
    t.is(readTime(state, hour * HOUR_MS, 0).clk, 'floor');
    state = stepTime(state, ntp(NOW + 3 * HOUR_MS + hour * HOUR_MS), hour * HOUR_MS);
  }
  t.is(readTime(state, DAY_MS, 0).clk, 'ok');
});

test('against a time that is known a lone source can leap neither way', t => {
  const known = stepTime(recalled(NOW), cloud(NOW), 0);
  for (const leapMs of [3 * HOUR_MS, -3 * HOUR_MS, 3650 * DAY_MS, -3650 * DAY_MS]) {
    const state = stepTime(known, ntp(NOW + leapMs), 0);
    t.like(readTime(state, 0, 0), {clk: 'ok', utcMs: NOW}, String(leapMs));
  }
});

test('many small leaps of one source never add up', t => {
  let state = stepTime(recalled(NOW), cloud(NOW), 0);
  for (let hour = 1; hour <= 20; hour += 1) {
    state = stepTime(state, ntp(NOW + hour * 59 * 60_000), hour * 60_000);
  }
  t.true(readTime(state, 20 * 60_000, 0).utcMs < NOW + 2 * HOUR_MS);
});

test('a gateway that never knew the time believes the first word', t => {
  const state = stepTime(startTime(BUILT, 0), ntp(NOW), 0);
  t.like(readTime(state, 0, 0), {clk: 'ok', utcMs: NOW});
});

test('two sources behind the floor do not lower it', t => {
  const state = [ntp(BUILT), cloud(BUILT)].reduce(
    (at, word) => stepTime(at, word, 0),
    recalled(NOW),
  );
  t.like(readTime(state, 0, BUILT), {clk: 'floor', floorMs: NOW, utcMs: NOW});
});

test('a lone source that is 14 years ahead is never believed, however long it insists, and the floor stays', t => {
  for (const start of [recalled(NOW), startTime(NOW, 0)]) {
    let state = start;
    for (let hour = 0; hour <= 100; hour += 1) {
      state = stepTime(state, cloud(NOW + 14 * 365 * DAY_MS + hour * HOUR_MS), hour * HOUR_MS);
    }
    const told = readTime(state, 100 * HOUR_MS, 0);
    t.is(told.clk, 'floor');
    t.true(told.floorMs <= NOW + 100 * HOUR_MS);
    const repaired = stepTime(state, cloud(NOW + 101 * HOUR_MS), 101 * HOUR_MS);
    t.like(readTime(repaired, 101 * HOUR_MS, 0), {clk: 'ok', utcMs: at(101 * HOUR_MS)});
  }
  const years = NOW + 14 * 365 * DAY_MS;
  const both = [ntp(years), cloud(years)].reduce(
    (state, word) => stepTime(state, word, 0),
    recalled(NOW),
  );
  t.like(readTime(both, 0, 0), {clk: 'ok', utcMs: years}, 'two sources are believed');
});

test('a gateway that lay in a store for a year believes its cloud after a day', t => {
  let state = recalled(NOW);
  for (let hour = 0; hour <= 24; hour += 1) {
    state = stepTime(state, cloud(NOW + 365 * DAY_MS + hour * HOUR_MS), hour * HOUR_MS);
  }
  t.is(readTime(state, DAY_MS, 0).clk, 'ok');
});

test('the floor never goes back and is never ahead of the guess, whatever the sources say', t => {
  const utc = fc.integer({min: BUILT - 3650 * DAY_MS, max: NOW + 3650 * DAY_MS});
  const word = fc.record({
    kind: fc.constant('word' as const),
    source: fc.constantFrom('ntp' as const, 'cloud' as const),
    utcMs: fc.oneof(utc, fc.integer({min: NOW - DAY_MS, max: NOW + DAY_MS})),
    errorMs: fc.integer({min: 0, max: 5000}),
  });
  const input = fc.oneof(
    word,
    fc.record({kind: fc.constant('recall' as const), floorMs: utc}),
    fc.constant({kind: 'ntpLost' as const}),
  );
  const step = fc.record({input, passMs: fc.integer({min: 0, max: 3 * DAY_MS}), rtcMs: utc});
  fc.assert(
    fc.property(fc.array(step, {maxLength: 60}), steps => {
      let state = startTime(BUILT, 0);
      let nowMs = 0;
      let floorMs = readTime(state, 0, 0).floorMs as number;
      for (const {input: said, passMs, rtcMs} of steps) {
        nowMs += passMs;
        state = stepTime(state, said, nowMs);
        const reading = readTime(state, nowMs, rtcMs);
        if (reading.floorMs < floorMs || reading.utcMs < reading.floorMs) return false;
        floorMs = reading.floorMs;
      }
      return true;
    }),
    {numRuns: 500},
  );
  t.pass();
});
