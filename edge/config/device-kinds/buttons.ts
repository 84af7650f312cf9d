import {z} from 'zod';
import {choice, duration, exactly, identifier, integer} from '../fields.js';
import {countingBoardName, relayBoardName, relayOutput} from './boards.js';
import {feedSchema, uplinkForm, uplinkTopic} from './feeds.js';

const input = (sentence: string) => integer(0, 31, sentence);

const held = (what: string) =>
  exactly({device: relayBoardName, output: relayOutput(what)}).optional();

/** A call button on two inputs of a board, whose cable is watched. */
const loopButton = exactly({
  id: identifier('Name of the device.'),
  kind: z.literal('loop-button'),
  inputs: identifier('Discrete-inputs board of both contacts.'),
  wiring: choice(
    ['antivalent', 'endOfLine'],
    'A changeover button, or the two outputs of a module that measures the resistor of the loop.',
  ).default('antivalent'),
  first: input('Input that opens with a press.'),
  second: input('Input that closes with a press; of a module, the one that opens with a fault.'),
  reset: input(
    'Input of the same board at the reset key of the place: closed ends the call.',
  ).optional(),
  sounder: held('on until the call is answered').describe('Sounder at the post.'),
  lamp: held('on until the call is over').describe('Lamp at the post.'),
  counter: exactly({
    device: countingBoardName,
    input: input('Input at the contact that closes with a press.'),
  })
    .optional()
    .describe('Counts presses that are shorter than a poll.'),
});

/** A Milesight button behind a LoRaWAN gateway. */
const milesightButton = exactly({
  id: identifier('Name of the device.'),
  kind: z.literal('milesight-button'),
  feed: feedSchema,
  topic: uplinkTopic,
  form: uplinkForm,
  reportMs: duration(
    60_000,
    64_800_000,
    'How often it reports without a press, as set at the button: two missed reports are a fault.',
  ).default(64_800_000),
});

/** Call buttons that hang on no line. */
export const OWN_BUTTON_KINDS = [loopButton, milesightButton] as const;
