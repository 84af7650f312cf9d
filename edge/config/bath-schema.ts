import {z} from 'zod';
import {duration, exactly, identifier, integer, listOf, text} from './fields.js';

const stallSchema = exactly({
  id: identifier('Name of the stall as people call it; codes are made out to it.'),
  keypad: identifier('A keypad on a line, or on USB.'),
  display: identifier('Display on a line, of any kind.'),
  meter: identifier(
    'Water meter with the valve of the stall: water-meter, cjt188-meter or pulse-meter.',
  ),
  button: identifier(
    'Call button inside: an emergency-button, a loop-button or a milesight-button.',
  ),
  probe: identifier('A temperature-input in its pipe, behind the mixer.').optional(),
});

const rowSchema = exactly({
  valve: identifier('A row-valve before all of them.'),
  stalls: listOf(identifier('A stall of the bath.'), 1, 64).describe('Stalls that it shuts.'),
});

const tariffSchema = z
  .discriminatedUnion(
    'by',
    [
      exactly({
        by: z.literal('water'),
        fenPerLitre: integer(1, 10_000, 'Price of a litre.', 'fen per litre'),
      }),
      exactly({
        by: z.literal('time'),
        fenPerMinute: integer(
          1,
          10_000,
          'Price of a minute with the valve open.',
          'fen per minute',
        ),
      }),
    ],
    {error: 'expected one of water, time'},
  )
  .describe('What a shower costs; one that runs keeps the price of its beginning.');

const MINUTE = 60_000;

const bathRulesSchema = exactly({
  capMs: duration(MINUTE, 7_200_000, 'Longest that the valve stands open for one code.').default(
    1_800_000,
  ),
  pauseMs: duration(10_000, 1_800_000, 'A stall is kept for a bather who paused.').default(300_000),
  firstWaterMs: duration(2000, 60_000, 'Water comes within it, or the code is given back.').default(
    10_000,
  ),
  noFlowEndMs: duration(10_000, 1_800_000, 'Open and no water for so long ends it.').default(
    180_000,
  ),
  rinseMs: duration(
    0,
    300_000,
    'The one rinse when the budget is used up, booked as debt.',
  ).default(60_000),
  rinseOfferMs: duration(5000, 300_000, 'So long it may be asked for.').default(60_000),
  resumeMs: duration(0, 3_600_000, 'The same code goes on so long after a power cut.').default(
    300_000,
  ),
  closeGraceMs: duration(500, 10_000, 'A valve may take so long to shut.').default(2000),
  leakMs: duration(2000, 60_000, 'So long it is watched after that.').default(10_000),
  leakMl: integer(10, 10_000, 'More than this in that time is a leak.', 'ml').default(200),
  meterLostMs: duration(5000, 600_000, 'Without a reading so long, time is charged.').default(
    60_000,
  ),
  estimateFenPerMinute: integer(0, 10_000, 'What a minute then costs.', 'fen per minute').default(
    180,
  ),
  warnPercent: integer(1, 90, 'The first warning comes with so much left.', '%').default(20),
  warnMs: duration(5000, 300_000, 'The second with so much time left.').default(30_000),
  silentPercent: integer(
    10,
    100,
    'No key for so much of the longest shower, and staff is asked to look.',
    '%',
  ).default(80),
  storeEveryMs: duration(1000, 60_000, 'What was used is stored so often.').default(10_000),
  hottestCelsius: integer(
    30,
    60,
    'Hotter water shuts the valve, where a probe tells.',
    '°C',
  ).default(45),
  guesses: exactly({
    count: integer(
      3,
      1000,
      'So many wrong codes in the whole house are somebody who guesses.',
    ).default(20),
    withinMs: duration(MINUTE, 86_400_000, 'Within that time.').default(600_000),
  }).prefault({} as never),
  dryStalls: integer(2, 64, 'So many stalls without water are one trouble of the house.').default(
    3,
  ),
  codes: exactly({
    wrongTries: integer(1, 10, 'Wrong codes in a row until a keypad refuses codes.').default(3),
    lockMs: duration(
      10_000,
      3_600_000,
      'How long it refuses at first; each more doubles it.',
    ).default(60_000),
    longestMs: duration(MINUTE, 86_400_000, 'Longest that it refuses.').default(3_600_000),
    triesPerDay: integer(1, 100, 'Wrong codes a day, then one try each slowMs.').default(30),
    slowMs: duration(MINUTE, 3_600_000, 'Distance of two tries on such a day.').default(600_000),
  }).prefault({} as never),
}).prefault({} as never);

/** A public bath: stalls where a code turns on paid water. */
export const bathSchema = exactly({
  zone: text(8, 'Zone as people call it.').default('B'),
  tariff: tariffSchema,
  stalls: listOf(stallSchema, 1, 64).describe('Stalls; each has devices of its own.'),
  rows: listOf(rowSchema, 0, 64)
    .default([])
    .describe('Stalls behind one master valve, which shuts when a valve of them leaks.'),
  rules: bathRulesSchema.describe('Numbers of the bath.'),
});

/** A stall as a post: what it has of keypad, display and button is looked after like that of a collector. */
export type StallPost = z.output<typeof stallSchema> & {
  readonly kind: 'stall';
  readonly zone: string;
};
