import test from 'ava';
import fc from 'fast-check';
import {DAY_MS, HOUR_MS, MINUTE_MS} from '../../../protocols/base/units.js';
import {type Guard, LOGIN_RULE, lockedForMs, NO_GUARD, takenBack, tried} from './login-rules.js';

const NOW = 1_700_000_000_000;

function afterTries(count: number, wallMs = NOW): Guard {
  let guard = NO_GUARD;
  for (let done = 0; done < count; done += 1) guard = tried(guard, LOGIN_RULE, wallMs);
  return guard;
}

test('the fifth wrong try locks for a minute, each further one for twice as long, up to an hour', t => {
  const locks = [4, 5, 6, 7, 8, 9, 10, 11, 12, 40].map(count =>
    lockedForMs(afterTries(count), LOGIN_RULE, NOW),
  );
  const minutes = [0, 1, 2, 4, 8, 16, 32, 60, 60, 60];
  t.deepEqual(
    locks,
    minutes.map(count => count * MINUTE_MS),
  );
  t.is(lockedForMs(afterTries(5), LOGIN_RULE, NOW + MINUTE_MS), 0);
});

test('a day without a wrong try forgets them; a clock set back by years locks for an hour at most', t => {
  const guard = tried(afterTries(9), LOGIN_RULE, NOW + DAY_MS);
  t.like(guard, {wrong: 1, lockedUntilWall: 0});
  t.is(lockedForMs(afterTries(12), LOGIN_RULE, NOW - 9000 * DAY_MS), HOUR_MS);
});

test('a right password takes its own try back, and a lock that only it brought', t => {
  t.like(takenBack(afterTries(5), LOGIN_RULE), {wrong: 4, lockedUntilWall: 0});
  t.true(takenBack(afterTries(7), LOGIN_RULE).lockedUntilWall > NOW);
});

test('whatever the tries and pauses, nobody looks at more passwords than the rule allows', t => {
  const pause = fc.integer({min: 0, max: 3 * HOUR_MS});
  fc.assert(
    fc.property(fc.array(pause, {maxLength: 200}), pauses => {
      let [guard, wallMs, looked] = [NO_GUARD, NOW, 0];
      for (const pauseMs of pauses) {
        wallMs += pauseMs;
        if (wallMs >= NOW + DAY_MS) break;
        if (lockedForMs(guard, LOGIN_RULE, wallMs) > 0) continue;
        guard = tried(guard, LOGIN_RULE, wallMs);
        looked += 1;
      }
      // Five, then after 1, 2, 4, 8, 16, 32 and each 60 minutes of a day.
      return looked <= 5 + 6 + 23;
    }),
  );
  t.pass();
});
