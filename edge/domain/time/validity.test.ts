import test from 'ava';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {readTime, startTime, stepTime, type TimeReading} from './time-machine.js';
import {judgeTime, type TimedRight, type TimeVerdict, type WindowPlace} from './validity.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The truth, to which the gateway knew the time until ten minutes ago. */
const NOW = 1_800_000_000_000;
const KEPT = NOW - 600_000;

const placeIn =
  (from: number, until: number, hours: (at: number) => boolean = () => true) =>
  (at: UnixMillis): WindowPlace => {
    if (at < from) return 'before';
    if (at >= until) return 'after';
    return hours(at) ? 'inside' : 'outside';
  };

function right(fromMs: number, untilMs: number, more: Partial<TimedRight> = {}): TimedRight {
  const [from, until] = [NOW + fromMs, NOW + untilMs];
  return {
    validFrom: from as UnixMillis,
    validUntil: until as UnixMillis,
    isStanding: false,
    placeAt: placeIn(from, until),
    ...more,
  };
}

const isDaytime = (at: number) => (at - NOW + DAY_MS) % DAY_MS < 8 * HOUR_MS;

/** One of each kind as it is while its right lasts, and after its end. */
const KINDS: Readonly<Record<string, {readonly good: TimedRight; readonly expired: TimedRight}>> = {
  'standing card': {
    good: right(-90 * DAY_MS, 300 * DAY_MS, {isStanding: true}),
    expired: right(-90 * DAY_MS, -DAY_MS, {isStanding: true}),
  },
  'card with hours': {
    good: right(-90 * DAY_MS, 300 * DAY_MS, {
      placeAt: placeIn(NOW - 90 * DAY_MS, NOW + 300 * DAY_MS, isDaytime),
    }),
    expired: right(-90 * DAY_MS, -DAY_MS, {
      placeAt: placeIn(NOW - 90 * DAY_MS, NOW - DAY_MS, isDaytime),
    }),
  },
  booking: {good: right(-HOUR_MS, 2 * HOUR_MS), expired: right(-3 * HOUR_MS, -HOUR_MS)},
  'QR token': {good: right(-HOUR_MS, DAY_MS), expired: right(-2 * DAY_MS, -DAY_MS)},
  'keypad code': {good: right(-600_000, HOUR_MS), expired: right(-2 * HOUR_MS, -HOUR_MS)},
};

/** What a wall clock shows instead of the truth after a start. */
const JUMPS: Readonly<Record<string, number>> = {
  none: NOW,
  '1 day ahead': NOW + DAY_MS,
  '10 years ahead': NOW + 3650 * DAY_MS,
  '1 day behind': NOW - DAY_MS,
  '10 years behind': NOW - 3650 * DAY_MS,
  '1970': 0,
  '2 h ahead': NOW + 2 * HOUR_MS,
  '2 h behind': NOW - 2 * HOUR_MS,
};

/** What a gateway knows that starts with this wall clock, unset or set by a time server that lies. */
function knows(wallMs: number, isSynchronised: boolean): TimeReading {
  const start = stepTime(startTime(0, 0), {kind: 'recall', floorMs: KEPT}, 0);
  const word = {kind: 'word', source: 'ntp', utcMs: wallMs, errorMs: 1000} as const;
  return readTime(isSynchronised ? stepTime(start, word, 0) : start, 0, wallMs);
}

test('~G10 eight wrong wall clocks, set or unset, by five kinds of credentials: none that expired opens, no standing card is locked out', t => {
  for (const [jump, wallMs] of Object.entries(JUMPS)) {
    for (const isSynchronised of [false, true]) {
      const time = knows(wallMs, isSynchronised);
      for (const [kind, {good, expired}] of Object.entries(KINDS)) {
        const what = `${kind}, clock ${jump}, ${isSynchronised ? 'set' : 'unset'}`;
        t.not(judgeTime(expired, time, undefined), 'inside', what);
        t.is(judgeTime(expired, time, 0), 'after', what);
        if (kind === 'standing card') t.is(judgeTime(good, time, undefined), 'inside', what);
      }
    }
  }
});

test('with a lost clock only lower bounds are sure: rights with hours and paid ones wait for a person, unless the owner gave a grace', t => {
  const time = knows(0, false);
  const booking = right(-2 * HOUR_MS, 2 * HOUR_MS);
  t.is(judgeTime(booking, time, undefined), 'unsure');
  t.is(judgeTime(booking, time, 2 * HOUR_MS), 'inside');
  t.is(judgeTime(booking, time, 3 * HOUR_MS), 'unsure');
  t.is(judgeTime(right(HOUR_MS, DAY_MS, {isStanding: true}), time, 0), 'before');
});

test('one source that leapt lets in what it allows, and its word ends nothing', t => {
  const ahead = knows(NOW + 3 * HOUR_MS, true);
  t.is(judgeTime(right(-HOUR_MS, 4 * HOUR_MS), ahead, undefined), 'inside');
  t.is(judgeTime(right(-HOUR_MS, HOUR_MS), ahead, undefined), 'unsure');
  t.is(judgeTime(right(-HOUR_MS, HOUR_MS, {isStanding: true}), ahead, undefined), 'inside');
});

test('~E8 while the time is held over, the error of the clock at either end goes to the holder', t => {
  const errorMs = 60_000;
  const [utcMs, floorMs] = [NOW as UnixMillis, (NOW - errorMs) as UnixMillis];
  const held: TimeReading = {clk: 'holdover', utcMs, errorMs, floorMs, isVouched: false};
  const judged: readonly (readonly [number, number, TimeVerdict])[] = [
    [-HOUR_MS, -59_000, 'inside'],
    [-HOUR_MS, -61_000, 'after'],
    [59_000, HOUR_MS, 'inside'],
    [61_000, HOUR_MS, 'before'],
  ];
  for (const [from, until, verdict] of judged) {
    t.is(judgeTime(right(from, until), held, undefined), verdict, `${from} ${until}`);
  }
});
