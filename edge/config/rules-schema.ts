import type {z} from 'zod';
import {choice, duration, exactly, flag, integer} from './fields.js';

/** Object whose every field has a default, so that it may be left out as a whole. */
function optional<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return exactly(shape).prefault({} as never);
}

const repeats = (count: number, what: string) =>
  integer(0, 20, `Repeats after the first ${what}.`).default(count);

/** Numbers of the lot. Defaults: requirements §2, rows 1-5 and the list of proposed defaults. */
export const rulesSchema = optional({
  unlock: optional({
    repeats: repeats(5, 'unlock command'),
    intervalMs: duration(1000, 60_000, 'From the start of one command to the next.').default(5000),
    confirmMs: duration(500, 60_000, 'Within it the arm must be where it was sent.').default(4500),
    retryHardFault: flag('Repeat even after obstacle, over-current or motor fault.').default(false),
  }),
  verify: optional({
    repeats: repeats(5, 'verification'),
    intervalMs: duration(100, 60_000, 'From the start of one verification to the next.').default(
      1000,
    ),
    retryFinal: flag('Repeat even after a final refusal.').default(false),
  }),
  swipe: optional({
    maxFailures: integer(
      1,
      20,
      'Failed swipes of one card until the button is pointed out.',
    ).default(3),
    memoryMs: duration(1000, 3_600_000, 'How long failed swipes are remembered.').default(120_000),
  }),
  debounceMs: duration(0, 60_000, 'The same card again within it is the same swipe.').default(3000),
  raiseAfterVacantMs: duration(0, 3_600_000, 'Vacant this long, the arm goes up.').default(30_000),
  enterWithinMs: duration(10_000, 3_600_000, 'Nobody came within it: the arm goes up.').default(
    180_000,
  ),
  rereadTimeoutMs: duration(100, 10_000, 'A collector answers a reread within it.').default(800),
  idleScreenMs: duration(1000, 600_000, 'A message stays this long.').default(10_000),
  freshForMs: duration(60_000, 2_592_000_000, 'Older grants count as degraded.').default(
    86_400_000,
  ),
  floorGraceMs: duration(
    0,
    31_536_000_000,
    'While the time of day is unknown, rights with hours or an end open if they last so long beyond the latest time that was sure. Left out: never.',
  ).optional(),
  buttonWindowMs: duration(0, 600_000, 'Presses within it are one call.').default(5000),
  falseCalls: optional({
    count: integer(1, 100, 'Calls closed as false until this button rings low.').default(3),
    withinMs: duration(10_000, 86_400_000, 'Time in which they are counted.').default(600_000),
  }),
  commissioning: choice(
    ['all', 'replaced'],
    'Which locks wait until a person has lowered and raised them once: all, or only exchanged ones.',
  ).default('all'),
  codes: optional({
    wrongTries: integer(1, 10, 'Wrong codes in a row until a door refuses codes.').default(5),
    lockMs: duration(
      10_000,
      3_600_000,
      'How long it refuses at first; each more doubles it.',
    ).default(90_000),
    longestMs: duration(60_000, 86_400_000, 'Longest that it refuses.').default(3_600_000),
    triesPerDay: integer(
      1,
      100,
      'Wrong codes a day at one door, then one try each slowMs.',
    ).default(30),
    slowMs: duration(60_000, 3_600_000, 'Distance of two tries on such a day.').default(600_000),
  }),
  updateWindow: optional({
    fromMinute: integer(0, 1439, 'Minute of the day, on the site.').default(120),
    toMinute: integer(0, 1440, 'Where it ends; before the begin: on the next day.').default(300),
  }).describe('The hours in which a new release may be put in place though stays go on.'),
  whenDiskFull: choice(
    ['fail_closed', 'open_counted'],
    'When the database has used up its quota: do nothing that cannot be stored, or go on in memory and count what is not.',
  ).default('fail_closed'),
  startBackoffMaxMs: duration(
    0,
    600_000,
    'Longest rest of all arms after starts that follow each other quickly, as in a brown-out.',
  ).default(60_000),
  sealFaultsPerMin: integer(1, 1000, 'Refused sealed frames a minute until an alarm.').default(5),
});
