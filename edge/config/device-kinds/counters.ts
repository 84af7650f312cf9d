import {z} from 'zod';
import {choice, duration, exactly, flag, identifier, integer, listOf} from '../fields.js';
import {countingBoardName} from './boards.js';
import {feedSchema, uplinkForm, uplinkTopic} from './feeds.js';
import {inputRange} from './gates.js';

const id = identifier('Name of the device.');
const registered = integer(
  0,
  1000,
  'Persons registered for the room, until a booking tells.',
).default(0);

/** A door with two light beams on counting inputs. */
export const beamCounter = exactly({
  id,
  kind: z.literal('beam-counter'),
  counters: countingBoardName,
  outer: inputRange.describe('Input of the beam outside the room.'),
  inner: inputRange.describe('Input of the beam inside.'),
  registered,
});

/** A Milesight people counter behind a LoRaWAN gateway. */
export const milesightCounter = exactly({
  id,
  kind: z.literal('milesight-counter'),
  model: choice(['vs133', 'vs350'], 'Model; a VS135 speaks as a vs133.').default('vs133'),
  feed: feedSchema,
  topic: uplinkTopic,
  form: uplinkForm,
  lines: listOf(integer(1, 4, 'Counting line.'), 1, 4)
    .default([1])
    .describe('Counting lines that lead into the room.'),
  swapped: flag('The sensor was mounted the other way round.').default(false),
  reportMs: duration(60_000, 3_600_000, 'How often it reports.').default(300_000),
  registered,
});
