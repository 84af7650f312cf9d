import {z} from 'zod';
import {duration, exactly, flag, identifier, integer, kindOf, listOf, text} from './fields.js';

const clockTime = (sentence: string) =>
  z
    .string({error: 'expected a time such as 22:00'})
    .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, {error: 'expected a time such as 22:00'})
    .describe(sentence);

const contactSchema = exactly({
  name: text(64, 'Whom to tell.'),
  afterMs: duration(0, 86_400_000, 'Told when nobody took the call so long.'),
});

const plan = {
  louderMs: duration(5000, 600_000, 'Louder, and the second sounders.').default(30_000),
  cloudFirstMs: duration(5000, 600_000, 'The cloud tells its first contact.').default(60_000),
  cloudSecondMs: duration(5000, 600_000, 'The cloud tells the operator.').default(180_000),
  repeatMs: duration(10_000, 600_000, 'The last contact is told again each so long.').default(
    180_000,
  ),
  unansweredMs: duration(60_000, 600_000, 'Then the call counts as unanswered.').default(600_000),
};

const hoursSchema = exactly({
  days: listOf(integer(1, 7, '1 Monday to 7 Sunday.'), 1, 7).default([1, 2, 3, 4, 5, 6, 7]),
  from: clockTime('First minute, by the clock of the site.'),
  to: clockTime('First minute after it; earlier than `from`: of the next day.'),
  ...plan,
  contacts: listOf(contactSchema, 1, 16)
    .optional()
    .describe('In place of those of the site, in order.'),
});

const post = identifier('Collector or stall that calls come from.');

const safeActionSchema = kindOf([
  exactly({kind: z.literal('lower'), collector: post}),
  exactly({
    kind: z.literal('water_off'),
    collector: post,
    stalls: listOf(identifier('A stall.'), 1, 64),
  }),
  exactly({
    kind: z.literal('switch_on'),
    collector: post,
    device: identifier('A relay-output, on until the last call of the post has ended.'),
  }),
]);

const placeSchema = exactly({
  collector: post,
  text: text(64, 'Where that is, as the staff says it.').optional(),
  advice: text(200, 'What to do first.').optional(),
  reader: identifier('Collector at whose reader a staff card ends its calls.').optional(),
});

const testsSchema = exactly({
  at: clockTime('When the nightly tests begin.').default('03:00'),
  pathDays: integer(
    1,
    3,
    'The way to boards and cloud is tested at least so often.',
    'days',
  ).default(3),
  walkDays: integer(1, 92, 'Somebody presses every button at least so often.', 'days').default(31),
}).prefault({} as never);

/** How calls are answered. The whole block may be left out: then with the usual times, and untested. */
export const callsSchema = exactly({
  ...plan,
  hours: listOf(hoursSchema, 0, 16)
    .default([])
    .describe('Other times for other hours; the first that fits.'),
  remindAfterMs: duration(
    60_000,
    3_600_000,
    'Taken and not ended so long: whoever took it is called again.',
  ).default(600_000),
  sharedReception: flag('An account of several people may take calls.').default(false),
  phone: text(40, 'Number to ring, as boards show it.').optional(),
  places: listOf(placeSchema, 0, 128).default([]),
  safeActions: listOf(safeActionSchema, 0, 64)
    .default([])
    .describe('What a pressed button sets off besides; nothing unless named here.'),
  local: exactly({
    device: identifier('A relay-output that sets off a modem or a bell elsewhere.'),
    afterMs: duration(5000, 600_000, 'On when nobody took the call so long.').default(60_000),
  })
    .optional()
    .describe('The way out when there is no internet.'),
  needsBoard: flag('A board is expected always, not only once a watch was begun.').default(false),
  tests: testsSchema,
});

export type CallsSiteConfig = z.output<typeof callsSchema>;
